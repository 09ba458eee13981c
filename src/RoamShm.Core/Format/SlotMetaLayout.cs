namespace RoamShm;

/// <summary>Offsets of the VarSlotMeta fields in bytes from its start (<c>r[shm.varslot.slot-meta]</c>).</summary>
internal static class SlotMetaLayout
{
    /// <summary>Size of the metadata of a slot in bytes.</summary>
    internal const int Size = 16;

    /// <summary>generation, atomic u32.</summary>
    internal const int Generation = 0;

    /// <summary>state, atomic u32: 0 Free, 1 Allocated.</summary>
    internal const int State = 4;

    /// <summary>owner_peer, atomic u32: 0 = the host.</summary>
    internal const int OwnerPeer = 8;

    /// <summary>next_free, atomic u32: index of the next free slot, 0xFFFFFFFF at the end.</summary>
    internal const int NextFree = 12;
}
