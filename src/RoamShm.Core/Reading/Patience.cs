using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// How long one command waits in all, however many files it reads: a tenth of a second for files that a host is just making, two seconds for slots that may be
/// lost for a moment only. Threads may share one.
/// </summary>
internal sealed class Patience
{
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestForFiles = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestForSlots = TimeSpan.FromSeconds(2);

    private Stopwatch? _sinceFirstFile;
    private long _waitedForSlots;

    /// <summary>How long to wait for files on which other processes hold leases.</summary>
    internal OpenWait ForLeases { get; } = new();

    /// <summary>
    /// Looks at an open file; and once more if it looks as if a host were still making it: a moment later, if it was written just now. Every such file gets that
    /// second look, though only the first ones are waited for.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="state">What <paramref name="look"/> works on, so that it needs no closure.</param>
    /// <param name="look">Looks, and throws if the file is not complete; told whether there is no look after this one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal TResult Look<TState, TResult>(SegmentFile file, TState state, Func<SegmentFile, TState, bool, TResult> look, CancellationToken cancellationToken)
    {
        try
        {
            return look(file, state, false);
        }
        catch (SegmentException e) when (e.IsPerhapsBeingMade)
        {
            // Looked at again below.
        }

        if ((DateTime.UtcNow - file.Status.LastWriteTimeUtc).Duration() <= Recent)
        {
            WaitForFile(cancellationToken);
            file.Refresh();
        }

        return look(file, state, true);
    }

    /// <summary>Waits before another look at slots, unless that has taken long enough already.</summary>
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
