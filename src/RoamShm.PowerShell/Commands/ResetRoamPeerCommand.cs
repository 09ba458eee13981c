using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;

namespace RoamShm.Commands;

/// <summary>Frees the places of guests that crashed or left, as the host would.</summary>
[Cmdlet(VerbsCommon.Reset, "RoamPeer", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PeerRecoveryResult))]
public sealed class ResetRoamPeerCommand : SegmentPathCommand
{
    private readonly Patience _patience = new();

    /// <summary>The peers, 1 to 255.</summary>
    /// <remarks>Mandatory by hand, and so the same error in each set: a mandatory parameter of the default set that takes nothing from the pipeline keeps
    /// objects from binding to the other set.</remarks>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PeerIdCompleter))]
    [ValidateRange(1, SegmentFormat.MaxGuests)]
    public int[] PeerId { get; set; } = [];

    /// <summary>Recover a peer that may be alive, and one whose host may be running.</summary>
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

        using Segment segment = Segment.Open(path, write: true, _patience, StopToken);
        foreach (int peerId in PeerId)
        {
            ForOne(peerId, id => Reset(segment, id));
        }
    }

    private void Reset(Segment segment, int peerId)
    {
        // Checked first, so that -WhatIf says what would be refused.
        string path = segment.Path;
        string state = segment.CheckRecovery(peerId, Force);
        if (!ShouldProcess(path, $"Recover peer {peerId}, now {state}"))
        {
            return;
        }

        PeerRecoveryResult result = segment.RecoverPeer(peerId, Force, StopToken);
        if (result.Skipped is not null)
        {
            WriteWarning($"{path}: left as it was, damaged: {result.Skipped}.");
        }

        result.PSPath = PathResolver.ToPSPath(path);
        WriteObject(result);
    }
}
