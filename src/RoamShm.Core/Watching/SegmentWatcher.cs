using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Watches segments by polling them: a store through a mapping raises no file system event. Files stay open for reading between polls if that hinders nobody:
/// not on Windows, never more than half of the files that the process may have open, and not if polls are more than a second apart.
/// </summary>
public static class SegmentWatcher
{
    /// <summary>Watches files: returns an event for each that exists, then one for each change.</summary>
    /// <param name="paths">The files; one that is given twice is watched once.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation, which ends the sequence at once, without an exception.</param>
    /// <returns>The events, as they are seen. The sequence blocks between them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The interval is shorter than 1 ms.</exception>
    public static IEnumerable<SegmentEvent> Watch(IEnumerable<string> paths, SegmentWatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (paths is null)
        {
            throw new ArgumentNullException(nameof(paths));
        }

        options ??= new SegmentWatchOptions();
        if (options.Interval < TimeSpan.FromMilliseconds(1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), "The interval must be at least 1 ms.");
        }

        return new SegmentWatch(options).Run([.. paths], cancellationToken);
    }
}
