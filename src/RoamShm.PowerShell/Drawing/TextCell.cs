using System;

namespace RoamShm.Drawing;

/// <summary>A cell of a <see cref="TextTable"/>: text, or content drawn to the width of its column.</summary>
internal sealed class TextCell
{
    internal static readonly TextCell Empty = new(string.Empty);

    private readonly Func<int, StyledLine> _draw;

    internal TextCell(string text, TextStyle style = TextStyle.None)
    {
        var line = new StyledLine(text, style);
        Width = line.Width;
        _draw = _ => line;
    }

    internal TextCell(Func<int, StyledLine> draw) => _draw = draw;

    /// <summary>The width that the cell needs; 0 for content that adapts to any width.</summary>
    internal int Width { get; }

    internal StyledLine Draw(int width) => _draw(width);
}
