using System;
using System.IO;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Removes segments that nobody uses.</summary>
[Cmdlet(VerbsCommon.Remove, "RoamSegment", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveRoamSegmentCommand : SegmentPathCommand
{
    /// <summary>Raise the host's goodbye first, and wait until nobody uses the segment any more.</summary>
    [Parameter]
    public SwitchParameter Goodbye { get; set; }

    /// <summary>How long to wait after the goodbye; a bare number is seconds. Default 30 seconds.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Remove only what Find-RoamSegment calls Stale; folders are looked through.</summary>
    [Parameter]
    public SwitchParameter Stale { get; set; }

    /// <summary>With -Stale: how long a segment must be unchanged; a bare number is seconds. Default 10 minutes.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan MinimumAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Remove in spite of processes and peers that use the segment.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void ProcessSegment(string path)
    {
        if (!Stale)
        {
            Remove(path);
            return;
        }

        foreach (SegmentListing listing in SegmentFinder.Find(path, new SegmentFindOptions { MinimumAge = MinimumAge }, StopToken))
        {
            if (listing.Status == SegmentStatus.Stale)
            {
                ForOne(listing.Path!, Remove);
            }
            else
            {
                WriteVerbose($"Kept '{listing.Path}': it is {listing.Status}.");
            }
        }
    }

    private void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            throw new SegmentException(SegmentErrorId.NotARegularFile, $"'{path}' is a directory, not a regular file. With -Stale, directories are looked through.", path);
        }

        if (!Goodbye)
        {
            // Checked first, so that -WhatIf says what would be refused.
            SegmentRemover remover = SegmentRemover.Prepare(path, Force);
            if (ShouldProcess(path, "Remove roam segment"))
            {
                remover.Remove();
            }

            return;
        }

        if (ShouldProcess(path, "Raise host goodbye, wait, and remove roam segment"))
        {
            SegmentDrain drain;
            using (Segment segment = Segment.OpenReadWrite(path, StopToken))
            {
                _ = segment.RaiseGoodbye();
                drain = new SegmentDrain(segment);
            }

            if (!drain.Remove(Timeout, Force, WriteVerbose, StopToken))
            {
                WriteVerbose($"'{path}' was removed or replaced by its host.");
            }
        }
    }
}
