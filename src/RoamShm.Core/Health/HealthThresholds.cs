namespace RoamShm;

/// <summary>The thresholds that a segment is judged by.</summary>
public sealed class HealthThresholds
{
    /// <summary>Heartbeat intervals after which a peer is stale (<c>r[shm.crash.detection]</c>), which is a warning.</summary>
    internal const double StaleIntervals = 2;

    /// <summary>Heartbeat intervals after which a silent peer is critical.</summary>
    internal const double DeadIntervals = 10;

    /// <summary>
    /// Age of the last heartbeat of an attached peer, in seconds. <see langword="null"/>, the default, is twice the segment's heartbeat interval and ten times of it.
    /// </summary>
    public HealthThreshold? HeartbeatAge { get; set; }

    /// <summary>Fill of a ring in percent; default 80 and 95.</summary>
    public HealthThreshold RingPercent { get; set; } = new(80, 95);

    /// <summary>Use of a slot class in percent; default 80 and 95.</summary>
    public HealthThreshold SlotPercent { get; set; } = new(80, 95);

    /// <summary>Number of orphaned slots; default 1, and never critical.</summary>
    public HealthThreshold OrphanedSlot { get; set; } = new(1, null);

    /// <summary>Number of leaked slots; default 1, and never critical.</summary>
    public HealthThreshold LeakedSlot { get; set; } = new(1, null);

    /// <summary>Number of peers in Goodbye or Reserved; default 1, and never critical.</summary>
    public HealthThreshold WaitingPeer { get; set; } = new(1, null);

    /// <summary>Number of free peer entries, or fewer; default 0, and never critical.</summary>
    public HealthThreshold FreePeer { get; set; } = new(0, null);

    /// <summary>Use of the file system's bytes in percent; default 80 and 95.</summary>
    public HealthThreshold FileSystemPercent { get; set; } = new(80, 95);

    /// <summary>Use of the file system's inodes in percent; default 80 and 95.</summary>
    public HealthThreshold InodePercent { get; set; } = new(80, 95);
}
