namespace RoamShm;

/// <summary>The values of <see cref="SegmentListing.Status"/>.</summary>
public static class SegmentStatus
{
    /// <summary>What it is could not be read: a file, which may be a segment, or a folder, which may have some.</summary>
    public const string Unreadable = nameof(Unreadable);

    /// <summary>The file was deleted, or another one has taken its name, and processes still map it.</summary>
    public const string Deleted = nameof(Deleted);

    /// <summary>No guest of either reference implementation can attach.</summary>
    public const string Invalid = nameof(Invalid);

    /// <summary>Whether anybody uses the segment is not known.</summary>
    public const string Unknown = nameof(Unknown);

    /// <summary>Goodbye is raised, and peers are attached to a segment that somebody uses.</summary>
    public const string Draining = nameof(Draining);

    /// <summary>Goodbye is raised, and no peer is attached.</summary>
    public const string Drained = nameof(Drained);

    /// <summary>Somebody uses the segment.</summary>
    public const string Live = nameof(Live);

    /// <summary>Peers are attached, and it is proved that nobody uses the segment: its host and its guests are dead.</summary>
    public const string Abandoned = nameof(Abandoned);

    /// <summary>It is proved that nobody uses it, no peer is attached, and it is not new.</summary>
    public const string Stale = nameof(Stale);

    /// <summary>It is proved that nobody uses it.</summary>
    public const string Idle = nameof(Idle);
}
