using System;
using System.IO;
using System.Linq;

namespace RoamShm.Tests;

public sealed class InspectorTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Agent _guest = new();

    public void Dispose()
    {
        _guest.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_fresh_segment_has_empty_peers_and_free_slots()
    {
        string path = Make.Segment(_folder);
        Assert.All(OneShot.ReadPeers(path), peer =>
        {
            Assert.Equal("Empty", peer.State);
            Assert.Equal(PeerLiveness.None, peer.Liveness);
            Assert.Equal(0, peer.GuestToHostQueued + peer.HostToGuestQueued + peer.SlotsOwned);
            Assert.Equal(0, peer.GuestToHostEntries);
        });
        Assert.Equal([4L, 2L], OneShot.ReadSlotClasses(path).Select(slotClass => slotClass.Free));
    }

    [Fact]
    public void A_guests_actions_are_visible()
    {
        string path = Make.Segment(_folder);
        Assert.Equal("1", _guest.Do("attach", path));
        _ = _guest.Do("queue", path, "g2h", "5");
        _ = _guest.Do("queue", path, "h2g", "100");
        _ = _guest.Do("queue-slot", path, "h2g", "0", "0");
        _ = _guest.Do("allocate", path, "1", "1");
        SegmentPeer peer = OneShot.ReadPeers(path)[0];
        Assert.Equal(1, peer.PeerId);
        Assert.Equal("Attached", peer.State);
        Assert.Equal(1U, peer.StateCode);
        Assert.Equal(1U, peer.Epoch);
        Assert.Equal(PeerLiveness.Unknown, peer.Liveness);
        Assert.Null(peer.HeartbeatAgeMilliseconds);
        Assert.Equal(Make.RingBase, peer.RingOffset);
        Assert.Equal((16L, 1L), (peer.GuestToHostQueued, peer.GuestToHostEntries));
        Assert.Equal((108L + 20, 2L), (peer.HostToGuestQueued, peer.HostToGuestEntries));
        Assert.Equal(3.1, peer.HostToGuestPercent);
        Assert.Equal(1, peer.SlotsOwned);

        SegmentSlotClass[] classes = [.. OneShot.ReadSlotClasses(path)];
        Assert.Equal((3L, 1L, 1L, 0L, 0L, 0L), (classes[0].Free, classes[0].Allocated, classes[0].OwnedByHost, classes[0].OwnedByPeers, classes[0].Leaked, classes[0].Orphaned));
        Assert.Equal((1L, 1L, 0L, 1L, 0L, 0L), (classes[1].Free, classes[1].Allocated, classes[1].OwnedByHost, classes[1].OwnedByPeers, classes[1].Leaked, classes[1].Orphaned));
        Assert.Equal(50, classes[1].UsedPercent);
        Assert.Equal((16384UL, 8192UL), (classes[1].CapacityBytes, classes[1].AllocatedBytes));

        _ = _guest.Do("state", path, "0");
        Assert.Equal(1, OneShot.ReadSlotClasses(path)[1].Orphaned);
    }

    [Fact]
    public void A_wrapped_ring_counts_both_parts()
    {
        string path = Make.Segment(_folder);
        long ring = (long)Make.RingBase;
        foreach (int at in new[] { 0, 4000 })
        {
            Patch.UInt32(path, ring + 128 + at, 16);
            Patch.Bytes(path, ring + 128 + at + 4, [0, 0, 3, 0]);
        }

        Patch.UInt32(path, ring + RingLayout.Read, 4000);
        Patch.UInt32(path, ring + RingLayout.Watermark, 4016);
        Patch.UInt32(path, ring + RingLayout.Write, 16);
        SegmentPeer peer = OneShot.ReadPeers(path)[0];
        Assert.Equal((32L, 2L), (peer.GuestToHostQueued, peer.GuestToHostEntries));
    }

    [Fact]
    public void A_damaged_ring_or_state_is_reported_and_not_followed()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, HeaderLayout.Size, 77);
        Patch.UInt32(path, (long)Make.RingBase + RingLayout.Write, uint.MaxValue);
        Patch.UInt64(path, HeaderLayout.Size + 64 + 16, ulong.MaxValue - 63);
        SegmentPeer[] peers = [.. OneShot.ReadPeers(path)];
        Assert.Equal(("Invalid", 77U), (peers[0].State, peers[0].StateCode));
        Assert.Equal((0L, null), (peers[0].GuestToHostQueued, peers[0].GuestToHostEntries));
        Assert.Null(peers[1].HostToGuestEntries);
    }

    [Fact]
    public void A_lost_slot_counts_as_leaked()
    {
        string path = Make.Segment(_folder);

        // The head skips slot 0.
        Patch.UInt64(path, (long)Make.PoolOffset + SizeClassLayout.FreeHead, 1);
        SegmentSlotClass slotClass = OneShot.ReadSlotClasses(path)[0];
        Assert.Equal((3L, 0L, 1L), (slotClass.Free, slotClass.Allocated, slotClass.Leaked));
    }

    [Fact]
    public void All_255_peers_are_read()
    {
        string path = _folder["255.seg"];
        _ = Segment.Create(path, new SegmentConfiguration { MaxGuests = 255, BipbufCapacity = 256, MaxPayloadSize = 64, SlotClasses = [new SlotClass(64, 4)] });
        for (int i = 0; i < 255; i++)
        {
            _ = _guest.Do("attach", path);
        }

        SegmentPeer[] peers = [.. OneShot.ReadPeers(path)];
        Assert.Equal(Enumerable.Range(1, 255), peers.Select(peer => peer.PeerId));
        Assert.All(peers, peer => Assert.Equal("Attached", peer.State));
        Assert.Equal("no entry is empty", _guest.Do("attach", path));
    }

    public static TheoryData<string, Action<string>> Unsound => new()
    {
        { SegmentErrorId.InvalidLimits, path => Patch.UInt32(path, HeaderLayout.MaxGuests, 256) },
        { SegmentErrorId.InvalidLimits, path => Patch.UInt32(path, HeaderLayout.MaxGuests, 0) },
        { SegmentErrorId.PeerTableOutOfBounds, path => Patch.UInt64(path, HeaderLayout.PeerTableOffset, Make.Length) },
        { SegmentErrorId.PeerTableOutOfBounds, path => Patch.UInt64(path, HeaderLayout.PeerTableOffset, ulong.MaxValue - 7) },
        { SegmentErrorId.PeerTableOutOfBounds, path => Patch.UInt64(path, HeaderLayout.PeerTableOffset, 0) },
        { SegmentErrorId.VarPoolOutOfBounds, path => Patch.UInt32(path, (long)Make.PoolOffset + 4, uint.MaxValue) },
        { SegmentErrorId.BadMagic, path => Patch.Bytes(path, 0, [0]) },
    };

    [Theory]
    [MemberData(nameof(Unsound))]
    public void Tables_outside_the_file_are_errors(string id, Action<string> spoil)
    {
        string path = Make.Segment(_folder);
        spoil(path);
        Assert.Equal(id, Assert.Throws<SegmentException>(() => OneShot.ReadPeers(path)).ErrorId);
        Assert.Equal(id, Assert.Throws<SegmentException>(() => OneShot.ReadSlotClasses(path)).ErrorId);
        Assert.Equal(id, Assert.Throws<SegmentException>(() => OneShot.RecoverPeer(path, 1, force: true)).ErrorId);
        Assert.False(SegmentValidator.Validate(path, full: true).IsValid);
    }

    [Fact]
    public void Too_many_slots_to_keep_in_memory_is_an_error_and_a_finding()
    {
        string path = _folder["huge.seg"];
        var configuration = new SegmentConfiguration { MaxGuests = 1, SlotClasses = [new SlotClass(64, 1)] };
        SegmentLayout layout = SegmentLayout.Compute(configuration);
        _ = Segment.Create(path, configuration);
        Patch.UInt32(path, (long)layout.VarPoolOffset + 4, 100_000_000);
        try
        {
            Patch.Length(path, 1L << 34);
        }
        catch (IOException)
        {
            Assert.Skip("the file system has no files of 16 GiB");
        }

        Patch.UInt64(path, 16, 1UL << 34);
        Patch.UInt64(path, 72, 1UL << 34);
        Assert.Equal(SegmentErrorId.TooManySlots, Assert.Throws<SegmentException>(() => OneShot.ReadSlotClasses(path)).ErrorId);
        Assert.Contains(SegmentValidator.Validate(path, full: true).Findings, finding => finding.Id == "SlotsNotChecked");
    }
}
