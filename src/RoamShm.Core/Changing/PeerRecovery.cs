using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// The recovery of one peer (<c>r[shm.crash.recovery]</c>); see <see cref="Segment.RecoverPeer"/>. Maps each class with slots to free only once.
/// </summary>
internal sealed unsafe class PeerRecovery : IDisposable
{
    private readonly Segment _segment;
    private readonly ClassMapping?[] _mappings;
    private readonly PeerRecoveryResult _result;
    private readonly List<string> _skipped = [];

    /// <summary>Reads the peer. Refuses it if it may be alive or its host may be running.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="peerId">The peer.</param>
    /// <param name="force">Whether to skip those checks.</param>
    /// <param name="use">Finds out who uses the segment; called only if it matters.</param>
    internal PeerRecovery(Segment segment, int peerId, bool force, Func<SegmentUse> use)
    {
        _segment = segment;
        segment.LoadTables();
        segment.RequirePeer(peerId);
        segment.RefreshPeers();
        Peer = segment.Peers[peerId];
        IsNeeded = !Peer.IsEmpty || OwnsSlots();
        if (IsNeeded && !force)
        {
            RequireDead(use());
        }

        _mappings = new ClassMapping?[segment.Classes.Length];
        _result = new PeerRecoveryResult { PeerId = peerId, PreviousState = Peer.StateName, State = Peer.StateName, Path = segment.Path, Identity = segment.Identity, Before = Peer };
    }

    /// <summary>Whether there is anything to recover: the peer is not Empty, or is Empty but still owns slots.</summary>
    internal bool IsNeeded { get; }

    /// <summary>The peer as it was read.</summary>
    internal PeerEntry Peer { get; }

    public void Dispose()
    {
        foreach (ClassMapping? mapping in _mappings)
        {
            mapping?.Dispose();
        }
    }

    internal PeerRecoveryResult Recover()
    {
        if (!IsNeeded)
        {
            return _result;
        }

        using MappedPart entry = _segment.File.MapInside(_segment.PeerOffset(Peer.Id), PeerEntryLayout.Size);
        SetGoodbye(entry);
        FreeReferencedSlots();
        _result.GuestToHostEntriesDropped = ReadEntries(RingDirection.GuestToHost, _skipped).Count;
        ResetRing(RingDirection.HostToGuest);
        ResetRing(RingDirection.GuestToHost);
        FreeOwnedSlots();
        _segment.File.RequireLength(_segment.PeerOffset(Peer.Id) + PeerEntryLayout.Size);
        _ = Interlocked.Exchange(ref *(long*)(entry.Address + PeerEntryLayout.LastHeartbeat), 0);
        uint before = CompareExchangeState(entry, PeerState.Empty, (uint)PeerState.Goodbye);
        _result.State = (before == (uint)PeerState.Goodbye ? default : new PeerEntry(Peer.Id, before, 0, 0, 0)).StateName;
        _result.Skipped = _skipped.Count == 0 ? null : string.Join("; ", _skipped);
        return _result;
    }

    /// <summary>Reports what a recovery would drop and free now, without changing anything.</summary>
    internal PeerRecoveryResult Preview()
    {
        if (IsNeeded)
        {
            var damaged = new List<string>();
            _result.EntriesDropped = ReadEntries(RingDirection.HostToGuest, damaged).Count;
            _result.GuestToHostEntriesDropped = ReadEntries(RingDirection.GuestToHost, damaged).Count;
            ForEachOwnedSlot(damaged, (_, _, _) => _result.OwnedSlotsFreed++);
        }

        return _result;
    }

    /// <summary>
    /// Accepts a segment that is proved unused, whatever the heartbeats say. Otherwise refuses if the peer may be alive, or if the host may be running.
    /// </summary>
    private void RequireDead(SegmentUse use)
    {
        if (use.IsFree)
        {
            return;
        }

        if (Peer.State is not (PeerState.Goodbye or PeerState.Reserved or PeerState.Empty))
        {
            string liveness = Peer.Liveness(_segment.Header.HeartbeatInterval, HeartbeatClock.Now());
            if (liveness != PeerLiveness.Stale)
            {
                throw SegmentErrors.PeerAlive(_segment.Path, Peer.Id, liveness);
            }
        }

        throw SegmentErrors.HostMayBeRunning(_segment.Path, use.Reason);
    }

    private void SetGoodbye(MappedPart entry)
    {
        uint found = CompareExchangeState(entry, PeerState.Goodbye, Peer.StateCode);
        if (found != Peer.StateCode || (uint)Volatile.Read(ref *(int*)(entry.Address + PeerEntryLayout.Epoch)) != Peer.Epoch)
        {
            throw SegmentErrors.PeerAlive(_segment.Path, Peer.Id, "its state has just changed");
        }
    }

    private void FreeReferencedSlots()
    {
        foreach (RingEntry entry in ReadEntries(RingDirection.HostToGuest, _skipped))
        {
            _result.EntriesDropped++;
            if (entry.IsSlotReference)
            {
                _result.ReferencedSlotsFreed += Mapping(entry.ClassIndex).Free(entry.SlotIndex, entry.Generation, owner: null) ? 1 : 0;
            }
        }
    }

    /// <summary>Reads the entries queued in a ring, and skips damaged ones.</summary>
    private List<RingEntry> ReadEntries(RingDirection direction, List<string> damaged)
    {
        string name = direction == RingDirection.HostToGuest ? "host→guest" : "guest→host";
        var entries = new List<RingEntry>();
        if (_segment.RingOffset(Peer, direction) is not ulong ring)
        {
            damaged.Add($"the {name} ring does not lie within the file");
            return entries;
        }

        RingSnapshot snapshot = RingSnapshot.Read(_segment.File, ring, _segment.Header.BipbufCapacity);
        if (snapshot.Fault is string fault)
        {
            damaged.Add($"the {name} ring: {fault}");
            return entries;
        }

        foreach (RingEntry entry in snapshot.Entries())
        {
            if ((entry.Fault ?? entry.FindReferenceFault(_segment.Classes)) is string damage)
            {
                damaged.Add(FormattableString.Invariant($"the entry at {entry.Position} in the {name} ring: {damage}"));
            }
            else
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    private void ResetRing(RingDirection direction)
    {
        if (_segment.RingOffset(Peer, direction) is not ulong ring)
        {
            return;
        }

        using MappedPart header = _segment.File.MapInside(ring, RingLayout.HeaderSize);
        foreach (int field in new[] { RingLayout.Write, RingLayout.Watermark, RingLayout.Read })
        {
            _ = Interlocked.Exchange(ref *(int*)(header.Address + field), 0);
        }
    }

    private void FreeOwnedSlots() =>
        ForEachOwnedSlot(_skipped, (classIndex, slot, generation) => _result.OwnedSlotsFreed += Mapping(classIndex).Free(slot, generation, (uint)Peer.Id) ? 1 : 0);

    private bool OwnsSlots()
    {
        bool ownsAny = false;
        ForEachOwnedSlot([], (_, _, _) => ownsAny = true);
        return ownsAny;
    }

    private void ForEachOwnedSlot(List<string> skipped, Action<int, uint, uint> action)
    {
        uint owner = (uint)Peer.Id;
        for (int i = 0; i < _segment.Classes.Length; i++)
        {
            int classIndex = i;
            if (_segment.Classes[i].SlotCount > SlotReader.MaxSlots)
            {
                skipped.Add(FormattableString.Invariant($"slot class {i}: it has {_segment.Classes[i].SlotCount} slots, and the limit is {SlotReader.MaxSlots}"));
                continue;
            }

            // No cancellation here: a recovery that has begun always finishes.
            new SlotReader(_segment, i).ForEachPiece(
                (slots, first, count) =>
                {
                    for (int at = 0; at < count; at++)
                    {
                        byte* slot = slots + (at * SlotMetaLayout.Size);
                        if (SlotReader.State(slot) == SlotState.Allocated && SlotReader.Owner(slot) == owner)
                        {
                            action(classIndex, (uint)(first + at), SlotReader.Generation(slot));
                        }
                    }
                },
                CancellationToken.None);
        }
    }

    private ClassMapping Mapping(int classIndex) => _mappings[classIndex] ??= new ClassMapping(_segment, classIndex);

    private static uint CompareExchangeState(MappedPart entry, PeerState value, uint comparand) =>
        (uint)Interlocked.CompareExchange(ref *(int*)(entry.Address + PeerEntryLayout.State), (int)value, (int)comparand);
}
