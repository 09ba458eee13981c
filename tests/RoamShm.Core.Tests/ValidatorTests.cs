using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace RoamShm.Tests;

public sealed class ValidatorTests : IDisposable
{
    private const long Peer1 = HeaderLayout.Size;
    private const long Peer2 = Peer1 + PeerEntryLayout.Size;
    private const long Ring1 = (long)Make.RingBase;
    private const long Pool = (long)Make.PoolOffset;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fresh_segment_has_no_findings()
    {
        SegmentReport report = SegmentValidator.Validate(Make.Segment(_folder));
        Assert.Empty(report.Findings);
        Assert.True(report.IsValid);
        Assert.Equal(2U, report.Header!.MaxGuests);
    }

    public static TheoryData<string, string, long?, Action<string>> Faults => new()
    {
        { "BadMagic", "magic", 0, path => Patch.Bytes(path, 1, [0]) },
        { "PredecessorFormat", "magic", 0, path => Patch.Bytes(path, 0, "RAPAHUB\u0001"u8.ToArray()) },
        { "SuccessorFormat", "magic", 0, path => Patch.Bytes(path, 0, "TELXHUB\u0007"u8.ToArray()) },
        { "UnsupportedVersion", "version", 8, path => Patch.UInt32(path, HeaderLayout.Version, 2) },
        { "UnexpectedHeaderSize", "header_size", 12, path => Patch.UInt32(path, HeaderLayout.HeaderSize, 129) },
        { "NoSlotClasses", "num_var_slot_classes", 68, path => Patch.UInt32(path, HeaderLayout.NumVarSlotClasses, 0) },
        { "InvalidMaxGuests", "max_guests", 32, path => Patch.UInt32(path, HeaderLayout.MaxGuests, 0) },
        { "InvalidMaxGuests", "max_guests", 32, path => Patch.UInt32(path, HeaderLayout.MaxGuests, 256) },
        { "InvalidBipbufCapacity", "bipbuf_capacity", 36, path => Patch.UInt32(path, HeaderLayout.BipbufCapacity, 0) },
        { "SegmentTruncated", "total_size", 16, path => Patch.Length(path, Make.Length - 1) },
        { "SegmentTruncated", "current_size", 72, path => Patch.UInt64(path, HeaderLayout.CurrentSize, Make.Length + 64) },
        { "CurrentSizeBelowTotalSize", "current_size", 72, path => Patch.UInt64(path, HeaderLayout.CurrentSize, Make.Length - 64) },
        { "ReservedNotZero", "reserved", 127, path => Patch.Bytes(path, 127, [1]) },
        { "PeerTableMisaligned", "peer_table_offset", 40, path => Patch.UInt64(path, HeaderLayout.PeerTableOffset, 132) },
        { "PeerTableOutOfBounds", "peer_table_offset", 40, path => Patch.UInt64(path, HeaderLayout.PeerTableOffset, Make.Length - 64) },
        { "PeerTableOutOfBounds", "peer_table_offset", 40, path => Patch.UInt64(path, HeaderLayout.PeerTableOffset, ulong.MaxValue - 7) },
        { "RegionsOverlap", "the peer table", 64, path => Patch.UInt64(path, HeaderLayout.PeerTableOffset, 64) },
        { "InvalidPeerState", "peer[2].state", Peer2, path => Patch.UInt32(path, Peer2, 4) },
        { "RingMisaligned", "peer[1].ring_offset", Peer1 + 16, path => Patch.UInt64(path, Peer1 + 16, Make.RingBase + 4) },
        { "RingOutOfBounds", "peer[1].ring_offset", Peer1 + 16, path => Patch.UInt64(path, Peer1 + 16, Make.Length - 64) },
        { "RingOutOfBounds", "peer[1].ring_offset", Peer1 + 16, path => Patch.UInt64(path, Peer1 + 16, ulong.MaxValue - 63) },
        { "RegionsOverlap", "the rings of peer 2", Ring1, path => Patch.UInt64(path, Peer2 + 16, Make.RingBase) },
        { "RingCapacityMismatch", "peer[1].g2h.capacity", Ring1 + 8, path => Patch.UInt32(path, Ring1 + 8, 0) },
        { "RingCapacityMismatch", "peer[2].h2g.capacity", Ring1 + (3 * 4224) + 8, path => Patch.UInt32(path, Ring1 + (3 * 4224) + 8, 4097) },
        { "VarPoolMisaligned", "var_pool_offset", 48, path => Patch.UInt64(path, HeaderLayout.VarPoolOffset, Make.PoolOffset + 32) },
        { "SlotClassTableOutOfBounds", "var_pool_offset", 48, path => Patch.UInt64(path, HeaderLayout.VarPoolOffset, Make.Length - 64) },
        { "SlotClassTableOutOfBounds", "var_pool_offset", 48, path => Patch.UInt32(path, HeaderLayout.NumVarSlotClasses, uint.MaxValue) },
        { "TooManySlotClasses", "num_var_slot_classes", 68, path => Patch.UInt32(path, HeaderLayout.NumVarSlotClasses, 257) },
        { "InvalidSlotClass", "class[0].slot_size", Pool, path => Patch.UInt32(path, Pool, 0) },
        { "InvalidSlotClass", "class[1].slot_count", Pool + 64 + 4, path => Patch.UInt32(path, Pool + 64 + 4, 0) },
        { "VarPoolOutOfBounds", "var_pool_offset", 48, path => Patch.UInt32(path, Pool + 64 + 4, 3) },
        { "VarPoolOutOfBounds", "var_pool_offset", 48, path => { Patch.UInt32(path, Pool, uint.MaxValue); Patch.UInt32(path, Pool + 4, uint.MaxValue); } },
        { "VarPoolPastTotalSize", "total_size", 16, path => Patch.UInt64(path, HeaderLayout.TotalSize, Make.Length - 64) },
        { "FreeHeadOutOfRange", "class[0].free_head", Pool + 8, path => Patch.UInt64(path, Pool + 8, 4) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_is_an_error_with_its_offset(string id, string field, long? offset, Action<string> spoil)
    {
        string path = Make.Segment(_folder);
        spoil(path);
        SegmentReport report = SegmentValidator.Validate(path);
        Assert.False(report.IsValid);
        SegmentFinding finding = Assert.Single(report.Findings, finding => finding.Id == id && finding.Field == field);
        Assert.Equal(SegmentFinding.Error, finding.Severity);
        Assert.Equal((ulong?)offset, finding.Offset);
        Assert.NotEqual(finding.Expected, finding.Actual);
        Assert.StartsWith("r[shm.", finding.Rule, StringComparison.Ordinal);
        Assert.NotNull(report.Header);
    }

    public static TheoryData<string, string, Action<string>> Warnings => new()
    {
        { "RingOffsetUnexpected", "peer[2].ring_offset", path => SwapRings(path) },
        { "PeerLeftInGoodbye", "peer[1].state", path => Patch.UInt32(path, Peer1, 2) },
        { "PeerNeverBeat", "peer[1].last_heartbeat", path => { Patch.UInt32(path, Peer1, 1); Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 1_000_000); } },
        { "PeerReservedNotZero", "peer[1].reserved", path => Patch.Bytes(path, Peer1 + 63, [1]) },
        { "ClassReservedNotZero", "class[1].reserved", path => Patch.Bytes(path, Pool + 127, [1]) },
        { "SlotSizeTooSmall", "class[0].slot_size", path => Patch.UInt32(path, Pool, 4) },
        { "SlotClassesNotAscending", "class[1].slot_size", path => Patch.UInt32(path, Pool + 64, 512) },
        { "FileLongerThanCurrentSize", "current_size", path => Patch.Length(path, Make.Length + 64) },
        { "TotalSizeUnexpected", "total_size", path => { Patch.Length(path, Make.Length + 64); Patch.UInt64(path, 16, Make.Length + 64); Patch.UInt64(path, 72, Make.Length + 64); } },
        { "HeartbeatIntervalTooShort", "heartbeat_interval", path => Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 999_999) },
        { "HeartbeatIntervalTooLarge", "heartbeat_interval", path => Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 1UL << 63) },
        { "InlineDoesNotFitRing", "inline_threshold", path => Patch.UInt32(path, HeaderLayout.InlineThreshold, 5000) },
        { "InlineLengthOverflow", "inline_threshold", path => { Patch.UInt32(path, HeaderLayout.InlineThreshold, 70000); Patch.UInt32(path, HeaderLayout.MaxPayloadSize, 70000); } },
    };

    [Theory]
    [MemberData(nameof(Warnings))]
    public void A_hazard_is_a_warning_and_the_segment_stays_valid(string id, string field, Action<string> spoil)
    {
        string path = Make.Segment(_folder);
        spoil(path);
        SegmentReport report = SegmentValidator.Validate(path);
        Assert.Contains(report.Findings, finding => finding.Id == id && finding.Field == field && finding.Severity == SegmentFinding.Warning);
        Assert.True(report.IsValid, string.Join(Environment.NewLine, report.Findings.Select(finding => finding.ToString())));
    }

    public static TheoryData<Action<string>> Healthy => new()
    {
        path => Patch.UInt32(path, HeaderLayout.HostGoodbye, 1),
        path => Patch.UInt32(path, Peer1, 1),
        path => { Patch.UInt32(path, Peer1, 1); Patch.UInt64(path, Peer1 + 8, 123); Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 1_000_000); },
        path => { Patch.Length(path, Make.Length + 4096); Patch.UInt64(path, HeaderLayout.CurrentSize, Make.Length + 4096); },
        path => Patch.UInt64(path, Pool + 8, (17UL << 32) | uint.MaxValue),
        path => Patch.UInt64(path, Pool + 8, (17UL << 32) | 3),
    };

    [Theory]
    [MemberData(nameof(Healthy))]
    public void Goodbye_peers_growth_and_allocation_are_not_faults(Action<string> use)
    {
        string path = Make.Segment(_folder);
        use(path);
        Assert.Empty(SegmentValidator.Validate(path).Findings);
    }

    [Fact]
    public void Every_fault_is_found_not_just_the_first()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, HeaderLayout.Version, 8);
        Patch.UInt32(path, HeaderLayout.MaxGuests, 0);
        Patch.Bytes(path, HeaderLayout.Reserved, [9]);
        Patch.UInt32(path, Pool + 64 + 4, 0);
        string[] ids = [.. SegmentValidator.Validate(path).Findings.Select(finding => finding.Id!)];
        foreach (string id in new[] { "UnsupportedVersion", "InvalidMaxGuests", "ReservedNotZero", "InvalidSlotClass" })
        {
            Assert.Contains(id, ids);
        }
    }

    [Fact]
    public void A_file_that_is_not_a_segment_gives_a_report_with_one_finding()
    {
        string path = _folder["text"];
        File.WriteAllText(path, new string('x', 200));
        foreach ((string file, string id) in new[] { (path, "BadMagic"), (_folder["no"], "SegmentNotFound"), (_folder.Root, "NotARegularFile") })
        {
            SegmentReport report = SegmentValidator.Validate(file);
            Assert.False(report.IsValid);
            Assert.Equal(1, report.ErrorCount);
            Assert.Equal(id, Assert.Single(report.Findings).Id);
        }
    }

    [Fact]
    public void A_batch_gives_the_same_reports_in_order_as_single_files()
    {
        string sound = Make.Segment(_folder);
        string damaged = Make.Segment(_folder, "b.seg");
        Patch.UInt32(damaged, HeaderLayout.MaxGuests, 0);
        string[] kinds = [sound, damaged, _folder["none.seg"], _folder.Root, "no\0path"];
        string[] paths = [.. Enumerable.Range(0, 1000).Select(i => kinds[i * i % 997 % kinds.Length])];
        Assert.Equal(kinds.Order(), paths.Distinct().Order());
        (SegmentReport? Report, SegmentException? Error)[] together = [.. SegmentValidator.ValidateAll(paths)];
        Assert.Equal(paths.Length, together.Length);
        for (int i = 0; i < paths.Length; i++)
        {
            (SegmentReport? report, SegmentException? error) = together[i];
            if (paths[i] == kinds[^1])
            {
                Assert.Null(report);
                Assert.Equal(SegmentErrorId.NotAFileSystemPath, error!.ErrorId);
                continue;
            }

            Assert.Null(error);
            SegmentReport alone = SegmentValidator.Validate(paths[i]);
            Assert.Equal((paths[i], alone.IsValid), (report!.Path, report.IsValid));
            Assert.Equal(alone.Findings.Select(finding => finding.ToString()), report.Findings.Select(finding => finding.ToString()));
        }
    }

    [Fact]
    public void A_batch_waits_only_once()
    {
        string[] paths = [.. Enumerable.Range(0, 600).Select(i => _folder[$"{i}"])];
        foreach (string path in paths)
        {
            File.WriteAllBytes(path, []);
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.All(SegmentValidator.ValidateAll(paths), result => Assert.Equal(SegmentErrorId.SegmentNotReady, Assert.Single(result.Report!.Findings).Id));

        // One wait each would take 60 s.
        Assert.InRange(clock.ElapsedMilliseconds, 0, 30_000);
    }

    [Fact]
    public void An_empty_batch_gives_no_report_and_null_is_refused()
    {
        Assert.Empty(SegmentValidator.ValidateAll([]));
        _ = Assert.Throws<ArgumentNullException>(() => SegmentValidator.ValidateAll(null!));
    }

    [Fact]
    public void A_batch_stops_when_it_is_cancelled()
    {
        string[] paths = [.. Enumerable.Repeat(Make.Segment(_folder), 1000)];
        using var cancel = new System.Threading.CancellationTokenSource();
        using IEnumerator<(SegmentReport? Report, SegmentException? Error)> results = SegmentValidator.ValidateAll(paths, cancel.Token).GetEnumerator();
        Assert.True(results.MoveNext());
        cancel.Cancel();
        int more = 0;
        _ = Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            while (results.MoveNext())
            {
                more++;
            }
        });
        Assert.InRange(more, 0, 255);
    }

    [Fact]
    public void A_sparse_file_of_a_terabyte_costs_no_more_than_its_metadata()
    {
        string path = Make.Segment(_folder);
        try
        {
            Patch.Length(path, 1L << 40);
        }
        catch (IOException)
        {
            Assert.Skip("the file system has no files of a terabyte");
        }

        Patch.UInt32(path, HeaderLayout.NumVarSlotClasses, uint.MaxValue);
        SegmentReport report = SegmentValidator.Validate(path);
        Assert.Contains(report.Findings, finding => finding.Id == "TooManySlotClasses");
        Assert.Equal(SegmentErrorId.InvalidSlotClass, Assert.Throws<SegmentException>(() => SegmentHeader.Read(path)).ErrorId);
    }

    /// <summary>Swaps the ring offsets of the two peers, which is odd but harmless.</summary>
    private static void SwapRings(string path)
    {
        Patch.UInt64(path, Peer1 + 16, Make.RingBase + (2 * Make.RingStride));
        Patch.UInt64(path, Peer2 + 16, Make.RingBase);
    }
}
