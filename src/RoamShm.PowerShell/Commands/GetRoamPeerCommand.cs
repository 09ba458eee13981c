using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Lists the peers of segments: their states, heartbeats, and what is queued in their rings.</summary>
[Cmdlet(VerbsCommon.Get, "RoamPeer", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(SegmentPeer))]
public sealed class GetRoamPeerCommand : SegmentPathCommand
{
    private readonly Patience _patience = new();

    /// <summary>Return only these peers, 1 to 255.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NullMeansNone]
    [ArgumentCompleter(typeof(PeerIdCompleter))]
    [ValidateRange(1, SegmentFormat.MaxGuests)]
    public int[] PeerId { get; set; } = [];

    /// <summary>Return only peers in these states.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PeerStateCompleter))]
    [PeerStateName]
    public string[]? State { get; set; }

    /// <summary>Also return empty entries.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    private protected override void ProcessSegment(string path)
    {
        using Segment segment = Segment.Open(path, write: false, _patience, StopToken);
        IReadOnlyList<SegmentPeer> peers = segment.ReadPeers(cancellationToken: StopToken);
        foreach (int id in PeerId)
        {
            ForOne(id, segment.RequirePeer);
        }

        foreach (SegmentPeer peer in peers)
        {
            if (IsWanted(peer))
            {
                peer.PSPath = PathResolver.ToPSPath(path);
                WriteObject(peer);
            }
        }
    }

    private bool IsWanted(SegmentPeer peer)
    {
        bool hasState = State is null
            ? All || peer.StateCode != (uint)PeerState.Empty
            : State.Contains(peer.State, StringComparer.OrdinalIgnoreCase);
        return hasState && (PeerId.Length == 0 || PeerId.Contains(peer.PeerId));
    }
}
