using System;
using System.Diagnostics;
using System.Management.Automation;
using System.Threading;

namespace RoamShm.Bench;

/// <summary>
/// Ends the pipeline of a watch that sees no changes, and writes the CPU time in milliseconds that one poll of all its segments took: the CPU time of the
/// process over a window, divided by the number of polls due in that window.
/// </summary>
[Cmdlet(VerbsDiagnostic.Measure, "BenchLook")]
[OutputType(typeof(double))]
public sealed class MeasureBenchLookCommand : PSCmdlet, IDisposable
{
    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;
    private double _perLook;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Mandatory = true)]
    public TimeSpan Interval { get; set; }

    [Parameter(Mandatory = true)]
    public TimeSpan WarmUp { get; set; }

    [Parameter(Mandatory = true)]
    public TimeSpan Window { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _thread = new Thread(Measure) { IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Finish();
        WriteObject(_perLook);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Set();

    /// <inheritdoc/>
    public void Dispose()
    {
        Finish();
        _stop.Dispose();
    }

    private void Finish()
    {
        _stop.Set();
        _thread?.Join();
        _thread = null;
    }

    private void Measure()
    {
        if (_stop.Wait(WarmUp))
        {
            return;
        }

        double start = PacedFloor.Now();
        var clock = Stopwatch.StartNew();
        if (!_stop.Wait(Window))
        {
            _perLook = (PacedFloor.Now() - start) * Interval.TotalMilliseconds / clock.Elapsed.TotalMilliseconds;
        }
    }
}
