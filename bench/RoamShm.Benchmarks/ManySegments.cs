using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace RoamShm.Bench;

/// <summary>Operations on each of many segments. Times are per segment.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ManySegments
{
    private const int Count = 1000;

    private readonly Patience _patience = new();
    private readonly ValidationBatch _validation = new();
    private SegmentFiles _files = null!;
    private string[] _paths = [];

    [GlobalSetup]
    public void Setup()
    {
        _files = new SegmentFiles();
        _paths = _files.Make(Count);
    }

    [GlobalCleanup]
    public void Cleanup() => _files.Delete();

    [IterationSetup(Targets = [nameof(RaiseGoodbye), nameof(RaiseGoodbyeFloor)])]
    public void ClearGoodbyes() => GoodbyeFloor.ClearAll(_paths);

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    [BenchmarkCategory("header")]
    public object? ReadHeaderFloor() => HeaderFloor.ReadAll(_paths);

    [Benchmark(OperationsPerInvoke = Count)]
    [BenchmarkCategory("header")]
    public object? ReadCheckedHeaderFloor() => HeaderFloor.CheckAll(_paths);

    [Benchmark(OperationsPerInvoke = Count)]
    [BenchmarkCategory("header")]
    public object? ReadHeader()
    {
        SegmentHeader? last = null;
        foreach (string path in _paths)
        {
            using Segment segment = Segment.Open(path, write: false, _patience, default);
            last = segment.Header;
        }

        return last;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    [BenchmarkCategory("validate")]
    public long ValidateFloorOnly() => ValidateFloor.ValidateAll(_paths);

    [Benchmark(OperationsPerInvoke = Count)]
    [BenchmarkCategory("validate")]
    public object? Validate()
    {
        SegmentReport? last = null;
        foreach (string path in _paths)
        {
            last = _validation.Validate(path, full: false, default);
        }

        return last;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    [BenchmarkCategory("goodbye")]
    public long RaiseGoodbyeFloor() => GoodbyeFloor.RaiseAll(_paths);

    [Benchmark(OperationsPerInvoke = Count)]
    [BenchmarkCategory("goodbye")]
    public object? RaiseGoodbye()
    {
        SegmentHeader? last = null;
        foreach (string path in _paths)
        {
            using Segment segment = Segment.Open(path, write: true, _patience, default);
            _ = segment.RaiseGoodbye();
            last = segment.Header;
        }

        return last;
    }
}
