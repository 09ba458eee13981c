using System;
using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>The cost of PowerShell itself for Set-RoamGoodbye: a ShouldProcess call and one output object an item.</summary>
[Cmdlet(VerbsCommon.Set, "BenchEmpty", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(FloorHeader))]
public sealed class SetBenchEmptyCommand : PSCmdlet
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
    [ValidateRange(1U, uint.MaxValue)]
    public uint Value { get; set; } = 1;

    [Parameter]
    public SwitchParameter Wait { get; set; }

    [Parameter]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ParameterSetName == nameof(LiteralPath) ? LiteralPath : Path)
        {
            if (ShouldProcess(path, "Raise host goodbye"))
            {
                WriteObject(_result);
            }
        }
    }
}
