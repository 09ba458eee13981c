using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>
/// The cost of PowerShell itself for Get-RoamSegmentHeader: the same parameters, sets and validation, one object written an item, and no work. It does not
/// include what the module adds to a parameter (an argument transformation), which is the module's own cost.
/// </summary>
[Cmdlet(VerbsCommon.Get, "BenchEmpty", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(FloorHeader))]
public sealed class GetBenchEmptyCommand : PSCmdlet
{
    private readonly FloorHeader _result = new();

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

    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string unused in ParameterSetName == nameof(LiteralPath) ? LiteralPath : Path)
        {
            WriteObject(_result);
        }
    }
}
