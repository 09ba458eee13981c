using System.Management.Automation;
using RoamShm.Abstractions;

namespace RoamShm.Commands;

/// <summary>Counts the slots of each class: free, allocated and by whom, lost.</summary>
[Cmdlet(VerbsCommon.Get, "RoamSlotClass", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(SegmentSlotClass))]
public sealed class GetRoamSlotClassCommand : SegmentPathCommand
{
    private SegmentInspector? _inspector;

    private protected override void ProcessSegment(string path)
    {
        _inspector ??= new SegmentInspector(StopToken);
        foreach (SegmentSlotClass slotClass in _inspector.ReadSlotClasses(path))
        {
            slotClass.PSPath = PathResolver.ToPSPath(path);
            WriteObject(slotClass);
        }
    }
}
