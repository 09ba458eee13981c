using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>Does nothing.</summary>
[Cmdlet(VerbsCommon.Get, "BenchNothing")]
public sealed class GetBenchNothingCommand : PSCmdlet
{
}
