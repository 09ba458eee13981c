namespace RoamShm;

/// <summary>Offsets in bytes of the fields of a SizeClassHeader, from its own start (<c>r[shm.varslot.classes]</c>).</summary>
public static class SizeClassLayout
{
    /// <summary>Size of one class header.</summary>
    public const int Size = 64;

    /// <summary>slot_size, u32, bytes.</summary>
    public const int SlotSize = 0;

    /// <summary>slot_count, u32.</summary>
    public const int SlotCount = 4;

    /// <summary>free_head, atomic u64: (aba &lt;&lt; 32) | slot index (<c>r[shm.varslot.freelist]</c>).</summary>
    public const int FreeHead = 8;

    /// <summary>Reserved bytes, zero.</summary>
    public const int Reserved = 16;

    /// <summary>Number of reserved bytes.</summary>
    public const int ReservedSize = Size - Reserved;
}
