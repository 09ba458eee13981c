using System;
using System.Threading;

namespace RoamShm;

/// <summary>
/// The metadata of one slot class as it was read, front to back in large pieces, and what came of walking its free list. Memory: 5 bytes a slot.
/// </summary>
internal sealed unsafe class SlotTable
{
    /// <summary>The largest class that is looked through: 1 GiB of metadata.</summary>
    internal const long MaxSlots = 1 << 26;

    private const byte Allocated = 1;
    private const byte Listed = 2;
    private const int SlotsPerRead = (1 << 20) / SlotMetaLayout.Size;

    private readonly uint[] _next;
    private readonly byte[] _marks;

    private SlotTable(int count)
    {
        _next = new uint[count];
        _marks = new byte[count];
    }

    internal int Count => _next.Length;

    internal long AllocatedCount { get; private set; }

    /// <summary>Slots on the free list, up to where its first fault ends it.</summary>
    internal long FreeCount { get; private set; }

    /// <summary>Allocated slots that are on the free list too.</summary>
    internal long AllocatedAndFree { get; private set; }

    internal int FirstAllocatedAndFree { get; private set; } = -1;

    /// <summary>Slots neither allocated nor on the free list.</summary>
    internal long Leaked => Count - AllocatedCount - FreeCount + AllocatedAndFree;

    /// <summary>Allocated slots by owner; those with an owner past 255 are the last.</summary>
    internal long[] AllocatedByOwner { get; } = new long[257];

    internal long InvalidStates { get; private set; }

    internal int FirstInvalidState { get; private set; } = -1;

    /// <summary>The slot whose link is out of range, -1 for the head, or null.</summary>
    internal int? BadLink { get; private set; }

    /// <summary>The index that is out of range.</summary>
    internal uint BadLinkTo { get; private set; }

    /// <summary>The slot at which the free list enters a loop, or null.</summary>
    internal int? LoopAt { get; private set; }

    internal bool IsListSound => BadLink is null && LoopAt is null;

    /// <summary>Reads a class. On a busy segment it is read again until the list holds together, three times at most.</summary>
    internal static SlotTable Read(OpenSegment segment, int classIndex, CancellationToken cancellation)
    {
        long count = segment.Classes[classIndex].SlotCount;
        if (count > MaxSlots)
        {
            throw SegmentErrors.TooManySlots(segment.Path, classIndex, count);
        }

        SlotTable table;
        int attempt = 0;
        do
        {
            ulong headBefore = ReadHead(segment, classIndex);
            table = new SlotTable((int)count);
            table.Load(segment, classIndex, cancellation);
            table.Walk((uint)headBefore);
            if (ReadHead(segment, classIndex) == headBefore)
            {
                // Nobody allocated or freed meanwhile.
                break;
            }
        }
        while (++attempt < 3);

        return table;
    }

    internal bool IsAllocated(uint slot) => (_marks[slot] & Allocated) != 0;

    /// <summary>The first slot that is on no list and not allocated, or -1.</summary>
    internal int FirstLeaked()
    {
        for (int i = 0; i < _marks.Length; i++)
        {
            if (_marks[i] == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static ulong ReadHead(OpenSegment segment, int classIndex)
    {
        byte[] head = new byte[sizeof(ulong)];
        segment.File.ReadExactly(segment.Pool.HeaderOffset(classIndex) + SizeClassLayout.FreeHead, head, head.Length);
        return BitConverter.ToUInt64(head, 0);
    }

    private void Load(OpenSegment segment, int classIndex, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Math.Min(Count, SlotsPerRead) * SlotMetaLayout.Size];
        ulong offset = segment.Pool.MetaOffset(classIndex);
        for (int first = 0; first < Count; first += SlotsPerRead)
        {
            cancellation.ThrowIfCancellationRequested();
            int now = Math.Min(Count - first, SlotsPerRead);
            segment.File.ReadExactly(offset + ((ulong)first * SlotMetaLayout.Size), buffer, now * SlotMetaLayout.Size);
            fixed (byte* slots = buffer)
            {
                for (int i = 0; i < now; i++)
                {
                    byte* slot = slots + (i * SlotMetaLayout.Size);
                    _next[first + i] = *(uint*)(slot + SlotMetaLayout.NextFree);
                    uint state = *(uint*)(slot + SlotMetaLayout.State);
                    if (state == 0)
                    {
                        continue;
                    }

                    if (state == 1)
                    {
                        _marks[first + i] = Allocated;
                        AllocatedCount++;
                        AllocatedByOwner[Math.Min(*(uint*)(slot + SlotMetaLayout.OwnerPeer), 256)]++;
                    }
                    else if (InvalidStates++ == 0)
                    {
                        FirstInvalidState = first + i;
                    }
                }
            }
        }
    }

    private void Walk(uint head)
    {
        int from = -1;
        for (uint at = head; at != SegmentFormat.EndOfFreeList; at = _next[from])
        {
            if (at >= (uint)_next.Length)
            {
                BadLink = from;
                BadLinkTo = at;
                return;
            }

            if ((_marks[at] & Listed) != 0)
            {
                LoopAt = (int)at;
                return;
            }

            if ((_marks[at] & Allocated) != 0 && AllocatedAndFree++ == 0)
            {
                FirstAllocatedAndFree = (int)at;
            }

            _marks[at] |= Listed;
            FreeCount++;
            from = (int)at;
        }
    }
}
