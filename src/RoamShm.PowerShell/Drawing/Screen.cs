using System;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Runtime.InteropServices;

namespace RoamShm.Drawing;

/// <summary>What a picture is drawn for: its size, its characters, whether it may have colours, and whether it can be drawn over.</summary>
internal sealed class Screen
{
    /// <summary>Narrower than this, a picture is no picture.</summary>
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

    /// <summary>The widest that a line may be, as the user wants it.</summary>
    internal int Width { get; }

    /// <summary>Columns of the window, which are all to be drawn over, and no line may go beyond them.</summary>
    internal int Across { get; }

    /// <summary>Lines of the window; of no meaning where the picture cannot be drawn over.</summary>
    internal int Height { get; }

    internal Glyphs Glyphs { get; }

    /// <summary>Whether it may have colours; whether they are shown then is for PowerShell to decide.</summary>
    internal bool HasColours { get; }

    /// <summary>Whether the next picture can take the place of this one.</summary>
    internal bool CanRedraw { get; }

    /// <summary>Looks at what the output of a cmdlet goes to.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="width">The width that the user wants, or null for that of the console.</param>
    /// <param name="ascii">Whether the user wants ASCII.</param>
    /// <param name="noColor">Whether the user wants no colours.</param>
    /// <param name="redraw">Whether the user wants each picture over the one before.</param>
    /// <returns>What it is now.</returns>
    internal static Screen Of(PSCmdlet cmdlet, int? width, bool ascii, bool noColor, bool redraw)
    {
        Size? window = Ask(() => cmdlet.Host.UI.RawUI.WindowSize);
        object? style = cmdlet.SessionState.PSVariable.GetValue("PSStyle");
        string rendering = style is null ? string.Empty : Palette.Read(style, "OutputRendering")?.ToString() ?? string.Empty;

        // The view that paints and draws over is a script, which calls what Constrained Language does not allow.
        bool canPaint = cmdlet.SessionState.LanguageMode == PSLanguageMode.FullLanguage;

        // Only what goes to the terminal can be drawn over, not what goes on to another command. Nothing says whether an assignment or a file takes it, so that is
        // for the user to say.
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
        // The console of Windows begins a new line when the last column is written, which leaves an empty one behind a line of full width.
        int spared = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? 1 : 0;
        return window is not Size size || size.Width <= 0 ? WidthWhereUnknown : size.Width - spared;
    }

    private static bool IsUnicode() => Ask(() => Console.OutputEncoding.CodePage) is Utf8 or Utf16 or Utf16BigEndian or Utf32;

    /// <summary>Asks a host or the console, which have many ways to say that there is none: jobs, services, editors and remote sessions.</summary>
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
