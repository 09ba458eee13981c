using System;
using System.Globalization;

namespace RoamShm.Drawing;

/// <summary>Formats numbers for display, with the units of the views in RoamShm.Format.ps1xml.</summary>
internal static class Quantity
{
    private const ulong MinuteNanoseconds = 60_000_000_000;
    private const ulong HourNanoseconds = 60 * MinuteNanoseconds;
    private const ulong DayNanoseconds = 24 * HourNanoseconds;
    private const double MinuteMilliseconds = 60_000;
    private const double HourMilliseconds = 60 * MinuteMilliseconds;
    private const double DayMilliseconds = 24 * HourMilliseconds;

    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];

    internal static string Bytes(double bytes)
    {
        int unit = 0;
        while (bytes >= 1024 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return bytes.ToString(unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Formats a count in at most five characters.</summary>
    internal static string Count(long count) => count switch
    {
        < 100_000 => Invariant($"{count}"),
        < 1_000_000 => Invariant($"{count / 1000}k"),
        < 100_000_000 => Invariant($"{Math.Floor(count / 100_000.0) / 10:0.0}M"),
        < 10_000_000_000 => Invariant($"{count / 1_000_000}M"),
        < 10_000_000_000_000 => Invariant($"{count / 1_000_000_000}G"),
        < 10_000_000_000_000_000 => Invariant($"{count / 1_000_000_000_000}T"),
        _ => Invariant($"{count / 1_000_000_000_000_000}P"),
    };

    internal static string Percent(double percent) => Invariant($"{percent:0.#} %");

    internal static string Nanoseconds(ulong nanoseconds) => nanoseconds switch
    {
        >= 2 * DayNanoseconds => Invariant($"{nanoseconds / (decimal)DayNanoseconds:0.#} d"),
        >= 2 * HourNanoseconds => Invariant($"{nanoseconds / (decimal)HourNanoseconds:0.##} h"),
        >= 2 * MinuteNanoseconds => Invariant($"{nanoseconds / (decimal)MinuteNanoseconds:0.##} min"),
        >= 1_000_000_000 => Invariant($"{nanoseconds / 1e9:0.###} s"),
        >= 1_000_000 => Invariant($"{nanoseconds / 1e6:0.###} ms"),
        >= 1_000 => Invariant($"{nanoseconds / 1e3:0.###} us"),
        _ => Invariant($"{nanoseconds} ns"),
    };

    internal static string Duration(TimeSpan duration) =>
        duration.TotalMinutes >= 2 ? Nanoseconds((ulong)Math.Min(ulong.MaxValue, duration.Ticks * 100m)) :
        duration.TotalSeconds >= 1 ? Invariant($"{duration.TotalSeconds:0.###} s") : Invariant($"{duration.TotalMilliseconds:0.###} ms");

    internal static string Age(double? milliseconds) => milliseconds switch
    {
        null => "-",
        >= 2 * DayMilliseconds => Invariant($"{Math.Floor(milliseconds.Value / DayMilliseconds):0} d ago"),
        >= 2 * HourMilliseconds => Invariant($"{Math.Floor(milliseconds.Value / HourMilliseconds):0} h ago"),
        >= 2 * MinuteMilliseconds => Invariant($"{Math.Floor(milliseconds.Value / MinuteMilliseconds):0} min ago"),
        >= 10_000 => Invariant($"{milliseconds / 1000:0.0} s ago"),
        _ => Invariant($"{milliseconds:0} ms ago"),
    };

    internal static string Of(long count, string one, string many) => Invariant($"{count} {(count == 1 ? one : many)}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
