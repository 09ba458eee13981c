using System;

namespace RoamShm;

/// <summary>The checks that the reference makes when a guest attaches, in its order: the first failure wins (<c>r[shm.guest.attach]</c>).</summary>
internal static unsafe class AttachChecks
{
    // Read class headers in batches of this size, so that a hostile count costs no memory.
    private const int ClassesPerRead = 256;

    /// <summary>
    /// Reads the header, and as much of what follows as fits into the buffer. Refuses a file that is too short or that a host is still creating.
    /// </summary>
    /// <returns>The number of bytes read.</returns>
    internal static int ReadHeader(SegmentFile file, byte[] header)
    {
        int read = file.Read(0, header, 0, header.Length);
        if (read == 0)
        {
            throw SegmentErrors.NotReady(file.Path, "it is empty");
        }

        if (read < HeaderLayout.Size)
        {
            throw SegmentErrors.TooShort(file.Path, read);
        }

        fixed (byte* bytes = header)
        {
            if (MappedHeader.OfCopy(bytes).FindUnfinished() is string reason)
            {
                throw SegmentErrors.NotReady(file.Path, reason);
            }
        }

        return read;
    }

    /// <summary>The checks that need only the 128 bytes of the header.</summary>
    internal static void CheckHeader(SegmentFile file, byte[] header)
    {
        fixed (byte* bytes = header)
        {
            MappedHeader view = MappedHeader.OfCopy(bytes);
            if (view.FindFault() is string fault)
            {
                throw SegmentErrors.InvalidHeader(file.Path, fault, view);
            }
        }
    }

    /// <summary>The checks that need the class headers and the file length.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">The 128 bytes of the header, which passed the other checks.</param>
    /// <param name="table">A buffer for class headers, replaced if it is too small.</param>
    internal static void CheckPool(SegmentFile file, byte[] header, ref byte[] table)
    {
        ulong offset, totalSize, currentSize;
        uint count;
        fixed (byte* bytes = header)
        {
            MappedHeader view = MappedHeader.OfCopy(bytes);
            offset = view.VarPoolOffset;
            count = view.NumVarSlotClasses;
            totalSize = view.TotalSize;
            currentSize = view.CurrentSize;
        }

        if (!SizeClassTable.IsInside(offset, count, (ulong)file.Length))
        {
            // The host may have extended the file since it was opened.
            file.Refresh();
            if (!SizeClassTable.IsInside(offset, count, (ulong)file.Length))
            {
                throw SegmentErrors.SlotClassTableOutOfBounds(file.Path, offset, count, file.Length);
            }
        }

        int most = (int)Math.Min(count, ClassesPerRead);
        if (table.Length < most * SizeClassLayout.Size)
        {
            table = new byte[most * SizeClassLayout.Size];
        }

        for (uint first = 0; first < count;)
        {
            int now = (int)Math.Min(count - first, ClassesPerRead);
            file.ReadExactly(offset + ((ulong)first * SizeClassLayout.Size), table, now * SizeClassLayout.Size);
            fixed (byte* classes = table)
            {
                int invalid = SizeClassTable.FindInvalid(classes, now);
                if (invalid >= 0)
                {
                    throw SegmentErrors.InvalidSlotClass(file.Path, first + invalid, SizeClassTable.SlotSize(classes, invalid), SizeClassTable.SlotCount(classes, invalid));
                }
            }

            first += (uint)now;
        }

        CheckLength(file, totalSize, currentSize);
    }

    private static void CheckLength(SegmentFile file, ulong totalSize, ulong currentSize)
    {
        if (totalSize > (ulong)file.Length || currentSize > (ulong)file.Length)
        {
            file.Refresh();
        }

        if (totalSize > (ulong)file.Length)
        {
            throw SegmentErrors.Truncated(file.Path, "total_size", totalSize, file.Length);
        }

        if (currentSize > (ulong)file.Length)
        {
            throw SegmentErrors.Truncated(file.Path, "current_size", currentSize, file.Length);
        }
    }
}
