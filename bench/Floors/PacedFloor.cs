using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm.Bench;

/// <summary>
/// The floor for one poll of a watch: open, fstat, read and close each file at an interval, so that the processor caches are as cold as they are for a watch.
/// </summary>
public static class PacedFloor
{
    /// <summary>Returns the CPU time in milliseconds for one poll of all files.</summary>
    public static double Measure(string[] paths, TimeSpan interval, int warmUps, int looks)
    {
        var clock = new Stopwatch();
        double start = 0;
        TimeSpan next = TimeSpan.Zero;
        for (int look = -warmUps; look < looks; look++)
        {
            if (look == 0)
            {
                start = Now();
            }

            clock.Start();
            _ = HeaderFloor.ReadAll(paths);
            next += interval;
            TimeSpan wait = next - clock.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                Thread.Sleep(wait);
            }
        }

        return (Now() - start) / looks;
    }

    /// <summary>Returns the CPU time of this process in milliseconds.</summary>
    public static double Now()
    {
        if (LibC.IsUsed)
        {
            return LibC.ProcessorTime();
        }

        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalMilliseconds;
    }
}
