using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>
/// What PowerShell itself takes for Get-RoamSegmentHeader: the same parameters, sets and validation, one object written an item, nothing done. What
/// the module adds of its own to a parameter (a transformation of the argument) is not in it: that is the module's cost.
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
