using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Frees the place of a guest that crashed or left, as the host would (<c>r[shm.crash.recovery]</c>), in its order: Goodbye, the slots that its host→guest
/// ring refers to, both rings, the slots that it owns, heartbeat 0, Empty. Shared words change by compare-and-exchange only. What is damaged is reported and
/// left as it is, never followed.
/// </summary>
public sealed unsafe class PeerRecovery
{
    private readonly CancellationToken _cancellation;
    private readonly ReadyWait _wait;

    /// <summary>Makes an object that serves one call on many files.</summary>
    /// <param name="cancellation">Ends the work before it begins on a peer; a recovery that has begun is finished.</param>
    public PeerRecovery(CancellationToken cancellation = default)
    {
        _cancellation = cancellation;
        _wait = new ReadyWait(cancellation);
    }

    /// <summary>Tells whether a peer may be recovered, and changes nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="peerId">The peer, 1 to 255.</param>
    /// <param name="force">Whether to recover a peer that may be alive, or whose host may be running.</param>
    /// <returns>Its state; an Empty one needs no recovery.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.PeerNotFound"/>, <see cref="SegmentErrorId.PeerAlive"/>,
    /// <see cref="SegmentErrorId.HostMayBeRunning"/>, or the file is no sound segment.</exception>
    public string Check(string path, int peerId, bool force)
    {
        using OpenSegment segment = OpenSegment.Open(path, write: false, _wait);
        return InspectorName(CheckPeer(segment, peerId, force));
    }

    /// <summary>Recovers a peer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="peerId">The peer, 1 to 255.</param>
    /// <param name="force">Whether to recover a peer that may be alive, or whose host may be running.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="SegmentException">As <see cref="Check"/>; or the file cannot be written, or is shorter than what has to be changed.</exception>
    public PeerRecoveryResult Recover(string path, int peerId, bool force)
        {
        _cancellation.ThrowIfCancellationRequested();
        using OpenSegment segment = OpenSegment.Open(path, write: true, _wait);
        uint state = CheckPeer(segment, peerId, force);
        var result = new PeerRecoveryResult { PeerId = peerId, PreviousState = InspectorName(state), State = InspectorName(state), Path = path };
        if (state == (uint)PeerState.Empty)
        {
            return result;
        }

        var skipped = new List<string>();
        using MappedPart peer = MapPart(segment, segment.PeerOffset(peerId), PeerEntryLayout.Size);
        SetGoodbye(segment, peer, peerId, state);
        FreeReferencedSlots(segment, peerId, result, skipped);
        ResetRing(segment, peerId, hostToGuest: true, skipped);
        ResetRing(segment, peerId, hostToGuest: false, skipped);
        FreeOwnedSlots(segment, peerId, result, skipped);
        _ = Interlocked.Exchange(ref *(long*)(peer.Address + PeerEntryLayout.LastHeartbeat), 0);
        uint before = CompareExchange(peer.Address + PeerEntryLayout.State, (uint)PeerState.Empty, (uint)PeerState.Goodbye);
        result.State = InspectorName(before == (uint)PeerState.Goodbye ? (uint)PeerState.Empty : before);
        result.Skipped = skipped.Count == 0 ? null : string.Join("; ", skipped);
        return result;
    }

    private static string InspectorName(uint state) => SegmentInspector.StateName(state);

    private static uint CheckPeer(OpenSegment segment, int peerId, bool force)
    {
        if (peerId < 1 || peerId > segment.MaxGuests)
        {
            throw SegmentErrors.PeerNotFound(segment.Path, peerId, segment.Header.MaxGuests);
        }

        uint state = segment.PeerUInt32(peerId, PeerEntryLayout.State);
        if (state == (uint)PeerState.Empty || force)
        {
            return state;
        }

        if (state is not ((uint)PeerState.Goodbye or (uint)PeerState.Reserved))
        {
            string liveness = PeerLiveness.Judge(state, segment.PeerUInt64(peerId, PeerEntryLayout.LastHeartbeat), segment.Header.HeartbeatInterval, MonotonicClock.Now());
            if (liveness != PeerLiveness.Stale)
            {
                throw SegmentErrors.PeerAlive(segment.Path, peerId, liveness);
            }
        }

        if (!SegmentMappings.IsSupported)
        {
            throw SegmentErrors.HostMayBeRunning(segment.Path, "which processes map it cannot be told on this system");
        }

        SegmentMappings mappings = SegmentMappings.Read();
        List<int> others = SegmentMappings.Others(mappings.Of(segment.File));
        if (others.Count > 0)
        {
            throw SegmentErrors.HostMayBeRunning(segment.Path, SegmentMappings.Describe(others));
        }

        return mappings.IsIncomplete
            ? throw SegmentErrors.HostMayBeRunning(segment.Path, "whether a process maps it cannot be told: " + mappings.Incompleteness)
            : state;
    }

    private static void SetGoodbye(OpenSegment segment, MappedPart peer, int peerId, uint expected)
    {
        uint epoch = segment.PeerUInt32(peerId, PeerEntryLayout.Epoch);
        uint found = CompareExchange(peer.Address + PeerEntryLayout.State, (uint)PeerState.Goodbye, expected);
        if (found != expected || (uint)Volatile.Read(ref *(int*)(peer.Address + PeerEntryLayout.Epoch)) != epoch)
        {
            throw SegmentErrors.PeerAlive(segment.Path, peerId, "it changed its state just now");
        }
    }

    private static void FreeReferencedSlots(OpenSegment segment, int peerId, PeerRecoveryResult result, List<string> skipped)
    {
        if (segment.RingOffset(peerId, hostToGuest: true) is not ulong ring)
        {
            skipped.Add("the host→guest ring does not lie within the file");
            return;
        }

        RingSnapshot snapshot = RingSnapshot.Read(segment.File, ring, segment.Header.BipbufCapacity);
        if (snapshot.Fault is string fault)
        {
            skipped.Add("the host→guest ring: " + fault);
            return;
        }

        foreach (RingEntry entry in snapshot.Entries())
        {
            if ((entry.Fault ?? entry.FindReferenceFault(segment.Classes)) is string damage)
            {
                skipped.Add(Text.Invariant($"the entry at {entry.Position} in the host→guest ring: {damage}"));
                continue;
            }

            result.EntriesDropped++;
            if (entry.IsSlotReference)
            {
                result.ReferencedSlotsFreed += FreeSlot(segment, entry.ClassIndex, entry.SlotIndex, entry.Generation, owner: null) ? 1 : 0;
            }
        }
    }

    private static void ResetRing(OpenSegment segment, int peerId, bool hostToGuest, List<string> skipped)
    {
        if (segment.RingOffset(peerId, hostToGuest) is not ulong ring)
        {
            if (!hostToGuest)
            {
                skipped.Add("the guest→host ring does not lie within the file");
            }

            return;
        }

        using MappedPart header = MapPart(segment, ring, RingLayout.HeaderSize);
        foreach (int field in new[] { RingLayout.Write, RingLayout.Watermark, RingLayout.Read })
        {
            _ = Interlocked.Exchange(ref *(int*)(header.Address + field), 0);
        }
    }

    private void FreeOwnedSlots(OpenSegment segment, int peerId, PeerRecoveryResult result, List<string> skipped)
    {
        const int slotsPerRead = 4096;
        byte[] buffer = new byte[slotsPerRead * SlotMetaLayout.Size];
        for (int index = 0; index < segment.Classes.Length; index++)
        {
            long count = segment.Classes[index].SlotCount;
            if (count > SlotTable.MaxSlots)
            {
                skipped.Add(Text.Invariant($"slot class {index}: it has {count} slots, more than are looked through"));
                continue;
            }

            for (long first = 0; first < count; first += slotsPerRead)
            {
                int now = (int)Math.Min(count - first, slotsPerRead);
                segment.File.ReadExactly(segment.Pool.MetaOffset(index) + ((ulong)first * SlotMetaLayout.Size), buffer, now * SlotMetaLayout.Size);
                for (int i = 0; i < now; i++)
                {
                    int at = i * SlotMetaLayout.Size;
                    if (BitConverter.ToUInt32(buffer, at + SlotMetaLayout.State) == 1 && BitConverter.ToUInt32(buffer, at + SlotMetaLayout.OwnerPeer) == (uint)peerId)
                    {
                        uint generation = BitConverter.ToUInt32(buffer, at + SlotMetaLayout.Generation);
                        result.OwnedSlotsFreed += FreeSlot(segment, index, (uint)(first + i), generation, (uint)peerId) ? 1 : 0;
                    }
                }
            }
        }
    }

    /// <summary>
    /// Frees a slot (<c>r[shm.varslot.free]</c>): Allocated→Free, owner 0, then onto the free list, whose head's aba count goes up by one.
    /// </summary>
    /// <returns>False where it is free already, or was allocated anew since.</returns>
    private static bool FreeSlot(OpenSegment segment, int classIndex, uint slotIndex, uint generation, uint? owner)
    {
        ulong metaOffset = segment.Pool.MetaOffset(classIndex) + ((ulong)slotIndex * SlotMetaLayout.Size);
        using MappedPart slot = MapPart(segment, metaOffset, SlotMetaLayout.Size);
        using MappedPart head = MapPart(segment, segment.Pool.HeaderOffset(classIndex), SizeClassLayout.Size);
        if ((uint)Volatile.Read(ref *(int*)(slot.Address + SlotMetaLayout.Generation)) != generation
            || (owner is uint expected && (uint)Volatile.Read(ref *(int*)(slot.Address + SlotMetaLayout.OwnerPeer)) != expected)
            || CompareExchange(slot.Address + SlotMetaLayout.State, 0, 1) != 1)
        {
            return false;
        }

        _ = Interlocked.Exchange(ref *(int*)(slot.Address + SlotMetaLayout.OwnerPeer), 0);
        ref long freeHead = ref *(long*)(head.Address + SizeClassLayout.FreeHead);
        while (true)
        {
            ulong before = (ulong)Volatile.Read(ref freeHead);
            _ = Interlocked.Exchange(ref *(int*)(slot.Address + SlotMetaLayout.NextFree), unchecked((int)(uint)before));
            ulong aba = unchecked((uint)(before >> 32) + 1);
            ulong after = (aba << 32) | slotIndex;
            if ((ulong)Interlocked.CompareExchange(ref freeHead, unchecked((long)after), unchecked((long)before)) == before)
            {
                return true;
            }
        }
    }

    /// <summary>Maps a part, after a last look that the file still has it: a mapping past its end kills who touches it.</summary>
    private static MappedPart MapPart(OpenSegment segment, ulong offset, ulong length)
    {
        MappedPart part = segment.File.Map(offset, length);
        segment.File.Refresh();
        if (offset + length > (ulong)segment.File.Length)
        {
            part.Dispose();
            throw SegmentErrors.Truncated(segment.Path, "needed size", offset + length, segment.File.Length);
        }

        return part;
    }

    private static uint CompareExchange(byte* address, uint value, uint comparand) =>
        (uint)Interlocked.CompareExchange(ref *(int*)address, (int)value, (int)comparand);
}
