using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm.Bench;

/// <summary>
/// Floor of a look of a watch: open, fstat, read, close of each file at an interval, so that the processor's caches are as cold as a watch finds them.
/// </summary>
public static class PacedFloor
{
    /// <summary>Milliseconds of processor time for one look at all files.</summary>
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

    /// <summary>Processor time of this process in milliseconds.</summary>
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
