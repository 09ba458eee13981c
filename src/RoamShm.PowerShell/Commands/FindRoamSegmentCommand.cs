using System;
using System.Diagnostics;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Searches folders for segments and reports the status of each.</summary>
[Cmdlet(VerbsCommon.Find, "RoamSegment", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SegmentListing))]
public sealed class FindRoamSegmentCommand : SegmentSearchCommand
{
    private const string Activity = "Looking for roam segments";
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();
    private SegmentSearch? _search;
    private bool _hasProgress;
    private int _unreadable;

    /// <summary>The age from which a segment counts as Stale; a bare number is in seconds. The default is 10 minutes.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan MinimumAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Remove the temporary files left by interrupted creations and removals; without it, there is a warning for each.</summary>
    [Parameter]
    public SwitchParameter RemoveLeftover { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _search = new SegmentSearch(
        new SegmentFindOptions
        {
            Depth = Levels,
            MinimumAge = MinimumAge,
            OnPassedOver = (path, reason) => WriteVerbose($"Passed over '{path}': {reason}"),
            OnFolder = OnFolder,
        },
        new SegmentUsers(StopToken));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        WarnOfUnreadable(_unreadable, "listed as Unreadable");
        if (_hasProgress)
        {
            WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private protected override void Process(string path)
    {
        DescribeVantage();
        foreach (SegmentListing listing in _search!.Find(path, StopToken))
        {
            _unreadable += listing.Status == SegmentStatus.Unreadable ? 1 : 0;
            listing.PSPath = PathResolver.ToPSPath(listing.Path!);
            WriteObject(listing);
        }
    }

    private void OnFolder(string folder, long filesSeen)
    {
        foreach (string leftover in SegmentLeftovers.Find(folder))
        {
            if (!RemoveLeftover)
            {
                WarnOfLeftover(leftover);
            }
            else if (ShouldProcess(leftover, $"Remove leftover of {SegmentLeftovers.OriginOf(leftover)}"))
            {
                ForOne(leftover, path => _ = SegmentLeftovers.Remove(path));
            }
        }

        if (_sinceProgress.Elapsed > ProgressInterval)
        {
            _hasProgress = true;
            _sinceProgress.Restart();
            WriteProgress(new ProgressRecord(0, Activity, $"{filesSeen} files examined") { CurrentOperation = PrintableText.Escape(folder) });
        }
    }
}
