using System;

namespace RoamShm;

/// <summary>An entry in a ring (<c>r[shm.framing]</c>).</summary>
internal struct RingEntry
{
    /// <summary>Where it begins in the ring's data.</summary>
    internal uint Position { get; private set; }

    /// <summary>Its length with its header; 0 where it is damaged.</summary>
    internal uint Length { get; private set; }

    /// <summary>What is wrong with it, or null.</summary>
    internal string? Fault { get; private set; }

    internal bool IsSlotReference { get; private set; }

    internal bool IsMmapReference { get; private set; }

    /// <summary>Length of the payload; of a slot reference it stands in the slot, and is 0 here.</summary>
    internal uint PayloadLength { get; private set; }

    internal byte ClassIndex { get; private set; }

    internal byte Extent { get; private set; }

    internal uint SlotIndex { get; private set; }

    internal uint MapId { get; private set; }

    internal ulong MapOffset { get; private set; }

    /// <summary>Generation of the slot or of the mapping.</summary>
    internal uint Generation { get; private set; }

    internal static RingEntry Damaged(uint position, string fault) => new() { Position = position, Fault = fault };

    /// <summary>Decodes an entry.</summary>
    /// <param name="bytes">Bytes of the ring. From <paramref name="at"/> on there are as many as the entry's header and reference take, or all that is left.</param>
    /// <param name="at">Where the entry begins in them.</param>
    /// <param name="position">Where it begins in the ring's data.</param>
    /// <param name="left">Bytes from there to the end of what can be read.</param>
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

    /// <summary>What is wrong with what a slot reference refers to, or null.</summary>
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
