using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>
/// The clock that heartbeats use (<c>r[shm.crash.heartbeat-clock]</c>): CLOCK_MONOTONIC in nanoseconds; on Windows, the performance counter scaled to
/// nanoseconds. Setting the wall clock does not change it.
/// </summary>
internal static unsafe class MonotonicClock
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Whether the clock of another process may differ from that of this process: Linux has time namespaces.</summary>
    internal static bool HasNamespaces => LibC.IsLinux;

    internal static ulong Now()
    {
        if (SegmentFile.IsWindows)
        {
            ulong ticks = (ulong)Stopwatch.GetTimestamp();
            ulong frequency = (ulong)Stopwatch.Frequency;
            return (ticks / frequency * NanosecondsPerSecond) + (ticks % frequency * NanosecondsPerSecond / frequency);
        }

        long* time = stackalloc long[2];
        return LibC.ClockGetTime(LibC.CLOCK_MONOTONIC, time) == 0
            ? ((ulong)time[0] * NanosecondsPerSecond) + (ulong)time[1]
            : throw SegmentErrors.NotSupported("The monotonic clock cannot be read: " + LibC.Describe(Marshal.GetLastWin32Error()) + ".");
    }
}
