namespace RoamShm;

/// <summary>What can speak against a segment. The ids never change their meaning; monitors match on them.</summary>
public static class HealthReasonId
{
    /// <summary>The file, or what is in it, could not be read. Unknown.</summary>
    public const string CannotRead = nameof(CannotRead);

    /// <summary>No guest can attach. Critical.</summary>
    public const string Invalid = nameof(Invalid);

    /// <summary>Peers are attached, but nobody uses the segment: its processes are dead. Critical.</summary>
    public const string Abandoned = nameof(Abandoned);

    /// <summary>The file was deleted, or another one has taken its name, and processes still map it. Warning.</summary>
    public const string Deleted = nameof(Deleted);

    /// <summary>The last heartbeat of an attached peer is too old. The value is its age in seconds.</summary>
    public const string HeartbeatAge = nameof(HeartbeatAge);

    /// <summary>An attached peer has never beaten, although heartbeats are on. Warning.</summary>
    public const string NeverBeat = nameof(NeverBeat);

    /// <summary>A ring fills up. The value is its fill in percent.</summary>
    public const string RingFull = nameof(RingFull);

    /// <summary>The positions of a ring, or an entry in it, are damaged. Critical.</summary>
    public const string RingDamaged = nameof(RingDamaged);

    /// <summary>A slot class runs out. The value is what is used of it, in percent.</summary>
    public const string SlotsFull = nameof(SlotsFull);

    /// <summary>Allocated slots belong to peers that are gone. The value is how many.</summary>
    public const string SlotsOrphaned = nameof(SlotsOrphaned);

    /// <summary>Slots are neither allocated nor on the free list. The value is how many.</summary>
    public const string SlotsLeaked = nameof(SlotsLeaked);

    /// <summary>Peers wait in Goodbye or Reserved for the host to do something. The value is how many.</summary>
    public const string PeersWaiting = nameof(PeersWaiting);

    /// <summary>Few peer entries are free. The value is how many.</summary>
    public const string PeersFree = nameof(PeersFree);

    /// <summary>The free list of a slot class leads out of the class or comes back to itself, so a slot is given to several owners or memory is overwritten. Critical.</summary>
    public const string FreeListDamaged = nameof(FreeListDamaged);

    /// <summary>The file system fills up. The value is what is used of it, in percent.</summary>
    public const string FileSystemFull = nameof(FileSystemFull);

    /// <summary>The file system runs out of inodes. The value is what is used of them, in percent.</summary>
    public const string InodesFull = nameof(InodesFull);
}
