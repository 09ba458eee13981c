namespace RoamShm;

/// <summary>
/// The use of one slot class (<c>r[shm.varslot]</c>). Exact where nobody allocates or frees at that moment; on a busy segment an estimate whose
/// parts add up.
/// </summary>
public sealed class SegmentSlotClass
{
    private string? _fileId;

    /// <summary>Index of the class, 0 to 255.</summary>
    public int Index { get; set; }

    /// <summary>Bytes of one slot.</summary>
    public uint SlotSize { get; set; }

    /// <summary>Number of slots.</summary>
    public uint SlotCount { get; set; }

    /// <summary>Slots on the free list.</summary>
    public long Free { get; set; }

    /// <summary>Slots in the state Allocated.</summary>
    public long Allocated { get; set; }

    /// <summary>Slots neither allocated nor on the free list: nobody will ever get them.</summary>
    public long Leaked { get; set; }

    /// <summary>Slots not free, in percent.</summary>
    public double UsedPercent { get; set; }

    /// <summary>Allocated slots whose owner is the host.</summary>
    public long OwnedByHost { get; set; }

    /// <summary>Allocated slots whose owner is a peer.</summary>
    public long OwnedByPeers { get; set; }

    /// <summary>Allocated slots whose owner's peer entry is Empty: their owner is gone without freeing them.</summary>
    public long Orphaned { get; set; }

    /// <summary>Bytes of all slots together.</summary>
    public ulong CapacityBytes { get; set; }

    /// <summary>Bytes of the allocated slots.</summary>
    public ulong AllocatedBytes { get; set; }

    /// <summary>The file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>The file as PowerShell names it in full; only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Which file this was read from, as one text: its device, inode and time of birth, or the boot where the file system keeps none. A cmdlet that changes
    /// something and is given this object refuses where another file has the path by then. <see langword="null"/> where it is not known.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>What <see cref="FileId"/> is made of when it is asked for.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>Whether its free list leads out of the class or comes back to itself; on a busy segment that may be only because it changed while it was read.</summary>
    internal bool IsFreeListDamaged { get; set; }

    /// <summary>What the slots of a class, and the peer table as it was read last, say.</summary>
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
