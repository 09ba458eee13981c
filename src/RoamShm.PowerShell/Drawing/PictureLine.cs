using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using RoamShm.Drawing;

namespace RoamShm;

/// <summary>
/// Picture lines on the output stream. Each is a plain string, fit for files, variables and other commands; its styles are kept beside it for the view in
/// RoamShm.Format.ps1xml, so that PowerShell's own rules decide where colours are shown.
/// </summary>
public static class PictureLine
{
    // Setting and resetting origin mode moves the cursor home. PowerShell counts these sequences as no text and keeps them out of files, unlike the sequence
    // that moves the cursor.
    private const string Home = "\u001b[?6h\u001b[?6l";

    private static readonly ConditionalWeakTable<string, Look> Looks = new();

    /// <summary>Returns a line as the terminal shows it, or the text of any other object. For the view.</summary>
    /// <param name="line">The line.</param>
    /// <param name="style">The value of <c>$PSStyle</c>; <see langword="null"/> if there is none.</param>
    /// <returns>The text with colours.</returns>
    public static string Paint(object? line, object? style) => string.Join(Environment.NewLine, PaintLines(line, style));

    /// <summary>Returns the lines of a picture as the terminal shows them, except the last, which the view writes itself. For the view.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="style">The value of <c>$PSStyle</c>; <see langword="null"/> if there is none.</param>
    /// <returns>The lines with colours.</returns>
    public static string[] PaintAllButLast(object? picture, object? style) => [.. PaintLines(picture, style).Reverse().Skip(1).Reverse()];

    /// <summary>Returns the last line of a picture as the terminal shows it. For the view.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="style">The value of <c>$PSStyle</c>; <see langword="null"/> if there is none.</param>
    /// <returns>The line with colours.</returns>
    public static string PaintLast(object? picture, object? style) => PaintLines(picture, style).Last();

    /// <summary>Creates a line for the output stream.</summary>
    /// <param name="line">The line.</param>
    /// <param name="hasColours">Whether the line may be shown in colour.</param>
    internal static object ToOutput(StyledLine line, bool hasColours)
    {
        // The empty string is a shared object, so it must not be marked.
        return hasColours && line.HasStyle ? Mark(line.Text, typeof(PictureLine).FullName, new Look([line], hasColours)) : line.Text;
    }

    /// <summary>Creates a picture that overwrites the screen.</summary>
    /// <param name="lines">The lines of the picture, which are its text.</param>
    /// <param name="window">The lines that the window has room for, plus empty lines to erase what was there before.</param>
    /// <param name="width">The width to overwrite.</param>
    /// <param name="hasColours">Whether the picture may be shown in colour.</param>
    /// <param name="redrawing">Ends the overwriting when it is switched off.</param>
    internal static object ToOverwriting(IReadOnlyList<StyledLine> lines, IReadOnlyList<StyledLine> window, int width, bool hasColours, Redrawing redrawing) =>
        Mark(string.Join(Environment.NewLine, lines.Select(line => line.Text)), "RoamShm.Picture", new Look(lines, hasColours, window, width, redrawing));

    private static IEnumerable<string> PaintLines(object? item, object? style)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        return value is string key && Looks.TryGetValue(key, out Look? look)
            ? look.Paint(style is PSObject wrappedStyle ? wrappedStyle.BaseObject : style)
            : (value?.ToString() ?? string.Empty).Split(["\r\n", "\n"], StringSplitOptions.None);
    }

    private static PSObject Mark(string text, string type, Look look)
    {
        string own = new(text.ToCharArray());
        Looks.Add(own, look);
        var line = new PSObject(own);
        line.TypeNames.Insert(0, type);
        return line;
    }

    private sealed class Look
    {
        private readonly IReadOnlyList<StyledLine> _lines;
        private readonly bool _hasColours;
        private readonly IReadOnlyList<StyledLine> _window;
        private readonly int _width;
        private readonly Redrawing? _redrawing;

        internal Look(IReadOnlyList<StyledLine> lines, bool hasColours, IReadOnlyList<StyledLine>? window = null, int width = 0, Redrawing? redrawing = null)
        {
            _lines = lines;
            _hasColours = hasColours;
            _window = window ?? [];
            _width = width;
            _redrawing = redrawing;
        }

        internal string[] Paint(object? style)
        {
            Palette palette = _hasColours && style is not null && IsWanted(style) ? Palette.Of(style) : Palette.Plain;
            if (_redrawing is not { IsOn: true })
            {
                return [.. _lines.Select(line => line.Render(palette))];
            }

            string[] painted = [.. _window.Select(line => line.Render(palette) + new string(' ', Math.Max(0, _width - line.Width)))];

            // Without $PSStyle, in Windows PowerShell, escape sequences count as text and need room.
            painted[0] = Home + (style is null && painted[0].Length >= Home.Length ? painted[0].Substring(0, painted[0].Length - Home.Length) : painted[0]);
            return painted;
        }

        /// <summary>Whether to colour: PowerShell strips colours from what goes to files, but not from its own redirected output.</summary>
        private static bool IsWanted(object style) => Palette.Read(style, "OutputRendering")?.ToString() switch
        {
            "Ansi" => true,
            "Host" => !Console.IsOutputRedirected,
            _ => false,
        };
    }
}
