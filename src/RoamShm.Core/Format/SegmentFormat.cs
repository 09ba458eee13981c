namespace RoamShm;

/// <summary>Constants of the roam v7 segment format that are not specific to one structure.</summary>
internal static class SegmentFormat
{
    /// <summary>The format's version, and the last byte of its magic (<c>r[shm.segment.magic.v7]</c>).</summary>
    internal const uint Version = 7;

    /// <summary>Alignment in bytes of every structure in a segment.</summary>
    internal const int Alignment = 64;

    /// <summary>Maximum number of guests, and the largest peer id (<c>r[shm.topology.max-guests]</c>).</summary>
    internal const int MaxGuests = 255;

    /// <summary>Maximum number of slot classes: a class index travels as one byte (<c>r[shm.framing.slot-ref]</c>).</summary>
    internal const int MaxSlotClasses = 256;

    /// <summary>Inline threshold in bytes that a stored 0 means (<c>r[shm.framing.threshold]</c>).</summary>
    internal const uint DefaultInlineThreshold = 256;

    /// <summary>Largest inline payload in bytes: its length is a u16 in the entry header (<c>r[shm.framing.header]</c>).</summary>
    internal const uint MaxInlinePayload = ushort.MaxValue;

    /// <summary>End marker of a free list (<c>r[shm.varslot.freelist]</c>).</summary>
    internal const uint EndOfFreeList = uint.MaxValue;

    /// <summary>Size in bytes of the payload length at the start of a slot.</summary>
    internal const uint SlotLengthPrefix = 4;

    /// <summary>Size in bytes of the header of a ring entry (<c>r[shm.framing.header]</c>).</summary>
    internal const uint EntryHeaderSize = 8;

    /// <summary>Magic of a v7 segment, <c>ROAMHUB\x07</c>, as a little-endian integer.</summary>
    internal const ulong Magic = 0x0742_5548_4D41_4F52;

    /// <summary>Magic of the predecessor format, <c>RAPAHUB\x01</c>.</summary>
    internal const ulong PredecessorMagic = 0x0142_5548_4150_4152;

    /// <summary>Magic of the renamed successor format, <c>TELXHUB\x07</c>.</summary>
    internal const ulong SuccessorMagic = 0x0742_5548_584C_4554;

    /// <summary>Returns the effective inline threshold in bytes: 256 if 0 is stored (<c>r[shm.framing.threshold]</c>).</summary>
    /// <param name="stored">The threshold as stored.</param>
    /// <returns>The effective threshold.</returns>
    internal static uint EffectiveInlineThreshold(uint stored) => stored == 0 ? DefaultInlineThreshold : stored;

    /// <summary>Rounds up to a multiple of <see cref="Alignment"/>.</summary>
    /// <param name="value">A size or offset in bytes.</param>
    /// <returns>The smallest multiple of 64 that is not less than <paramref name="value"/>.</returns>
    /// <exception cref="System.OverflowException">The result exceeds 2⁶⁴ − 1.</exception>
    internal static ulong Align(ulong value) => checked(value + (Alignment - 1)) & ~(ulong)(Alignment - 1);
}
