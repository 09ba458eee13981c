namespace RoamShm;

/// <summary>
/// The stable ids of findings. They never change their meaning; runbooks match on them. Those that opening a segment refuses it for have the id of that error.
/// </summary>
public static class SegmentFindingId
{
    /// <summary>No file has that name.</summary>
    public const string SegmentNotFound = SegmentErrorId.SegmentNotFound;

    /// <summary>A directory, FIFO, socket or device.</summary>
    public const string NotARegularFile = SegmentErrorId.NotARegularFile;

    /// <summary>Shorter than the 128 bytes of a header.</summary>
    public const string SegmentTooShort = SegmentErrorId.SegmentTooShort;

    /// <summary>A host is just making the segment, or died while making it.</summary>
    public const string SegmentNotReady = SegmentErrorId.SegmentNotReady;

    /// <summary>The file is shorter than its total_size or current_size, or became shorter while it was read.</summary>
    public const string SegmentTruncated = SegmentErrorId.SegmentTruncated;

    /// <summary>Does not begin with the magic of a roam segment.</summary>
    public const string BadMagic = SegmentErrorId.BadMagic;

    /// <summary>A segment of the predecessor format.</summary>
    public const string PredecessorFormat = SegmentErrorId.PredecessorFormat;

    /// <summary>A segment of the successor format.</summary>
    public const string SuccessorFormat = SegmentErrorId.SuccessorFormat;

    /// <summary>A version other than 7.</summary>
    public const string UnsupportedVersion = SegmentErrorId.UnsupportedVersion;

    /// <summary>A header_size other than 128.</summary>
    public const string UnexpectedHeaderSize = SegmentErrorId.UnexpectedHeaderSize;

    /// <summary>max_guests is not 1 to 255.</summary>
    public const string InvalidMaxGuests = nameof(InvalidMaxGuests);

    /// <summary>bipbuf_capacity is 0.</summary>
    public const string InvalidBipbufCapacity = nameof(InvalidBipbufCapacity);

    /// <summary>num_var_slot_classes is 0.</summary>
    public const string NoSlotClasses = SegmentErrorId.NoSlotClasses;

    /// <summary>num_var_slot_classes is more than 256.</summary>
    public const string TooManySlotClasses = nameof(TooManySlotClasses);

    /// <summary>current_size is less than total_size.</summary>
    public const string CurrentSizeBelowTotalSize = nameof(CurrentSizeBelowTotalSize);

    /// <summary>The file is longer than current_size.</summary>
    public const string FileLongerThanCurrentSize = nameof(FileLongerThanCurrentSize);

    /// <summary>A reserved byte of the header is not 0.</summary>
    public const string ReservedNotZero = nameof(ReservedNotZero);

    /// <summary>bipbuf_capacity is not a multiple of 64.</summary>
    public const string RingCapacityNotAligned = nameof(RingCapacityNotAligned);

    /// <summary>A payload that may travel inline does not fit in a ring.</summary>
    public const string InlineDoesNotFitRing = nameof(InlineDoesNotFitRing);

    /// <summary>A payload that may travel inline is longer than its length field can say.</summary>
    public const string InlineLengthOverflow = nameof(InlineLengthOverflow);

    /// <summary>heartbeat_interval is less than a millisecond and not 0, so every guest appears stale at once.</summary>
    public const string HeartbeatIntervalTooShort = nameof(HeartbeatIntervalTooShort);

    /// <summary>Twice heartbeat_interval does not fit in 64 bits.</summary>
    public const string HeartbeatIntervalTooLarge = nameof(HeartbeatIntervalTooLarge);

    /// <summary>A slot class has smaller slots than the class before it.</summary>
    public const string SlotClassesNotAscending = nameof(SlotClassesNotAscending);

    /// <summary>peer_table_offset is not a multiple of 8.</summary>
    public const string PeerTableMisaligned = nameof(PeerTableMisaligned);

    /// <summary>peer_table_offset is not 128.</summary>
    public const string PeerTableOffsetUnexpected = nameof(PeerTableOffsetUnexpected);

    /// <summary>The peer table does not lie within the file.</summary>
    public const string PeerTableOutOfBounds = SegmentErrorId.PeerTableOutOfBounds;

    /// <summary>A peer's state is a number that is none of the format's.</summary>
    public const string InvalidPeerState = nameof(InvalidPeerState);

    /// <summary>A peer is in Goodbye.</summary>
    public const string PeerLeftInGoodbye = nameof(PeerLeftInGoodbye);

    /// <summary>Heartbeats are on, and an attached peer has never beaten.</summary>
    public const string PeerNeverBeat = nameof(PeerNeverBeat);

    /// <summary>A reserved byte of a peer is not 0.</summary>
    public const string PeerReservedNotZero = nameof(PeerReservedNotZero);

    /// <summary>A peer's ring_offset is not a multiple of 64.</summary>
    public const string RingMisaligned = nameof(RingMisaligned);

    /// <summary>A peer's ring_offset is not where the reference puts its rings.</summary>
    public const string RingOffsetUnexpected = nameof(RingOffsetUnexpected);

    /// <summary>A peer's rings do not lie within the file.</summary>
    public const string RingOutOfBounds = nameof(RingOutOfBounds);

    /// <summary>A ring's capacity is not the segment's.</summary>
    public const string RingCapacityMismatch = nameof(RingCapacityMismatch);

    /// <summary>var_pool_offset is not a multiple of 64.</summary>
    public const string VarPoolMisaligned = nameof(VarPoolMisaligned);

    /// <summary>The table of class headers does not lie within the file.</summary>
    public const string SlotClassTableOutOfBounds = SegmentErrorId.SlotClassTableOutOfBounds;

    /// <summary>A class with slot_size or slot_count 0.</summary>
    public const string InvalidSlotClass = SegmentErrorId.InvalidSlotClass;

    /// <summary>A class whose slots have no room for a payload.</summary>
    public const string SlotSizeTooSmall = nameof(SlotSizeTooSmall);

    /// <summary>The head of a free list is no slot of its class.</summary>
    public const string FreeHeadOutOfRange = nameof(FreeHeadOutOfRange);

    /// <summary>A reserved byte of a class header is not 0.</summary>
    public const string ClassReservedNotZero = nameof(ClassReservedNotZero);

    /// <summary>The slot pool does not lie within the file.</summary>
    public const string VarPoolOutOfBounds = SegmentErrorId.VarPoolOutOfBounds;

    /// <summary>The slot pool ends past total_size.</summary>
    public const string VarPoolPastTotalSize = nameof(VarPoolPastTotalSize);

    /// <summary>total_size is not where the slot pool ends.</summary>
    public const string TotalSizeUnexpected = nameof(TotalSizeUnexpected);

    /// <summary>Two structures share bytes.</summary>
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

    /// <summary>A free list leads to a slot that its class does not have.</summary>
    public const string FreeListOutOfRange = nameof(FreeListOutOfRange);

    /// <summary>A free list comes back to a slot that it has passed.</summary>
    public const string FreeListLoop = nameof(FreeListLoop);

    /// <summary>Slots are on the free list and allocated.</summary>
    public const string SlotAllocatedAndFree = nameof(SlotAllocatedAndFree);

    /// <summary>Slots have a state that is neither Free nor Allocated.</summary>
    public const string InvalidSlotState = nameof(InvalidSlotState);

    /// <summary>Slots are neither allocated nor on the free list.</summary>
    public const string SlotsLeaked = nameof(SlotsLeaked);

    /// <summary>Allocated slots have an owner that is no peer of the segment.</summary>
    public const string SlotOwnerInvalid = nameof(SlotOwnerInvalid);

    /// <summary>Allocated slots belong to peers whose places are empty.</summary>
    public const string SlotsOrphaned = nameof(SlotsOrphaned);
}
