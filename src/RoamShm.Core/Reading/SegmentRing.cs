namespace RoamShm;

/// <summary>A snapshot of a peer's ring (<c>r[shm.bipbuf.header]</c>).</summary>
public sealed class SegmentRing
{
    /// <summary>Gets or sets the peer id, 1 to 255.</summary>
    public int PeerId { get; set; }

    /// <summary>Gets or sets the direction of the ring.</summary>
    public RingDirection Direction { get; set; }

    /// <summary>Gets or sets the offset of the ring header in bytes from the start of the segment.</summary>
    public ulong Offset { get; set; }

    /// <summary>Gets or sets the data bytes of the ring.</summary>
    public uint Capacity { get; set; }

    /// <summary>Gets or sets the next write position.</summary>
    public uint Write { get; set; }

    /// <summary>Gets or sets the wrap boundary; 0 if no wrap is active.</summary>
    public uint Watermark { get; set; }

    /// <summary>Gets or sets the consumed frontier.</summary>
    public uint Read { get; set; }

    /// <summary>Gets or sets the number of bytes queued; 0 if the positions are invalid.</summary>
    public long QueuedBytes { get; set; }

    /// <summary>Gets or sets the number of entries queued; <see langword="null"/> if they cannot be parsed.</summary>
    public long? QueuedEntries { get; set; }

    /// <summary>Gets or sets the fill level as a percentage of the capacity.</summary>
    public double Percent { get; set; }

    /// <summary>Gets or sets what is wrong with the positions or entries of the ring; <see langword="null"/> if nothing is.</summary>
    public string? Fault { get; set; }
}
