namespace RoamShm;

/// <summary>The input to the rules of ring contents. One object is reused for all entries of a ring.</summary>
internal sealed class RingFacts
{
    internal RingFacts(int peerId, RingDirection direction, ulong offset, RingSnapshot ring, SlotClass[] classes, SlotTable?[] tables)
    {
        PeerId = peerId;
        Direction = direction;
        Offset = offset;
        Ring = ring;
        Classes = classes;
        Tables = tables;
    }

    internal int PeerId { get; }

    internal RingDirection Direction { get; }

    /// <summary>The offset of the ring.</summary>
    internal ulong Offset { get; }

    internal RingSnapshot Ring { get; }

    internal SlotClass[] Classes { get; }

    /// <summary>The slots of each class; <see langword="null"/> for a class with too many slots.</summary>
    internal SlotTable?[] Tables { get; }

    internal RingEntry Entry { get; set; }

    /// <summary>The offset of the entry.</summary>
    internal ulong EntryOffset => Offset + RingLayout.HeaderSize + Entry.Position;

    internal string Code => Direction == RingDirection.HostToGuest ? "h2g" : "g2h";

    internal string Name => Direction == RingDirection.HostToGuest ? "host→guest" : "guest→host";

    internal string? ReferenceFault => Entry.FindReferenceFault(Classes);

    /// <summary>Whether an undamaged entry refers to a slot that is not allocated.</summary>
    internal bool IsReferenceToFree => Entry.Fault is null && ReferenceFault is null && Entry.IsSlotReference
        && Tables[Entry.ClassIndex]?.IsAllocated(Entry.SlotIndex) == false;
}
