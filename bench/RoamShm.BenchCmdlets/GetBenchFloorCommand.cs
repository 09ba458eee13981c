using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>
/// The floor within a cmdlet that does nothing else: tells how much of what the module takes beyond floor and empty cmdlet comes from the two taking turns,
/// each finding the processor's caches full of the other's.
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

    /// <summary>Also the fifth call: read and check the class headers.</summary>
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
