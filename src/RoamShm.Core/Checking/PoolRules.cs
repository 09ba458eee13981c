using static RoamShm.SegmentFinding;

namespace RoamShm;

/// <summary>The rules for the slot pool and its class headers.</summary>
internal static class PoolRules
{
    /// <summary>The location of the class headers.</summary>
    internal static readonly FindingRule<PoolFacts>[] Table =
    [
        new(SegmentFindingId.VarPoolMisaligned, Error, "r[shm.varslot]", "var_pool_offset", HeaderLayout.VarPoolOffset,
            when: facts => facts.Offset % SegmentFormat.Alignment != 0,
            expected: _ => $"a multiple of {SegmentFormat.Alignment}",
            found: facts => $"{facts.Offset}",
            message: facts => $"var_pool_offset {facts.Offset} is not a multiple of {SegmentFormat.Alignment}: the Rust implementation dies when it attaches."),

        new(SegmentFindingId.SlotClassTableOutOfBounds, Error, "r[shm.varslot]", "var_pool_offset", HeaderLayout.VarPoolOffset,
            when: facts => !facts.IsTableInside,
            expected: facts => $"{(ulong)facts.Count * SizeClassLayout.Size} bytes within {facts.Header.FileLength}",
            found: facts => $"{facts.Offset}",
            message: facts => $"{SegmentErrors.SlotClassTableOutOfBounds(facts.Path, facts.Offset, facts.Count, facts.Header.FileLength).Message}"),
    ];

    /// <summary>A class header.</summary>
    internal static readonly FindingRule<ClassFacts>[] Class =
    [
        new(SegmentFindingId.InvalidSlotClass, Error, "r[shm.varslot.classes]",
            facts => $"class[{facts.Index}].{(facts.SlotSize == 0 ? "slot_size" : "slot_count")}", facts => facts.Offset + (ulong)(facts.SlotSize == 0 ? SizeClassLayout.SlotSize : SizeClassLayout.SlotCount),
            when: facts => facts.IsUnusable,
            expected: _ => $"at least 1",
            found: _ => $"0",
            message: facts => $"{SegmentErrors.InvalidSlotClass(facts.Header.Path, facts.Index, facts.SlotSize, facts.SlotCount).Message}"),

        new(SegmentFindingId.SlotSizeTooSmall, Warning, "r[shm.varslot.classes]",
            facts => $"class[{facts.Index}].slot_size", facts => facts.Offset + SizeClassLayout.SlotSize,
            when: facts => !facts.IsUnusable && facts.SlotSize <= SegmentFormat.SlotLengthPrefix,
            expected: _ => $"at least {SegmentFormat.SlotLengthPrefix + 1}",
            found: facts => $"{facts.SlotSize}",
            message: facts => $"Slots of class {facts.Index} have {facts.SlotSize} bytes; the first {SegmentFormat.SlotLengthPrefix} hold the length, so they carry nothing."),

        new(SegmentFindingId.FreeHeadOutOfRange, Error, "r[shm.varslot.freelist]",
            facts => $"class[{facts.Index}].free_head", facts => facts.Offset + SizeClassLayout.FreeHead,
            when: facts => facts.FirstFree >= facts.SlotCount && facts.FirstFree != SegmentFormat.EndOfFreeList,
            expected: facts => $"an index below {facts.SlotCount}, or {SegmentFormat.EndOfFreeList}",
            found: facts => $"{facts.FirstFree}",
            message: facts => $"The free list of class {facts.Index} begins at slot {facts.FirstFree}, but the class has {facts.SlotCount}: a process that allocates from it reads out of bounds."),

        new(SegmentFindingId.ClassReservedNotZero, Warning, "r[shm.varslot.classes]",
            facts => $"class[{facts.Index}].reserved", facts => facts.Header.VarPoolOffset + (ulong)facts.Reserved!.Value.Offset,
            when: facts => facts.Reserved is not null,
            expected: _ => $"0",
            found: facts => $"{facts.Reserved!.Value.Value}",
            message: facts => $"The header of class {facts.Index} has a reserved byte that is {facts.Reserved!.Value.Value}, not 0."),
    ];

    /// <summary>Whether the pool ends within the file.</summary>
    internal static readonly FindingRule<PoolFacts> Bounds =
        new(SegmentFindingId.VarPoolOutOfBounds, Error, "r[shm.varslot]", "var_pool_offset", HeaderLayout.VarPoolOffset,
            when: facts => !facts.IsInside,
            expected: facts => $"an end within {facts.Header.FileLength}",
            found: facts => $"an end at {facts.End}",
            message: facts => $"The slot pool at offset {facts.Offset} ends at {facts.End}, past the file's {facts.Header.FileLength} bytes: the Rust implementation dies when it attaches.");

    /// <summary>Whether the segment ends where its pool does.</summary>
    internal static readonly FindingRule<PoolFacts>[] Size =
    [
        new(SegmentFindingId.VarPoolPastTotalSize, Error, "r[shm.segment.header]", "total_size", HeaderLayout.TotalSize,
            when: facts => facts.Header.TotalSize < facts.Layout!.End,
            expected: facts => $"{facts.End}",
            found: facts => $"{facts.Header.TotalSize}",
            message: facts => $"The slot pool ends at {facts.End}, past the segment's total_size of {facts.Header.TotalSize}."),

        new(SegmentFindingId.TotalSizeUnexpected, Warning, "r[shm.segment.header]", "total_size", HeaderLayout.TotalSize,
            when: facts => facts.Header.TotalSize > facts.Layout!.End,
            expected: facts => $"{facts.End}",
            found: facts => $"{facts.Header.TotalSize}",
            message: facts => $"total_size is {facts.Header.TotalSize}, but the slot pool ends at {facts.End}, where the reference ends a segment."),
    ];
}
