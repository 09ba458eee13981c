namespace RoamShm;

/// <summary>The values of <see cref="SegmentListing.Status"/>.</summary>
public static class SegmentStatus
{
    /// <summary>It cannot be read: a file that may be a segment, or a folder that may contain some.</summary>
    public const string Unreadable = nameof(Unreadable);

    /// <summary>The file was deleted or its name taken by another file, but processes still map it.</summary>
    public const string Deleted = nameof(Deleted);

    /// <summary>No guest of either reference implementation can attach.</summary>
    public const string Invalid = nameof(Invalid);

    /// <summary>It is unknown whether anybody uses the segment.</summary>
    public const string Unknown = nameof(Unknown);

    /// <summary>Goodbye is raised, somebody uses the segment, and peers are still attached.</summary>
    public const string Draining = nameof(Draining);

    /// <summary>Goodbye is raised, and no peer is attached.</summary>
    public const string Drained = nameof(Drained);

    /// <summary>Somebody uses the segment.</summary>
    public const string Live = nameof(Live);

    /// <summary>Peers are attached, but it is proved that nobody uses the segment: its host and its guests are dead.</summary>
    public const string Abandoned = nameof(Abandoned);

    /// <summary>It is proved that nobody uses the segment, no peer is attached, and the segment is not new.</summary>
    public const string Stale = nameof(Stale);

    /// <summary>It is proved that nobody uses the segment.</summary>
    public const string Idle = nameof(Idle);
}
