using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>What PowerShell itself takes for a cmdlet that writes several objects an item: so many objects, new ones, and nothing else.</summary>
[Cmdlet(VerbsCommunications.Write, "BenchObject")]
[OutputType(typeof(FloorHeader))]
public sealed class WriteBenchObjectCommand : PSCmdlet
{
    [Parameter(Mandatory = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Objects an item.</summary>
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
