using System;
using System.Management.Automation;

namespace RoamShm.Drawing;

/// <summary>
/// The colours of PowerShell 7's <c>$PSStyle</c>, which users can customise. Read by name, because the type does not exist for DLLs that Windows PowerShell
/// 5.1 must also load.
/// </summary>
internal sealed class Palette
{
    /// <summary>No colours.</summary>
    internal static readonly Palette Plain = new([], string.Empty);

    private readonly string[] _starts;
    private readonly string _end;

    private Palette(string[] starts, string end)
    {
        _starts = starts;
        _end = end;
    }

    /// <summary>Creates a palette from a <c>$PSStyle</c>.</summary>
    /// <param name="style">The value of the variable.</param>
    /// <returns>The palette; a plain one if the value is not a <c>$PSStyle</c>.</returns>
    internal static Palette Of(object style)
    {
        if (Read(style, "Reset") is not string end || Read(style, "Foreground") is not object foreground || Read(style, "Formatting") is not object formatting)
        {
            return Plain;
        }

        string[] starts = new string[Enum.GetValues(typeof(TextStyle)).Length];
        starts[(int)TextStyle.Title] = Text(style, "Bold");
        starts[(int)TextStyle.Label] = Text(formatting, "TableHeader");
        starts[(int)TextStyle.Dim] = Text(foreground, "BrightBlack");
        starts[(int)TextStyle.Good] = Text(foreground, "Green");
        starts[(int)TextStyle.Info] = Text(foreground, "Cyan");
        starts[(int)TextStyle.Warning] = Text(foreground, "Yellow");
        starts[(int)TextStyle.Bad] = Text(foreground, "Red");
        return new Palette(starts, end);
    }

    /// <summary>Returns a property of an object whose type cannot be referenced here; <see langword="null"/> if there is no such property.</summary>
    internal static object? Read(object item, string property)
    {
        try
        {
            return PSObject.AsPSObject(item).Properties[property]?.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    internal string Paint(string text, TextStyle style)
    {
        string start = (int)style < _starts.Length ? _starts[(int)style] ?? string.Empty : string.Empty;
        return start.Length == 0 || text.Length == 0 ? text : start + text + _end;
    }

    private static string Text(object item, string property) => Read(item, property) as string ?? string.Empty;
}
