using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>
/// The floor inside a cmdlet that does nothing else. Shows how much of the module's time beyond floor and empty cmdlet is due to the two alternating, each
/// finding the processor caches full of the other's data.
/// </summary>
[Cmdlet(VerbsCommon.Get, "BenchFloor", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(FloorHeader))]
public sealed class GetBenchFloorCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = nameof(Path))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = nameof(LiteralPath))]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = nameof(LiteralPath), DontShow = true)]
    public string? PSComputerName { get; set; }

    /// <summary>Also make the fifth call: read and check the class headers.</summary>
    [Parameter]
    public SwitchParameter Check { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ParameterSetName == nameof(LiteralPath) ? LiteralPath : Path)
        {
            WriteObject(Check ? HeaderFloor.Check(path) : HeaderFloor.Read(path));
        }
    }
}
