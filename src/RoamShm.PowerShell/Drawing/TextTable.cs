using System;
using System.Collections.Generic;
using System.Linq;

namespace RoamShm.Drawing;

/// <summary>
/// A table that adapts to the available width: bars grow with it, and if it is too narrow, expendable columns are dropped, the highest
/// <see cref="TextColumn.Spare"/> first.
/// </summary>
internal sealed class TextTable
{
    private const int MostOfBar = 40;

    private readonly TextColumn[] _columns;
    private readonly List<TextCell[]> _rows = [];

    internal TextTable(params TextColumn[] columns) => _columns = columns;

    internal void Add(params TextCell[] cells) => _rows.Add(cells);

    internal IEnumerable<StyledLine> Draw(int width, Glyphs glyphs)
    {
        int[] widths = new int[_columns.Length];
        for (int i = 0; i < widths.Length; i++)
        {
            int column = i;
            widths[i] = Math.Max(Math.Max(_columns[i].Label.Length, _columns[i].Least), _rows.Count == 0 ? 0 : _rows.Max(row => row[column].Width));
        }

        List<int> shown = Choose(widths, width);
        Widen(widths, shown, width);
        yield return Join(shown, widths, i => new StyledLine(_columns[i].Label, TextStyle.Label)).Fit(width, glyphs.Ellipsis);
        foreach (TextCell[] row in _rows)
        {
            yield return Join(shown, widths, i => row[i].Draw(widths[i])).Fit(width, glyphs.Ellipsis);
        }
    }

    private static int Total(int[] widths, List<int> shown) => shown.Sum(i => widths[i] + 1) - 1;

    private List<int> Choose(int[] widths, int width)
    {
        List<int> shown = [.. Enumerable.Range(0, _columns.Length)];
        while (Total(widths, shown) > width)
        {
            int most = shown.Max(i => _columns[i].Spare);
            if (most == 0)
            {
                break;
            }

            _ = shown.RemoveAll(i => _columns[i].Spare == most);
        }

        return shown;
    }

    private void Widen(int[] widths, List<int> shown, int width)
    {
        int[] bars = [.. shown.Where(i => _columns[i].IsBar)];
        for (int left = width - Total(widths, shown); left > 0 && bars.Length > 0; left--)
        {
            int narrowest = bars.OrderBy(i => widths[i]).First();
            if (widths[narrowest] >= MostOfBar)
            {
                break;
            }

            widths[narrowest]++;
        }
    }

    private StyledLine Join(List<int> shown, int[] widths, Func<int, StyledLine> cell)
    {
        var line = new StyledLine();
        int at = 0;
        for (int k = 0; k < shown.Count; k++)
        {
            int i = shown[k];
            StyledLine text = cell(i);
            if (text.Width > 0)
            {
                _ = line.PadTo(at + (_columns[i].IsRight ? widths[i] - text.Width : 0)).Add(text);
            }

            at += widths[i] + 1;
        }

        return line;
    }
}
