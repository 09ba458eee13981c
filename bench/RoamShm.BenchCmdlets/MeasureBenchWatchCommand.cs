using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Management.Automation;
using System.Threading;

namespace RoamShm.Bench;

/// <summary>
/// Consumes and measures the output of a watch. A separate thread changes watched segments at random moments (it raises or revokes a goodbye), and samples the
/// process's CPU time and, on request, its memory at regular intervals. The latency is the time from a change to its arrival here.
/// </summary>
[Cmdlet(VerbsDiagnostic.Measure, "BenchWatch")]
[OutputType(typeof(WatchMeasurement))]
public sealed class MeasureBenchWatchCommand : PSCmdlet, IDisposable
{
    private const int GoodbyeOffset = 64;

    private readonly ManualResetEventSlim _stop = new();
    private readonly ConcurrentDictionary<string, long> _changedAt = new(StringComparer.Ordinal);

    // Allocated up front, so that the list itself does not grow.
    private readonly List<double> _latencies = new(1 << 14);
    private readonly List<double> _cpuPercent = [];
    private readonly List<MemorySample> _memory = [];
    private Thread? _thread;
    private int _changes;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The watched segments.</summary>
    [Parameter(Mandatory = true)]
    public string[] Watched { get; set; } = [];

    [Parameter]
    public int ChangesPerSecond { get; set; } = 25;

    /// <summary>The number of milliseconds to skip at the start.</summary>
    [Parameter]
    public int WarmUp { get; set; } = 1000;

    /// <summary>The sampling interval of the CPU time in milliseconds.</summary>
    [Parameter]
    public int Window { get; set; } = 2000;

    [Parameter]
    public int Windows { get; set; } = 7;

    /// <summary>Sample memory at the end of each window; garbage collection then counts as CPU time.</summary>
    [Parameter]
    public SwitchParameter Memory { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _thread = new Thread(Change) { IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        long now = Stopwatch.GetTimestamp();
        if (InputObject?.Properties["Path"]?.Value is string path && _changedAt.TryRemove(path, out long then))
        {
            _latencies.Add((now - then) * 1000.0 / Stopwatch.Frequency);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Finish();
        _latencies.Sort();
        _cpuPercent.Sort();
        WriteObject(new WatchMeasurement
        {
            CpuPercent = _cpuPercent.Count == 0 ? 0 : _cpuPercent[_cpuPercent.Count / 2],
            Changes = _changes,
            Missed = _changedAt.Count,
            MedianLatency = Percentile(50),
            Latency99 = Percentile(99),
            LongestLatency = Percentile(100),
            Memory = _memory.ToArray(),
        });
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

    private double Percentile(int percent) =>
        _latencies.Count == 0 ? 0 : _latencies[Math.Max(0, (int)Math.Ceiling(_latencies.Count * percent / 100.0) - 1)];

    private void Change()
    {
        var random = new Random(1);
        var process = Process.GetCurrentProcess();
        _ = _stop.Wait(WarmUp);
        var clock = Stopwatch.StartNew();
        TimeSpan cpu = process.TotalProcessorTime;
        TimeSpan at = clock.Elapsed;
        for (int window = 0; window < Windows && !_stop.IsSet;)
        {
            // Spread evenly over a second, so that changes hit the watch in every phase of its interval.
            _ = _stop.Wait(ChangesPerSecond > 0 ? random.Next(1, 2000 / ChangesPerSecond) : Window / 10);
            if (ChangesPerSecond > 0 && !_stop.IsSet)
            {
                ChangeOne(Watched[random.Next(Watched.Length)]);
            }

            TimeSpan now = clock.Elapsed;
            if ((now - at).TotalMilliseconds >= Window)
            {
                process.Refresh();
                TimeSpan cpuNow = process.TotalProcessorTime;
                _cpuPercent.Add(100 * (cpuNow - cpu).TotalMilliseconds / (now - at).TotalMilliseconds);
                window++;
                if (Memory)
                {
                    _memory.Add(MemorySample.Take(window));
                }

                process.Refresh();
                cpu = process.TotalProcessorTime;
                at = clock.Elapsed;
            }
        }
    }

    private void ChangeOne(string path)
    {
        // A change that has not been seen yet keeps its time.
        if (_changedAt.ContainsKey(path))
        {
            return;
        }

        using FileStream file = RawFile.OpenStream(path, write: true);
        file.Position = GoodbyeOffset;
        byte value = (byte)(file.ReadByte() == 0 ? 1 : 0);
        file.Position = GoodbyeOffset;
        _changedAt[path] = Stopwatch.GetTimestamp();
        file.WriteByte(value);
        file.Flush();
        _changes++;
    }
}

/// <summary>The measurements of a watch.</summary>
public sealed class WatchMeasurement
{
    /// <summary>The CPU time of the process as a percentage of one core, median of the windows.</summary>
    public double CpuPercent { get; set; }

    /// <summary>The number of changes made.</summary>
    public int Changes { get; set; }

    /// <summary>The number of changes not seen when the watch ended.</summary>
    public int Missed { get; set; }

    /// <summary>The median latency from a change to its event, in milliseconds.</summary>
    public double MedianLatency { get; set; }

    /// <summary>The 99th percentile of the latency, in milliseconds.</summary>
    public double Latency99 { get; set; }

    /// <summary>The longest latency, in milliseconds.</summary>
    public double LongestLatency { get; set; }

    public MemorySample[] Memory { get; set; } = [];
}
