using System;
using System.Collections.Generic;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Errors;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Watches segments: returns an object for the current state of each, then one for each change.</summary>
[Cmdlet("Watch", "RoamSegment", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(SegmentEvent))]
public sealed class WatchRoamSegmentCommand : SegmentPathCommand
{
    private readonly List<string> _paths = [];
    private readonly List<string> _patterns = [];

    /// <summary>The polling interval, at least 1 ms; a bare number is seconds. Default 250 ms.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Stop after this time; a bare number is seconds. Without it, watches indefinitely.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Stop after this many objects.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long? Count { get; set; }

    /// <summary>Stop when every segment is in goodbye or removed.</summary>
    [Parameter]
    public SwitchParameter UntilGoodbye { get; set; }

    /// <summary>Skip the objects for the initial state.</summary>
    [Parameter]
    public SwitchParameter SkipInitial { get; set; }

    /// <summary>Wait for files that do not exist yet; with wildcards, for new files that match.</summary>
    [Parameter]
    public SwitchParameter WaitForFile { get; set; }

    /// <summary>Also watch the peers of each segment: Attached, Detached, Goodbye, Reserved, Stale, Recovered.</summary>
    [Parameter]
    public SwitchParameter Peer { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Interval < TimeSpan.FromMilliseconds(1))
        {
            ThrowTerminatingError(ArgumentErrors.IntervalTooShort(Interval));
        }
    }

    private protected override void ProcessSegment(string path) => _paths.Add(path);

    private protected override void OnPattern(string pattern) => _patterns.Add(pattern);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var options = new SegmentWatchOptions
        {
            Interval = Interval,
            Timeout = Timeout,
            Count = Count,
            UntilGoodbye = UntilGoodbye,
            SkipInitial = SkipInitial,
            WaitForFile = WaitForFile,
            Peers = Peer,
            OnError = error => WriteError(error),
            Discover = WaitForFile && _patterns.Count > 0 ? FindMore : null,
        };
        foreach (SegmentEvent change in SegmentWatcher.Watch(_paths, options, StopToken))
        {
            change.PSPath = PathResolver.ToPSPath(change.Path!);
            WriteObject(change);
        }

        if (Stopping)
        {
            throw new PipelineStoppedException();
        }
    }

    private IEnumerable<string> FindMore()
    {
        var found = new List<string>();
        foreach (string pattern in _patterns)
        {
            try
            {
                found.AddRange(Resolver.Resolve(pattern));
            }
            catch (SegmentException)
            {
                // The folder does not exist now, but may at the next poll.
            }
        }

        return found;
    }
}
