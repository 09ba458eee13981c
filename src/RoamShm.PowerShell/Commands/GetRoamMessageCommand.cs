using System;
using System.Linq;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Reads the messages queued in rings without consuming them.</summary>
[Cmdlet(VerbsCommon.Get, "RoamMessage", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(SegmentMessage))]
public sealed class GetRoamMessageCommand : SegmentPathCommand
{
    private readonly Patience _patience = new();

    /// <summary>Read only the rings of these peers, 1 to 255.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NullMeansNone]
    [ArgumentCompleter(typeof(PeerIdCompleter))]
    [ValidateRange(1, SegmentFormat.MaxGuests)]
    public int[] PeerId { get; set; } = [];

    /// <summary>Read only the ring in this direction.</summary>
    [Parameter]
    [ValidateSet(nameof(RingDirection.GuestToHost), nameof(RingDirection.HostToGuest))]
    public string? Direction { get; set; }

    /// <summary>The maximum number of messages to read from each ring, starting with the next to be consumed.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    /// <summary>The number of bytes to read from the start of each payload; 0 for none.</summary>
    [Parameter]
    [ValidateRange(0, Segment.MostPayloadBytes)]
    public int PayloadBytes { get; set; } = 64;

    private protected override void ProcessSegment(string path)
    {
        using Segment segment = Segment.Open(path, write: false, _patience, StopToken);
        segment.LoadTables();
        foreach (int id in PeerId)
        {
            ForOne(id, segment.RequirePeer);
        }

        foreach (int id in Enumerable.Range(1, segment.Peers.Count).Where(id => PeerId.Length == 0 || PeerId.Contains(id)))
        {
            ForOne(id, peer => ReadRings(segment, peer));
        }
    }

    private void ReadRings(Segment segment, int peerId)
    {
        foreach (RingDirection direction in new[] { RingDirection.GuestToHost, RingDirection.HostToGuest })
        {
            if (Direction is not null && !string.Equals(Direction, direction.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (SegmentMessage message in segment.ReadMessages(peerId, direction, PayloadBytes, StopToken).Take(First))
            {
                message.PSPath = PathResolver.ToPSPath(segment.Path);
                WriteObject(message);
            }
        }
    }
}
