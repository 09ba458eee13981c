using System;
using System.IO;

namespace RoamShm.Tests;

public sealed class RecoveryTests : IDisposable
{
    private const long Peer1 = HeaderLayout.Size;
    private const long GuestToHost = (long)Make.RingBase;
    private const long HostToGuest = GuestToHost + (long)Make.RingStride;
    private const long Slots = (long)Make.PoolOffset + 128;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_crashed_guest_is_recovered_byte_for_byte_as_the_format_requires()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who uses a segment");
        string path = Make.Segment(_folder);
        Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 1_000_000);
        using (var guest = new Agent())
        {
            Assert.Equal("1", guest.Do("attach", path));
            _ = guest.Do("beat", path, "60000");
            Assert.Equal("0:1", guest.Do("queue-slot", path, "h2g", "0", "0"));
            _ = guest.Do("queue", path, "h2g", "30");
            Assert.Equal("1:1", guest.Do("queue-slot", path, "h2g", "0", "0"));
            Assert.Equal("2:1", guest.Do("allocate", path, "0", "1"));
            Assert.Equal("0:1", guest.Do("allocate", path, "1", "1"));
            Assert.Equal("3:1", guest.Do("allocate", path, "0", "2"));
            _ = guest.Do("queue", path, "g2h", "9");
            guest.Kill();
        }

        byte[] expected = File.ReadAllBytes(path);
        PeerRecoveryResult result = OneShot.RecoverPeer(path, 1, force: false);
        Assert.Equal(("Attached", "Empty"), (result.PreviousState, result.State));
        Assert.Equal((3L, 2L, 2L), (result.EntriesDropped, result.ReferencedSlotsFreed, result.OwnedSlotsFreed));
        Assert.Null(result.Skipped);

        // The peer: Empty, no heartbeat, its epoch unchanged.
        Write(expected, Peer1 + PeerEntryLayout.State, 0);
        Write(expected, Peer1 + PeerEntryLayout.LastHeartbeat, 0);
        Write(expected, Peer1 + PeerEntryLayout.LastHeartbeat + 4, 0);

        // The rings: positions 0, their data untouched.
        foreach (long ring in new[] { GuestToHost, HostToGuest })
        {
            Write(expected, ring + RingLayout.Write, 0);
            Write(expected, ring + RingLayout.Watermark, 0);
            Write(expected, ring + RingLayout.Read, 0);
        }

        // Class 0: slots 0 and 1 in ring order, then slot 2, pushed one after another onto an empty list; slot 3 is peer 2's.
        Free(expected, Slots, slot: 0, next: uint.MaxValue);
        Free(expected, Slots, slot: 1, next: 0);
        Free(expected, Slots, slot: 2, next: 1);
        Write(expected, (long)Make.PoolOffset + SizeClassLayout.FreeHead, 2);
        Write(expected, (long)Make.PoolOffset + SizeClassLayout.FreeHead + 4, 4 + 3);

        // Class 1: slot 0, pushed onto slot 1.
        Free(expected, Slots + 64 + 4096, slot: 0, next: 1);
        Write(expected, (long)Make.PoolOffset + 64 + SizeClassLayout.FreeHead, 0);
        Write(expected, (long)Make.PoolOffset + 64 + SizeClassLayout.FreeHead + 4, 1 + 1);

        byte[] actual = File.ReadAllBytes(path);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(expected[i] == actual[i], $"byte {i}: expected {expected[i]}, found {actual[i]}");
        }

        using var again = new Agent();
        Assert.Equal("1", again.Do("attach", path));
    }

    [Fact]
    public void The_entry_of_a_guest_that_left_cleanly_is_freed_only_by_recovery()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who uses a segment");
        string path = Make.Segment(_folder);
        foreach (uint state in new[] { (uint)PeerState.Goodbye, (uint)PeerState.Reserved })
        {
            Patch.UInt32(path, Peer1, state);
            Patch.UInt32(path, Peer1 + 4, 5);
            PeerRecoveryResult preview = new RecoveryRun(new SegmentUsers()).Check(path, 1, force: false, TestContext.Current.CancellationToken);
            Assert.Equal(((PeerState)state).ToString(), preview.State);
            Assert.Equal("Empty", OneShot.RecoverPeer(path, 1, force: false).State);
            SegmentPeer peer = OneShot.ReadPeers(path)[0];
            Assert.Equal(("Empty", 5U), (peer.State, peer.Epoch));
        }
    }

    [Fact]
    public void An_empty_entry_needs_no_recovery_and_is_left_unchanged()
    {
        string path = Make.Segment(_folder);
        byte[] before = File.ReadAllBytes(path);
        Assert.Equal("Empty", OneShot.RecoverPeer(path, 2, force: false).PreviousState);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_peer_that_may_be_alive_is_refused_without_force()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, Peer1, 1);
        using var guest = new Agent();
        _ = guest.Do("map", path);
        byte[] before = Patch.Read(path);
        Assert.Equal(SegmentErrorId.PeerAlive, Id(path, 1));
        Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 1_000_000_000);
        Assert.Equal(SegmentErrorId.PeerAlive, Id(path, 1));
        Patch.UInt64(path, Peer1 + 8, MonotonicClock.Now() + 3_600_000_000_000);
        Assert.Equal(SegmentErrorId.PeerAlive, Id(path, 1));
        Assert.Equal(before[128], Patch.Read(path)[128]);
        Assert.Equal("Empty", OneShot.RecoverPeer(path, 1, force: true).State);
        Assert.Equal(SegmentErrorId.PeerNotFound, Id(path, 3));
        Assert.Equal(SegmentErrorId.PeerNotFound, Id(path, 0));
    }

    [Fact]
    public void A_segment_mapped_by_another_process_is_refused_without_force()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who uses a segment");
        string path = Make.Segment(_folder);
        Patch.UInt32(path, Peer1, (uint)PeerState.Goodbye);
        using var host = new Agent();
        _ = host.Do("map", path);
        SegmentException error = Assert.Throws<SegmentException>(() => OneShot.RecoverPeer(path, 1, force: false));
        Assert.Equal(SegmentErrorId.HostMayBeRunning, error.ErrorId);
        Assert.Contains(host.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        Assert.Equal("Empty", OneShot.RecoverPeer(path, 1, force: true).State);
    }

    [Fact]
    public void Damage_is_reported_and_skipped_and_the_rest_is_recovered()
    {
        string path = Make.Segment(_folder);
        using (var guest = new Agent())
        {
            _ = guest.Do("attach", path);
            _ = guest.Do("queue-slot", path, "h2g", "0", "0");
            _ = guest.Do("queue-slot", path, "h2g", "0", "0");
            _ = guest.Do("queue-slot", path, "h2g", "0", "0");
            _ = guest.Do("allocate", path, "1", "1");
        }

        // The first entry refers to a class that does not exist; the third has no length.
        Patch.Bytes(path, HostToGuest + 128 + 8, [200]);
        Patch.UInt32(path, HostToGuest + 128 + 40, 0);
        PeerRecoveryResult result = OneShot.RecoverPeer(path, 1, force: true);
        Assert.Equal(2, result.Skipped!.Split("; ").Length);
        Assert.Equal((1L, 1L, 1L), (result.EntriesDropped, result.ReferencedSlotsFreed, result.OwnedSlotsFreed));
        Assert.Equal("Empty", result.State);
        Assert.Equal((2L, 2L), (OneShot.ReadSlotClasses(path)[0].Allocated, OneShot.ReadSlotClasses(path)[0].Free));

        Patch.UInt32(path, Peer1, 2);
        Patch.UInt32(path, HostToGuest, 9999);
        Assert.Contains("write 9999", OneShot.RecoverPeer(path, 1, force: true).Skipped, StringComparison.Ordinal);
        Assert.DoesNotContain(SegmentValidator.Validate(path, full: true).Findings, finding => finding.Id == "RingPositionsInvalid");

        Patch.UInt32(path, Peer1, 2);
        Patch.UInt64(path, Peer1 + 16, 1UL << 60);
        Assert.Equal(2, OneShot.RecoverPeer(path, 1, force: true).Skipped!.Split("; ").Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_empty_entry_that_still_owns_slots_is_recovered_if_unused_or_forced(bool isUsed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who uses a segment");
        string path = Make.Segment(_folder);
        using (var guest = new Agent())
        {
            _ = guest.Do("attach", path);
            _ = guest.Do("allocate", path, "0", "1");
            _ = guest.Do("allocate", path, "1", "1");
            _ = guest.Do("state", path, "0");
        }

        Assert.Equal(1, OneShot.ReadSlotClasses(path)[0].Orphaned);
        byte[] before = File.ReadAllBytes(path);
        PeerRecoveryResult result;
        if (isUsed)
        {
            using var host = new Agent();
            _ = host.Do("map", path);
            Assert.Equal(SegmentErrorId.HostMayBeRunning, Id(path, 1));
            Assert.Equal(before, File.ReadAllBytes(path));
            result = OneShot.RecoverPeer(path, 1, force: true);
        }
        else
        {
            result = OneShot.RecoverPeer(path, 1, force: false);
        }

        Assert.Equal(("Empty", "Empty", 2L), (result.PreviousState, result.State, result.OwnedSlotsFreed));
        Free(before, Slots, slot: 0, next: 1);
        Write(before, (long)Make.PoolOffset + SizeClassLayout.FreeHead, 0);
        Write(before, (long)Make.PoolOffset + SizeClassLayout.FreeHead + 4, 2);
        Free(before, Slots + 64 + 4096, slot: 0, next: 1);
        Write(before, (long)Make.PoolOffset + 64 + SizeClassLayout.FreeHead, 0);
        Write(before, (long)Make.PoolOffset + 64 + SizeClassLayout.FreeHead + 4, 2);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(0, OneShot.ReadSlotClasses(path)[0].Orphaned);
        Assert.Equal(0, OneShot.RecoverPeer(path, 1, force: true).OwnedSlotsFreed);
    }

    [Fact]
    public void A_preview_and_a_recovery_report_the_dropped_entries_of_both_rings()
    {
        string path = Make.Segment(_folder);
        using (var guest = new Agent())
        {
            _ = guest.Do("attach", path);
            _ = guest.Do("queue", path, "h2g", "30");
            _ = guest.Do("queue", path, "g2h", "9");
            _ = guest.Do("queue", path, "g2h", "9");
        }

        PeerRecoveryResult preview = new RecoveryRun(new SegmentUsers()).Check(path, 1, force: true, TestContext.Current.CancellationToken);
        Assert.Equal((1L, 2L, "Attached"), (preview.EntriesDropped, preview.GuestToHostEntriesDropped, preview.State));
        PeerRecoveryResult result = OneShot.RecoverPeer(path, 1, force: true);
        Assert.Equal((1L, 2L, "Empty"), (result.EntriesDropped, result.GuestToHostEntriesDropped, result.State));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_600_000_000_000)]
    public void An_attached_peer_of_an_unused_segment_is_dead_whatever_its_heartbeat(long heartbeatInterval)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who uses a segment");
        string path = Make.Segment(_folder);
        Patch.UInt64(path, HeaderLayout.HeartbeatInterval, (ulong)heartbeatInterval);
        using (var guest = new Agent())
        {
            _ = guest.Do("attach", path);
            _ = guest.Do("beat", path);
            Assert.Equal(SegmentErrorId.PeerAlive, Id(path, 1));
            guest.Kill();
        }

        Assert.Equal(("Attached", "Empty"), (OneShot.RecoverPeer(path, 1, force: false).PreviousState, OneShot.ReadPeers(path)[0].State));
    }

    [Fact]
    public void A_stale_reference_frees_nothing()
    {
        string path = Make.Segment(_folder);
        using (var guest = new Agent())
        {
            _ = guest.Do("attach", path);
            _ = guest.Do("queue-slot", path, "h2g", "0", "0");
        }

        // The slot has been reallocated since, so its generation differs.
        Patch.UInt32(path, Slots, 9);
        PeerRecoveryResult result = OneShot.RecoverPeer(path, 1, force: true);
        Assert.Equal((1L, 0L), (result.EntriesDropped, result.ReferencedSlotsFreed));
        Assert.Equal(1, OneShot.ReadSlotClasses(path)[0].Allocated);
    }

    private static string Id(string path, int peerId) => Assert.Throws<SegmentException>(() => OneShot.RecoverPeer(path, peerId, force: false)).ErrorId;

    private static void Free(byte[] bytes, long slots, uint slot, uint next)
    {
        Write(bytes, slots + (16 * slot) + SlotMetaLayout.State, 0);
        Write(bytes, slots + (16 * slot) + SlotMetaLayout.OwnerPeer, 0);
        Write(bytes, slots + (16 * slot) + SlotMetaLayout.NextFree, next);
    }

    private static void Write(byte[] bytes, long offset, uint value) => BitConverter.GetBytes(value).CopyTo(bytes, offset);
}
