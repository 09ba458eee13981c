using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace RoamShm.Drawing;

/// <summary>Draws one line for each segment, those that need attention first.</summary>
internal static class SummaryPicture
{
    private const int LeastOfBar = 6;
    private const int LeastOfName = 20;
    private const int LeastOfReason = 24;

    // The minimum width of the other columns, including the spaces between them.
    private const int WidthBesideName = 60;
    private const double NearlyFull = 80;

    /// <summary>Draws a summary.</summary>
    /// <param name="verdicts">The verdicts on the segments.</param>
    /// <param name="width">The maximum width of a line.</param>
    /// <param name="glyphs">The characters to draw with.</param>
    /// <returns>The lines.</returns>
    internal static IReadOnlyList<StyledLine> Draw(IReadOnlyList<SegmentHealth> verdicts, int width, Glyphs glyphs)
    {
        List<StyledLine> lines = [Count(verdicts).Fit(width, glyphs.Ellipsis)];
        if (verdicts.Count == 0)
        {
            return lines;
        }

        SegmentHealth[] sorted =
        [
            .. verdicts.OrderByDescending(verdict => HealthStatus.Rank(verdict.Status))
                .ThenByDescending(verdict => verdict.Reasons.Length)
                .ThenBy(verdict => verdict.Path, StringComparer.OrdinalIgnoreCase),
        ];
        string? folder = CommonFolder(sorted);
        if (folder is not null)
        {
            lines.Add(new StyledLine(CutMiddle(PrintableText.Escape(folder), width, glyphs), TextStyle.Dim));
        }

        string[] names = [.. sorted.Select(verdict => PrintableText.Escape(folder is null ? verdict.Path! : verdict.Path!.Substring(folder.Length).TrimStart('/', '\\')))];
        int nameRoom = Math.Max(LeastOfName, width - WidthBesideName);
        int nameWidth = Math.Min(nameRoom, names.Max(DisplayText.Width));
        int reasonRoom = width - WidthBesideName - nameWidth - 1;
        bool hasReasons = reasonRoom >= LeastOfReason && sorted.Any(verdict => verdict.Reasons.Length > 0);
        var table = new TextTable(
            new TextColumn("Status", least: 8),
            new TextColumn("Segment"),
            new TextColumn("Users", isRight: true, spare: 3, least: 5),
            new TextColumn("Heartbeat", isRight: true, spare: 2, least: 11),
            new TextColumn("Ring", least: LeastOfBar, isBar: !hasReasons),
            new TextColumn("Full", isRight: true, spare: 1, least: 6),
            new TextColumn("Slots", least: LeastOfBar, isBar: !hasReasons),
            new TextColumn("Used", isRight: true, spare: 1, least: 6),
            new TextColumn(hasReasons ? "Why" : string.Empty));
        for (int i = 0; i < sorted.Length; i++)
        {
            SegmentHealth verdict = sorted[i];
            double? ring = Max(verdict.GuestToHostPercent, verdict.HostToGuestPercent);
            string reason = hasReasons ? DisplayText.KeepStart(PrintableText.Escape(verdict.Reasons.FirstOrDefault()?.Message ?? string.Empty), reasonRoom, glyphs.Ellipsis) : string.Empty;
            table.Add(
                new TextCell(verdict.Status ?? string.Empty, StyleOf(verdict.Status)),
                new TextCell(CutMiddle(names[i], nameWidth, glyphs)),
                new TextCell(verdict.Processes is int processes ? processes.ToString(CultureInfo.InvariantCulture) : "?"),
                new TextCell(Quantity.Age(verdict.OldestHeartbeatMilliseconds)),
                Bars(ring, glyphs),
                Percent(ring),
                Bars(verdict.SlotPercent, glyphs),
                Percent(verdict.SlotPercent),
                new TextCell(reason, StyleOf(verdict.Status)));
        }

        lines.AddRange(table.Draw(width, glyphs));
        return lines;
    }

    /// <summary>Returns the style for a verdict.</summary>
    internal static TextStyle StyleOf(string? status) => status switch
    {
        HealthStatus.OK => TextStyle.Good,
        HealthStatus.Warning => TextStyle.Warning,
        HealthStatus.Critical => TextStyle.Bad,
        _ => TextStyle.Dim,
    };

    private static StyledLine Count(IReadOnlyList<SegmentHealth> verdicts)
    {
        var line = new StyledLine(Quantity.Of(verdicts.Count, "segment", "segments"), TextStyle.Title);
        foreach (string status in new[] { HealthStatus.Critical, HealthStatus.Warning, HealthStatus.Unknown, HealthStatus.OK })
        {
            int count = verdicts.Count(verdict => verdict.Status == status);
            if (count > 0)
            {
                _ = line.Add(", ").Add(FormattableString.Invariant($"{count} {status}"), StyleOf(status));
            }
        }

        return line;
    }

    private static string? CommonFolder(SegmentHealth[] verdicts)
    {
        string[] folders = [.. verdicts.Select(verdict => System.IO.Path.GetDirectoryName(verdict.Path) ?? string.Empty).Distinct(StringComparer.Ordinal)];
        return folders.Length == 1 && folders[0].Length > 0 ? folders[0] : null;
    }

    private static double? Max(double? one, double? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);

    private static TextCell Bars(double? percent, Glyphs glyphs) =>
        percent is double share ? new(width => Bar.Fill(share, 100, width, share >= NearlyFull ? TextStyle.Warning : TextStyle.Good, glyphs)) : TextCell.Empty;

    private static TextCell Percent(double? percent) =>
        percent is double share ? new(Quantity.Percent(share), share >= NearlyFull ? TextStyle.Warning : TextStyle.None) : new("-", TextStyle.Dim);

    /// <summary>Returns as much of both ends as fits: names of segments may differ at either end.</summary>
    private static string CutMiddle(string text, int width, Glyphs glyphs)
    {
        int all = DisplayText.Width(text);
        if (all <= width)
        {
            return text;
        }

        int end = (width - glyphs.Ellipsis.Length) / 2;
        return DisplayText.KeepStart(text, width - end, glyphs.Ellipsis) + DisplayText.KeepEnd(text, end, string.Empty);
    }
}
