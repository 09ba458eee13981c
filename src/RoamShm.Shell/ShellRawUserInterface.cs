using System;
using System.IO;
using System.Management.Automation.Host;

namespace RoamShm.Shell;

/// <summary>The console's size; everything else of it is left to the terminal.</summary>
internal sealed class ShellRawUserInterface : PSHostRawUserInterface
{
    private const int WidthWhenRedirected = 120;
    private const int HeightWhenRedirected = 50;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Size BufferSize { get => WindowSize; set => throw Unsupported(); }

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override bool KeyAvailable => false;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Size MaxWindowSize => WindowSize;

    public override Coordinates WindowPosition { get; set; }

    public override Size WindowSize { get => new(Ask(() => Console.WindowWidth, WidthWhenRedirected), Ask(() => Console.WindowHeight, HeightWhenRedirected)); set => throw Unsupported(); }

    public override string WindowTitle { get; set; } = "RoamShm";

    public override void FlushInputBuffer()
    {
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported();

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw Unsupported();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw Unsupported();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Unsupported();

    private static int Ask(Func<int> console, int whenRedirected)
    {
        if (Console.IsOutputRedirected)
        {
            return whenRedirected;
        }

        try
        {
            return console() is > 0 and int cells ? cells : whenRedirected;
        }
        catch (IOException)
        {
            return whenRedirected;
        }
    }

    private static NotSupportedException Unsupported() => new("This shell leaves that to the terminal.");
}
