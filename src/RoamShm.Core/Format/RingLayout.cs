namespace RoamShm;

/// <summary>Offsets in bytes of the fields of a ring's header (BipBuffer), from its own start (<c>r[shm.bipbuf.header]</c>).</summary>
internal static class RingLayout
{
    /// <summary>Size of the ring's header; its data follows.</summary>
    internal const int HeaderSize = 128;

    /// <summary>write, atomic u32: next write position.</summary>
    internal const int Write = 0;

    /// <summary>watermark, atomic u32: wrap boundary, 0 = no wrap active.</summary>
    internal const int Watermark = 4;

    /// <summary>capacity, u32: data bytes.</summary>
    internal const int Capacity = 8;

    /// <summary>read, atomic u32: consumed frontier.</summary>
    internal const int Read = 64;

    /// <summary>Bytes from one ring of a pair to the next: header and data, rounded up to 64.</summary>
    /// <param name="capacity">Data bytes of one ring.</param>
    /// <returns>The distance in bytes.</returns>
    internal static ulong Stride(uint capacity) => SegmentFormat.Align(HeaderSize + (ulong)capacity);

    /// <summary>Where the reference puts a peer's ring pair: guest→host there, host→guest one <see cref="Stride"/> behind it (<c>r[shm.bipbuf.layout]</c>).</summary>
    /// <param name="maxGuests">Number of guests that can attach.</param>
    /// <param name="capacity">Data bytes of one ring.</param>
    /// <param name="peerIndex">Index in the peer table, the peer id less one.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal static ulong PairOffset(uint maxGuests, uint capacity, int peerIndex) =>
        HeaderLayout.Size + ((ulong)maxGuests * PeerEntryLayout.Size) + ((ulong)peerIndex * 2 * Stride(capacity));
}
