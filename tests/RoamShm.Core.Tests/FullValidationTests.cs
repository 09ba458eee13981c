using System;
using System.Linq;

namespace RoamShm.Tests;

public sealed class FullValidationTests : IDisposable
{
    private const long Ring = (long)Make.RingBase;
    private const long Data = Ring + RingLayout.HeaderSize;
    private const long Head = (long)Make.PoolOffset + SizeClassLayout.FreeHead;
    private const long Slots = (long)Make.PoolOffset + 128;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fresh_segment_and_one_in_use_pass()
    {
        string path = Make.Segment(_folder);
        Assert.Empty(SegmentValidator.Validate(path, full: true).Findings);
        using var guest = new Agent();
        _ = guest.Do("attach", path);
        for (int i = 0; i < 10; i++)
        {
            _ = guest.Do("queue", path, i % 2 == 0 ? "g2h" : "h2g", (7 * i).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        _ = guest.Do("queue-slot", path, "h2g", "0", "0");
        _ = guest.Do("queue-slot", path, "g2h", "1", "1");
        Assert.Empty(SegmentValidator.Validate(path, full: true).Findings);
    }

    [Fact]
    public void Positions_beyond_the_capacity_are_found_even_if_the_ring_claims_a_larger_one()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, Ring + RingLayout.Capacity, 8192);
        Patch.UInt32(path, Ring + RingLayout.Write, 5000);
        Patch.UInt32(path, Ring + RingLayout.Read, 5000);
        Assert.Equal(
            ["RingCapacityMismatch", "RingPositionsInvalid"],
            SegmentValidator.Validate(path, full: true).Findings.Select(finding => finding.Id));
    }

    public static TheoryData<string, string, string, Action<string>> Faults => new()
    {
        { "RingPositionsInvalid", "Error", "peer[1].g2h", path => Patch.UInt32(path, Ring + RingLayout.Write, 4097) },
        { "RingPositionsInvalid", "Error", "peer[1].g2h", path => Patch.UInt32(path, Ring + RingLayout.Read, 4) },
        { "RingPositionsInvalid", "Error", "peer[1].g2h", path => Patch.UInt32(path, Ring + RingLayout.Watermark, 5000) },
        { "RingPositionsInvalid", "Error", "peer[1].g2h", path => { Patch.UInt32(path, Ring, 20); Patch.UInt32(path, Ring + 4, 100); Patch.UInt32(path, Ring + 64, 16); } },
        { "RingPositionsInvalid", "Error", "peer[1].g2h", path => { Patch.UInt32(path, Ring, 8); Patch.UInt32(path, Ring + 4, 100); Patch.UInt32(path, Ring + 64, 104); } },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => Queue(path, 0, 0, 0) },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => Queue(path, 7, 0, 0) },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => Queue(path, 10, 0, 0) },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => Queue(path, 44, 0, 0) },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => Queue(path, uint.MaxValue - 3, 0, 0) },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => Queue(path, 40, 3, 0) },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => Queue(path, 40, 4, 0) },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => Queue(path, 40, 0, 33) },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => { Queue(path, 16, 1, 0); Queue(path, 24, 0, 0, at: 16); } },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => { Queue(path, 28, 2, 0); Queue(path, 12, 0, 0, at: 28); } },
        { "RingEntryInvalid", "Error", "peer[1].g2h", path => { Queue(path, 36, 0, 0); } },
        { "SlotReferenceInvalid", "Error", "peer[1].g2h", path => { Queue(path, 40, 1, 0); Patch.Bytes(path, Data + 8, [2]); } },
        { "SlotReferenceInvalid", "Error", "peer[1].g2h", path => { Queue(path, 40, 1, 0); Patch.Bytes(path, Data + 9, [1]); } },
        { "SlotReferenceInvalid", "Error", "peer[1].g2h", path => { Queue(path, 40, 1, 0); Patch.UInt32(path, Data + 12, 4); } },
        { "SlotReferenceToFreeSlot", "Error", "peer[1].g2h", path => Queue(path, 40, 1, 0) },
        { "FreeListOutOfRange", "Error", "class[0].free_head", path => Patch.UInt64(path, Head, 4) },
        { "FreeListOutOfRange", "Error", "class[0].slot[1].next_free", path => Patch.UInt32(path, Slots + 16 + 12, 4) },
        { "FreeListLoop", "Error", "class[0].free_head", path => Patch.UInt32(path, Slots + 48 + 12, 1) },
        { "FreeListLoop", "Error", "class[0].free_head", path => Patch.UInt32(path, Slots + 12, 0) },
        { "SlotAllocatedAndFree", "Error", "class[0].free_head", path => Patch.UInt32(path, Slots + 32 + 4, 1) },
        { "InvalidSlotState", "Error", "class[0].state", path => Patch.UInt32(path, Slots + 4, 2) },
        { "SlotsLeaked", "Warning", "class[0].free_head", path => Patch.UInt64(path, Head, (9UL << 32) | 1) },
        { "SlotsLeaked", "Warning", "class[0].free_head", path => Patch.UInt64(path, Head, uint.MaxValue) },
        { "SlotOwnerInvalid", "Error", "class[0].owner_peer", path => Allocate(path, 3) },
        { "SlotOwnerInvalid", "Error", "class[0].owner_peer", path => Allocate(path, 70_000) },
        { "SlotsOrphaned", "Warning", "class[0].owner_peer", path => Allocate(path, 2) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_content_fault_is_found(string id, string severity, string field, Action<string> spoil)
    {
        string path = Make.Segment(_folder);
        spoil(path);
        SegmentReport report = SegmentValidator.Validate(path, full: true);
        SegmentFinding finding = Assert.Single(report.Findings, finding => finding.Id == id);
        Assert.Equal((severity, field), (finding.Severity, finding.Field));
        Assert.NotNull(finding.Offset);
        Assert.StartsWith("r[shm.", finding.Rule, StringComparison.Ordinal);
        Assert.Equal(severity == "Warning", report.IsValid);
        Assert.DoesNotContain(SegmentValidator.Validate(path).Findings, finding => finding.Id == id);
    }

    [Fact]
    public void A_fault_in_the_last_of_a_million_slots_is_found()
    {
        string path = _folder["million.seg"];
        var configuration = new SegmentConfiguration { MaxGuests = 1, SlotClasses = [new SlotClass(1024, 1_000_000)] };
        SegmentLayout layout = SegmentLayout.Compute(configuration);
        _ = Segment.Create(path, configuration, new SegmentCreateOptions { Sparse = true });
        Assert.Empty(SegmentValidator.Validate(path, full: true).Findings);
        Assert.Equal(1_000_000, OneShot.ReadSlotClasses(path)[0].Free);
        Patch.UInt32(path, (long)layout.Pool.MetaOffset(0) + (16L * 999_999) + 12, 1_000_000);
        Assert.Equal("FreeListOutOfRange", Assert.Single(SegmentValidator.Validate(path, full: true).Findings).Id);
    }

    [Fact]
    public void A_busy_segment_gives_no_false_findings()
    {
        string path = Make.Segment(_folder);
        using var guest = new Agent();
        _ = guest.Do("attach", path);
        guest.Send("toggle", path, "20000");
        for (int i = 0; i < 300; i++)
        {
            Assert.Empty(SegmentValidator.Validate(path, full: true).Findings.Select(finding => finding.ToString()));
        }

        Assert.Equal("toggled", guest.Answer());
    }

    [Fact]
    public void A_lost_slot_counts_only_if_slot_and_generation_stay_the_same()
    {
        static SegmentFinding Lost(params ulong[]? slots) => new() { Evidence = slots is null ? null : [.. slots] };
        Assert.False(ContentChecks.IsStillThere(Lost(1), []));
        Assert.False(ContentChecks.IsStillThere(Lost(1, 2), [Lost(3), Lost(4)]));
        SegmentFinding one = Lost(1, 2);
        Assert.True(ContentChecks.IsStillThere(one, [Lost(3), Lost(2)]));
        Assert.False(ContentChecks.IsStillThere(one, [Lost(1)]));
        Assert.True(ContentChecks.IsStillThere(Lost(1), [Lost(null)]));
        Assert.True(ContentChecks.IsStillThere(Lost(null), [Lost(1)]));
        Assert.False(ContentChecks.IsStillThere(Lost(null), []));
    }

    [Fact]
    public void Lost_slots_are_listed_with_their_generations()
    {
        string path = Make.Segment(_folder);
        Patch.UInt64(path, Head, 2);
        Patch.UInt32(path, Slots + 16, 7);
        using Segment segment = Segment.Open(path);
        segment.LoadTables();
        SlotTable table = SlotTable.Read(segment, 0, default);
        Assert.Equal([0UL, (1UL << 32) | 7], table.LeakedNow().Order());
    }

    /// <summary>Writes 40 bytes into the first ring, with an entry header at the given position.</summary>
    private static void Queue(string path, uint length, byte flags, ushort payload, int at = 0)
    {
        Patch.UInt32(path, Ring + RingLayout.Write, 40);
        Patch.UInt32(path, Data + at, length);
        Patch.Bytes(path, Data + at + 4, [flags, 0, (byte)payload, (byte)(payload >> 8)]);
    }

    /// <summary>Allocates slot 0 to an owner.</summary>
    private static void Allocate(string path, uint owner)
    {
        Patch.UInt64(path, Head, (1UL << 32) | 1);
        Patch.UInt32(path, Slots, 1);
        Patch.UInt32(path, Slots + 4, 1);
        Patch.UInt32(path, Slots + 8, owner);
    }
}
