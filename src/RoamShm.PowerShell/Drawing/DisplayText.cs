using System.Globalization;

namespace RoamShm.Drawing;

/// <summary>Measures and truncates text as a terminal shows it.</summary>
internal static class DisplayText
{
    /// <summary>Ranges of code points that take two cells: East Asian wide and full-width characters, and emoji.</summary>
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>Returns the number of cells that a text takes.</summary>
    internal static int Width(string text)
    {
        int width = 0;
        for (int i = 0; i < text.Length; i += Length(text, i))
        {
            width += WidthAt(text, i);
        }

        return width;
    }

    /// <summary>Returns as much of the start as fits, ending in an ellipsis if anything was cut off.</summary>
    internal static string KeepStart(string text, int width, string ellipsis)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        int left = width - ellipsis.Length;
        int end = 0;
        while (end < text.Length && (left -= WidthAt(text, end)) >= 0)
        {
            end += Length(text, end);
        }

        return width < ellipsis.Length ? string.Empty : text.Substring(0, end) + ellipsis;
    }

    /// <summary>Returns as much of the end as fits: the end is what distinguishes one path from another.</summary>
    internal static string KeepEnd(string text, int width, string ellipsis)
    {
        int all = Width(text);
        if (all <= width)
        {
            return text;
        }

        int start = 0;
        while (start < text.Length && all > width - ellipsis.Length)
        {
            all -= WidthAt(text, start);
            start += Length(text, start);
        }

        return width < ellipsis.Length ? string.Empty : ellipsis + text.Substring(start);
    }

    private static int Length(string text, int at) => char.IsSurrogatePair(text, at) ? 2 : 1;

    private static int WidthAt(string text, int at)
    {
        int code = char.IsSurrogatePair(text, at) ? char.ConvertToUtf32(text, at) : text[at];
        if (code < 0x300)
        {
            return 1;
        }

        if (CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
        {
            return 0;
        }

        foreach ((int first, int last) in Wide)
        {
            if (code >= first && code <= last)
            {
                return 2;
            }
        }

        return 1;
    }
}
