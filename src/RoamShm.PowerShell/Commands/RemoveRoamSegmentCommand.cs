using System;
using System.IO;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Drawing;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Removes segments that nobody uses.</summary>
[Cmdlet(VerbsCommon.Remove, "RoamSegment", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveRoamSegmentCommand : SegmentPathCommand
{
    private SegmentUsers? _users;
    private SegmentSearch? _search;
    private int _unreadable;

    /// <summary>Raise the host's goodbye first, and wait until nobody uses the segment any more.</summary>
    [Parameter]
    public SwitchParameter Goodbye { get; set; }

    /// <summary>The time to wait after the goodbye; a bare number is in seconds. The default is 30 seconds.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Remove only segments that Find-RoamSegment reports as Stale or Abandoned; folders are searched.</summary>
    [Parameter]
    public SwitchParameter Stale { get; set; }

    /// <summary>With -Stale: the age from which a segment counts as Stale; a bare number is in seconds. The default is 10 minutes.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan MinimumAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Remove segments even if processes or peers use them.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void ProcessSegment(string path)
    {
        DescribeVantage();
        _users ??= new SegmentUsers(StopToken);
        if (!Stale)
        {
            Remove(path);
            return;
        }

        _search ??= new SegmentSearch(new SegmentFindOptions { MinimumAge = MinimumAge, IncludeDeleted = false }, _users);
        foreach (SegmentListing listing in _search.Find(path, StopToken))
        {
            if (listing.Status == SegmentStatus.Stale || (listing.Status == SegmentStatus.Abandoned && listing.Age >= MinimumAge))
            {
                ForOne(listing.Path!, Remove);
            }
            else if (listing.Status == SegmentStatus.Unreadable)
            {
                _unreadable++;
                WriteVerbose($"Kept '{listing.Path}', which may be a segment: {listing.UseReason}.");
            }
            else
            {
                WriteVerbose($"Kept '{listing.Path}': it is {listing.Status}{(listing.Status == SegmentStatus.Abandoned ? ", but not old enough" : string.Empty)}.");
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => WarnOfUnreadable(_unreadable, "kept");

    private void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            throw new SegmentException(SegmentErrorId.NotARegularFile, $"'{path}' is a directory, not a regular file. With -Stale, directories are searched.", path);
        }

        if (!Goodbye)
        {
            // Check first, so that -WhatIf shows what would be refused.
            SegmentRemover remover = SegmentRemover.Prepare(path, Force, _users);
            RequireMeant(path, remover.Identity);
            if (ShouldProcess(path, (remover.IsHalfMade ? "Remove half-made roam segment" : "Remove roam segment") + Gain(path)))
            {
                remover.Remove();
            }

            return;
        }

        if (ShouldProcess(path, "Raise host goodbye, wait, and remove roam segment" + Gain(path)))
        {
            SegmentDrain drain;
            using (Segment segment = Segment.OpenReadWrite(path, StopToken))
            {
                RequireMeant(path, segment.Identity);
                _ = segment.RaiseGoodbye();
                drain = new SegmentDrain(segment);
            }

            if (!drain.Remove(Timeout, Force, WriteVerbose, StopToken))
            {
                WriteVerbose($"'{path}' was removed or replaced by its host.");
            }
        }
    }

    /// <summary>Describes the storage freed by removing a file. Its memory stays in use as long as a process maps it.</summary>
    private string Gain(string path) => SegmentStorage.AllocatedBytes(path) is long bytes
        ? $", which frees {Quantity.Bytes(bytes)}{(Force ? " as soon as no process maps it" : string.Empty)}"
        : string.Empty;
}
