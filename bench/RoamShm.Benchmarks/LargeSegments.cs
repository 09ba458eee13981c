using System.IO;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace RoamShm.Bench;

/// <summary>Operations on one large segment: creating it, and reading its slots.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class LargeSegments
{
    private static readonly SlotClass Million = new(1024, 1_000_000);

    // 8 guests with rings of 64 KB take 1 MB; the slots take the rest of the 64 MB.
    private static readonly SlotClass SixtyFourMegabytes = new(65536, 1007);

    private readonly ValidationBatch _validation = new();
    private SegmentFiles _files = null!;
    private SegmentCopy _millionCopy = null!;
    private SegmentCopy _reservedCopy = null!;
    private string _million = string.Empty;
    private string _made = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        _files = new SegmentFiles();
        _million = _files.Make("million.seg", Million);
        _millionCopy = new SegmentCopy(_million);
        _reservedCopy = new SegmentCopy(_files.Make("reserved.seg", SixtyFourMegabytes));
        _made = _files.NewPath("made.seg");
    }

    [GlobalCleanup]
    public void Cleanup() => _files.Delete();

    [IterationCleanup(Targets = [nameof(CreateSparseFloor), nameof(CreateSparse), nameof(CreateReservedFloor), nameof(CreateReserved)])]
    public void Remove() => File.Delete(_made);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("create, sparse, 1M slots")]
    public void CreateSparseFloor() => _millionCopy.WriteSparse(_made);

    [Benchmark]
    [BenchmarkCategory("create, sparse, 1M slots")]
    public object CreateSparse() => Create(Million, sparse: true);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("create, 64 MB reserved")]
    public void CreateReservedFloor() => _reservedCopy.WriteReserved(_made);

    [Benchmark]
    [BenchmarkCategory("create, 64 MB reserved")]
    public object CreateReserved() => Create(SixtyFourMegabytes, sparse: false);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("look through 1M slots")]
    public long ReadSlotsFloor() => _millionCopy.ReadSlots(_million);

    [Benchmark]
    [BenchmarkCategory("look through 1M slots")]
    public object ValidateFully() => _validation.Validate(_million, full: true, default);

    [Benchmark]
    [BenchmarkCategory("look through 1M slots")]
    public object ReadSlotClasses()
    {
        using Segment segment = Segment.Open(_million);
        return segment.ReadSlotClasses();
    }

    private SegmentHeader Create(SlotClass slotClass, bool sparse) =>
        Segment.Create(_made, new SegmentConfiguration { SlotClasses = [slotClass] }, new SegmentCreateOptions { Sparse = sparse });
}
