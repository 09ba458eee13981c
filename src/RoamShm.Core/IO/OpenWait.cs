using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Waits for files on which another process holds a lease: opening without blocking is turned away while it does. Most leases last for
/// microseconds; all files of one call together are waited for no longer than two seconds, so that a folder full of leased files costs no more.
/// </summary>
internal sealed class OpenWait
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly Stopwatch _waited = new();

    /// <summary>Waits before another try to open a file.</summary>
    /// <param name="tries">How often that file was tried.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>False where no more is to be waited.</returns>
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
