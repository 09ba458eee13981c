using System;

namespace RoamShm;

/// <summary>How <see cref="SegmentFinder"/> searches.</summary>
public sealed class SegmentFindOptions
{
    /// <summary>How many levels of folders below the given one to search; 0 for that one alone.</summary>
    public int Depth { get; set; }

    /// <summary>How old a segment must be to be <see cref="SegmentStatus.Stale"/>; see <see cref="SegmentListing.LastWriteTime"/>. Default 10 minutes.</summary>
    public TimeSpan MinimumAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Called with what is passed over, and why: what is gone by the time it is opened, and what cannot be read.</summary>
    public Action<string, string>? OnPassedOver { get; set; }

    /// <summary>Called with each folder before it is searched, and the number of files seen so far.</summary>
    public Action<string, long>? OnFolder { get; set; }

    /// <summary>Called with each segment that has its name while its file is open, so that whoever wants to know more need not open it again.</summary>
    internal Action<SegmentListing, SegmentReport, SegmentFile>? OnListed { get; set; }

    /// <summary>Whether to list segments that were deleted or replaced and are still mapped, too; default <see langword="true"/>.</summary>
    public bool IncludeDeleted { get; set; } = true;
}
