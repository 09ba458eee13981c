using System.Collections.Generic;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>Opens a segment for a single query or change.</summary>
internal static class OneShot
{
    internal static IReadOnlyList<SegmentPeer> ReadPeers(string path, PeerDetail detail = PeerDetail.Slots)
    {
        using Segment segment = Segment.Open(path);
        return segment.ReadPeers(detail);
    }

    internal static IReadOnlyList<SegmentSlotClass> ReadSlotClasses(string path)
    {
        using Segment segment = Segment.Open(path);
        return segment.ReadSlotClasses();
    }

    internal static uint RaiseGoodbye(string path, uint value = 1, CancellationToken cancellationToken = default)
    {
        using Segment segment = Segment.OpenReadWrite(path, cancellationToken);
        return segment.RaiseGoodbye(value);
    }

    internal static PeerRecoveryResult RecoverPeer(string path, int peerId, bool force)
    {
        using Segment segment = Segment.OpenReadWrite(path);
        return segment.RecoverPeer(peerId, force);
    }
}
