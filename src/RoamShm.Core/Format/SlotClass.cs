using System;

namespace RoamShm;

/// <summary>A size class of the slot pool: the size of its slots and their number (<c>r[shm.varslot.classes]</c>).</summary>
public sealed class SlotClass
{
    /// <summary>Creates an empty description, to be filled through its properties.</summary>
    public SlotClass()
    {
    }

    /// <summary>Creates a description of a class.</summary>
    /// <param name="slotSize">The size of a slot in bytes, 5 to 4294967295. A slot carries 4 bytes less.</param>
    /// <param name="slotCount">The number of slots, 1 to 4294967295.</param>
    public SlotClass(long slotSize, long slotCount)
    {
        SlotSize = slotSize;
        SlotCount = slotCount;
    }

    /// <summary>Gets or sets the size of a slot in bytes. The first 4 hold the payload length.</summary>
    public long SlotSize { get; set; }

    /// <summary>Gets or sets the number of slots.</summary>
    public long SlotCount { get; set; }

    /// <summary>Returns the text form, <c>SIZE:COUNT</c>.</summary>
    /// <returns>The size in bytes and the count.</returns>
    public override string ToString() => FormattableString.Invariant($"{SlotSize}:{SlotCount}");
}
