namespace RoamShm;

/// <summary>The values of <see cref="SegmentListing.Status"/>.</summary>
public static class SegmentStatus
{
    /// <summary>No guest of either reference implementation can attach.</summary>
    public const string Invalid = nameof(Invalid);

    /// <summary>Who maps the segment cannot be told.</summary>
    public const string Unknown = nameof(Unknown);

    /// <summary>Goodbye is set and peers are attached.</summary>
    public const string Draining = nameof(Draining);

    /// <summary>Goodbye is set and no peer is attached.</summary>
    public const string Drained = nameof(Drained);

    /// <summary>A process maps the segment.</summary>
    public const string Live = nameof(Live);

    /// <summary>Nobody maps it, it has not changed for a while, and its peers are stale or none is attached.</summary>
    public const string Stale = nameof(Stale);

    /// <summary>Nobody maps it.</summary>
    public const string Idle = nameof(Idle);
}
