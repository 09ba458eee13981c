namespace RoamShm;

/// <summary>The input to the rules of a peer and its rings. One object is reused for all peers of a segment.</summary>
internal sealed class PeerFacts
{
    internal PeerFacts(SegmentHeader header)
    {
        Header = header;
        Stride = RingLayout.Stride(header.BipbufCapacity);
    }

    internal SegmentHeader Header { get; }

    /// <summary>The distance in bytes between the two rings of a pair.</summary>
    internal ulong Stride { get; }

    internal PeerEntry Peer { get; set; }

    internal int Id => Peer.Id;

    /// <summary>The offset of the peer entry.</summary>
    internal ulong EntryOffset => Header.PeerTableOffset + ((ulong)(Id - 1) * PeerEntryLayout.Size);

    /// <summary>The offset at which the reference places the peer's rings.</summary>
    internal ulong RegularRingOffset => RingLayout.PairOffset(Header.MaxGuests, Header.BipbufCapacity, Id - 1);

    internal ulong RingsSize => 2 * Stride;

    internal bool AreRingsInside => Region.IsInside(Peer.RingOffset, RingsSize, Header.FileLength);

    /// <summary>The first nonzero reserved byte, with its offset in the peer table; <see langword="null"/> if there is none.</summary>
    internal (int Offset, byte Value)? Reserved { get; set; }

    /// <summary>The ring that the ring rules check: <c>g2h</c> or <c>h2g</c>.</summary>
    internal string Direction { get; set; } = string.Empty;

    /// <summary>The offset of that ring.</summary>
    internal ulong RingOffset { get; set; }

    /// <summary>The capacity in the header of that ring.</summary>
    internal uint RingCapacity { get; set; }
}
