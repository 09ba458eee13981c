using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace RoamShm;

public sealed partial class Segment
{
    /// <summary>The most bytes of a payload that can be asked for, 1 GiB.</summary>
    public const int MostPayloadBytes = 1 << 30;

    /// <summary>
    /// Reads the messages that wait in one ring of a peer, without consuming them, the next to be consumed first (<c>r[shm.framing]</c>). Each that is
    /// <see cref="SegmentMessage.Queued"/> was whole and in the ring when it was read; those that were consumed meanwhile are <see cref="SegmentMessage.Overtaken"/>.
    /// </summary>
    /// <param name="peerId">The peer, 1 to 255.</param>
    /// <param name="direction">Which of its rings.</param>
    /// <param name="payloadBytes">How much of each payload to read, from its start: 0 for none, at most <see cref="MostPayloadBytes"/>.</param>
    /// <param name="cancellationToken">Ends a long read.</param>
    /// <returns>The messages, as they are read.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.PeerNotFound"/>; or <see cref="SegmentErrorId.PeerTableOutOfBounds"/>: the peer's rings do not lie
    /// within the file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<SegmentMessage> ReadMessages(int peerId, RingDirection direction, int payloadBytes = 64, CancellationToken cancellationToken = default)
    {
        if (payloadBytes is < 0 or > MostPayloadBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(payloadBytes), payloadBytes, FormattableString.Invariant($"0 to {MostPayloadBytes} bytes of a payload can be read."));
        }

        ulong ring = FindRing(peerId, direction);
        return new MessageReader(this, ring, payloadBytes, cancellationToken).Read().Select((message, index) =>
        {
            message.PeerId = peerId;
            message.Direction = direction.ToString();
            message.Index = index;
            message.Path = Path;
            return message;
        });
    }
}
