namespace RoamShm;

/// <summary>Offsets in bytes of the fields of a ring's header (BipBuffer), from its own start (<c>r[shm.bipbuf.header]</c>).</summary>
public static class RingLayout
{
    /// <summary>Size of the ring's header; its data follows.</summary>
    public const int HeaderSize = 128;

    /// <summary>write, atomic u32: next write position.</summary>
    public const int Write = 0;

    /// <summary>watermark, atomic u32: wrap boundary, 0 = no wrap active.</summary>
    public const int Watermark = 4;

    /// <summary>capacity, u32: data bytes.</summary>
    public const int Capacity = 8;

    /// <summary>read, atomic u32: consumed frontier.</summary>
    public const int Read = 64;

    /// <summary>Bytes from one ring of a pair to the next: header and data, rounded up to 64.</summary>
    /// <param name="capacity">Data bytes of one ring.</param>
    /// <returns>The distance in bytes.</returns>
    public static ulong Stride(uint capacity) => SegmentFormat.Align(HeaderSize + (ulong)capacity);
}
