using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>The cost of PowerShell itself for a cmdlet that writes several objects an item: that many new objects, and nothing else.</summary>
[Cmdlet(VerbsCommunications.Write, "BenchObject")]
[OutputType(typeof(FloorHeader))]
public sealed class WriteBenchObjectCommand : PSCmdlet
{
    [Parameter(Mandatory = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The number of objects to write an item.</summary>
    [Parameter]
    public int Count { get; set; } = 1;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in LiteralPath)
        {
            for (int i = 0; i < Count; i++)
            {
                WriteObject(new FloorHeader { Path = path });
            }
        }
    }
}
