namespace RoamShm;

/// <summary>The byte offsets of the fields of a ring entry, relative to its start, and its flags (<c>r[shm.framing]</c>).</summary>
public static class EntryLayout
{
    /// <summary>The size of an entry's header; the payload, or the reference to it, follows (<c>r[shm.framing.header]</c>).</summary>
    public const int HeaderSize = 8;

    /// <summary>total_len, u32: the length of the entry including its header, padded to a multiple of 4 (<c>r[shm.framing.alignment]</c>).</summary>
    public const int Length = 0;

    /// <summary>flags, u8 (<c>r[shm.framing.flags]</c>).</summary>
    public const int Flags = 4;

    /// <summary>The length of an inline payload, u16; 0 if an older writer left it out (<c>r[shm.framing.inline]</c>).</summary>
    public const int InlineLength = 6;

    /// <summary>The flag of an entry whose payload is in a slot (<c>r[shm.framing.slot-ref]</c>).</summary>
    public const byte SlotReferenceFlag = 1;

    /// <summary>The flag of an entry whose payload is in another mapped file (<c>r[shm.framing.mmap-ref]</c>).</summary>
    public const byte MmapReferenceFlag = 2;

    /// <summary>The size of an entry with a slot reference.</summary>
    public const int SlotEntrySize = 20;

    /// <summary>The class of the slot, u8.</summary>
    public const int ClassIndex = 8;

    /// <summary>The extent of the slot, u8; no implementation creates extents.</summary>
    public const int Extent = 9;

    /// <summary>The index of the slot in its class, u32.</summary>
    public const int SlotIndex = 12;

    /// <summary>The generation in which the slot holds the payload, u32.</summary>
    public const int SlotGeneration = 16;

    /// <summary>The size of an entry with a mapping reference.</summary>
    public const int MmapEntrySize = 32;

    /// <summary>The id of the mapping, u32.</summary>
    public const int MapId = 8;

    /// <summary>The generation of the mapping, u32.</summary>
    public const int MapGeneration = 12;

    /// <summary>The offset of the payload in the mapping, u64.</summary>
    public const int MapOffset = 16;

    /// <summary>The length of the payload in the mapping, u32.</summary>
    public const int MapPayloadLength = 24;
}
