using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Limits how long one command waits in total, however many files it reads: a tenth of a second for files that a host is still creating, and two seconds for
/// slots that may be in transit. Threads may share an instance.
/// </summary>
internal sealed class Patience
{
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestForFiles = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestForSlots = TimeSpan.FromSeconds(2);

    private Stopwatch? _sinceFirstFile;
    private long _waitedForSlots;

    /// <summary>Limits the wait for files on which other processes hold leases.</summary>
    internal OpenWait ForLeases { get; } = new();

    /// <summary>
    /// Checks an open file, and checks it again if a host still seems to be creating it, after a short wait if it was written just now. Every such file is
    /// checked again, but only the first ones are waited for.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="state">The state passed to <paramref name="look"/>, so that it needs no closure.</param>
    /// <param name="look">The check. Throws if the file is not complete. Its last argument is whether this is the last attempt.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    internal TResult Look<TState, TResult>(SegmentFile file, TState state, Func<SegmentFile, TState, bool, TResult> look, CancellationToken cancellationToken)
    {
        try
        {
            return look(file, state, false);
        }
        catch (SegmentException e) when (e.IsPerhapsBeingMade)
        {
            // Checked again below.
        }

        if ((DateTime.UtcNow - file.Status.LastWriteTimeUtc).Duration() <= Recent)
        {
            WaitForFile(cancellationToken);
            file.Refresh();
        }

        return look(file, state, true);
    }

    /// <summary>Waits before slots are checked again, unless the limit is used up.</summary>
    internal void WaitForSlots(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (Interlocked.Read(ref _waitedForSlots) < LongestForSlots.Ticks)
        {
            _ = Interlocked.Add(ref _waitedForSlots, pause.Ticks);
            _ = cancellationToken.WaitHandle.WaitOne(pause);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private void WaitForFile(CancellationToken cancellationToken)
    {
        if (_sinceFirstFile is null)
        {
            _ = Interlocked.CompareExchange(ref _sinceFirstFile, Stopwatch.StartNew(), null);
        }

        TimeSpan left = LongestForFiles - _sinceFirstFile.Elapsed;
        if (left > TimeSpan.Zero)
        {
            _ = cancellationToken.WaitHandle.WaitOne(left);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
