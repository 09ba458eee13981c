using System;

namespace RoamShm;

/// <summary>One size class of the slot pool: how large its slots are and how many there are (<c>r[shm.varslot.classes]</c>).</summary>
public sealed class SlotClass
{
    /// <summary>Makes an empty description, to be filled through its properties.</summary>
    public SlotClass()
    {
    }

    /// <summary>Describes a class.</summary>
    /// <param name="slotSize">Bytes of one slot, 5 to 4294967295; a slot carries 4 bytes less.</param>
    /// <param name="slotCount">Number of slots, 1 to 4294967295.</param>
    public SlotClass(long slotSize, long slotCount)
    {
        SlotSize = slotSize;
        SlotCount = slotCount;
    }

    /// <summary>Bytes of one slot. Its first 4 hold the payload's length.</summary>
    public long SlotSize { get; set; }

    /// <summary>Number of slots.</summary>
    public long SlotCount { get; set; }

    /// <summary>The text form, <c>SIZE:COUNT</c>.</summary>
    /// <returns>Size in bytes and count.</returns>
    public override string ToString() => FormattableString.Invariant($"{SlotSize}:{SlotCount}");
}
