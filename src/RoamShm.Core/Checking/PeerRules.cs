using static RoamShm.SegmentFinding;

namespace RoamShm;

/// <summary>The rules for the peer table, its entries and their ring headers.</summary>
internal static class PeerRules
{
    /// <summary>The location of the table.</summary>
    internal static readonly FindingRule<SegmentHeader>[] Table =
    [
        new(SegmentFindingId.PeerTableMisaligned, Error, "r[shm.peer-table]", "peer_table_offset", HeaderLayout.PeerTableOffset,
            when: header => header.PeerTableOffset % sizeof(ulong) != 0,
            expected: _ => $"{HeaderLayout.Size}",
            found: header => $"{header.PeerTableOffset}",
            message: header => $"peer_table_offset {header.PeerTableOffset} is not a multiple of 8, so the atomic fields of its entries are misaligned."),

        new(SegmentFindingId.PeerTableOffsetUnexpected, Warning, "r[shm.peer-table]", "peer_table_offset", HeaderLayout.PeerTableOffset,
            when: header => header.PeerTableOffset % sizeof(ulong) == 0 && header.PeerTableOffset > HeaderLayout.Size,
            expected: _ => $"{HeaderLayout.Size}",
            found: header => $"{header.PeerTableOffset}",
            message: header => $"peer_table_offset is {header.PeerTableOffset}; the reference writes {HeaderLayout.Size}."),

        new(SegmentFindingId.PeerTableOutOfBounds, Error, "r[shm.peer-table]", "peer_table_offset", HeaderLayout.PeerTableOffset,
            when: header => !IsTableInside(header),
            expected: header => $"{TableSize(header)} bytes within {header.FileLength}",
            found: header => $"{header.PeerTableOffset}",
            message: header => $"The peer table of {Guests(header)} entries at offset {header.PeerTableOffset} does not lie within the file's {header.FileLength} bytes."),
    ];

    /// <summary>The state of a peer, and the location of its rings.</summary>
    internal static readonly FindingRule<PeerFacts>[] Entry =
    [
        new(SegmentFindingId.InvalidPeerState, Error, "r[shm.peer-table.states]",
            facts => $"peer[{facts.Id}].state", facts => facts.EntryOffset + PeerEntryLayout.State,
            when: facts => !facts.Peer.HasValidState,
            expected: _ => $"0 to 3",
            found: facts => $"{facts.Peer.StateCode}",
            message: facts => $"The state of peer {facts.Id} is {facts.Peer.StateCode}; a guest takes it for Empty and can then neither claim it nor pass it by."),

        new(SegmentFindingId.PeerLeftInGoodbye, Warning, "r[shm.crash.recovery]",
            facts => $"peer[{facts.Id}].state", facts => facts.EntryOffset + PeerEntryLayout.State,
            when: facts => facts.Peer.State == PeerState.Goodbye,
            expected: _ => $"0 (Empty)",
            found: facts => $"{facts.Peer.StateCode} (Goodbye)",
            message: facts => $"Peer {facts.Id} is in Goodbye: its entry stays taken until the host recovers it."),

        new(SegmentFindingId.PeerNeverBeat, Warning, "r[shm.crash.detection]",
            facts => $"peer[{facts.Id}].last_heartbeat", facts => facts.EntryOffset + PeerEntryLayout.LastHeartbeat,
            when: facts => facts.Peer.IsAttached && facts.Peer.LastHeartbeat == 0 && facts.Header.HeartbeatInterval != 0,
            expected: _ => $"a time",
            found: _ => $"0",
            message: facts => $"Peer {facts.Id} is attached and has never sent a heartbeat although heartbeats are on: the host considers it crashed."),

        new(SegmentFindingId.RingMisaligned, Error, "r[shm.bipbuf.layout]",
            facts => $"peer[{facts.Id}].ring_offset", facts => facts.EntryOffset + PeerEntryLayout.RingOffset,
            when: facts => facts.Peer.RingOffset % SegmentFormat.Alignment != 0,
            expected: facts => $"{facts.RegularRingOffset}",
            found: facts => $"{facts.Peer.RingOffset}",
            message: facts => $"The ring_offset of peer {facts.Id} is {facts.Peer.RingOffset}, not a multiple of {SegmentFormat.Alignment}: a guest dies when it attaches there."),

        new(SegmentFindingId.RingOffsetUnexpected, Warning, "r[shm.bipbuf.layout]",
            facts => $"peer[{facts.Id}].ring_offset", facts => facts.EntryOffset + PeerEntryLayout.RingOffset,
            when: facts => facts.Peer.RingOffset % SegmentFormat.Alignment == 0 && facts.Peer.RingOffset != facts.RegularRingOffset,
            expected: facts => $"{facts.RegularRingOffset}",
            found: facts => $"{facts.Peer.RingOffset}",
            message: facts => $"The ring_offset of peer {facts.Id} is {facts.Peer.RingOffset}; the reference puts its rings at {facts.RegularRingOffset}."),

        new(SegmentFindingId.RingOutOfBounds, Error, "r[shm.bipbuf.layout]",
            facts => $"peer[{facts.Id}].ring_offset", facts => facts.EntryOffset + PeerEntryLayout.RingOffset,
            when: facts => !facts.AreRingsInside,
            expected: facts => $"{facts.RingsSize} bytes within {facts.Header.FileLength}",
            found: facts => $"{facts.Peer.RingOffset}",
            message: facts => $"The rings of peer {facts.Id} at offset {facts.Peer.RingOffset} do not lie within the file's {facts.Header.FileLength} bytes."),
    ];

    /// <summary>The header of a ring that lies within the file.</summary>
    internal static readonly FindingRule<PeerFacts> RingCapacity =
        new(SegmentFindingId.RingCapacityMismatch, Error, "r[shm.bipbuf.header]",
            facts => $"peer[{facts.Id}].{facts.Direction}.capacity", facts => facts.RingOffset + RingLayout.Capacity,
            when: facts => facts.RingCapacity != facts.Header.BipbufCapacity,
            expected: facts => $"{facts.Header.BipbufCapacity}",
            found: facts => $"{facts.RingCapacity}",
            message: facts => $"The {facts.Direction} ring of peer {facts.Id} says that its capacity is {facts.RingCapacity}; the segment's is {facts.Header.BipbufCapacity}.");

    /// <summary>The reserved bytes of a peer entry.</summary>
    internal static readonly FindingRule<PeerFacts> Reserved =
        new(SegmentFindingId.PeerReservedNotZero, Warning, "r[shm.peer-table]",
            facts => $"peer[{facts.Id}].reserved", facts => facts.Header.PeerTableOffset + (ulong)facts.Reserved!.Value.Offset,
            when: facts => facts.Reserved is not null,
            expected: _ => $"0",
            found: facts => $"{facts.Reserved!.Value.Value}",
            message: facts => $"Peer {facts.Id} has a reserved byte that is {facts.Reserved!.Value.Value}, not 0.");

    /// <summary>The number of peers to check, capped at the format's limit.</summary>
    internal static int Guests(SegmentHeaderFields header) => (int)System.Math.Min(header.MaxGuests, SegmentFormat.MaxGuests);

    internal static ulong TableSize(SegmentHeaderFields header) => (ulong)Guests(header) * PeerEntryLayout.Size;

    internal static bool IsTableInside(SegmentHeaderFields header) => Region.IsInside(header.PeerTableOffset, TableSize(header), header.FileLength);
}
