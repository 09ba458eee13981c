using System;

namespace RoamShm;

/// <summary>Options for <see cref="SegmentFinder"/>.</summary>
public sealed class SegmentFindOptions
{
    /// <summary>Gets or sets how many levels of subfolders to search; 0 for the given folder alone.</summary>
    public int Depth { get; set; }

    /// <summary>
    /// Gets or sets the minimum age of a <see cref="SegmentStatus.Stale"/> segment; see <see cref="SegmentListing.LastWriteTime"/>. The default is 10 minutes.
    /// </summary>
    public TimeSpan MinimumAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets a callback for each path that is skipped, and why: it no longer exists when it is opened, or cannot be read.</summary>
    public Action<string, string>? OnPassedOver { get; set; }

    /// <summary>Gets or sets a callback that runs before each folder is searched, with the number of files seen so far.</summary>
    public Action<string, long>? OnFolder { get; set; }

    /// <summary>Gets or sets a callback for each listed segment that has a name, while its file is open, so that the callback need not open it again.</summary>
    internal Action<SegmentListing, SegmentReport, SegmentFile>? OnListed { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether to also list segments that were deleted or replaced but are still mapped. The default is
    /// <see langword="true"/>.
    /// </summary>
    public bool IncludeDeleted { get; set; } = true;
}
