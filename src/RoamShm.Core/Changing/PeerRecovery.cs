using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>The recovery of one peer (<c>r[shm.crash.recovery]</c>); see <see cref="Segment.RecoverPeer"/>. Each class in which slots are freed is mapped once.</summary>
internal sealed unsafe class PeerRecovery : IDisposable
{
    private readonly Segment _segment;
    private readonly ClassMapping?[] _mappings;
    private readonly PeerRecoveryResult _result;
    private readonly List<string> _skipped = [];

    /// <summary>Reads the peer, and refuses one that may be alive or whose host may be running.</summary>
    internal PeerRecovery(Segment segment, int peerId, bool force)
    {
        _segment = segment;
        segment.LoadTables();
        segment.RequirePeer(peerId);
        segment.RefreshPeers();
        Peer = segment.Peers[peerId];
        if (!Peer.IsEmpty && !force)
        {
            RequireDead();
            RequireNoHost();
        }

        _mappings = new ClassMapping?[segment.Classes.Length];
        _result = new PeerRecoveryResult { PeerId = peerId, PreviousState = Peer.StateName, State = Peer.StateName, Path = segment.Path };
    }

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
        if (Peer.IsEmpty)
        {
            return _result;
        }

        using MappedPart entry = _segment.File.MapInside(_segment.PeerOffset(Peer.Id), PeerEntryLayout.Size);
        SetGoodbye(entry);
        FreeReferencedSlots();
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

    private void RequireDead()
    {
        if (Peer.State is PeerState.Goodbye or PeerState.Reserved)
        {
            return;
        }

        string liveness = Peer.Liveness(_segment.Header.HeartbeatInterval, MonotonicClock.Now());
        if (liveness != PeerLiveness.Stale)
        {
            throw SegmentErrors.PeerAlive(_segment.Path, Peer.Id, liveness);
        }
    }

    private void RequireNoHost()
    {
        if (!SegmentMappings.IsSupported)
        {
            throw SegmentErrors.HostMayBeRunning(_segment.Path, "which processes map it cannot be found out on this system");
        }

        SegmentMappings mappings = SegmentMappings.Read();
        List<int> others = SegmentMappings.Others(mappings.Of(_segment.File));
        if (others.Count > 0)
        {
            throw SegmentErrors.HostMayBeRunning(_segment.Path, SegmentMappings.Describe(others));
        }

        if (mappings.IsIncomplete)
        {
            throw SegmentErrors.HostMayBeRunning(_segment.Path, "whether a process maps it cannot be found out: " + mappings.Incompleteness);
        }
    }

    private void SetGoodbye(MappedPart entry)
    {
        uint found = CompareExchangeState(entry, PeerState.Goodbye, Peer.StateCode);
        if (found != Peer.StateCode || (uint)Volatile.Read(ref *(int*)(entry.Address + PeerEntryLayout.Epoch)) != Peer.Epoch)
        {
            throw SegmentErrors.PeerAlive(_segment.Path, Peer.Id, "it changed its state just now");
        }
    }

    private void FreeReferencedSlots()
    {
        if (_segment.RingOffset(Peer, RingDirection.HostToGuest) is not ulong ring)
        {
            _skipped.Add("the host→guest ring does not lie within the file");
            return;
        }

        RingSnapshot snapshot = RingSnapshot.Read(_segment.File, ring, _segment.Header.BipbufCapacity);
        if (snapshot.Fault is string fault)
        {
            _skipped.Add("the host→guest ring: " + fault);
            return;
        }

        foreach (RingEntry entry in snapshot.Entries())
        {
            if ((entry.Fault ?? entry.FindReferenceFault(_segment.Classes)) is string damage)
            {
                _skipped.Add(FormattableString.Invariant($"the entry at {entry.Position} in the host→guest ring: {damage}"));
                continue;
            }

            _result.EntriesDropped++;
            if (entry.IsSlotReference)
            {
                _result.ReferencedSlotsFreed += Mapping(entry.ClassIndex).Free(entry.SlotIndex, entry.Generation, owner: null) ? 1 : 0;
            }
        }
    }

    private void ResetRing(RingDirection direction)
    {
        if (_segment.RingOffset(Peer, direction) is not ulong ring)
        {
            if (direction == RingDirection.GuestToHost)
            {
                _skipped.Add("the guest→host ring does not lie within the file");
            }

            return;
        }

        using MappedPart header = _segment.File.MapInside(ring, RingLayout.HeaderSize);
        foreach (int field in new[] { RingLayout.Write, RingLayout.Watermark, RingLayout.Read })
        {
            _ = Interlocked.Exchange(ref *(int*)(header.Address + field), 0);
        }
    }

    private void FreeOwnedSlots()
    {
        uint owner = (uint)Peer.Id;
        for (int i = 0; i < _segment.Classes.Length; i++)
        {
            int classIndex = i;
            if (_segment.Classes[i].SlotCount > SlotReader.MaxSlots)
            {
                _skipped.Add(FormattableString.Invariant($"slot class {i}: it has {_segment.Classes[i].SlotCount} slots, and the limit is {SlotReader.MaxSlots}"));
                continue;
            }

            // Not to be cancelled: a recovery that has begun is finished.
            new SlotReader(_segment, i).ForEachPiece(
                (slots, first, count) =>
                {
                    for (int at = 0; at < count; at++)
                    {
                        byte* slot = slots + (at * SlotMetaLayout.Size);
                        if (SlotReader.State(slot) == SlotState.Allocated && SlotReader.Owner(slot) == owner)
                        {
                            _result.OwnedSlotsFreed += Mapping(classIndex).Free((uint)(first + at), SlotReader.Generation(slot), owner) ? 1 : 0;
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
