using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Gives files that a host is just making a second look: each is looked at once more, but all of them together are
/// waited for no longer than a tenth of a second. Threads may share one.
/// </summary>
internal sealed class ReadyWait
{
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private readonly CancellationToken _cancellation;
    private Stopwatch? _sinceFirst;

    internal ReadyWait(CancellationToken cancellation) => _cancellation = cancellation;

    /// <summary>Waits what is left to wait, if the file is worth a second look.</summary>
    internal bool IsWorthASecondLook(SegmentException error)
    {
        if (!error.IsPerhapsBeingMade || (DateTime.UtcNow - error.LastWriteTimeUtc).Duration() > Recent)
        {
            return false;
        }

        if (_sinceFirst is null)
        {
            _ = Interlocked.CompareExchange(ref _sinceFirst, Stopwatch.StartNew(), null);
        }

        TimeSpan left = Longest - _sinceFirst.Elapsed;
        if (left > TimeSpan.Zero)
        {
            _ = _cancellation.WaitHandle.WaitOne(left);
        }

        _cancellation.ThrowIfCancellationRequested();
        return true;
    }
}
