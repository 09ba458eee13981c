using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Waits for files on which another process holds a lease, since a non-blocking open fails meanwhile. Most leases last microseconds. The files of one call
/// share a limit of two seconds, so that a folder full of leased files takes no longer.
/// </summary>
internal sealed class OpenWait
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly Stopwatch _waited = new();

    /// <summary>Waits before the next attempt to open a file.</summary>
    /// <param name="tries">The number of attempts on that file so far.</param>
    /// <param name="cancellation">The token to monitor for cancellation.</param>
    /// <returns><see langword="false"/> if the limit is used up.</returns>
    internal bool Wait(int tries, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_waited)
        {
            if (_waited.Elapsed >= Longest)
            {
                return false;
            }

            _waited.Start();
            _ = cancellation.WaitHandle.WaitOne(Math.Min(tries, 20));
            _waited.Stop();
        }

        cancellation.ThrowIfCancellationRequested();
        return true;
    }
}
