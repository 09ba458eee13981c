using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace RoamShm;

/// <summary>
/// Validates segments: what either reference implementation checks when it attaches, what it would crash on or read out of bounds, and what is
/// worth a warning. Finds every fault, not the first. Reads positions, never a mapping.
/// </summary>
public sealed unsafe class SegmentValidator
{
    // More threads wait for each other in the kernel, and the hosts want processors too.
    private const int MostThreads = 4;

    // So many that threads rarely wait for one another, and the first result does not wait long.
    private const int FilesAhead = 256;

    private static readonly Comparison<Extent> ByOffset = (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Size.CompareTo(b.Size);


    // The header, and what usually follows it in the same page: the peer table and the first ring's header.
    private readonly byte[] _front = new byte[4096];
    private int _frontLength;
    private readonly byte[] _peers = new byte[SegmentFormat.MaxGuests * PeerEntryLayout.Size];
    private readonly byte[] _classes = new byte[SegmentFormat.MaxSlotClasses * SizeClassLayout.Size];
    private readonly byte[] _ring = new byte[RingLayout.Capacity + sizeof(uint)];
    private byte[]? _smallRings;
    private ulong _smallRingsOffset;
    private int _smallRingsLength;
    private readonly List<Extent> _extents = new(SegmentFormat.MaxGuests + 3);
    private readonly CancellationToken _cancellation;
    private readonly ReadyWait _wait;
    private bool _isLastLook;

    // For all files together, so that many damaged ones do not add up.
    private TimeSpan _patience = TimeSpan.FromSeconds(2);

    // Validators for the other threads of ValidateTogether.
    private readonly ConcurrentBag<SegmentValidator> _helpers = [];

    /// <summary>Makes a validator that serves one call on many files.</summary>
    /// <param name="cancellation">Ends the wait for a file that is just being made, and a long full validation.</param>
    public SegmentValidator(CancellationToken cancellation = default)
        : this(cancellation, new ReadyWait(cancellation))
    {
    }

    private SegmentValidator(CancellationToken cancellation, ReadyWait wait)
    {
        _cancellation = cancellation;
        _wait = wait;
    }

    /// <summary>Validates a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="full">Whether to look also at what changes in use: the entries in the rings, the slots and their free lists. The time grows with the
    /// number of slots.</param>
    /// <returns>The report; a missing file, or one that is no segment at all, is a report with that one finding.</returns>
    /// <exception cref="SegmentException">The file cannot be judged: access is denied, or the system fails to read.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public SegmentReport Validate(string path, bool full = false)
    {
        var findings = new FindingList();
        SegmentHeader? header = null;
        try
        {
            header = ValidateAtLeastOnce(path, findings);
            if (full)
            {
                ValidateContent(path, findings);
            }
        }
        catch (SegmentException e) when (IsVerdict(e.ErrorId))
        {
            findings.Error(e, "file", offset: null, $"a complete segment", $"{e.ErrorId}", "r[shm.file]");
        }

        return new SegmentReport
        {
            Path = path,
            Header = header,
            Findings = findings.ToArray(),
            ErrorCount = findings.ErrorCount,
            WarningCount = findings.WarningCount,
            IsValid = findings.ErrorCount == 0,
        };
    }

    /// <summary>
    /// Validates several files, some of them ahead on other threads: a segment's pages are in no processor's cache, so that most of the time is waiting for memory.
    /// </summary>
    /// <param name="paths">The files.</param>
    /// <returns>In their order, for each its report, or the exception that <see cref="Validate"/> would throw.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<(SegmentReport? Report, SegmentException? Error)> ValidateTogether(IReadOnlyList<string> paths) =>
        ValidateInParts(paths ?? throw new ArgumentNullException(nameof(paths)));

    private IEnumerable<(SegmentReport? Report, SegmentException? Error)> ValidateInParts(IReadOnlyList<string> paths)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostThreads), CancellationToken = _cancellation };
        var results = new (SegmentReport? Report, SegmentException? Error)[Math.Min(paths.Count, FilesAhead)];
        for (int first = 0; first < paths.Count; first += FilesAhead)
        {
            int count = Math.Min(paths.Count - first, FilesAhead);
            int start = first;
            _ = Parallel.For(
                0,
                count,
                options,
                () => _helpers.TryTake(out SegmentValidator helper) ? helper : new SegmentValidator(_cancellation, _wait),
                (i, _, helper) =>
                {
                    results[i] = helper.ValidateOrCatch(paths[start + i]);
                    return helper;
                },
                _helpers.Add);
            for (int i = 0; i < count; i++)
            {
                yield return results[i];
            }
        }
    }

    private (SegmentReport? Report, SegmentException? Error) ValidateOrCatch(string path)
    {
        try
        {
            return (Validate(path), null);
        }
        catch (SegmentException e)
        {
            return (null, e);
        }
    }

    /// <summary>Whether an error says something about the file, rather than that it could not be looked at.</summary>
    private static bool IsVerdict(string errorId) => errorId is SegmentErrorId.SegmentNotFound or SegmentErrorId.NotARegularFile
        or SegmentErrorId.SegmentTooShort or SegmentErrorId.SegmentNotReady or SegmentErrorId.SegmentTruncated;

    private void ValidateContent(string path, FindingList findings)
    {
        OpenSegment segment;
        try
        {
            segment = OpenSegment.Open(path, write: false, _wait);
        }
        catch (SegmentException) when (findings.ErrorCount > 0)
        {
            // The structure is damaged, which has been found; there is nothing to find one's way by.
            return;
        }

        using (segment)
        {
            findings.AddRange(ContentChecks.Find(segment, ref _patience, _cancellation));
        }
    }

    private SegmentHeader ValidateAtLeastOnce(string path, FindingList findings)
    {
        _isLastLook = false;
        try
        {
            return ValidateOnce(path, findings);
        }
        catch (SegmentException e)
        {
            if (!_wait.IsWorthASecondLook(e) && e.ErrorId is not (SegmentErrorId.BadMagic or SegmentErrorId.InvalidSlotClass))
            {
                throw;
            }
        }

        _isLastLook = true;
        findings.Clear();
        return ValidateOnce(path, findings);
    }

    /// <summary>Where a file is perhaps being made, it is looked at once more instead of being judged.</summary>
    private void ThrowWhereALookIsLeft(SegmentException error)
    {
        if (error.IsPerhapsBeingMade && !_isLastLook)
        {
            throw error;
        }
    }

    private SegmentHeader ValidateOnce(string path, FindingList findings)
    {
        using SegmentFile file = SegmentFile.OpenRead(path);
        _frontLength = AttachChecks.ReadHeader(file, _front);
        var header = new SegmentHeader();
        header.Decode(path, _front, file.Length);
        if ((ulong)file.Length < Math.Max(header.TotalSize, header.CurrentSize))
        {
            // The host may have lengthened the file since it was opened.
            file.Refresh();
            header.FileLength = file.Length;
        }

        if (!CheckFormat(file, header, findings))
        {
            return header;
        }

        _extents.Clear();
        _extents.Add(new Extent("the header", 0, HeaderLayout.Size));
        CheckSizes(header, findings);
        ConfigurationHazards.Find(findings, header.BipbufCapacity, header.MaxPayloadSize, header.InlineThreshold, header.HeartbeatInterval);
        try
        {
            CheckPeers(file, header, findings);
            CheckPool(file, header, findings);
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.SegmentTruncated)
        {
            // Truncated while we read.
            findings.Error(e, "file", offset: null, $"{header.FileLength} bytes", $"fewer", "r[shm.file]");
        }

        CheckOverlaps(findings);
        return header;
    }

    /// <summary>Magic, version, header size.</summary>
    /// <returns>Whether the rest of the header means what a v7 header's does.</returns>
    private bool CheckFormat(SegmentFile file, SegmentHeader header, FindingList findings)
    {
        string path = header.Path!;
        bool isLikeV7 = header.Version == SegmentFormat.Version && header.HeaderSize == HeaderLayout.Size;
        bool hasMagic = header.Magic == SegmentHeader.EscapedMagic;
        if (!hasMagic)
        {
            ulong magic;
            fixed (byte* bytes = _front)
            {
                magic = *(ulong*)bytes;
            }

            SegmentException error = AttachChecks.WrongMagic(file, magic, header.Version);
            ThrowWhereALookIsLeft(error);
            findings.Error(error, "magic", HeaderLayout.Magic, $"{SegmentHeader.EscapedMagic}", $"{header.Magic}", "r[shm.segment.magic.v7]");
            if (!isLikeV7 || error.ErrorId != SegmentErrorId.BadMagic)
            {
                return false;
            }
        }

        if (header.Version != SegmentFormat.Version)
        {
            findings.Error(SegmentErrors.UnsupportedVersion(path, header.Version), "version", HeaderLayout.Version, $"{SegmentFormat.Version}", $"{header.Version}", "r[shm.segment.header]");
        }

        if (header.HeaderSize != HeaderLayout.Size)
        {
            findings.Error(SegmentErrors.UnexpectedHeaderSize(path, header.HeaderSize), "header_size", HeaderLayout.HeaderSize, $"{HeaderLayout.Size}", $"{header.HeaderSize}", "r[shm.segment.header]");
        }

        return true;
    }

    private void CheckSizes(SegmentHeader header, FindingList findings)
    {
        string path = header.Path!;
        ulong length = (ulong)header.FileLength;
        if (header.TotalSize > length)
        {
            findings.Error(SegmentErrors.Truncated(path, "total_size", header.TotalSize, header.FileLength), "total_size", HeaderLayout.TotalSize, $"at most {length}", $"{header.TotalSize}", "r[shm.file.create]");
        }

        if (header.MaxGuests is 0 or > SegmentFormat.MaxGuests)
        {
            findings.Error("InvalidMaxGuests", "max_guests", HeaderLayout.MaxGuests, $"1 to {SegmentFormat.MaxGuests}", $"{header.MaxGuests}", "r[shm.topology.max-guests]",
                $"max_guests is {header.MaxGuests}; it must be from 1 to {SegmentFormat.MaxGuests}.");
        }

        if (header.BipbufCapacity == 0)
        {
            findings.Error("InvalidBipbufCapacity", "bipbuf_capacity", HeaderLayout.BipbufCapacity, $"at least 1", $"0", "r[shm.bipbuf.header]",
                $"bipbuf_capacity is 0; a ring must have room for something.");
        }

        if (header.NumVarSlotClasses == 0)
        {
            findings.Error(SegmentErrors.NoSlotClasses(path), "num_var_slot_classes", HeaderLayout.NumVarSlotClasses, $"1 to {SegmentFormat.MaxSlotClasses}", $"0", "r[shm.varslot.classes]");
        }
        else if (header.NumVarSlotClasses > SegmentFormat.MaxSlotClasses)
        {
            findings.Error("TooManySlotClasses", "num_var_slot_classes", HeaderLayout.NumVarSlotClasses, $"1 to {SegmentFormat.MaxSlotClasses}", $"{header.NumVarSlotClasses}", "r[shm.framing.slot-ref]",
                $"num_var_slot_classes is {header.NumVarSlotClasses}; a class index travels as one byte, so there can be at most {SegmentFormat.MaxSlotClasses}.");
        }

        if (header.CurrentSize < header.TotalSize)
        {
            findings.Error("CurrentSizeBelowTotalSize", "current_size", HeaderLayout.CurrentSize, $"at least {header.TotalSize}", $"{header.CurrentSize}", "r[shm.varslot.extents.notification]",
                $"current_size {header.CurrentSize} is less than total_size {header.TotalSize}; a segment never shrinks.");
        }
        else if (header.CurrentSize > length && header.CurrentSize != header.TotalSize)
        {
            findings.Error(SegmentErrors.Truncated(path, "current_size", header.CurrentSize, header.FileLength), "current_size", HeaderLayout.CurrentSize, $"at most {length}", $"{header.CurrentSize}", "r[shm.varslot.extents.notification]");
        }
        else if (header.CurrentSize < length)
        {
            findings.Warning("FileLongerThanCurrentSize", "current_size", HeaderLayout.CurrentSize, $"{length}", $"{header.CurrentSize}", "r[shm.varslot.extents.notification]",
                $"The file has {length} bytes but current_size is {header.CurrentSize}: a growth was not published, or something was appended.");
        }

        int nonZero = FirstNonZero(_front, HeaderLayout.Reserved, HeaderLayout.ReservedSize);
        if (nonZero >= 0)
        {
            findings.Error("ReservedNotZero", "reserved", (ulong)nonZero, $"0", $"{_front[nonZero]}", "r[shm.segment.header]",
                $"The reserved byte at offset {nonZero} is {_front[nonZero]}, not 0: the Swift implementation refuses the segment.");
        }
    }

    private void CheckPeers(SegmentFile file, SegmentHeader header, FindingList findings)
    {
        if (header.PeerTableOffset % sizeof(ulong) != 0)
        {
            findings.Error("PeerTableMisaligned", "peer_table_offset", HeaderLayout.PeerTableOffset, $"{HeaderLayout.Size}", $"{header.PeerTableOffset}", "r[shm.peer-table]",
                $"peer_table_offset {header.PeerTableOffset} is not a multiple of 8, so the atomic fields of its entries are misaligned.");
        }
        else if (header.PeerTableOffset > HeaderLayout.Size)
        {
            findings.Warning("PeerTableOffsetUnexpected", "peer_table_offset", HeaderLayout.PeerTableOffset, $"{HeaderLayout.Size}", $"{header.PeerTableOffset}", "r[shm.peer-table]",
                $"peer_table_offset is {header.PeerTableOffset}; the reference writes {HeaderLayout.Size}.");
        }

        int guests = (int)Math.Min(header.MaxGuests, SegmentFormat.MaxGuests);
        ulong tableSize = (ulong)guests * PeerEntryLayout.Size;
        if (!IsInside(header.PeerTableOffset, tableSize, header.FileLength))
        {
            findings.Error("PeerTableOutOfBounds", "peer_table_offset", HeaderLayout.PeerTableOffset, $"{tableSize} bytes within {header.FileLength}", $"{header.PeerTableOffset}", "r[shm.peer-table]",
                $"The peer table of {guests} entries at offset {header.PeerTableOffset} does not lie within the file's {header.FileLength} bytes.");
            return;
        }

        if (guests == 0)
        {
            return;
        }

        _extents.Add(new Extent("the peer table", header.PeerTableOffset, tableSize));
        if (IsInside(header.PeerTableOffset, tableSize, _frontLength))
        {
            Buffer.BlockCopy(_front, (int)header.PeerTableOffset, _peers, 0, (int)tableSize);
        }
        else
        {
            file.ReadExactly(header.PeerTableOffset, _peers, (int)tableSize);
        }

        ReadSmallRings(file, header, guests);
        for (int i = 0; i < guests; i++)
        {
            ulong entry = header.PeerTableOffset + ((ulong)i * PeerEntryLayout.Size);
            fixed (byte* bytes = &_peers[i * PeerEntryLayout.Size])
            {
                CheckPeerState(header, i + 1, entry, *(uint*)(bytes + PeerEntryLayout.State), *(ulong*)(bytes + PeerEntryLayout.LastHeartbeat), findings);
                CheckRings(file, header, i, entry, *(ulong*)(bytes + PeerEntryLayout.RingOffset), findings);
            }

            int nonZero = FirstNonZero(_peers, (i * PeerEntryLayout.Size) + PeerEntryLayout.Reserved, PeerEntryLayout.ReservedSize);
            if (nonZero >= 0)
            {
                findings.Warning("PeerReservedNotZero", FormattableString.Invariant($"peer[{i + 1}].reserved"), header.PeerTableOffset + (ulong)nonZero, $"0", $"{_peers[nonZero]}", "r[shm.peer-table]",
                    $"Peer {i + 1} has a reserved byte that is {_peers[nonZero]}, not 0.");
            }
        }
    }

    private static void CheckPeerState(SegmentHeader header, int peerId, ulong entry, uint state, ulong lastHeartbeat, FindingList findings)
    {
        if (state > (uint)PeerState.Reserved)
        {
            findings.Error("InvalidPeerState", FormattableString.Invariant($"peer[{peerId}].state"), entry + PeerEntryLayout.State, $"0 to 3", $"{state}", "r[shm.peer-table.states]",
                $"The state of peer {peerId} is {state}; a guest takes it for Empty and can then neither claim it nor pass it by.");
        }
        else if (state == (uint)PeerState.Goodbye)
        {
            findings.Warning("PeerLeftInGoodbye", FormattableString.Invariant($"peer[{peerId}].state"), entry + PeerEntryLayout.State, $"0 (Empty)", $"{state} (Goodbye)", "r[shm.crash.recovery]",
                $"Peer {peerId} is in Goodbye: its place stays taken until the host recovers it.");
        }
        else if (state == (uint)PeerState.Attached && lastHeartbeat == 0 && header.HeartbeatInterval != 0)
        {
            findings.Warning("PeerNeverBeat", FormattableString.Invariant($"peer[{peerId}].last_heartbeat"), entry + PeerEntryLayout.LastHeartbeat, $"a time", $"0", "r[shm.crash.detection]",
                $"Peer {peerId} is attached and has never beaten although heartbeats are on: the host takes it for crashed.");
        }
    }

    private void CheckRings(SegmentFile file, SegmentHeader header, int index, ulong entry, ulong ringOffset, FindingList findings)
    {
        ulong stride = RingLayout.Stride(header.BipbufCapacity);
        ulong regular = HeaderLayout.Size + ((ulong)header.MaxGuests * PeerEntryLayout.Size) + ((ulong)index * 2 * stride);
        if (ringOffset % SegmentFormat.Alignment != 0)
        {
            findings.Error("RingMisaligned", RingField(index), entry + PeerEntryLayout.RingOffset, $"{regular}", $"{ringOffset}", "r[shm.bipbuf.layout]",
                $"The ring_offset of peer {index + 1} is {ringOffset}, not a multiple of {SegmentFormat.Alignment}: a guest dies when it attaches there.");
        }
        else if (ringOffset != regular)
        {
            findings.Warning("RingOffsetUnexpected", RingField(index), entry + PeerEntryLayout.RingOffset, $"{regular}", $"{ringOffset}", "r[shm.bipbuf.layout]",
                $"The ring_offset of peer {index + 1} is {ringOffset}; the reference puts its rings at {regular}.");
        }

        if (!IsInside(ringOffset, 2 * stride, header.FileLength))
        {
            findings.Error("RingOutOfBounds", RingField(index), entry + PeerEntryLayout.RingOffset, $"{2 * stride} bytes within {header.FileLength}", $"{ringOffset}", "r[shm.bipbuf.layout]",
                $"The rings of peer {index + 1} at offset {ringOffset} do not lie within the file's {header.FileLength} bytes.");
            return;
        }

        _extents.Add(new Extent("the rings of peer", ringOffset, 2 * stride, index + 1));
        CheckRingCapacity(file, header, index + 1, "g2h", ringOffset, findings);
        CheckRingCapacity(file, header, index + 1, "h2g", ringOffset + stride, findings);
    }

    private static string RingField(int index) => FormattableString.Invariant($"peer[{index + 1}].ring_offset");

    private void CheckRingCapacity(SegmentFile file, SegmentHeader header, int peerId, string direction, ulong ring, FindingList findings)
    {
        uint capacity = ReadRingCapacity(file, ring);
        if (capacity != header.BipbufCapacity)
        {
            findings.Error("RingCapacityMismatch", FormattableString.Invariant($"peer[{peerId}].{direction}.capacity"), ring + RingLayout.Capacity, $"{header.BipbufCapacity}", $"{capacity}", "r[shm.bipbuf.header]",
                $"The {direction} ring of peer {peerId} says that its capacity is {capacity}; the segment's is {header.BipbufCapacity}.");
        }
    }

    /// <summary>Where the rings are small, one read instead of two for each peer: a call takes as long as copying 8 KB.</summary>
    private void ReadSmallRings(SegmentFile file, SegmentHeader header, int guests)
    {
        const ulong mostStride = 8 * 1024;
        const ulong mostBytes = 256 * 1024;
        ulong stride = RingLayout.Stride(header.BipbufCapacity);
        ulong size = (ulong)guests * 2 * stride;
        _smallRingsLength = 0;
        _smallRingsOffset = HeaderLayout.Size + ((ulong)guests * PeerEntryLayout.Size);
        if (stride <= mostStride && size <= mostBytes)
        {
            if (_smallRings is null || (ulong)_smallRings.Length < size)
            {
                _smallRings = new byte[(int)size];
            }

            _smallRingsLength = file.Read(_smallRingsOffset, _smallRings, 0, (int)size);
        }
    }

    private uint ReadRingCapacity(SegmentFile file, ulong ring)
    {
        ulong end = ring + RingLayout.Capacity + sizeof(uint);
        if (ring >= _smallRingsOffset && end <= _smallRingsOffset + (ulong)_smallRingsLength)
        {
            return BitConverter.ToUInt32(_smallRings!, (int)(ring - _smallRingsOffset) + RingLayout.Capacity);
        }

        if (end <= (ulong)_frontLength)
        {
            return BitConverter.ToUInt32(_front, (int)ring + RingLayout.Capacity);
        }

        file.ReadExactly(ring, _ring, _ring.Length);
        return BitConverter.ToUInt32(_ring, RingLayout.Capacity);
    }

    private void CheckPool(SegmentFile file, SegmentHeader header, FindingList findings)
    {
        ulong offset = header.VarPoolOffset;
        if (offset % SegmentFormat.Alignment != 0)
        {
            findings.Error("VarPoolMisaligned", "var_pool_offset", HeaderLayout.VarPoolOffset, $"a multiple of {SegmentFormat.Alignment}", $"{offset}", "r[shm.varslot]",
                $"var_pool_offset {offset} is not a multiple of {SegmentFormat.Alignment}: the Rust implementation dies when it attaches.");
        }

        if (!AttachChecks.IsTableInside(offset, header.NumVarSlotClasses, header.FileLength))
        {
            findings.Error(SegmentErrors.SlotClassTableOutOfBounds(header.Path!, offset, header.NumVarSlotClasses, header.FileLength), "var_pool_offset", HeaderLayout.VarPoolOffset,
                $"{(ulong)header.NumVarSlotClasses * SizeClassLayout.Size} bytes within {header.FileLength}", $"{offset}", "r[shm.varslot]");
            return;
        }

        int count = (int)Math.Min(header.NumVarSlotClasses, SegmentFormat.MaxSlotClasses);
        if (count == 0)
        {
            return;
        }

        file.ReadExactly(offset, _classes, count * SizeClassLayout.Size);
        var classes = new SlotClass[count];
        for (int i = 0; i < count; i++)
        {
            classes[i] = CheckClass(file, header, i, findings);
        }

        ConfigurationHazards.FindInClasses(findings, classes, offset);
        if (header.NumVarSlotClasses > SegmentFormat.MaxSlotClasses)
        {
            // Where the slots begin depends on headers that no implementation can address.
            return;
        }

        if (!PoolLayout.TryCompute(offset, classes, out PoolLayout? pool) || pool!.End > (ulong)header.FileLength)
        {
            string end = pool is null ? "2^64" : FormattableString.Invariant($"{pool.End}");
            findings.Error("VarPoolOutOfBounds", "var_pool_offset", HeaderLayout.VarPoolOffset, $"an end within {header.FileLength}", $"an end at {end}", "r[shm.varslot]",
                $"The slot pool at offset {offset} ends at {end}, past the file's {header.FileLength} bytes: the Rust implementation dies when it attaches.");
            return;
        }

        _extents.Add(new Extent("the slot pool", offset, pool.End - offset));
        if (header.TotalSize < pool.End)
        {
            findings.Error("VarPoolPastTotalSize", "total_size", HeaderLayout.TotalSize, $"{pool.End}", $"{header.TotalSize}", "r[shm.segment.header]",
                $"The slot pool ends at {pool.End}, past the segment's total_size of {header.TotalSize}.");
        }
        else if (header.TotalSize > pool.End)
        {
            findings.Warning("TotalSizeUnexpected", "total_size", HeaderLayout.TotalSize, $"{pool.End}", $"{header.TotalSize}", "r[shm.segment.header]",
                $"total_size is {header.TotalSize}, but the slot pool ends at {pool.End}, where the reference ends a segment.");
        }
    }

    private SlotClass CheckClass(SegmentFile file, SegmentHeader header, int index, FindingList findings)
    {
        uint slotSize, slotCount;
        ulong freeHead;
        fixed (byte* bytes = &_classes[index * SizeClassLayout.Size])
        {
            slotSize = *(uint*)(bytes + SizeClassLayout.SlotSize);
            slotCount = *(uint*)(bytes + SizeClassLayout.SlotCount);
            freeHead = *(ulong*)(bytes + SizeClassLayout.FreeHead);
        }

        ulong at = header.VarPoolOffset + ((ulong)index * SizeClassLayout.Size);
        uint first = (uint)freeHead;
        if (slotSize == 0 || slotCount == 0)
        {
            string field = slotSize == 0 ? "slot_size" : "slot_count";
            int offset = slotSize == 0 ? SizeClassLayout.SlotSize : SizeClassLayout.SlotCount;
            SegmentException error = SegmentErrors.InvalidSlotClass(file, index, slotSize, slotCount);
            ThrowWhereALookIsLeft(error);
            findings.Error(error, FormattableString.Invariant($"class[{index}].{field}"), at + (ulong)offset, $"at least 1", $"0", "r[shm.varslot.classes]");
        }
        else if (slotSize <= SegmentFormat.SlotLengthPrefix)
        {
            findings.Warning("SlotSizeTooSmall", FormattableString.Invariant($"class[{index}].slot_size"), at + SizeClassLayout.SlotSize, $"at least {SegmentFormat.SlotLengthPrefix + 1}", $"{slotSize}", "r[shm.varslot.classes]",
                $"Slots of class {index} have {slotSize} bytes; the first {SegmentFormat.SlotLengthPrefix} hold the length, so they carry nothing.");
        }

        if (first >= slotCount && first != SegmentFormat.EndOfFreeList)
        {
            findings.Error("FreeHeadOutOfRange", FormattableString.Invariant($"class[{index}].free_head"), at + SizeClassLayout.FreeHead, $"an index below {slotCount}, or {SegmentFormat.EndOfFreeList}", $"{first}", "r[shm.varslot.freelist]",
                $"The free list of class {index} begins at slot {first}, but the class has {slotCount}: whoever allocates reads out of bounds.");
        }

        int nonZero = FirstNonZero(_classes, (index * SizeClassLayout.Size) + SizeClassLayout.Reserved, SizeClassLayout.ReservedSize);
        if (nonZero >= 0)
        {
            findings.Warning("ClassReservedNotZero", FormattableString.Invariant($"class[{index}].reserved"), header.VarPoolOffset + (ulong)nonZero, $"0", $"{_classes[nonZero]}", "r[shm.varslot.classes]",
                $"The header of class {index} has a reserved byte that is {_classes[nonZero]}, not 0.");
        }

        return new SlotClass(slotSize, slotCount);
    }

    /// <summary>Structures that share bytes: each would write into the other.</summary>
    private void CheckOverlaps(FindingList findings)
    {
        _extents.Sort(ByOffset);
        Extent furthest = _extents[0];
        for (int i = 1; i < _extents.Count; i++)
        {
            Extent next = _extents[i];
            if (next.Offset < furthest.Offset + furthest.Size)
            {
                findings.Error("RegionsOverlap", next.Name, next.Offset, $"{furthest.Offset + furthest.Size} or more", $"{next.Offset}", "r[shm.segment]",
                    $"{next.Name} at offset {next.Offset} overlaps {furthest.Name}, which ends at {furthest.Offset + furthest.Size}.");
            }

            if (next.Offset + next.Size > furthest.Offset + furthest.Size)
            {
                furthest = next;
            }
        }
    }

    private static bool IsInside(ulong offset, ulong size, long fileLength) =>
        size <= (ulong)fileLength && offset <= (ulong)fileLength - size;

    /// <summary>Index of the first byte that is not zero, or -1.</summary>
    private static int FirstNonZero(byte[] bytes, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            if (bytes[i] != 0)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A stretch of the file; its name is put together only when it is told.</summary>
    private readonly struct Extent
    {
        private readonly string _name;
        private readonly int _peerId;

        internal Extent(string name, ulong offset, ulong size, int peerId = 0)
        {
            _name = name;
            _peerId = peerId;
            Offset = offset;
            Size = size;
        }

        internal string Name => _peerId == 0 ? _name : FormattableString.Invariant($"{_name} {_peerId}");

        internal ulong Offset { get; }

        internal ulong Size { get; }
    }
}
