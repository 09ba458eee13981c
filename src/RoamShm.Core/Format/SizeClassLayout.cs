namespace RoamShm;

/// <summary>Offsets of the SizeClassHeader fields in bytes from its start (<c>r[shm.varslot.classes]</c>).</summary>
internal static class SizeClassLayout
{
    /// <summary>Size of a class header in bytes.</summary>
    internal const int Size = 64;

    /// <summary>slot_size, u32, bytes.</summary>
    internal const int SlotSize = 0;

    /// <summary>slot_count, u32.</summary>
    internal const int SlotCount = 4;

    /// <summary>free_head, atomic u64: (aba &lt;&lt; 32) | slot index (<c>r[shm.varslot.freelist]</c>).</summary>
    internal const int FreeHead = 8;

    /// <summary>Reserved bytes, zero.</summary>
    internal const int Reserved = 16;

    /// <summary>Number of reserved bytes.</summary>
    internal const int ReservedSize = Size - Reserved;
}
