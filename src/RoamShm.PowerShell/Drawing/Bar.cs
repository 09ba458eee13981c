using System;
using System.Collections.Generic;

namespace RoamShm.Drawing;

/// <summary>Draws bars. A small amount is always visible, and a bar that looks full is full.</summary>
internal static class Bar
{
    /// <summary>Returns a bar filled to a part of the whole.</summary>
    internal static StyledLine Fill(double part, double whole, int width, TextStyle style, Glyphs glyphs)
    {
        int steps = glyphs.Parts.Length + 1;
        int all = width * steps;
        double share = whole > 0 ? Math.Max(0, Math.Min(1, part / whole)) : 0;
        int filled = (int)Math.Round(share * all);
        filled = share <= 0 ? 0 : share >= 1 ? all : Math.Max(1, Math.Min(all - 1, filled));
        int full = filled / steps;
        var bar = new StyledLine(Repeat(glyphs.Full, full), style);
        if (filled % steps > 0)
        {
            _ = bar.Add(glyphs.Parts[(filled % steps) - 1], style);
        }

        return bar.Add(Repeat(glyphs.Empty, width - bar.Width), TextStyle.Dim);
    }

    /// <summary>Returns a bar with a share for each part; the remainder is empty.</summary>
    internal static StyledLine Stack(IReadOnlyList<(long Part, string Glyph, TextStyle Style)> parts, long whole, int width, Glyphs glyphs)
    {
        int[] cells = new int[parts.Count];
        int used = 0;
        long sum = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            sum += parts[i].Part;
            cells[i] = parts[i].Part <= 0 || whole <= 0 ? 0 : Math.Max(1, (int)Math.Round((double)parts[i].Part / whole * width));
            used += cells[i];
        }

        // Rounding up small parts may use too many cells or hide the free remainder; take those cells back from the widest part.
        int most = sum < whole ? width - 1 : width;
        while (used > most && Widest(cells) is int widest && cells[widest] > 1)
        {
            cells[widest]--;
            used--;
        }

        var bar = new StyledLine();
        for (int i = 0; i < cells.Length; i++)
        {
            _ = bar.Add(Repeat(parts[i].Glyph, Math.Min(cells[i], width - bar.Width)), parts[i].Style);
        }

        return bar.Add(Repeat(sum < whole || bar.Width == 0 ? glyphs.Empty : " ", width - bar.Width), TextStyle.Dim);
    }

    private static int? Widest(int[] cells)
    {
        int? widest = null;
        for (int i = 0; i < cells.Length; i++)
        {
            widest = widest is int other && cells[other] >= cells[i] ? widest : i;
        }

        return widest;
    }

    private static string Repeat(string glyph, int count) => count > 0 ? new string(glyph[0], count) : string.Empty;
}
