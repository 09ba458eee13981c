using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>Looks into segments: who is on them, and how their slots are used. Reads positions, never a mapping.</summary>
public sealed class SegmentInspector
{
    private readonly CancellationToken _cancellation;
    private readonly ReadyWait _wait;

    /// <summary>Makes an inspector that serves one call on many files.</summary>
    /// <param name="cancellation">Ends a long look.</param>
    public SegmentInspector(CancellationToken cancellation = default)
    {
        _cancellation = cancellation;
        _wait = new ReadyWait(cancellation);
    }

    /// <summary>Reads the peer table and what waits in each peer's rings.</summary>
    /// <param name="path">The file.</param>
    /// <param name="countSlots">Whether to count the slots that each peer owns, for which all slots are looked through; else none is told.</param>
    /// <returns>Every entry, Empty ones too.</returns>
    /// <exception cref="SegmentException">The file cannot be read, or is no segment that a guest could attach to; or a class has too many slots to count.</exception>
    /// <exception cref="OperationCanceledException">The look was cancelled.</exception>
    public IReadOnlyList<SegmentPeer> ReadPeers(string path, bool countSlots = true)
    {
        using OpenSegment segment = OpenSegment.Open(path, write: false, _wait);
        long[] owned = countSlots ? CountOwners(segment) : new long[SegmentFormat.MaxGuests + 1];

        // The clock is read after the table, so that a heartbeat does not seem to lie in the future.
        segment.RefreshPeers();
        ulong now = MonotonicClock.Now();
        var peers = new List<SegmentPeer>(segment.MaxGuests);
        for (int id = 1; id <= segment.MaxGuests; id++)
        {
            peers.Add(ReadPeer(segment, id, now, owned[id]));
        }

        return peers;
    }

    /// <summary>
    /// Reads the peer table alone. Rings and slots are not looked at, so that it takes no longer on a large segment: what says of them is 0 or
    /// <see langword="null"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>Every entry, Empty ones too.</returns>
    /// <exception cref="SegmentException">The file cannot be read, or is no segment that a guest could attach to.</exception>
    /// <exception cref="OperationCanceledException">The look was cancelled.</exception>
    public IReadOnlyList<SegmentPeer> ReadPeerStates(string path)
    {
        using OpenSegment segment = OpenSegment.Open(path, write: false, _wait);
        ulong now = MonotonicClock.Now();
        var peers = new List<SegmentPeer>(segment.MaxGuests);
        for (int id = 1; id <= segment.MaxGuests; id++)
        {
            peers.Add(ReadEntry(segment, id, now));
        }

        return peers;
    }

    /// <summary>Counts the slots of each class by state and owner (<c>r[shm.varslot]</c>).</summary>
    /// <param name="path">The file.</param>
    /// <returns>The classes in order.</returns>
    /// <exception cref="SegmentException">The file cannot be read, or is no segment that a guest could attach to; or a class has too many slots.</exception>
    /// <exception cref="OperationCanceledException">The look was cancelled.</exception>
    public IReadOnlyList<SegmentSlotClass> ReadSlotClasses(string path)
    {
        using OpenSegment segment = OpenSegment.Open(path, write: false, _wait);
        var classes = new List<SegmentSlotClass>(segment.Classes.Length);
        for (int i = 0; i < segment.Classes.Length; i++)
        {
            SlotTable table = SlotTable.Read(segment, i, _cancellation);
            segment.RefreshPeers();
            uint slotSize = (uint)segment.Classes[i].SlotSize;
            var slotClass = new SegmentSlotClass
            {
                Index = i,
                SlotSize = slotSize,
                SlotCount = (uint)table.Count,
                Allocated = table.AllocatedCount,
                Leaked = table.Leaked,
                Free = table.Count - table.AllocatedCount - table.Leaked,
                OwnedByHost = table.AllocatedByOwner[0],
                OwnedByPeers = table.AllocatedCount - table.AllocatedByOwner[0],
                CapacityBytes = (ulong)slotSize * (uint)table.Count,
                AllocatedBytes = (ulong)slotSize * (ulong)table.AllocatedCount,
                Path = path,
            };
            slotClass.UsedPercent = Percent(table.Count - slotClass.Free, table.Count);
            for (uint id = 1; id <= (uint)segment.MaxGuests; id++)
            {
                slotClass.Orphaned += segment.IsPeerEmpty(id) ? table.AllocatedByOwner[id] : 0;
            }

            classes.Add(slotClass);
        }

        return classes;
    }

    internal static SegmentPeer ReadPeer(OpenSegment segment, int id, ulong now, long slotsOwned)
    {
        SegmentPeer peer = ReadEntry(segment, id, now);
        peer.SlotsOwned = slotsOwned;
        (peer.GuestToHostQueued, peer.GuestToHostEntries, peer.GuestToHostPercent) = ReadQueue(segment, id, hostToGuest: false);
        (peer.HostToGuestQueued, peer.HostToGuestEntries, peer.HostToGuestPercent) = ReadQueue(segment, id, hostToGuest: true);
        return peer;
    }

    /// <summary>The name of a state, as text.</summary>
    internal static string StateName(uint state) => state <= (uint)PeerState.Reserved ? ((PeerState)state).ToString() : "Invalid";

    private static SegmentPeer ReadEntry(OpenSegment segment, int id, ulong now)
    {
        uint state = segment.PeerUInt32(id, PeerEntryLayout.State);
        ulong lastHeartbeat = segment.PeerUInt64(id, PeerEntryLayout.LastHeartbeat);
        return new SegmentPeer
        {
            PeerId = id,
            StateCode = state,
            State = StateName(state),
            Epoch = segment.PeerUInt32(id, PeerEntryLayout.Epoch),
            LastHeartbeat = lastHeartbeat,
            HeartbeatAgeMilliseconds = lastHeartbeat == 0 || lastHeartbeat > now ? null : Math.Round((now - lastHeartbeat) / 1e6, 3),
            Liveness = PeerLiveness.Judge(state, lastHeartbeat, segment.Header.HeartbeatInterval, now),
            RingOffset = segment.PeerUInt64(id, PeerEntryLayout.RingOffset),
            Path = segment.Path,
        };
    }

    private static (long Queued, long? Entries, double Percent) ReadQueue(OpenSegment segment, int id, bool hostToGuest)
    {
        if (segment.RingOffset(id, hostToGuest) is not ulong ring)
        {
            return (0, null, 0);
        }

        RingSnapshot snapshot = RingSnapshot.Read(segment.File, ring, segment.Header.BipbufCapacity);
        long queued = snapshot.Queued;
        long? entries = snapshot.Fault is null ? 0 : null;
        foreach (RingEntry entry in snapshot.Entries())
        {
            entries = entry.Fault is null ? entries + 1 : null;
        }

        return (queued, entries, Percent(queued, segment.Header.BipbufCapacity));
    }

    private long[] CountOwners(OpenSegment segment)
    {
        long[] owned = new long[257];
        for (int i = 0; i < segment.Classes.Length; i++)
        {
            SlotTable table = SlotTable.Read(segment, i, _cancellation);
            for (int owner = 0; owner < owned.Length; owner++)
            {
                owned[owner] += table.AllocatedByOwner[owner];
            }
        }

        return owned;
    }

    private static double Percent(long part, long whole) => whole == 0 ? 0 : Math.Round(100.0 * part / whole, 1);
}
