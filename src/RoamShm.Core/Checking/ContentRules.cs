using static RoamShm.SegmentFinding;

namespace RoamShm;

/// <summary>The rules for what changes while a segment is in use: ring positions and entries, slots and free lists.</summary>
internal static class ContentRules
{
    /// <summary>The positions of a ring.</summary>
    internal static readonly FindingRule<RingFacts> Positions =
        new(SegmentFindingId.RingPositionsInvalid, Error, "r[shm.bipbuf.read]",
            facts => $"peer[{facts.PeerId}].{facts.Code}", facts => facts.Offset,
            when: facts => facts.Ring.Fault is not null,
            expected: facts => $"read and write within {facts.Ring.Capacity}",
            found: facts => $"write {facts.Ring.Write}, watermark {facts.Ring.Watermark}, read {facts.Ring.Position}",
            message: facts => $"The {facts.Name} ring of peer {facts.PeerId} has impossible positions: {facts.Ring.Fault}.");

    /// <summary>A ring entry, except for states that can be in transit.</summary>
    internal static readonly FindingRule<RingFacts>[] Entry =
    [
        new(SegmentFindingId.RingEntryInvalid, Error, "r[shm.framing.header]",
            facts => $"peer[{facts.PeerId}].{facts.Code}", facts => facts.EntryOffset,
            when: facts => facts.Entry.Fault is not null,
            expected: _ => $"an entry",
            found: facts => $"{facts.Entry.Fault}",
            message: facts => $"The {facts.Name} ring of peer {facts.PeerId} has a damaged entry at {facts.Entry.Position}: {facts.Entry.Fault}."),

        new(SegmentFindingId.SlotReferenceInvalid, Error, "r[shm.framing.slot-ref]",
            facts => $"peer[{facts.PeerId}].{facts.Code}", facts => facts.EntryOffset,
            when: facts => facts.Entry.Fault is null && facts.ReferenceFault is not null,
            expected: _ => $"a slot of the pool",
            found: facts => $"{facts.ReferenceFault}",
            message: facts => $"The {facts.Name} ring of peer {facts.PeerId} has an entry at {facts.Entry.Position} whose reference leads nowhere: {facts.ReferenceFault}."),
    ];

    /// <summary>An entry whose slot is not allocated. This is normal for a moment while a process takes the entry.</summary>
    internal static readonly FindingRule<RingFacts> ReferenceToFree =
        new(SegmentFindingId.SlotReferenceToFreeSlot, Error, "r[shm.framing.slot-ref]",
            facts => $"peer[{facts.PeerId}].{facts.Code}", facts => facts.EntryOffset,
            when: facts => facts.IsReferenceToFree,
            expected: _ => $"an allocated slot",
            found: facts => $"slot {facts.Entry.SlotIndex} of class {facts.Entry.ClassIndex}, free",
            message: facts => $"The {facts.Name} ring of peer {facts.PeerId} has an entry at {facts.Entry.Position} that refers to slot {facts.Entry.SlotIndex} of class {facts.Entry.ClassIndex}, which is not allocated.");

    /// <summary>Whether a class has few enough slots to check.</summary>
    internal static readonly FindingRule<SlotFacts> Count =
        new(SegmentFindingId.SlotsNotChecked, Warning, "r[shm.varslot.freelist]",
            facts => $"class[{facts.Index}].slot_count", facts => facts.HeaderOffset + SizeClassLayout.SlotCount,
            when: facts => facts.SlotCount > SlotReader.MaxSlots,
            expected: _ => $"at most {SlotReader.MaxSlots}",
            found: facts => $"{facts.SlotCount}",
            message: facts => $"The free list of class {facts.Index} was not checked: the class has {facts.SlotCount} slots, and the limit is {SlotReader.MaxSlots}.");

    /// <summary>The free list of a class, and the states of its slots.</summary>
    internal static readonly FindingRule<SlotFacts>[] List =
    [
        new(SegmentFindingId.FreeListOutOfRange, Error, "r[shm.varslot.freelist]",
            facts => $"class[{facts.Index}].{(facts.Table.BadLink < 0 ? "free_head" : $"slot[{facts.Table.BadLink}].next_free")}", facts => facts.BadLinkOffset,
            when: facts => facts.Table.BadLink is not null,
            expected: facts => $"an index below {facts.Table.Count}, or {SegmentFormat.EndOfFreeList}",
            found: facts => $"{facts.Table.BadLinkTo}",
            message: facts => $"The free list of class {facts.Index} leads to slot {facts.Table.BadLinkTo}, but the class has {facts.Table.Count}: a process that allocates from it reads out of bounds."),

        new(SegmentFindingId.FreeListLoop, Error, "r[shm.varslot.freelist]",
            facts => $"class[{facts.Index}].free_head", facts => facts.SlotOffset(facts.Table.LoopAt!.Value),
            when: facts => facts.Table.LoopAt is not null,
            expected: _ => $"a list that ends",
            found: facts => $"a loop at slot {facts.Table.LoopAt}",
            message: facts => $"The free list of class {facts.Index} comes back to slot {facts.Table.LoopAt}: that slot will be given to several owners."),

        new(SegmentFindingId.SlotAllocatedAndFree, Error, "r[shm.varslot.freelist]",
            facts => $"class[{facts.Index}].free_head", facts => facts.SlotOffset(facts.Table.FirstAllocatedAndFree),
            when: facts => facts.Table.AllocatedAndFree > 0,
            expected: _ => $"free slots only",
            found: facts => $"{facts.Table.AllocatedAndFree} allocated",
            message: facts => $"{facts.Table.AllocatedAndFree} slots of class {facts.Index} are on the free list and allocated, first slot {facts.Table.FirstAllocatedAndFree}."),

        new(SegmentFindingId.InvalidSlotState, Error, "r[shm.varslot.slot-meta]",
            facts => $"class[{facts.Index}].state", facts => facts.SlotOffset(facts.Table.FirstInvalidState) + SlotMetaLayout.State,
            when: facts => facts.Table.InvalidStates > 0,
            expected: _ => $"0 or 1",
            found: facts => $"another number in {facts.Table.InvalidStates} slots",
            message: facts => $"{facts.Table.InvalidStates} slots of class {facts.Index} have a state that is neither Free nor Allocated, first slot {facts.Table.FirstInvalidState}."),
    ];

    /// <summary>Lost slots. Checked only if the free list is sound: beyond a break, every slot would look lost.</summary>
    internal static readonly FindingRule<SlotFacts> Leaked =
        new(SegmentFindingId.SlotsLeaked, Warning, "r[shm.varslot.freelist]",
            facts => $"class[{facts.Index}].free_head", facts => facts.FirstLeakedOffset,
            when: facts => facts.Table.IsListSound && facts.Table.Leaked > 0,
            expected: _ => $"0 lost",
            found: facts => $"{facts.Table.Leaked} lost",
            message: facts => $"{facts.Table.Leaked} slots of class {facts.Index} are neither allocated nor on the free list; nobody will ever get them.");

    /// <summary>The owners of the slots of a class.</summary>
    internal static readonly FindingRule<SlotFacts>[] Owners =
    [
        new(SegmentFindingId.SlotOwnerInvalid, Error, "r[shm.varslot.slot-meta]",
            facts => $"class[{facts.Index}].owner_peer", facts => facts.MetaOffset,
            when: facts => facts.UnknownOwners > 0,
            expected: facts => $"0 to {facts.MaxGuests}",
            found: facts => $"another number in {facts.UnknownOwners} slots",
            message: facts => $"{facts.UnknownOwners} allocated slots of class {facts.Index} have an owner that is not a peer of the segment: no recovery frees them."),

        new(SegmentFindingId.SlotsOrphaned, Warning, "r[shm.varslot.crash-recovery]",
            facts => $"class[{facts.Index}].owner_peer", facts => facts.MetaOffset,
            when: facts => facts.Orphaned > 0,
            expected: _ => $"0 orphaned",
            found: facts => $"{facts.Orphaned} orphaned",
            message: facts => $"{facts.Orphaned} allocated slots of class {facts.Index} belong to peers whose entries are empty: nobody is left to free them."),
    ];
}
