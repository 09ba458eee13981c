using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>Options for <see cref="SegmentWatcher"/>.</summary>
public sealed class SegmentWatchOptions
{
    /// <summary>Gets or sets the time from one poll of all segments to the next. The default is 250 ms, the minimum 1 ms.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets or sets the time after which to end; <see langword="null"/> for never.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gets or sets the number of events after which to end; <see langword="null"/> for never.</summary>
    public long? Count { get; set; }

    /// <summary>Gets or sets a value indicating whether to end once every segment is in goodbye or removed.</summary>
    public bool UntilGoodbye { get; set; }

    /// <summary>Gets or sets a value indicating whether to omit the events for segments that exist at the start.</summary>
    public bool SkipInitial { get; set; }

    /// <summary>Gets or sets a value indicating whether to wait for files that do not exist yet or are being created, instead of reporting an error.</summary>
    public bool WaitForFile { get; set; }

    /// <summary>Gets or sets a value indicating whether to watch the peers of each segment too.</summary>
    public bool Peers { get; set; }

    /// <summary>
    /// Gets or sets a callback for each error that prevents a file from being watched, and for each segment that is not in goodbye when the time for that runs
    /// out.
    /// </summary>
    public Action<SegmentException>? OnError { get; set; }

    /// <summary>
    /// Gets or sets a function that is called before each poll and returns more files to watch; it may return files that are already watched.
    /// </summary>
    public Func<IEnumerable<string>>? Discover { get; set; }
}
