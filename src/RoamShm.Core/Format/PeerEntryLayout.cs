namespace RoamShm;

/// <summary>Offsets of the PeerEntry fields in bytes from the start of the entry (<c>r[shm.peer-table]</c>).</summary>
internal static class PeerEntryLayout
{
    /// <summary>Size of an entry in bytes.</summary>
    internal const int Size = 64;

    /// <summary>state, atomic u32: 0 Empty, 1 Attached, 2 Goodbye, 3 Reserved.</summary>
    internal const int State = 0;

    /// <summary>epoch, atomic u32.</summary>
    internal const int Epoch = 4;

    /// <summary>last_heartbeat, atomic u64, nanoseconds of the monotonic clock; 0 = none yet.</summary>
    internal const int LastHeartbeat = 8;

    /// <summary>ring_offset, u64, from the start of the segment.</summary>
    internal const int RingOffset = 16;

    /// <summary>Reserved bytes, zero.</summary>
    internal const int Reserved = 24;

    /// <summary>Number of reserved bytes.</summary>
    internal const int ReservedSize = Size - Reserved;
}
