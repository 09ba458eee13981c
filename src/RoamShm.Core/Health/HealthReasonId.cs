namespace RoamShm;

/// <summary>The ids of reasons why a segment is not healthy. Monitors match on them, so their meanings never change.</summary>
public static class HealthReasonId
{
    /// <summary>The file or its content could not be read. Unknown.</summary>
    public const string CannotRead = nameof(CannotRead);

    /// <summary>No guest can attach. Critical.</summary>
    public const string Invalid = nameof(Invalid);

    /// <summary>Peers are attached, but nobody uses the segment: their processes are dead. Critical.</summary>
    public const string Abandoned = nameof(Abandoned);

    /// <summary>The file was deleted, or its name now belongs to another file, but processes still map it. Warning.</summary>
    public const string Deleted = nameof(Deleted);

    /// <summary>The last heartbeat of an attached peer is too old. The value is its age in seconds.</summary>
    public const string HeartbeatAge = nameof(HeartbeatAge);

    /// <summary>An attached peer has never sent a heartbeat, although heartbeats are on. Warning.</summary>
    public const string NeverBeat = nameof(NeverBeat);

    /// <summary>A ring is filling up. The value is its fill level as a percentage.</summary>
    public const string RingFull = nameof(RingFull);

    /// <summary>The positions of a ring or an entry in it are damaged. Critical.</summary>
    public const string RingDamaged = nameof(RingDamaged);

    /// <summary>A slot class is running out of slots. The value is the percentage of its slots in use.</summary>
    public const string SlotsFull = nameof(SlotsFull);

    /// <summary>Allocated slots belong to peers that are gone. The value is the number of these slots.</summary>
    public const string SlotsOrphaned = nameof(SlotsOrphaned);

    /// <summary>Slots are neither allocated nor on the free list. The value is the number of these slots.</summary>
    public const string SlotsLeaked = nameof(SlotsLeaked);

    /// <summary>Peers in the state Goodbye or Reserved are waiting for the host to act. The value is the number of these peers.</summary>
    public const string PeersWaiting = nameof(PeersWaiting);

    /// <summary>Few peer entries are free. The value is the number of free entries.</summary>
    public const string PeersFree = nameof(PeersFree);

    /// <summary>The free list of a slot class leaves the class or loops, so a slot gets several owners or memory is overwritten. Critical.</summary>
    public const string FreeListDamaged = nameof(FreeListDamaged);

    /// <summary>The file system is filling up. The value is the percentage of its space in use.</summary>
    public const string FileSystemFull = nameof(FileSystemFull);

    /// <summary>The file system is running out of inodes. The value is the percentage of its inodes in use.</summary>
    public const string InodesFull = nameof(InodesFull);
}
