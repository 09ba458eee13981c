using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Watches segments by looking at them again and again: a store through a mapping raises no event of the file system. Between two looks files are held open for
/// reading where that hinders nobody: not on Windows, no more than half of what the process may have open, and not for looks rarer than one a second.
/// </summary>
public static class SegmentWatcher
{
    /// <summary>Watches files: first an event for each that is there, then one for each change of each.</summary>
    /// <param name="paths">The files; the same one twice is watched once.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the sequence at once, without an exception.</param>
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
