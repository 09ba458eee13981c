namespace RoamShm;

/// <summary>Offsets of the SegmentHeader fields in bytes from the start of the file (<c>r[shm.segment.header]</c>).</summary>
internal static class HeaderLayout
{
    /// <summary>Size of the header in bytes, and the value of its header_size field.</summary>
    internal const int Size = 128;

    /// <summary>magic, 8 bytes.</summary>
    internal const int Magic = 0;

    /// <summary>version, u32.</summary>
    internal const int Version = 8;

    /// <summary>header_size, u32, bytes.</summary>
    internal const int HeaderSize = 12;

    /// <summary>total_size, u64, bytes at creation.</summary>
    internal const int TotalSize = 16;

    /// <summary>max_payload_size, u32, bytes.</summary>
    internal const int MaxPayloadSize = 24;

    /// <summary>inline_threshold, u32, bytes; 0 means 256.</summary>
    internal const int InlineThreshold = 28;

    /// <summary>max_guests, u32, 1 to 255.</summary>
    internal const int MaxGuests = 32;

    /// <summary>bipbuf_capacity, u32, data bytes of one ring.</summary>
    internal const int BipbufCapacity = 36;

    /// <summary>peer_table_offset, u64.</summary>
    internal const int PeerTableOffset = 40;

    /// <summary>var_pool_offset, u64.</summary>
    internal const int VarPoolOffset = 48;

    /// <summary>heartbeat_interval, u64, nanoseconds; 0 = off.</summary>
    internal const int HeartbeatInterval = 56;

    /// <summary>host_goodbye, atomic u32 (<c>r[shm.host.goodbye]</c>).</summary>
    internal const int HostGoodbye = 64;

    /// <summary>num_var_slot_classes, u32.</summary>
    internal const int NumVarSlotClasses = 68;

    /// <summary>current_size, atomic u64, bytes (<c>r[shm.varslot.extents]</c>).</summary>
    internal const int CurrentSize = 72;

    /// <summary>Reserved bytes, zero.</summary>
    internal const int Reserved = 80;

    /// <summary>Number of reserved bytes.</summary>
    internal const int ReservedSize = Size - Reserved;
}
