namespace RoamShm;

/// <summary>One ring of a peer as it was at one moment (<c>r[shm.bipbuf.header]</c>).</summary>
public sealed class SegmentRing
{
    /// <summary>The peer, 1 to 255.</summary>
    public int PeerId { get; set; }

    /// <summary>Which of its rings.</summary>
    public RingDirection Direction { get; set; }

    /// <summary>Where the ring's header lies, in bytes from the start of the segment.</summary>
    public ulong Offset { get; set; }

    /// <summary>Data bytes of the ring.</summary>
    public uint Capacity { get; set; }

    /// <summary>The next write position.</summary>
    public uint Write { get; set; }

    /// <summary>The wrap boundary; 0 = no wrap is active.</summary>
    public uint Watermark { get; set; }

    /// <summary>The consumed frontier.</summary>
    public uint Read { get; set; }

    /// <summary>Bytes that wait; 0 where the positions make no sense.</summary>
    public long QueuedBytes { get; set; }

    /// <summary>Entries that wait; <see langword="null"/> where they cannot be told apart.</summary>
    public long? QueuedEntries { get; set; }

    /// <summary>Fill in percent of the capacity.</summary>
    public double Percent { get; set; }

    /// <summary>What is wrong with the ring's positions or entries; <see langword="null"/> if nothing is.</summary>
    public string? Fault { get; set; }
}
