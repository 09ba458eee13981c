using System;
using System.Diagnostics;
using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>
/// Discards a pipeline's output as Out-Null does, and at regular object counts writes how much memory is in use: the managed heap after a full collection, and
/// the working set.
/// </summary>
[Cmdlet(VerbsDiagnostic.Measure, "BenchMemory")]
[OutputType(typeof(MemorySample))]
public sealed class MeasureBenchMemoryCommand : PSCmdlet
{
    private long _count;

    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    [Parameter]
    public long Every { get; set; } = 10_000;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (++_count % Every == 0)
        {
            InputObject = null;
            WriteObject(MemorySample.Take(_count));
        }
    }
}

/// <summary>A sample of the memory in use.</summary>
public sealed class MemorySample
{
    public long Count { get; set; }

    /// <summary>The reachable bytes of the managed heap.</summary>
    public long Managed { get; set; }

    /// <summary>The working set of the process in bytes.</summary>
    public long WorkingSet { get; set; }

    internal static MemorySample Take(long count)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return new MemorySample { Count = count, Managed = GC.GetTotalMemory(forceFullCollection: false), WorkingSet = process.WorkingSet64 };
    }
}
