using System.Collections.Generic;
using System.Text;

namespace RoamShm.Drawing;

/// <summary>A line of text made of styled pieces.</summary>
internal sealed class StyledLine
{
    private readonly List<(string Text, TextStyle Style)> _pieces = [];

    internal StyledLine()
    {
    }

    internal StyledLine(string text, TextStyle style = TextStyle.None) => _ = Add(text, style);

    /// <summary>The number of cells that the line takes.</summary>
    internal int Width { get; private set; }

    /// <summary>The text without styles.</summary>
    internal string Text => Render(Palette.Plain);

    /// <summary>Whether any piece has a style.</summary>
    internal bool HasStyle => _pieces.Exists(piece => piece.Style != TextStyle.None);

    internal StyledLine Add(string text, TextStyle style = TextStyle.None)
    {
        if (text.Length > 0)
        {
            _pieces.Add((text, style));
            Width += DisplayText.Width(text);
        }

        return this;
    }

    internal StyledLine Add(StyledLine line)
    {
        _pieces.AddRange(line._pieces);
        Width += line.Width;
        return this;
    }

    internal StyledLine PadTo(int width) => Width < width ? Add(new string(' ', width - Width)) : this;

    /// <summary>Returns the line, truncated to a maximum width.</summary>
    internal StyledLine Fit(int width, string ellipsis)
    {
        if (Width <= width)
        {
            return this;
        }

        var line = new StyledLine();
        foreach ((string text, TextStyle style) in _pieces)
        {
            int left = width - ellipsis.Length - line.Width;
            if (DisplayText.Width(text) > left)
            {
                return line.Add(DisplayText.KeepStart(text, left, string.Empty), style).Add(ellipsis, style);
            }

            _ = line.Add(text, style);
        }

        return line;
    }

    internal string Render(Palette palette)
    {
        var text = new StringBuilder();
        foreach ((string piece, TextStyle style) in _pieces)
        {
            _ = text.Append(palette.Paint(piece, style));
        }

        return text.ToString();
    }
}
