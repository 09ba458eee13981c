namespace RoamShm;

/// <summary>Offsets of the fields of a ring header (BipBuffer) in bytes from its start (<c>r[shm.bipbuf.header]</c>).</summary>
internal static class RingLayout
{
    /// <summary>Size of the ring header in bytes; the data follows it.</summary>
    internal const int HeaderSize = 128;

    /// <summary>write, atomic u32: next write position.</summary>
    internal const int Write = 0;

    /// <summary>watermark, atomic u32: wrap boundary, 0 = no wrap active.</summary>
    internal const int Watermark = 4;

    /// <summary>capacity, u32: data bytes.</summary>
    internal const int Capacity = 8;

    /// <summary>read, atomic u32: consumed frontier.</summary>
    internal const int Read = 64;

    /// <summary>Returns the distance between the two rings of a pair: header and data, rounded up to a multiple of 64.</summary>
    /// <param name="capacity">The data bytes of one ring.</param>
    /// <returns>The distance in bytes.</returns>
    internal static ulong Stride(uint capacity) => SegmentFormat.Align(HeaderSize + (ulong)capacity);

    /// <summary>
    /// Returns the offset at which the reference places a peer's ring pair: guest→host first, host→guest one <see cref="Stride"/> later
    /// (<c>r[shm.bipbuf.layout]</c>).
    /// </summary>
    /// <param name="maxGuests">The maximum number of guests.</param>
    /// <param name="capacity">The data bytes of one ring.</param>
    /// <param name="peerIndex">The index in the peer table: the peer id minus 1.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal static ulong PairOffset(uint maxGuests, uint capacity, int peerIndex) =>
        HeaderLayout.Size + ((ulong)maxGuests * PeerEntryLayout.Size) + ((ulong)peerIndex * 2 * Stride(capacity));
}
