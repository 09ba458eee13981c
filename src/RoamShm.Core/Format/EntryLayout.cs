namespace RoamShm;

/// <summary>Offsets in bytes of the fields of an entry in a ring, from its own start, and its flags (<c>r[shm.framing]</c>).</summary>
public static class EntryLayout
{
    /// <summary>Size of the header of an entry; the payload, or the reference to it, follows (<c>r[shm.framing.header]</c>).</summary>
    public const int HeaderSize = 8;

    /// <summary>total_len, u32: the entry with its header, padded to a multiple of 4 (<c>r[shm.framing.alignment]</c>).</summary>
    public const int Length = 0;

    /// <summary>flags, u8 (<c>r[shm.framing.flags]</c>).</summary>
    public const int Flags = 4;

    /// <summary>Length of an inline payload, u16; 0 where an older writer left it out (<c>r[shm.framing.inline]</c>).</summary>
    public const int InlineLength = 6;

    /// <summary>The flag of an entry whose payload stands in a slot (<c>r[shm.framing.slot-ref]</c>).</summary>
    public const byte SlotReferenceFlag = 1;

    /// <summary>The flag of an entry whose payload stands in another mapped file (<c>r[shm.framing.mmap-ref]</c>).</summary>
    public const byte MmapReferenceFlag = 2;

    /// <summary>Size of an entry with a slot reference.</summary>
    public const int SlotEntrySize = 20;

    /// <summary>Class of the slot, u8.</summary>
    public const int ClassIndex = 8;

    /// <summary>Extent of the slot, u8; no implementation makes extents.</summary>
    public const int Extent = 9;

    /// <summary>Index of the slot in its class, u32.</summary>
    public const int SlotIndex = 12;

    /// <summary>Generation in which the slot holds the payload, u32.</summary>
    public const int SlotGeneration = 16;

    /// <summary>Size of an entry with a mapping reference.</summary>
    public const int MmapEntrySize = 32;

    /// <summary>Id of the mapping, u32.</summary>
    public const int MapId = 8;

    /// <summary>Generation of the mapping, u32.</summary>
    public const int MapGeneration = 12;

    /// <summary>Where the payload begins in the mapping, u64.</summary>
    public const int MapOffset = 16;

    /// <summary>Length of the payload in the mapping, u32.</summary>
    public const int MapPayloadLength = 24;
}
