namespace RoamShm;

/// <summary>
/// The usage of a slot class (<c>r[shm.varslot]</c>). Exact if nobody allocates or frees at that moment; on a busy segment, an estimate whose parts add up.
/// </summary>
public sealed class SegmentSlotClass
{
    private string? _fileId;

    /// <summary>Gets or sets the index of the class, 0 to 255.</summary>
    public int Index { get; set; }

    /// <summary>Gets or sets the size of a slot in bytes.</summary>
    public uint SlotSize { get; set; }

    /// <summary>Gets or sets the number of slots.</summary>
    public uint SlotCount { get; set; }

    /// <summary>Gets or sets the number of slots on the free list.</summary>
    public long Free { get; set; }

    /// <summary>Gets or sets the number of slots in the state Allocated.</summary>
    public long Allocated { get; set; }

    /// <summary>Gets or sets the number of slots neither allocated nor on the free list. They are lost to every process.</summary>
    public long Leaked { get; set; }

    /// <summary>Gets or sets the percentage of slots that are not free.</summary>
    public double UsedPercent { get; set; }

    /// <summary>Gets or sets the number of allocated slots that the host owns.</summary>
    public long OwnedByHost { get; set; }

    /// <summary>Gets or sets the number of allocated slots that peers own.</summary>
    public long OwnedByPeers { get; set; }

    /// <summary>Gets or sets the number of allocated slots whose owner's peer entry is Empty: the owner left without freeing them.</summary>
    public long Orphaned { get; set; }

    /// <summary>Gets or sets the total size of all slots in bytes.</summary>
    public ulong CapacityBytes { get; set; }

    /// <summary>Gets or sets the total size of the allocated slots in bytes.</summary>
    public ulong AllocatedBytes { get; set; }

    /// <summary>Gets or sets the path of the file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets the full PowerShell path of the file. Only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Gets or sets a string that identifies the file that was read: device, inode and birth time, or the boot if the file system stores no birth time. Given
    /// this object, a cmdlet that changes something refuses to act if the path now names another file. <see langword="null"/> if unknown.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>The source of <see cref="FileId"/>, which is computed on demand.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>Whether the free list leads out of the class or loops; on a busy segment, only because it may have changed while it was read.</summary>
    internal bool IsFreeListDamaged { get; set; }

    /// <summary>Computes the usage from the slots of a class and the peer table as last read.</summary>
    internal static SegmentSlotClass From(Segment segment, int index, SlotTable table)
    {
        uint slotSize = (uint)segment.Classes[index].SlotSize;
        long free = table.Count - table.AllocatedCount - table.Leaked;
        return new SegmentSlotClass
        {
            Index = index,
            SlotSize = slotSize,
            SlotCount = (uint)table.Count,
            Allocated = table.AllocatedCount,
            Leaked = table.Leaked,
            Free = free,
            IsFreeListDamaged = !table.IsListSound,
            UsedPercent = Ratio.Percent(table.Count - free, table.Count),
            OwnedByHost = table.AllocatedByOwner[0],
            OwnedByPeers = table.AllocatedCount - table.AllocatedByOwner[0],
            Orphaned = table.CountOrphaned(segment.Peers),
            CapacityBytes = (ulong)slotSize * (uint)table.Count,
            AllocatedBytes = (ulong)slotSize * (ulong)table.AllocatedCount,
            Path = segment.Path,
            Identity = segment.Identity,
        };
    }
}
