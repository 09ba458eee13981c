using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Drawing;
using RoamShm.Errors;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Draws the map of segments: header, layout, peers and their rings, slots, and what is wrong.</summary>
[Cmdlet(VerbsCommon.Show, "RoamSegment", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(string))]
public sealed class ShowRoamSegmentCommand : SegmentPathCommand
{
    private readonly List<string> _paths = [];
    private readonly List<string> _patterns = [];
    private readonly SegmentViewer _viewer = new();
    private readonly Redrawing _redrawing = new();
    private int _drawn;
    private int _overwritten;

    /// <summary>Draw one line for each segment, those first that need a human; folders stand for the segments in them.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    /// <summary>Draw again and again, until stopped; on a terminal, each picture over the one before.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Time between two pictures, at least 1 ms; a bare number is seconds. Default 1 second. Without -Refresh, picture follows picture.</summary>
    [Parameter(Position = 1)]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>End after this many pictures. Without -Refresh, picture follows picture.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long? Count { get; set; }

    /// <summary>The widest that a line may be, 40 to 1000. Default: the width of the console.</summary>
    [Parameter]
    [ValidateRange(Screen.LeastWidth, 1000)]
    public int? Width { get; set; }

    /// <summary>Draw with ASCII characters alone, as is done where the console's encoding has no others.</summary>
    [Parameter]
    public SwitchParameter Ascii { get; set; }

    /// <summary>Draw without colours.</summary>
    [Parameter]
    public SwitchParameter NoColor { get; set; }

    private bool IsRepeating => Refresh || Count is not null || MyInvocation.BoundParameters.ContainsKey(nameof(Interval));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Interval < TimeSpan.FromMilliseconds(1))
        {
            ThrowTerminatingError(ArgumentErrors.IntervalTooShort(Interval));
        }
    }

    private protected override void OnPattern(string pattern) => _patterns.Add(pattern);

    private protected override void ProcessSegment(string path)
    {
        if (Summary)
        {
            _paths.Add(File.Exists(path) || Directory.Exists(path) ? path : throw new SegmentException(SegmentErrorId.SegmentNotFound, $"There is no file '{path}'.", path));
            return;
        }

        // Looked at once even where it is drawn later, so that a name that was mistyped is an error and not a picture of nothing.
        SegmentView view = _viewer.Look(path, StopToken);
        if (IsRepeating)
        {
            _paths.Add(path);
            return;
        }

        Screen screen = Look();
        if (_drawn++ > 0)
        {
            WriteObject(string.Empty);
        }

        foreach (StyledLine line in SegmentPicture.Draw(view, screen.Width, screen.Glyphs, wraps: true))
        {
            WriteObject(PictureLine.ToOutput(line, screen.HasColours));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_paths.Count == 0 && !(Summary && _patterns.Count > 0))
        {
            return;
        }

        try
        {
            if (Summary && !IsRepeating)
            {
                Screen screen = Look();
                WriteLines(DrawSummary(screen, screen.Width), screen);
            }
            else
            {
                DrawAgainAndAgain();
            }
        }
        finally
        {
            _redrawing.IsOn = false;
        }
    }

    private void DrawAgainAndAgain()
    {
        // No wait handle waits longer.
        TimeSpan interval = Interval.TotalMilliseconds < int.MaxValue ? Interval : TimeSpan.FromMilliseconds(int.MaxValue);
        var last = (Across: 0, Height: 0);
        for (long picture = 1; ; picture++)
        {
            Screen screen = Look();
            (List<StyledLine> lines, List<StyledLine> window) = DrawAll(screen);
            if (picture > 1)
            {
                lines.Insert(0, new StyledLine());
            }

            if (screen.CanRedraw)
            {
                Overwrite(lines, window, screen, isAll: last != (screen.Across, screen.Height));
                last = (screen.Across, screen.Height);
            }
            else
            {
                WriteLines(lines, screen);
            }

            if (picture == Count)
            {
                return;
            }

            if (StopToken.WaitHandle.WaitOne(interval))
            {
                throw new PipelineStoppedException();
            }
        }
    }

    /// <summary>Lines that can be drawn over. The last one stays free, since to end it would scroll the window.</summary>
    private static int RoomOf(Screen screen) => Math.Max(2, screen.Height - 1);

    private void WriteLines(IEnumerable<StyledLine> lines, Screen screen)
    {
        foreach (StyledLine line in lines)
        {
            WriteObject(PictureLine.ToOutput(line, screen.HasColours));
        }
    }

    private Screen Look() => Screen.Of(this, Width, Ascii, NoColor, Refresh);

    /// <summary>Draws all segments: whole, and as the window has room for.</summary>
    private (List<StyledLine> Whole, List<StyledLine> Window) DrawAll(Screen screen)
    {
        // A wider one than the window is for what keeps all pictures.
        int width = screen.CanRedraw ? Math.Max(Screen.LeastWidth, Math.Min(screen.Width, screen.Across)) : screen.Width;
        string now = DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var time = new StyledLine($"{now}, every {Quantity.Duration(Interval)}", TextStyle.Dim);
        List<StyledLine> whole = [time];
        List<StyledLine> window = [time];
        if (Summary)
        {
            whole.Add(new StyledLine());
            whole.AddRange(DrawSummary(screen, width));
            return (whole, whole.GetRange(0, whole.Count));
        }

        // Each segment has its part of the window, behind an empty line.
        int height = screen.CanRedraw ? ((RoomOf(screen) - 1) / _paths.Count) - 1 : int.MaxValue;
        foreach (string path in _paths)
        {
            whole.Add(new StyledLine());
            window.Add(new StyledLine());
            try
            {
                SegmentView view = _viewer.Look(path, StopToken);
                whole.AddRange(SegmentPicture.Draw(view, width, screen.Glyphs, wraps: false));
                window.AddRange(SegmentPicture.Draw(view, width, screen.Glyphs, wraps: false, height));
            }
            catch (SegmentException e)
            {
                // It may be there again at the next look.
                IReadOnlyList<StyledLine> error = SegmentPicture.DrawError(path, e, width, screen.Glyphs);
                whole.AddRange(error);
                window.AddRange(error);
            }
            catch (OperationCanceledException)
            {
                throw new PipelineStoppedException();
            }
        }

        return (whole, window);
    }

    /// <summary>Draws the summary of the segments that there are now: a pattern also stands for files that have come since.</summary>
    private IReadOnlyList<StyledLine> DrawSummary(Screen screen, int width)
    {
        var surveyor = new SegmentSurveyor(0, StopToken);
        IEnumerable<string> matches = _patterns.SelectMany(pattern => Resolver.Resolve(pattern));
        try
        {
            IEnumerable<string> there = _paths.Where(path => _patterns.Count == 0 || File.Exists(path) || Directory.Exists(path));
            SegmentHealth[] verdicts = [.. there.Concat(matches).Distinct().SelectMany(surveyor.Survey).Select(survey => HealthJudge.Judge(survey))];
            return SummaryPicture.Draw(verdicts, width, screen.Glyphs);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>
    /// Draws from the upper left corner on, over what is there, which does not flicker as clearing the screen does. All is one object, the whole picture: should
    /// it go to a variable after all, nothing of it is missing.
    /// </summary>
    private void Overwrite(List<StyledLine> lines, List<StyledLine> window, Screen screen, bool isAll)
    {
        int most = RoomOf(screen);
        if (window.Count > most)
        {
            int hidden = window.Count - most + 1;
            window = window.GetRange(0, most);
            window[most - 1] = new StyledLine($"{hidden} lines more", TextStyle.Dim);
        }

        int count = isAll ? most : Math.Max(window.Count, _overwritten);
        _overwritten = window.Count;
        while (window.Count < count)
        {
            window.Add(new StyledLine());
        }

        WriteObject(PictureLine.ToOverwriting(lines, [.. window.Select(line => line.Fit(screen.Across, screen.Glyphs.Ellipsis))], screen.Across, screen.HasColours, _redrawing));
    }
}
