using System.Management.Automation;
using RoamShm.Abstractions;

namespace RoamShm.Commands;

/// <summary>Reads the headers of segments, checked as the reference does when a guest attaches.</summary>
[Cmdlet(VerbsCommon.Get, "RoamSegmentHeader", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(SegmentHeader))]
public sealed class GetRoamSegmentHeaderCommand : SegmentPathCommand
{
    private readonly Patience _patience = new();

    /// <summary>Decode the first 128 bytes even if a check fails.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void ProcessSegment(string path)
    {
        SegmentHeader header = Force ? SegmentHeader.ReadUnchecked(path) : ReadHeader(path);
        header.PSPath = PathResolver.ToPSPath(path);
        WriteObject(header);
    }

    private SegmentHeader ReadHeader(string path)
    {
        using Segment segment = Segment.Open(path, write: false, _patience, StopToken);
        return segment.Header;
    }
}
