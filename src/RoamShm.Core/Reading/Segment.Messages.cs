using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace RoamShm;

public sealed partial class Segment
{
    /// <summary>The maximum number of payload bytes that can be requested, 1 GiB.</summary>
    public const int MostPayloadBytes = 1 << 30;

    /// <summary>
    /// Reads the messages queued in one ring of a peer without consuming them, the next to be consumed first (<c>r[shm.framing]</c>). Each message that is
    /// <see cref="SegmentMessage.Queued"/> was complete and in the ring when it was read; those consumed in the meantime are
    /// <see cref="SegmentMessage.Overtaken"/>.
    /// </summary>
    /// <param name="peerId">The peer, 1 to 255.</param>
    /// <param name="direction">The direction of the ring.</param>
    /// <param name="payloadBytes">The number of bytes to read from the start of each payload: 0 for none, at most <see cref="MostPayloadBytes"/>.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The messages, as they are read.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.PeerNotFound"/>; or <see cref="SegmentErrorId.PeerTableOutOfBounds"/>: the peer's rings do not lie
    /// within the file.</exception>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
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
