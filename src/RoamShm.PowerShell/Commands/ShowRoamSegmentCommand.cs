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

/// <summary>Draws a map of segments: header, layout, peers and their rings, slots, and any faults.</summary>
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

    /// <summary>Draw one line for each segment, those that need attention first; a folder stands for the segments in it.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    /// <summary>Redraw until stopped; on a terminal, each picture overwrites the previous one.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>
    /// The time between two pictures, at least 1 ms; a bare number is in seconds. The default is 1 second. Without -Refresh, pictures follow one another.
    /// </summary>
    [Parameter(Position = 1)]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The number of pictures after which to end. Without -Refresh, pictures follow one another.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long? Count { get; set; }

    /// <summary>The maximum width of a line, 40 to 1000. The default is the width of the console.</summary>
    [Parameter]
    [ValidateRange(Screen.LeastWidth, 1000)]
    public int? Width { get; set; }

    /// <summary>Draw with ASCII characters only, as is done anyway if the console's encoding has no others.</summary>
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

        // Read the segment now even if it is drawn later, so that a mistyped name is an error and not a picture of nothing.
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
        // No wait handle can wait longer.
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

    /// <summary>Returns the number of lines that can be overwritten. The last one stays free, because ending it would scroll the window.</summary>
    private static int RoomOf(Screen screen) => Math.Max(2, screen.Height - 1);

    private void WriteLines(IEnumerable<StyledLine> lines, Screen screen)
    {
        foreach (StyledLine line in lines)
        {
            WriteObject(PictureLine.ToOutput(line, screen.HasColours));
        }
    }

    private Screen Look() => Screen.Of(this, Width, Ascii, NoColor, Refresh);

    /// <summary>Draws all segments twice: in full, and cut to fit the window.</summary>
    private (List<StyledLine> Whole, List<StyledLine> Window) DrawAll(Screen screen)
    {
        // A picture wider than the window is only of use to something that keeps all pictures.
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

        // Each segment gets an equal share of the window, after an empty line.
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
                // It may be back at the next refresh.
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

    /// <summary>Draws the summary of the segments that exist now: a pattern also covers files that have appeared since the start.</summary>
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
    /// Draws over the existing picture from the upper left corner on, which does not flicker as clearing the screen would. The output is one object that
    /// contains the whole picture, so that nothing is missing if it ends up in a variable after all.
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
