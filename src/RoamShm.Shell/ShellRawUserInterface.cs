using System;
using System.IO;
using System.Management.Automation.Host;

namespace RoamShm.Shell;

/// <summary>The console's size; everything else of it is left to the terminal.</summary>
internal sealed class ShellRawUserInterface : PSHostRawUserInterface
{
    private const int WidthWhenRedirected = 120;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Size BufferSize { get => WindowSize; set => throw Unsupported(); }

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override bool KeyAvailable => false;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Size MaxWindowSize => WindowSize;

    public override Coordinates WindowPosition { get; set; }

    public override Size WindowSize { get => new(Width(), 50); set => throw Unsupported(); }

    public override string WindowTitle { get; set; } = "RoamShm";

    public override void FlushInputBuffer()
    {
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported();

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw Unsupported();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw Unsupported();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Unsupported();

    private static int Width()
    {
        if (Console.IsOutputRedirected)
        {
            return WidthWhenRedirected;
        }

        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : WidthWhenRedirected;
        }
        catch (IOException)
        {
            return WidthWhenRedirected;
        }
    }

    private static NotSupportedException Unsupported() => new("This shell leaves that to the terminal.");
}
