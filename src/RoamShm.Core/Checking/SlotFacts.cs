namespace RoamShm;

/// <summary>The input to the rules of the slots of one class.</summary>
internal sealed class SlotFacts
{
    private readonly Segment _segment;
    private readonly SlotTable? _table;

    internal SlotFacts(Segment segment, int index, SlotTable? table)
    {
        _segment = segment;
        _table = table;
        Index = index;
        if (table is null || table.AllocatedCount == 0)
        {
            return;
        }

        Orphaned = table.CountOrphaned(segment.Peers);
        UnknownOwners = table.AllocatedByOwner[SlotTable.UnknownOwner];
        for (int owner = segment.Peers.Count + 1; owner <= SegmentFormat.MaxGuests; owner++)
        {
            UnknownOwners += table.AllocatedByOwner[owner];
        }
    }

    internal int Index { get; }

    /// <summary>The number of slots of the class, even if there are too many to check.</summary>
    internal long SlotCount => _segment.Classes[Index].SlotCount;

    internal SlotTable Table => _table!;

    internal int MaxGuests => _segment.Peers.Count;

    /// <summary>The number of allocated slots whose owner is not a peer of the segment.</summary>
    internal long UnknownOwners { get; }

    /// <summary>The number of allocated slots whose owner's peer entry is Empty.</summary>
    internal long Orphaned { get; }

    /// <summary>The offset of the class header.</summary>
    internal ulong HeaderOffset => _segment.Pool.HeaderOffset(Index);

    internal ulong FreeHeadOffset => HeaderOffset + SizeClassLayout.FreeHead;

    internal ulong MetaOffset => _segment.Pool.MetaOffset(Index);

    /// <summary>The offset of the link that leads out of the class.</summary>
    internal ulong BadLinkOffset => Table.BadLink is < 0 ? FreeHeadOffset : SlotOffset(Table.BadLink!.Value) + SlotMetaLayout.NextFree;

    /// <summary>The offset of the first lost slot, or of the list head if that slot has been found again.</summary>
    internal ulong FirstLeakedOffset => Table.FirstLeaked() is int first and >= 0 ? SlotOffset(first) : FreeHeadOffset;

    internal ulong SlotOffset(int slot) => MetaOffset + ((ulong)slot * SlotMetaLayout.Size);
}
