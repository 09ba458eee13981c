using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>How <see cref="SegmentWatcher"/> watches.</summary>
public sealed class SegmentWatchOptions
{
    /// <summary>Time from one look at all segments to the next; default 250 ms, at least 1 ms.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>When to end; <see langword="null"/> for never.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>After how many events to end; <see langword="null"/> for never.</summary>
    public long? Count { get; set; }

    /// <summary>Whether to end when every segment is in goodbye or removed.</summary>
    public bool UntilGoodbye { get; set; }

    /// <summary>Whether to leave out the events for what is there at the start.</summary>
    public bool SkipInitial { get; set; }

    /// <summary>Whether to wait for files that do not exist yet, or are just being made, instead of reporting them as errors.</summary>
    public bool WaitForFile { get; set; }

    /// <summary>Whether to watch the peers of each segment too.</summary>
    public bool Peers { get; set; }

    /// <summary>Called with what keeps a file from being watched, and with each that is not in goodbye when the time to wait for that is up.</summary>
    public Action<SegmentException>? OnError { get; set; }

    /// <summary>Called before each look for more files to watch; those that are watched already are passed over.</summary>
    public Func<IEnumerable<string>>? Discover { get; set; }
}
