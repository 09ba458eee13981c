using System;

namespace RoamShm;

/// <summary>An entry in a ring (<c>r[shm.framing]</c>).</summary>
internal readonly struct RingEntry
{
    private RingEntry(uint position, uint length, string? fault, bool isSlot = false, byte classIndex = 0, byte extent = 0, uint slot = 0, uint generation = 0)
    {
        Position = position;
        Length = length;
        Fault = fault;
        IsSlotReference = isSlot;
        ClassIndex = classIndex;
        Extent = extent;
        SlotIndex = slot;
        Generation = generation;
    }

    /// <summary>Where it begins in the ring's data.</summary>
    internal uint Position { get; }

    /// <summary>Its length with its header.</summary>
    internal uint Length { get; }

    /// <summary>What is wrong with it, or null.</summary>
    internal string? Fault { get; }

    internal bool IsSlotReference { get; }

    internal byte ClassIndex { get; }

    internal byte Extent { get; }

    internal uint SlotIndex { get; }

    internal uint Generation { get; }

    internal static RingEntry Damaged(uint position, string fault) => new(position, 0, fault);

    internal static RingEntry Plain(uint position, uint length) => new(position, length, null);

    internal static RingEntry Slot(uint position, uint length, byte classIndex, byte extent, uint slot, uint generation) =>
        new(position, length, null, isSlot: true, classIndex, extent, slot, generation);

    /// <summary>What is wrong with what a slot reference refers to, or null.</summary>
    internal string? FindReferenceFault(SlotClass[] classes)
    {
        if (!IsSlotReference)
        {
            return null;
        }

        return ClassIndex >= classes.Length ? FormattableString.Invariant($"it refers to slot class {ClassIndex} of {classes.Length}")
            : Extent != 0 ? FormattableString.Invariant($"it refers to extent {Extent}, which no implementation makes")
            : SlotIndex >= classes[ClassIndex].SlotCount ? FormattableString.Invariant($"it refers to slot {SlotIndex} of {classes[ClassIndex].SlotCount} in class {ClassIndex}")
            : null;
    }
}
