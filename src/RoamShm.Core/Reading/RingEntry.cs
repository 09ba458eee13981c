using System;

namespace RoamShm;

/// <summary>An entry in a ring (<c>r[shm.framing]</c>).</summary>
internal struct RingEntry
{
    /// <summary>The offset of the entry in the ring's data.</summary>
    internal uint Position { get; private set; }

    /// <summary>The length including the header; 0 if the entry is damaged.</summary>
    internal uint Length { get; private set; }

    /// <summary>What is wrong with the entry, or null.</summary>
    internal string? Fault { get; private set; }

    internal bool IsSlotReference { get; private set; }

    internal bool IsMmapReference { get; private set; }

    /// <summary>The length of the payload; 0 for a slot reference, whose length is stored in the slot.</summary>
    internal uint PayloadLength { get; private set; }

    internal byte ClassIndex { get; private set; }

    internal byte Extent { get; private set; }

    internal uint SlotIndex { get; private set; }

    internal uint MapId { get; private set; }

    internal ulong MapOffset { get; private set; }

    /// <summary>The generation of the slot or mapping.</summary>
    internal uint Generation { get; private set; }

    internal static RingEntry Damaged(uint position, string fault) => new() { Position = position, Fault = fault };

    /// <summary>Decodes an entry.</summary>
    /// <param name="bytes">Bytes of the ring. From <paramref name="at"/> on, they contain the entry's header and reference, or everything that is
    /// left.</param>
    /// <param name="at">The index at which the entry begins in these bytes.</param>
    /// <param name="position">The offset of the entry in the ring's data.</param>
    /// <param name="left">The number of bytes from there to the end of what can be read.</param>
    internal static RingEntry Decode(byte[] bytes, int at, uint position, uint left)
    {
        if (position % 4 != 0 || left < EntryLayout.HeaderSize)
        {
            return Damaged(position, FormattableString.Invariant($"there are {left} bytes at a position of {position}, not an entry's header"));
        }

        uint length = BitConverter.ToUInt32(bytes, at + EntryLayout.Length);
        byte flags = bytes[at + EntryLayout.Flags];
        if (length < EntryLayout.HeaderSize || length % 4 != 0 || length > left)
        {
            return Damaged(position, FormattableString.Invariant($"its length is {length}, with {left} bytes left"));
        }

        return flags switch
        {
            0 => DecodeInline(bytes, at, position, length),
            EntryLayout.SlotReferenceFlag => length < EntryLayout.SlotEntrySize
                ? Damaged(position, FormattableString.Invariant($"its length of {length} has no room for a slot reference"))
                : new RingEntry
                {
                    Position = position,
                    Length = length,
                    IsSlotReference = true,
                    ClassIndex = bytes[at + EntryLayout.ClassIndex],
                    Extent = bytes[at + EntryLayout.Extent],
                    SlotIndex = BitConverter.ToUInt32(bytes, at + EntryLayout.SlotIndex),
                    Generation = BitConverter.ToUInt32(bytes, at + EntryLayout.SlotGeneration),
                },
            EntryLayout.MmapReferenceFlag => length < EntryLayout.MmapEntrySize
                ? Damaged(position, FormattableString.Invariant($"its length of {length} has no room for a mapping reference"))
                : new RingEntry
                {
                    Position = position,
                    Length = length,
                    IsMmapReference = true,
                    MapId = BitConverter.ToUInt32(bytes, at + EntryLayout.MapId),
                    Generation = BitConverter.ToUInt32(bytes, at + EntryLayout.MapGeneration),
                    MapOffset = BitConverter.ToUInt64(bytes, at + EntryLayout.MapOffset),
                    PayloadLength = BitConverter.ToUInt32(bytes, at + EntryLayout.MapPayloadLength),
                },
            _ => Damaged(position, FormattableString.Invariant($"its flags are {flags}")),
        };
    }

    /// <summary>Returns what is wrong with the target of a slot reference, or null.</summary>
    internal readonly string? FindReferenceFault(SlotClass[] classes)
    {
        if (!IsSlotReference)
        {
            return null;
        }

        return ClassIndex >= classes.Length ? FormattableString.Invariant($"it refers to slot class {ClassIndex} of {classes.Length}")
            : Extent != 0 ? FormattableString.Invariant($"it refers to extent {Extent}, which no implementation makes")
            : SlotIndex >= classes[ClassIndex].SlotCount ? FormattableString.Invariant($"it refers to slot {SlotIndex} of {classes[ClassIndex].SlotCount} in class {ClassIndex}")
            : null;
    }

    private static RingEntry DecodeInline(byte[] bytes, int at, uint position, uint length)
    {
        uint room = length - EntryLayout.HeaderSize;
        ushort payload = BitConverter.ToUInt16(bytes, at + EntryLayout.InlineLength);
        return payload > room
            ? Damaged(position, FormattableString.Invariant($"its payload of {payload} bytes is longer than the entry of {length}"))
            : new RingEntry { Position = position, Length = length, PayloadLength = payload == 0 ? room : payload };
    }
}
