using System;

namespace RoamShm;

/// <summary>The class headers at the start of a slot pool (<c>r[shm.varslot.classes]</c>), in memory of any kind.</summary>
internal static unsafe class SizeClassTable
{
    /// <summary>Determines whether the class headers are within the given number of bytes.</summary>
    internal static bool IsInside(ulong offset, uint count, ulong length)
    {
        ulong size = (ulong)count * SizeClassLayout.Size;
        return size <= length && offset <= length - size;
    }

    internal static uint SlotSize(byte* table, int index) => *(uint*)(table + (index * SizeClassLayout.Size) + SizeClassLayout.SlotSize);

    internal static uint SlotCount(byte* table, int index) => *(uint*)(table + (index * SizeClassLayout.Size) + SizeClassLayout.SlotCount);

    internal static ulong FreeHead(byte* table, int index) => *(ulong*)(table + (index * SizeClassLayout.Size) + SizeClassLayout.FreeHead);

    /// <summary>Returns the index of the first class that has no slots or slots of size 0, which no guest attaches to; -1 if there is none.</summary>
    internal static int FindInvalid(byte* table, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (SlotSize(table, i) == 0 || SlotCount(table, i) == 0)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Decodes class headers.</summary>
    internal static SlotClass[] Decode(byte[] table, int count)
    {
        var classes = new SlotClass[count];
        fixed (byte* bytes = table)
        {
            for (int i = 0; i < count; i++)
            {
                classes[i] = new SlotClass(SlotSize(bytes, i), SlotCount(bytes, i));
            }
        }

        return classes;
    }

    /// <summary>Writes the headers of new classes. A free_head of 0 means slot 0, aba 0.</summary>
    internal static byte[] Encode(System.Collections.Generic.IReadOnlyList<SlotClass> classes)
    {
        byte[] table = new byte[classes.Count * SizeClassLayout.Size];
        for (int i = 0; i < classes.Count; i++)
        {
            int at = i * SizeClassLayout.Size;
            BitConverter.GetBytes((uint)classes[i].SlotSize).CopyTo(table, at + SizeClassLayout.SlotSize);
            BitConverter.GetBytes((uint)classes[i].SlotCount).CopyTo(table, at + SizeClassLayout.SlotCount);
        }

        return table;
    }
}
