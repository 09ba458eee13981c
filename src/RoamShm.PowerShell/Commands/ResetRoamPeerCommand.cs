using System.Collections.Generic;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;

namespace RoamShm.Commands;

/// <summary>Frees the entries of guests that crashed or left, as the host would.</summary>
[Cmdlet(VerbsCommon.Reset, "RoamPeer", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PeerRecoveryResult))]
public sealed class ResetRoamPeerCommand : SegmentPathCommand
{
    private RecoveryRun? _run;

    /// <summary>The peer ids, 1 to 255.</summary>
    /// <remarks>
    /// Not Mandatory but checked by hand, with the same error in each set: a mandatory parameter of the default set that takes no pipeline input keeps objects
    /// from binding to the other set.
    /// </remarks>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PeerIdCompleter))]
    [ValidateRange(1, SegmentFormat.MaxGuests)]
    public int[] PeerId { get; set; } = [];

    /// <summary>Recover a peer that may be alive, or whose host may be running.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void ProcessSegment(string path)
    {
        if (PeerId.Length == 0)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("No peer is given."),
                "PeerIdMissing",
                ErrorCategory.InvalidArgument,
                path)
            {
                ErrorDetails = new ErrorDetails("No peer is given.") { RecommendedAction = "Give the ids of the peers with -PeerId, or pipe in peers from Get-RoamPeer." },
            });
        }

        DescribeVantage();
        _run ??= new RecoveryRun(new SegmentUsers(StopToken)) { OnNote = WriteVerbose };
        foreach (int peerId in PeerId)
        {
            ForOne(peerId, id => Reset(path, id));
        }
    }

    private void Reset(string path, int peerId)
    {
        // Check first, so that -WhatIf shows what would be refused and what would be lost. No file is open and no lease is held while the user decides.
        PeerRecoveryResult preview = _run!.Check(path, peerId, Force, StopToken);
        RequireMeant(path, preview.Identity);
        if (!ShouldProcess(path, Describe(preview)))
        {
            return;
        }

        PeerRecoveryResult result = _run.Recover(path, peerId, Force, preview, StopToken);
        if (result.Skipped is not null)
        {
            WriteWarning($"{path}: left as it was, damaged: {result.Skipped}.");
        }

        result.PSPath = PathResolver.ToPSPath(path);
        WriteObject(result);
    }

    private static string Describe(PeerRecoveryResult preview)
    {
        var lost = new List<string>();
        Add(lost, preview.EntriesDropped, "entry to it", "entries to it");
        Add(lost, preview.GuestToHostEntriesDropped, "entry from it", "entries from it");
        return $"Recover peer {preview.PeerId}, now {preview.State}" + (lost.Count == 0 ? string.Empty : $", and drop {string.Join(" and ", lost)}");
    }

    private static void Add(List<string> lost, long count, string one, string many)
    {
        if (count > 0)
        {
            lost.Add($"{count} {(count == 1 ? one : many)}");
        }
    }
}
