using System.Management.Automation;
using RoamShm.Abstractions;

namespace RoamShm.Commands;

/// <summary>Counts the slots of each class: free, allocated by owner, and lost.</summary>
[Cmdlet(VerbsCommon.Get, "RoamSlotClass", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(SegmentSlotClass))]
public sealed class GetRoamSlotClassCommand : SegmentPathCommand
{
    private readonly Patience _patience = new();

    private protected override void ProcessSegment(string path)
    {
        using Segment segment = Segment.Open(path, write: false, _patience, StopToken);
        foreach (SegmentSlotClass slotClass in segment.ReadSlotClasses(StopToken))
        {
            slotClass.PSPath = PathResolver.ToPSPath(path);
            WriteObject(slotClass);
        }
    }
}
