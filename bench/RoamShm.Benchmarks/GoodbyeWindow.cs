using System;
using System.Diagnostics;
using System.Globalization;

namespace RoamShm.Bench;

/// <summary>
/// The window in which a truncation could still kill the process that raises a goodbye: from its last length check to the exchange. Makes the same calls as
/// <see cref="Segment.RaiseGoodbye"/>, with a clock between them. Measured once with and once without the check itself, because nothing shows at what moment
/// within that call the length is taken.
/// </summary>
internal static unsafe class GoodbyeWindow
{
    private const int Rounds = 200_000;

    internal static void Measure()
    {
        var files = new SegmentFiles();
        try
        {
            string[] paths = files.Make(1000);
            long[] withLook = new long[Rounds];
            long[] afterLook = new long[Rounds];
            for (int i = -Rounds / 10; i < Rounds; i++)
            {
                (long with, long after) = MeasureOne(paths[Math.Abs(i) % paths.Length]);
                if (i >= 0)
                {
                    withLook[i] = with;
                    afterLook[i] = after;
                }
            }

            Print("from the last look's end to the exchange", afterLook);
            Print("from the last look's beginning to the exchange", withLook);
        }
        finally
        {
            files.Delete();
        }
    }

    private static (long WithLook, long AfterLook) MeasureOne(string path)
    {
        byte[] header = new byte[HeaderLayout.Size];
        using SegmentFile file = SegmentFile.OpenReadWrite(path);
        using MappedPart page = file.Map(0, HeaderLayout.Size);
        long before = Stopwatch.GetTimestamp();
        file.Refresh();
        long looked = Stopwatch.GetTimestamp();
        var mapped = new MappedHeader((void*)page.Address);
        mapped.CopyTo(header);
        AttachChecks.CheckHeader(file, header);
        _ = mapped.RaiseGoodbye();
        long exchanged = Stopwatch.GetTimestamp();
        mapped.HostGoodbye = 0;
        return (exchanged - before, exchanged - looked);
    }

    private static void Print(string what, long[] ticks)
    {
        Array.Sort(ticks);
        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture,
            "{0,-48} median {1:N0} ns, 99th percentile {2:N0} ns, longest of {3:N0}: {4:N0} ns",
            what,
            Nanoseconds(ticks[ticks.Length / 2]),
            Nanoseconds(ticks[ticks.Length * 99 / 100]),
            ticks.Length,
            Nanoseconds(ticks[^1])));
    }

    private static double Nanoseconds(long ticks) => ticks * 1e9 / Stopwatch.Frequency;
}
