namespace RoamShm;

/// <summary>The thresholds for judging a segment.</summary>
public sealed class HealthThresholds
{
    /// <summary>The number of heartbeat intervals after which a peer is stale (<c>r[shm.crash.detection]</c>), which is a warning.</summary>
    internal const double StaleIntervals = 2;

    /// <summary>The number of heartbeat intervals after which a silent peer is critical.</summary>
    internal const double DeadIntervals = 10;

    /// <summary>
    /// Gets or sets the threshold for the age in seconds of an attached peer's last heartbeat. With the default, <see langword="null"/>, twice the segment's
    /// heartbeat interval is a warning, and ten times the interval is critical.
    /// </summary>
    public HealthThreshold? HeartbeatAge { get; set; }

    /// <summary>Gets or sets the threshold for the fill level of a ring as a percentage. The default is 80 and 95.</summary>
    public HealthThreshold RingPercent { get; set; } = new(80, 95);

    /// <summary>Gets or sets the threshold for the percentage of a slot class in use. The default is 80 and 95.</summary>
    public HealthThreshold SlotPercent { get; set; } = new(80, 95);

    /// <summary>Gets or sets the threshold for the number of orphaned slots. The default is 1, and never critical.</summary>
    public HealthThreshold OrphanedSlot { get; set; } = new(1, null);

    /// <summary>Gets or sets the threshold for the number of leaked slots. The default is 1, and never critical.</summary>
    public HealthThreshold LeakedSlot { get; set; } = new(1, null);

    /// <summary>Gets or sets the threshold for the number of peers in Goodbye or Reserved. The default is 1, and never critical.</summary>
    public HealthThreshold WaitingPeer { get; set; } = new(1, null);

    /// <summary>
    /// Gets or sets the threshold for the number of free peer entries, at or below which it is reached. The default is 0, and never critical.
    /// </summary>
    public HealthThreshold FreePeer { get; set; } = new(0, null);

    /// <summary>Gets or sets the threshold for the percentage of the file system's space in use. The default is 80 and 95.</summary>
    public HealthThreshold FileSystemPercent { get; set; } = new(80, 95);

    /// <summary>Gets or sets the threshold for the percentage of the file system's inodes in use. The default is 80 and 95.</summary>
    public HealthThreshold InodePercent { get; set; } = new(80, 95);
}
