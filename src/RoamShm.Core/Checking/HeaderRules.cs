using static RoamShm.SegmentFinding;

namespace RoamShm;

/// <summary>The rules for the 128 bytes of the header.</summary>
internal static class HeaderRules
{
    /// <summary>Identifies the format.</summary>
    internal static readonly FindingRule<HeaderFacts>[] Magic =
    [
        new(SegmentFindingId.BadMagic, Error, "r[shm.segment.magic.v7]", "magic", HeaderLayout.Magic,
            when: facts => facts.Magic != SegmentFormat.Magic && MappedHeader.FaultOfMagic(facts.Magic) == SegmentErrorId.BadMagic,
            expected: _ => $"{SegmentMagic.Escaped}",
            found: facts => $"{facts.Header.Magic}",
            message: facts => $"{SegmentErrors.WrongMagic(facts.Path, facts.Magic, facts.Header.Version).Message}"),

        new(SegmentFindingId.PredecessorFormat, Error, "r[shm.segment.magic.v7]", "magic", HeaderLayout.Magic,
            when: facts => facts.Magic == SegmentFormat.PredecessorMagic,
            expected: _ => $"{SegmentMagic.Escaped}",
            found: facts => $"{facts.Header.Magic}",
            message: facts => $"{SegmentErrors.WrongMagic(facts.Path, facts.Magic, facts.Header.Version).Message}"),

        new(SegmentFindingId.SuccessorFormat, Error, "r[shm.segment.magic.v7]", "magic", HeaderLayout.Magic,
            when: facts => facts.Magic == SegmentFormat.SuccessorMagic,
            expected: _ => $"{SegmentMagic.Escaped}",
            found: facts => $"{facts.Header.Magic}",
            message: facts => $"{SegmentErrors.WrongMagic(facts.Path, facts.Magic, facts.Header.Version).Message}"),
    ];

    /// <summary>Identifies the format version.</summary>
    internal static readonly FindingRule<HeaderFacts>[] Version =
    [
        new(SegmentFindingId.UnsupportedVersion, Error, "r[shm.segment.header]", "version", HeaderLayout.Version,
            when: facts => facts.Header.Version != SegmentFormat.Version,
            expected: _ => $"{SegmentFormat.Version}",
            found: facts => $"{facts.Header.Version}",
            message: facts => $"{SegmentErrors.UnsupportedVersion(facts.Path, facts.Header.Version).Message}"),

        new(SegmentFindingId.UnexpectedHeaderSize, Error, "r[shm.segment.header]", "header_size", HeaderLayout.HeaderSize,
            when: facts => facts.Header.HeaderSize != HeaderLayout.Size,
            expected: _ => $"{HeaderLayout.Size}",
            found: facts => $"{facts.Header.HeaderSize}",
            message: facts => $"{SegmentErrors.UnexpectedHeaderSize(facts.Path, facts.Header.HeaderSize).Message}"),
    ];

    /// <summary>Sizes, counts and reserved bytes.</summary>
    internal static readonly FindingRule<HeaderFacts>[] Sizes =
    [
        new(SegmentFindingId.SegmentTruncated, Error, "r[shm.file.create]", "total_size", HeaderLayout.TotalSize,
            when: facts => facts.Header.TotalSize > facts.FileLength,
            expected: facts => $"at most {facts.FileLength}",
            found: facts => $"{facts.Header.TotalSize}",
            message: facts => $"{SegmentErrors.Truncated(facts.Path, "total_size", facts.Header.TotalSize, facts.Header.FileLength).Message}"),

        new(SegmentFindingId.InvalidMaxGuests, Error, "r[shm.topology.max-guests]", "max_guests", HeaderLayout.MaxGuests,
            when: facts => facts.Header.MaxGuests is 0 or > SegmentFormat.MaxGuests,
            expected: _ => $"1 to {SegmentFormat.MaxGuests}",
            found: facts => $"{facts.Header.MaxGuests}",
            message: facts => $"max_guests is {facts.Header.MaxGuests}; it must be from 1 to {SegmentFormat.MaxGuests}."),

        new(SegmentFindingId.InvalidBipbufCapacity, Error, "r[shm.bipbuf.header]", "bipbuf_capacity", HeaderLayout.BipbufCapacity,
            when: facts => facts.Header.BipbufCapacity == 0,
            expected: _ => $"at least 1",
            found: _ => $"0",
            message: _ => $"bipbuf_capacity is 0: a ring has no room for any entry."),

        new(SegmentFindingId.NoSlotClasses, Error, "r[shm.varslot.classes]", "num_var_slot_classes", HeaderLayout.NumVarSlotClasses,
            when: facts => facts.Header.NumVarSlotClasses == 0,
            expected: _ => $"1 to {SegmentFormat.MaxSlotClasses}",
            found: _ => $"0",
            message: facts => $"{SegmentErrors.NoSlotClasses(facts.Path).Message}"),

        new(SegmentFindingId.TooManySlotClasses, Error, "r[shm.framing.slot-ref]", "num_var_slot_classes", HeaderLayout.NumVarSlotClasses,
            when: facts => facts.Header.NumVarSlotClasses > SegmentFormat.MaxSlotClasses,
            expected: _ => $"1 to {SegmentFormat.MaxSlotClasses}",
            found: facts => $"{facts.Header.NumVarSlotClasses}",
            message: facts => $"num_var_slot_classes is {facts.Header.NumVarSlotClasses}; the limit is {SegmentFormat.MaxSlotClasses}, because a class index travels as one byte."),

        new(SegmentFindingId.CurrentSizeBelowTotalSize, Error, "r[shm.varslot.extents.notification]", "current_size", HeaderLayout.CurrentSize,
            when: facts => facts.Header.CurrentSize < facts.Header.TotalSize,
            expected: facts => $"at least {facts.Header.TotalSize}",
            found: facts => $"{facts.Header.CurrentSize}",
            message: facts => $"current_size {facts.Header.CurrentSize} is less than total_size {facts.Header.TotalSize}; a segment never shrinks."),

        new(SegmentFindingId.SegmentTruncated, Error, "r[shm.varslot.extents.notification]", "current_size", HeaderLayout.CurrentSize,
            when: facts => facts.Header.CurrentSize > facts.Header.TotalSize && facts.Header.CurrentSize > facts.FileLength,
            expected: facts => $"at most {facts.FileLength}",
            found: facts => $"{facts.Header.CurrentSize}",
            message: facts => $"{SegmentErrors.Truncated(facts.Path, "current_size", facts.Header.CurrentSize, facts.Header.FileLength).Message}"),

        new(SegmentFindingId.FileLongerThanCurrentSize, Warning, "r[shm.varslot.extents.notification]", "current_size", HeaderLayout.CurrentSize,
            when: facts => facts.Header.CurrentSize >= facts.Header.TotalSize && facts.Header.CurrentSize < facts.FileLength,
            expected: facts => $"{facts.FileLength}",
            found: facts => $"{facts.Header.CurrentSize}",
            message: facts => $"The file has {facts.FileLength} bytes but current_size is {facts.Header.CurrentSize}: a growth was not published, or something was appended."),

        new(SegmentFindingId.ReservedNotZero, Error, "r[shm.segment.header]", _ => $"reserved", facts => (ulong)facts.ReservedAt,
            when: facts => facts.ReservedAt >= 0,
            expected: _ => $"0",
            found: facts => $"{facts.Reserved}",
            message: facts => $"The reserved byte at offset {facts.ReservedAt} is {facts.Reserved}, not 0: the Swift implementation refuses the segment."),
    ];
}
