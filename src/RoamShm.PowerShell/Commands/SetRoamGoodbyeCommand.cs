using System.Management.Automation;
using RoamShm.Abstractions;

namespace RoamShm.Commands;

/// <summary>Raises the host's goodbye: asks every guest to detach.</summary>
[Cmdlet(VerbsCommon.Set, "RoamGoodbye", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SegmentHeader))]
public sealed class SetRoamGoodbyeCommand : SegmentPathCommand
{
    private SegmentGoodbye? _goodbye;

    /// <summary>The value to store, 1 to 4294967295. The reference stores 1.</summary>
    [Parameter]
    [ValidateRange(1U, uint.MaxValue)]
    public uint Value { get; set; } = 1;

    private protected override void ProcessSegment(string path)
    {
        if (!ShouldProcess(path, "Raise host goodbye"))
        {
            return;
        }

        _goodbye ??= new SegmentGoodbye(StopToken);
        uint previous = _goodbye.Raise(path, Value, out SegmentHeader header);
        WriteVerbose(previous == 0 ? $"{path}: host_goodbye is now {Value}." : $"{path}: host_goodbye was {previous} already and stays so.");
        header.PSPath = PathResolver.ToPSPath(path);
        WriteObject(header);
    }
}
