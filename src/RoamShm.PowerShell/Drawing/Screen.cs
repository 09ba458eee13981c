using System;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Runtime.InteropServices;

namespace RoamShm.Drawing;

/// <summary>The target of a picture: its size, its characters, and whether colours and overwriting are possible.</summary>
internal sealed class Screen
{
    /// <summary>The minimum width of a readable picture.</summary>
    internal const int LeastWidth = 40;

    private const int WidthWhereUnknown = 100;
    private const int Utf16 = 1200;
    private const int Utf16BigEndian = 1201;
    private const int Utf32 = 12000;
    private const int Utf8 = 65001;

    private Screen(int width, int across, int height, Glyphs glyphs, bool hasColours, bool canRedraw)
    {
        Width = width;
        Across = across;
        Height = height;
        Glyphs = glyphs;
        HasColours = hasColours;
        CanRedraw = canRedraw;
    }

    /// <summary>The maximum line width that the user wants.</summary>
    internal int Width { get; }

    /// <summary>The width of the window in columns. Overwriting must cover all of them, and no line may be longer.</summary>
    internal int Across { get; }

    /// <summary>The height of the window in lines; meaningless if the picture cannot be overwritten.</summary>
    internal int Height { get; }

    internal Glyphs Glyphs { get; }

    /// <summary>Whether colours are allowed. PowerShell decides whether they are shown.</summary>
    internal bool HasColours { get; }

    /// <summary>Whether the next picture can overwrite this one.</summary>
    internal bool CanRedraw { get; }

    /// <summary>Determines where the output of a cmdlet goes.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="width">The width that the user wants; <see langword="null"/> for that of the console.</param>
    /// <param name="ascii">Whether the user wants ASCII.</param>
    /// <param name="noColor">Whether the user disabled colours.</param>
    /// <param name="redraw">Whether the user wants each picture to overwrite the previous one.</param>
    /// <returns>The current screen.</returns>
    internal static Screen Of(PSCmdlet cmdlet, int? width, bool ascii, bool noColor, bool redraw)
    {
        Size? window = Ask(() => cmdlet.Host.UI.RawUI.WindowSize);
        object? style = cmdlet.SessionState.PSVariable.GetValue("PSStyle");
        string rendering = style is null ? string.Empty : Palette.Read(style, "OutputRendering")?.ToString() ?? string.Empty;

        // The view that colours and overwrites is a script that makes calls which Constrained Language forbids.
        bool canPaint = cmdlet.SessionState.LanguageMode == PSLanguageMode.FullLanguage;

        // Only output that goes to the terminal can be overwritten, not what another command receives. Nothing shows whether an assignment or a file receives
        // it, so the user must say.
        bool canRedraw = redraw && canPaint && rendering != "PlainText" && window is { Width: > 0, Height: > 0 } && cmdlet.MyInvocation.PipelinePosition == cmdlet.MyInvocation.PipelineLength
            && !(Ask(() => Console.IsOutputRedirected) ?? true)
            && (Ask(() => cmdlet.Host.UI.SupportsVirtualTerminal) ?? false);
        return new Screen(
            width ?? Math.Max(LeastWidth, ConsoleWidth(window)),
            ConsoleWidth(window),
            window?.Height ?? 0,
            ascii || !IsUnicode() ? Glyphs.Ascii : Glyphs.Unicode,
            hasColours: canPaint && !noColor && style is not null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            canRedraw);
    }

    private static int ConsoleWidth(Size? window)
    {
        // The Windows console wraps when the last column is written, which leaves an empty line after a line of full width.
        int spared = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? 1 : 0;
        return window is not Size size || size.Width <= 0 ? WidthWhereUnknown : size.Width - spared;
    }

    private static bool IsUnicode() => Ask(() => Console.OutputEncoding.CodePage) is Utf8 or Utf16 or Utf16BigEndian or Utf32;

    /// <summary>Queries a host or the console, which have many ways to report that there is none: jobs, services, editors and remote sessions.</summary>
    private static T? Ask<T>(Func<T> question)
        where T : struct
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is not PipelineStoppedException)
        {
            return null;
        }
    }
}
