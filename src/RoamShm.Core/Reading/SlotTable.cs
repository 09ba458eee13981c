using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// The metadata of one slot class, read sequentially in chunks, and the result of walking its free list. An untouched chunk, with every slot free and linked
/// to the next as at creation, needs no memory and is a single step of the walk; any other takes 4 bytes a slot.
/// </summary>
internal sealed unsafe class SlotTable
{
    // A word for each slot: the slot that it links to, or one of two values beyond any index, and two flags.
    private const uint LinkMask = (1u << 27) - 1;
    private const uint EndLink = LinkMask;
    private const uint BadLinkMark = LinkMask - 1;
    private const uint Allocated = 1u << 30;
    private const uint Listed = 1u << 31;

    /// <summary>The bucket for slots whose owner is greater than 255.</summary>
    internal const int UnknownOwner = 256;

    private const int PieceShift = SlotReader.PieceShift;
    private const int SlotsPerPiece = SlotReader.SlotsPerPiece;

    private static readonly long[] None = new long[UnknownOwner + 1];

    private readonly SlotReader _slots;

    // The words of each chunk; null for an untouched chunk.
    private readonly uint[]?[] _pieces;

    // For an untouched chunk: the first slot that is on the list, together with all after it; the end of the chunk if none is.
    private readonly uint[] _listedFrom;

    // Most segments have no allocated slot at the time of a read.
    private long[]? _allocatedByOwner;

    private SlotTable(Segment segment, int classIndex)
    {
        _slots = new SlotReader(segment, classIndex);
        Count = (int)_slots.Count;
        int pieces = (Count + SlotsPerPiece - 1) >> PieceShift;
        _pieces = new uint[]?[pieces];
        _listedFrom = new uint[pieces];
    }

    internal int Count { get; }

    internal long AllocatedCount { get; private set; }

    /// <summary>The number of slots on the free list, up to its first fault.</summary>
    internal long FreeCount { get; private set; }

    /// <summary>The number of allocated slots that are also on the free list.</summary>
    internal long AllocatedAndFree { get; private set; }

    internal int FirstAllocatedAndFree { get; private set; } = -1;

    /// <summary>The number of slots neither allocated nor on the free list.</summary>
    internal long Leaked => Count - AllocatedCount - FreeCount + AllocatedAndFree;

    /// <summary>The number of allocated slots by owner; the last bucket is for owners greater than 255.</summary>
    internal IReadOnlyList<long> AllocatedByOwner => _allocatedByOwner ?? None;

    internal long InvalidStates { get; private set; }

    internal int FirstInvalidState { get; private set; } = -1;

    /// <summary>The slot whose link is out of range, -1 for the head, or null.</summary>
    internal int? BadLink { get; private set; }

    /// <summary>The out-of-range index.</summary>
    internal uint BadLinkTo { get; private set; }

    /// <summary>The slot at which the free list enters a loop, or null.</summary>
    internal int? LoopAt { get; private set; }

    internal bool IsListSound => BadLink is null && LoopAt is null;

    /// <summary>Reads a class. On a busy segment, reads it up to three times until the list is consistent.</summary>
    internal static SlotTable Read(Segment segment, int classIndex, CancellationToken cancellation)
    {
        var table = new SlotTable(segment, classIndex);
        int attempt = 0;
        ulong headBefore;
        do
        {
            headBefore = table._slots.ReadHead();
            table.Load(headBefore, cancellation);
        }
        while (table._slots.ReadHead() != headBefore && ++attempt < 3);

        return table;
    }

    /// <summary>
    /// Reads all classes, each once, with the heads of all lists before and after. A class whose list has changed in between is read again, as
    /// <see cref="Read"/> does.
    /// </summary>
    internal static SlotTable[] ReadAll(Segment segment, CancellationToken cancellation)
    {
        var tables = new SlotTable[segment.Classes.Length];
        byte[] before = segment.TakeClassHeaders();
        for (int i = 0; i < tables.Length; i++)
        {
            tables[i] = new SlotTable(segment, i);
            tables[i].Load(Head(before, i), cancellation);
        }

        byte[] after = segment.TakeClassHeaders();
        for (int i = 0; i < tables.Length; i++)
        {
            tables[i] = Head(before, i) == Head(after, i) ? tables[i] : Read(segment, i, cancellation);
        }

        return tables;
    }

    /// <summary>Counts the allocated slots of all classes by owner; the last bucket is for owners greater than 255.</summary>
    internal static IReadOnlyList<long> CountOwners(Segment segment, CancellationToken cancellation)
    {
        long[]? owned = null;
        foreach (SlotTable table in ReadAll(segment, cancellation))
        {
            if (table._allocatedByOwner is not long[] allocated)
            {
                continue;
            }

            owned ??= new long[UnknownOwner + 1];
            for (int owner = 0; owner < owned.Length; owner++)
            {
                owned[owner] += allocated[owner];
            }
        }

        return owned ?? None;
    }

    /// <summary>The number of allocated slots whose owner's peer entry is Empty: nobody is left to free them.</summary>
    internal long CountOrphaned(PeerTable peers)
    {
        long orphaned = 0;
        if (_allocatedByOwner is null)
        {
            return orphaned;
        }

        foreach (PeerEntry peer in peers)
        {
            orphaned += peer.IsEmpty ? _allocatedByOwner[peer.Id] : 0;
        }

        return orphaned;
    }

    internal bool IsAllocated(uint slot) =>
        _pieces[slot >> PieceShift] is uint[] piece && (piece[slot % SlotsPerPiece] & Allocated) != 0;

    /// <summary>Returns the first slot that is neither allocated nor on the free list, or -1.</summary>
    internal int FirstLeaked()
    {
        for (int i = 0; i < _pieces.Length; i++)
        {
            int start = i << PieceShift;
            int first = _pieces[i] is uint[] piece ? Array.FindIndex(piece, slot => (slot & (Allocated | Listed)) == 0)
                : _listedFrom[i] > (uint)start ? 0 : -1;
            if (first >= 0)
            {
                return start + first;
            }
        }

        return -1;
    }

    /// <summary>
    /// Returns the slots that are neither allocated nor on the free list, each with its generation, which changes when the slot is allocated again.
    /// </summary>
    internal HashSet<ulong> LeakedNow()
    {
        var leaked = new HashSet<ulong>();
        for (int i = 0; i < _pieces.Length; i++)
        {
            uint start = (uint)i << PieceShift;
            uint end = Math.Min(start + SlotsPerPiece, (uint)Count);
            for (uint slot = start; slot < end; slot++)
            {
                bool isLeaked = _pieces[i] is uint[] piece ? (piece[slot - start] & (Allocated | Listed)) == 0 : slot < _listedFrom[i];
                if (isLeaked)
                {
                    _ = leaked.Add(((ulong)slot << 32) | _slots.ReadField((int)slot, SlotMetaLayout.Generation));
                }
            }
        }

        return leaked;
    }

    private static ulong Head(byte[] headers, int classIndex)
    {
        fixed (byte* table = headers)
        {
            return SizeClassTable.FreeHead(table, classIndex);
        }
    }

    private void Load(ulong head, CancellationToken cancellation)
    {
        AllocatedCount = FreeCount = AllocatedAndFree = InvalidStates = 0;
        FirstAllocatedAndFree = FirstInvalidState = -1;
        BadLink = LoopAt = null;
        _allocatedByOwner = null;
        _slots.ForEachPiece(TakePiece, cancellation);
        Walk((uint)head);
    }

    private void TakePiece(byte* slots, int first, int count)
    {
        _pieces[first >> PieceShift] = IsAsMade(slots, first, count) ? null : Take(slots, first, count);
        _listedFrom[first >> PieceShift] = (uint)(first + count);
    }

    private static bool IsAsMade(byte* slots, int first, int count)
    {
        uint difference = 0;
        uint next = (uint)first;
        byte* end = slots + (count * SlotMetaLayout.Size);
        for (byte* slot = slots; slot < end; slot += SlotMetaLayout.Size)
        {
            difference |= (*(uint*)(slot + SlotMetaLayout.NextFree) ^ ++next) | *(uint*)(slot + SlotMetaLayout.State);
        }

        return difference == 0;
    }

    private uint[] Take(byte* slots, int first, int count)
    {
        uint[] words = new uint[count];
        byte* slot = slots;
        for (int i = 0; i < words.Length; i++, slot += SlotMetaLayout.Size)
        {
            uint link = *(uint*)(slot + SlotMetaLayout.NextFree);
            uint word = ToLink(link);
            SlotState state = SlotReader.State(slot);
            if (state != SlotState.Free)
            {
                word |= TakeState(state, SlotReader.Owner(slot), first + i);
            }

            words[i] = word;
        }

        return words;
    }

    private uint ToLink(uint next) => next < (uint)Count ? next : next == SegmentFormat.EndOfFreeList ? EndLink : BadLinkMark;

    /// <summary>Counts a slot that is not free.</summary>
    /// <returns>The flag of the slot.</returns>
    private uint TakeState(SlotState state, uint owner, int index)
    {
        if (state == SlotState.Allocated)
        {
            AllocatedCount++;
            _allocatedByOwner ??= new long[UnknownOwner + 1];
            _allocatedByOwner[(int)Math.Min(owner, UnknownOwner)]++;
            return Allocated;
        }

        if (InvalidStates++ == 0)
        {
            FirstInvalidState = index;
        }

        return 0;
    }

    private void Walk(uint head)
    {
        int from = -1;
        uint link = ToLink(head);
        while (link < (uint)Count && LoopAt is null)
        {
            uint piece = link >> PieceShift;
            if (_pieces[piece] is uint[] words)
            {
                WalkPiece(words, piece << PieceShift, ref link, ref from);
            }
            else
            {
                uint end = Math.Min((piece + 1) << PieceShift, (uint)Count);
                uint listedFrom = _listedFrom[piece];
                FreeCount += Math.Max(listedFrom, link) - link;
                _listedFrom[piece] = Math.Min(listedFrom, link);
                LoopAt = listedFrom < end ? (int)Math.Max(listedFrom, link) : null;
                from = (int)end - 1;
                link = end;
            }
        }

        if (LoopAt is null && link != EndLink)
        {
            BadLink = from;
            BadLinkTo = from < 0 ? head : _slots.ReadField(from, SlotMetaLayout.NextFree);
        }
    }

    /// <summary>Follows the list until it leaves the chunk.</summary>
    private void WalkPiece(uint[] words, uint start, ref uint link, ref int from)
    {
        uint at = link;
        do
        {
            uint word = words[at - start];
            if ((word & Listed) != 0)
            {
                LoopAt = (int)at;
                break;
            }

            if ((word & Allocated) != 0 && AllocatedAndFree++ == 0)
            {
                FirstAllocatedAndFree = (int)at;
            }

            words[at - start] = word | Listed;
            FreeCount++;
            from = (int)at;
            at = word & LinkMask;
        }
        while (at - start < (uint)words.Length);

        link = at;
    }
}
