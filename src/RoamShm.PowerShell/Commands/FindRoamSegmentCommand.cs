using System;
using System.Diagnostics;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Searches folders for segments and says what state each is in.</summary>
[Cmdlet(VerbsCommon.Find, "RoamSegment", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SegmentListing))]
public sealed class FindRoamSegmentCommand : SegmentCommand
{
    private const string Activity = "Looking for roam segments";
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();
    private SegmentSearch? _search;
    private bool _hasProgress;
    private int _unreadable;

    /// <summary>Folders or files, wildcards allowed. Default: /dev/shm where it exists, and the temporary folder.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = nameof(Path))]
    [NotEmptyPath]
    [PathText]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Folders or files, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = nameof(LiteralPath))]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "LP")]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Look through the folders below too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>How many levels below to look through; implies -Recurse.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Depth { get; set; }

    /// <summary>How old a segment must be to count as Stale; a bare number is seconds. Default 10 minutes.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan MinimumAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Remove the temporary files left by interrupted creations and removals; without it there is a warning for each.</summary>
    [Parameter]
    public SwitchParameter RemoveLeftover { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _search = new SegmentSearch(
        new SegmentFindOptions
        {
            Depth = Depth ?? (Recurse ? int.MaxValue : 0),
            MinimumAge = MinimumAge,
            OnPassedOver = (path, reason) => WriteVerbose($"Passed over '{path}': {reason}"),
            OnFolder = OnFolder,
        },
        new SegmentUsers(StopToken));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == nameof(LiteralPath))
        {
            foreach (string name in LiteralPath)
            {
                ForOne(name, literal => FindIn(Resolver.ResolveLiteral(literal)));
            }

            return;
        }

        if (Path is null)
        {
            foreach (string folder in SegmentFinder.DefaultFolders())
            {
                ForOne(folder, FindIn);
            }

            return;
        }

        foreach (string name in Path)
        {
            ForOne(name, pattern =>
            {
                if (PathOfObject.Of(pattern) is PathOfObject source)
                {
                    if (!RefuseRemote(source.Computer, pattern))
                    {
                        FindIn(Resolver.ResolveLiteral(pattern));
                    }

                    return;
                }

                foreach (string path in Resolver.Resolve(pattern))
                {
                    ForOne(path, FindIn);
                }
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        WarnOfUnreadable(_unreadable, "listed as Unreadable");
        if (_hasProgress)
        {
            WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private void FindIn(string path)
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
