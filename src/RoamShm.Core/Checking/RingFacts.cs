namespace RoamShm;

/// <summary>What the rules of a ring's content judge. One object serves all entries of a ring in turn.</summary>
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

    /// <summary>Where the ring lies.</summary>
    internal ulong Offset { get; }

    internal RingSnapshot Ring { get; }

    internal SlotClass[] Classes { get; }

    /// <summary>The slots of each class; null for a class with too many.</summary>
    internal SlotTable?[] Tables { get; }

    internal RingEntry Entry { get; set; }

    /// <summary>Where the entry lies.</summary>
    internal ulong EntryOffset => Offset + RingLayout.HeaderSize + Entry.Position;

    internal string Code => Direction == RingDirection.HostToGuest ? "h2g" : "g2h";

    internal string Name => Direction == RingDirection.HostToGuest ? "host→guest" : "guest→host";

    internal string? ReferenceFault => Entry.FindReferenceFault(Classes);

    /// <summary>Whether a sound entry refers to a slot that is not allocated.</summary>
    internal bool IsReferenceToFree => Entry.Fault is null && ReferenceFault is null && Entry.IsSlotReference
        && Tables[Entry.ClassIndex]?.IsAllocated(Entry.SlotIndex) == false;
}
