using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace RoamShm;

/// <summary>
/// Validates many files for one command, some ahead of time on other threads: the pages of a segment are rarely in a processor cache, so most of the time is
/// spent waiting for memory.
/// </summary>
internal sealed class ValidationBatch
{
    // More threads would contend in the kernel, and hosts need processors too.
    private const int MostThreads = 4;

    // Large enough that threads rarely wait for one another, small enough that the first result comes soon.
    private const int FilesAhead = 256;

    // One with a million slots takes milliseconds.
    private const int FilesAheadInFull = 32;

    private readonly Patience _patience = new();
    private readonly ConcurrentBag<ValidationRun> _runs = [];
    private ValidationRun? _own;

    /// <summary>Validates a file on this thread.</summary>
    internal SegmentReport Validate(string path, bool full, CancellationToken cancellationToken) =>
        (_own ??= new ValidationRun(_patience)).Validate(path, full, cancellationToken);

    /// <summary>Validates an open file on this thread.</summary>
    internal SegmentReport Validate(SegmentFile file, bool full, CancellationToken cancellationToken) =>
        (_own ??= new ValidationRun(_patience)).Validate(file, full, cancellationToken);

    /// <summary>Validates several files.</summary>
    /// <returns>For each file, in order, its report or the exception that <see cref="Validate(string, bool, CancellationToken)"/> would throw.</returns>
    internal IEnumerable<(SegmentReport? Report, SegmentException? Error)> ValidateAll(IReadOnlyList<string> paths, bool full, CancellationToken cancellationToken)
    {
        int ahead = full ? FilesAheadInFull : FilesAhead;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostThreads), CancellationToken = cancellationToken };
        var results = new (SegmentReport? Report, SegmentException? Error)[Math.Min(paths.Count, ahead)];
        for (int first = 0; first < paths.Count; first += ahead)
        {
            int count = Math.Min(paths.Count - first, ahead);
            int start = first;
            _ = Parallel.For(
                0,
                count,
                options,
                () => _runs.TryTake(out ValidationRun run) ? run : new ValidationRun(_patience),
                (i, _, run) =>
                {
                    results[i] = ValidateOrCatch(run, paths[start + i], full, cancellationToken);
                    return run;
                },
                _runs.Add);
            for (int i = 0; i < count; i++)
            {
                yield return results[i];
            }
        }
    }

    private static (SegmentReport? Report, SegmentException? Error) ValidateOrCatch(ValidationRun run, string path, bool full, CancellationToken cancellationToken)
    {
        try
        {
            return (run.Validate(path, full, cancellationToken), null);
        }
        catch (SegmentException e)
        {
            return (null, e);
        }
    }
}
