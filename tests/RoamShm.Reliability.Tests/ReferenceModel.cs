using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace RoamShm.Tests;

/// <summary>
/// What a guest of either reference implementation encounters when it attaches to a file and uses its rings and free lists, written from the format and not
/// from the library under test. Null means that the guest survives.
/// </summary>
internal static class ReferenceModel
{
    /// <summary>Returns why a guest would refuse, crash or read out of bounds, or null.</summary>
    internal static string? FindHarm(byte[] file) => Rust(file) ?? Swift(file);

    private static string? Rust(byte[] file)
    {
        ulong length = (ulong)file.Length;
        if (length < 128)
        {
            return "dies: the header is past the mapping";
        }

        if (!file.AsSpan(0, 8).SequenceEqual("ROAMHUB\u0007"u8))
        {
            return "refuses: bad magic: not a roam v7 segment";
        }

        if (U32(file, 8) != 7)
        {
            return "refuses: unsupported segment version";
        }

        if (U32(file, 12) != 128)
        {
            return "refuses: unexpected header_size";
        }

        uint classCount = U32(file, 68);
        if (classCount == 0)
        {
            return "refuses: segment missing var-slot classes";
        }

        UInt128 pool = U64(file, 48);
        if (pool + (64 * (UInt128)classCount) > length)
        {
            return "refuses: var-slot class header table out of bounds";
        }

        var classes = new List<(uint Size, uint Count, UInt128 Meta)>();
        UInt128 end = pool + (64 * (UInt128)classCount);
        for (uint i = 0; i < classCount; i++)
        {
            ulong at = (ulong)pool + (64UL * i);
            (uint size, uint count) = (U32(file, at), U32(file, at + 4));
            if (size == 0 || count == 0)
            {
                return "refuses: invalid var-slot class config in segment";
            }

            classes.Add((size, count, end));
            end += Align(16 * (UInt128)count);
            end += Align((UInt128)size * count);
        }

        if (pool % 64 != 0)
        {
            return "dies: the pool is misaligned";
        }

        if (end > length)
        {
            return "dies: region too small for VarSlotPool";
        }

        if (classCount > 256)
        {
            return "reads out of bounds: class indexes are bytes";
        }

        return RustPeers(file) ?? FreeLists(file, pool, classes);
    }

    private static string? RustPeers(byte[] file)
    {
        ulong length = (ulong)file.Length;

        // The count is truncated to a byte, so 256 means no classes.
        uint guests = U32(file, 32);
        if (guests is 0 or > 255)
        {
            return "refuses: no place, or not all of them";
        }

        UInt128 table = U64(file, 40);
        if (table + (64 * (UInt128)guests) > length || table % 8 != 0)
        {
            return "reads out of bounds: the peer table";
        }

        UInt128 stride = Align(128 + (UInt128)U32(file, 36));
        for (uint i = 0; i < guests; i++)
        {
            ulong entry = (ulong)table + (64UL * i);
            if (U32(file, entry) > 3)
            {
                return "refuses: a place that looks empty can never be claimed";
            }

            foreach (UInt128 ring in new[] { U64(file, entry + 16), U64(file, entry + 16) + stride })
            {
                if (Ring(file, ring) is string harm)
                {
                    return harm;
                }
            }
        }

        return null;
    }

    private static string? Ring(byte[] file, UInt128 ring)
    {
        if (ring % 64 != 0)
        {
            return "dies: a ring is misaligned";
        }

        if (ring + 128 > (ulong)file.Length)
        {
            return "dies: a ring is past the mapping";
        }

        uint capacity = U32(file, (ulong)ring + 8);
        return capacity == 0 ? "dies: invalid bipbuf capacity"
            : ring + 128 + capacity > (ulong)file.Length ? "dies: region too small for bipbuf"
            : null;
    }

    /// <summary>A guest's first allocation follows the head; check where that leads, not the whole list.</summary>
    private static string? FreeLists(byte[] file, UInt128 pool, List<(uint Size, uint Count, UInt128 Meta)> classes)
    {
        for (int i = 0; i < classes.Count; i++)
        {
            uint head = U32(file, (ulong)pool + (64UL * (uint)i) + 8);
            if (head != uint.MaxValue && head >= classes[i].Count)
            {
                return "reads out of bounds: a free list";
            }
        }

        return null;
    }

    private static string? Swift(byte[] file)
    {
        ulong length = (ulong)file.Length;
        uint guests = U32(file, 32);
        if (guests is 0 or > 255)
        {
            return "refuses: invalid max_guests";
        }

        if (U64(file, 72) < U64(file, 16))
        {
            return "refuses: current_size less than total_size";
        }

        if (file.AsSpan(80, 48).ContainsAnyExcept((byte)0))
        {
            return "refuses: reserved byte not zero";
        }

        if (U64(file, 40) > length || U64(file, 40) + (64UL * guests) > length)
        {
            return "refuses: peer_table out of bounds";
        }

        if (U64(file, 48) == 0 || U64(file, 48) >= length)
        {
            return "refuses: var_slot_pool out of bounds";
        }

        // A guest maps as much as current_size says.
        if (U64(file, 72) > length)
        {
            return "dies: the mapping ends before current_size";
        }

        // If a capacity is not a multiple of 64, the two implementations disagree, which is known and a warning.
        if (U32(file, 36) % 64 != 0)
        {
            return null;
        }

        for (uint i = 0; i < guests; i++)
        {
            ulong ring = U64(file, U64(file, 40) + (64UL * i) + 16);
            if (Ring(file, ring) is string harm)
            {
                return harm;
            }

            // The second ring begins where the first one's own capacity ends.
            if (Ring(file, (UInt128)ring + 128 + U32(file, ring + 8)) is string second)
            {
                return second;
            }
        }

        return null;
    }

    private static UInt128 Align(UInt128 value) => (value + 63) / 64 * 64;

    private static uint U32(byte[] file, ulong at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan((int)at));

    private static ulong U64(byte[] file, ulong at) => BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan((int)at));
}
