using System;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using RoamShm.Drawing;

namespace RoamShm;

/// <summary>
/// Lines of pictures on the output stream. Each is a plain string, fit for files, variables and other commands; how it is painted is kept beside it for the
/// view in RoamShm.Format.ps1xml. So PowerShell's own rules decide where colours are shown.
/// </summary>
public static class PictureLine
{
    // To set and to reset the origin mode moves the cursor home. PowerShell counts these sequences as no text and keeps them out of files, which it does not
    // do with the one for moving the cursor.
    private const string Home = "\u001b[?6h\u001b[?6l";

    private static readonly ConditionalWeakTable<string, Look> Looks = new();

    /// <summary>A line as the terminal shows it. For the view; anything else shows as its text.</summary>
    /// <param name="line">The line.</param>
    /// <param name="style">The value of <c>$PSStyle</c>, or null where there is none.</param>
    /// <returns>The text with colours.</returns>
    public static string Paint(object? line, object? style)
    {
        object? value = line is PSObject wrapped ? wrapped.BaseObject : line;
        string text = value?.ToString() ?? string.Empty;
        return value is string key && Looks.TryGetValue(key, out Look? look) ? look.Paint(style is PSObject wrappedStyle ? wrappedStyle.BaseObject : style) : text;
    }

    /// <summary>A line for the output stream.</summary>
    /// <param name="line">The line.</param>
    /// <param name="hasColours">Whether it may be shown with colours.</param>
    internal static object ToOutput(StyledLine line, bool hasColours)
    {
        // An empty string is one object that all share, so it must not be marked.
        return hasColours && line.HasStyle ? Mark(line.Text, new Look(line, startsAtTop: false, width: 0)) : line.Text;
    }

    /// <summary>A line that overwrites what is on the screen.</summary>
    /// <param name="line">The line.</param>
    /// <param name="startsAtTop">Whether the cursor goes home first.</param>
    /// <param name="width">The width to overwrite.</param>
    /// <param name="hasColours">Whether it may be shown with colours.</param>
    internal static object ToOverwriting(StyledLine line, bool startsAtTop, int width, bool hasColours) =>
        Mark(line.Width == 0 ? " " : line.Text, new Look(hasColours ? line : new StyledLine(line.Text), startsAtTop, width));

    private static PSObject Mark(string text, Look look)
    {
        string own = new(text.ToCharArray());
        Looks.Add(own, look);
        var line = new PSObject(own);
        line.TypeNames.Insert(0, typeof(PictureLine).FullName);
        return line;
    }

    private sealed class Look
    {
        private readonly StyledLine _line;
        private readonly bool _startsAtTop;
        private readonly int _width;

        internal Look(StyledLine line, bool startsAtTop, int width)
        {
            _line = line;
            _startsAtTop = startsAtTop;
            _width = width;
        }

        internal string Paint(object? style)
        {
            string painted = style is not null && IsWanted(style) ? _line.Render(Palette.Of(style)) : _line.Text;
            if (_width == 0)
            {
                return painted;
            }

            // Without $PSStyle, in Windows PowerShell, sequences count as text and need their room.
            int room = _width - _line.Width - (_startsAtTop && style is null ? Home.Length : 0);
            return (_startsAtTop ? Home : string.Empty) + painted + new string(' ', Math.Max(0, room));
        }

        /// <summary>PowerShell takes colours out of what goes to files, but not of its own redirected output.</summary>
        private static bool IsWanted(object style) => Palette.Read(style, "OutputRendering")?.ToString() switch
        {
            "Ansi" => true,
            "Host" => !Console.IsOutputRedirected,
            _ => false,
        };
    }
}
