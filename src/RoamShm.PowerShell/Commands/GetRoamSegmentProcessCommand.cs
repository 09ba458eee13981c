using System;
using System.Diagnostics;
using System.Management.Automation;
using RoamShm.Abstractions;

namespace RoamShm.Commands;

/// <summary>Tells which processes map a segment.</summary>
[Cmdlet(VerbsCommon.Get, "RoamSegmentProcess", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(Process))]
public sealed class GetRoamSegmentProcessCommand : SegmentPathCommand
{
    private SegmentMappings? _mappings;

    private protected override void ProcessSegment(string path)
    {
        if (_mappings is null)
        {
            _mappings = SegmentMappings.Read();
            if (_mappings.IsIncomplete)
            {
                WriteWarning($"The answer is incomplete: {_mappings.Incompleteness}.");
            }
        }

        foreach (int id in _mappings.Of(path))
        {
            if (TryGetProcess(id) is Process process)
            {
                var item = new PSObject(process);
                item.Properties.Add(new PSNoteProperty("SegmentPath", path));
                WriteObject(item);
            }
        }
    }

    private static Process? TryGetProcess(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            // It has ended, and maps nothing any more.
            return null;
        }
    }
}
