namespace RoamShm;

/// <summary>
/// The stable ids of findings. Their meaning never changes, because runbooks match on them. A finding that prevents a segment from being opened has the id of
/// that error.
/// </summary>
public static class SegmentFindingId
{
    /// <summary>The file does not exist.</summary>
    public const string SegmentNotFound = SegmentErrorId.SegmentNotFound;

    /// <summary>The path is a directory, FIFO, socket or device.</summary>
    public const string NotARegularFile = SegmentErrorId.NotARegularFile;

    /// <summary>The file is shorter than the 128-byte header.</summary>
    public const string SegmentTooShort = SegmentErrorId.SegmentTooShort;

    /// <summary>A host is still creating the segment, or died while creating it.</summary>
    public const string SegmentNotReady = SegmentErrorId.SegmentNotReady;

    /// <summary>The file is shorter than its total_size or current_size, or was truncated while it was being read.</summary>
    public const string SegmentTruncated = SegmentErrorId.SegmentTruncated;

    /// <summary>The file does not begin with the magic of a roam segment.</summary>
    public const string BadMagic = SegmentErrorId.BadMagic;

    /// <summary>The file is a segment of the predecessor format.</summary>
    public const string PredecessorFormat = SegmentErrorId.PredecessorFormat;

    /// <summary>The file is a segment of the successor format.</summary>
    public const string SuccessorFormat = SegmentErrorId.SuccessorFormat;

    /// <summary>The version is not 7.</summary>
    public const string UnsupportedVersion = SegmentErrorId.UnsupportedVersion;

    /// <summary>The header_size is not 128.</summary>
    public const string UnexpectedHeaderSize = SegmentErrorId.UnexpectedHeaderSize;

    /// <summary>The max_guests field is not 1 to 255.</summary>
    public const string InvalidMaxGuests = nameof(InvalidMaxGuests);

    /// <summary>The bipbuf_capacity field is 0.</summary>
    public const string InvalidBipbufCapacity = nameof(InvalidBipbufCapacity);

    /// <summary>The num_var_slot_classes field is 0.</summary>
    public const string NoSlotClasses = SegmentErrorId.NoSlotClasses;

    /// <summary>The num_var_slot_classes field is greater than 256.</summary>
    public const string TooManySlotClasses = nameof(TooManySlotClasses);

    /// <summary>The current_size field is less than total_size.</summary>
    public const string CurrentSizeBelowTotalSize = nameof(CurrentSizeBelowTotalSize);

    /// <summary>The file is longer than current_size.</summary>
    public const string FileLongerThanCurrentSize = nameof(FileLongerThanCurrentSize);

    /// <summary>A reserved byte of the header is not 0.</summary>
    public const string ReservedNotZero = nameof(ReservedNotZero);

    /// <summary>The bipbuf_capacity field is not a multiple of 64.</summary>
    public const string RingCapacityNotAligned = nameof(RingCapacityNotAligned);

    /// <summary>A payload that may travel inline does not fit into a ring.</summary>
    public const string InlineDoesNotFitRing = nameof(InlineDoesNotFitRing);

    /// <summary>A payload that may travel inline is too long for its length field.</summary>
    public const string InlineLengthOverflow = nameof(InlineLengthOverflow);

    /// <summary>The heartbeat_interval field is less than a millisecond and not 0, so every guest appears stale at once.</summary>
    public const string HeartbeatIntervalTooShort = nameof(HeartbeatIntervalTooShort);

    /// <summary>Twice the heartbeat_interval does not fit into 64 bits.</summary>
    public const string HeartbeatIntervalTooLarge = nameof(HeartbeatIntervalTooLarge);

    /// <summary>A slot class has smaller slots than the class before it.</summary>
    public const string SlotClassesNotAscending = nameof(SlotClassesNotAscending);

    /// <summary>The peer_table_offset field is not a multiple of 8.</summary>
    public const string PeerTableMisaligned = nameof(PeerTableMisaligned);

    /// <summary>The peer_table_offset field is not 128.</summary>
    public const string PeerTableOffsetUnexpected = nameof(PeerTableOffsetUnexpected);

    /// <summary>The peer table is not within the file.</summary>
    public const string PeerTableOutOfBounds = SegmentErrorId.PeerTableOutOfBounds;

    /// <summary>The state of a peer is not one that the format defines.</summary>
    public const string InvalidPeerState = nameof(InvalidPeerState);

    /// <summary>A peer is in Goodbye.</summary>
    public const string PeerLeftInGoodbye = nameof(PeerLeftInGoodbye);

    /// <summary>Heartbeats are on, but an attached peer has never sent one.</summary>
    public const string PeerNeverBeat = nameof(PeerNeverBeat);

    /// <summary>A reserved byte of a peer entry is not 0.</summary>
    public const string PeerReservedNotZero = nameof(PeerReservedNotZero);

    /// <summary>The ring_offset of a peer is not a multiple of 64.</summary>
    public const string RingMisaligned = nameof(RingMisaligned);

    /// <summary>The ring_offset of a peer is not where the reference places its rings.</summary>
    public const string RingOffsetUnexpected = nameof(RingOffsetUnexpected);

    /// <summary>The rings of a peer are not within the file.</summary>
    public const string RingOutOfBounds = nameof(RingOutOfBounds);

    /// <summary>The capacity of a ring differs from that of the segment.</summary>
    public const string RingCapacityMismatch = nameof(RingCapacityMismatch);

    /// <summary>The var_pool_offset field is not a multiple of 64.</summary>
    public const string VarPoolMisaligned = nameof(VarPoolMisaligned);

    /// <summary>The table of class headers is not within the file.</summary>
    public const string SlotClassTableOutOfBounds = SegmentErrorId.SlotClassTableOutOfBounds;

    /// <summary>A class has a slot_size or slot_count of 0.</summary>
    public const string InvalidSlotClass = SegmentErrorId.InvalidSlotClass;

    /// <summary>The slots of a class have no room for a payload.</summary>
    public const string SlotSizeTooSmall = nameof(SlotSizeTooSmall);

    /// <summary>The head of a free list is not a slot of its class.</summary>
    public const string FreeHeadOutOfRange = nameof(FreeHeadOutOfRange);

    /// <summary>A reserved byte of a class header is not 0.</summary>
    public const string ClassReservedNotZero = nameof(ClassReservedNotZero);

    /// <summary>The slot pool is not within the file.</summary>
    public const string VarPoolOutOfBounds = SegmentErrorId.VarPoolOutOfBounds;

    /// <summary>The slot pool ends beyond total_size.</summary>
    public const string VarPoolPastTotalSize = nameof(VarPoolPastTotalSize);

    /// <summary>The total_size field is not the end of the slot pool.</summary>
    public const string TotalSizeUnexpected = nameof(TotalSizeUnexpected);

    /// <summary>Two structures overlap.</summary>
    public const string RegionsOverlap = nameof(RegionsOverlap);

    /// <summary>The positions of a ring contradict each other.</summary>
    public const string RingPositionsInvalid = nameof(RingPositionsInvalid);

    /// <summary>An entry in a ring is damaged.</summary>
    public const string RingEntryInvalid = nameof(RingEntryInvalid);

    /// <summary>An entry in a ring refers to a slot that does not exist.</summary>
    public const string SlotReferenceInvalid = nameof(SlotReferenceInvalid);

    /// <summary>An entry in a ring refers to a slot that is not allocated.</summary>
    public const string SlotReferenceToFreeSlot = nameof(SlotReferenceToFreeSlot);

    /// <summary>A class has too many slots to check.</summary>
    public const string SlotsNotChecked = nameof(SlotsNotChecked);

    /// <summary>A free list leads to a slot outside its class.</summary>
    public const string FreeListOutOfRange = nameof(FreeListOutOfRange);

    /// <summary>A free list leads back to a slot that it has already visited.</summary>
    public const string FreeListLoop = nameof(FreeListLoop);

    /// <summary>Slots are both allocated and on the free list.</summary>
    public const string SlotAllocatedAndFree = nameof(SlotAllocatedAndFree);

    /// <summary>Slots have a state that is neither Free nor Allocated.</summary>
    public const string InvalidSlotState = nameof(InvalidSlotState);

    /// <summary>Slots are neither allocated nor on the free list.</summary>
    public const string SlotsLeaked = nameof(SlotsLeaked);

    /// <summary>The owner of allocated slots is not a peer of the segment.</summary>
    public const string SlotOwnerInvalid = nameof(SlotOwnerInvalid);

    /// <summary>Allocated slots belong to peers whose entries are Empty.</summary>
    public const string SlotsOrphaned = nameof(SlotsOrphaned);
}
