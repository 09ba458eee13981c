namespace RoamShm;

/// <summary>What the rules of a peer and its rings judge. One object serves all peers of a segment in turn.</summary>
internal sealed class PeerFacts
{
    internal PeerFacts(SegmentHeader header)
    {
        Header = header;
        Stride = RingLayout.Stride(header.BipbufCapacity);
    }

    internal SegmentHeader Header { get; }

    /// <summary>Bytes from one ring of a pair to the next.</summary>
    internal ulong Stride { get; }

    internal PeerEntry Peer { get; set; }

    internal int Id => Peer.Id;

    /// <summary>Where the peer's entry lies.</summary>
    internal ulong EntryOffset => Header.PeerTableOffset + ((ulong)(Id - 1) * PeerEntryLayout.Size);

    /// <summary>Where the reference puts the peer's rings.</summary>
    internal ulong RegularRingOffset => RingLayout.PairOffset(Header.MaxGuests, Header.BipbufCapacity, Id - 1);

    internal ulong RingsSize => 2 * Stride;

    internal bool AreRingsInside => Region.IsInside(Peer.RingOffset, RingsSize, Header.FileLength);

    /// <summary>The first reserved byte that is not 0, with its offset in the peer table; or null.</summary>
    internal (int Offset, byte Value)? Reserved { get; set; }

    /// <summary>For the rules of one ring: <c>g2h</c> or <c>h2g</c>.</summary>
    internal string Direction { get; set; } = string.Empty;

    /// <summary>For the rules of one ring: where it lies.</summary>
    internal ulong RingOffset { get; set; }

    /// <summary>For the rules of one ring: the capacity in its header.</summary>
    internal uint RingCapacity { get; set; }
}
