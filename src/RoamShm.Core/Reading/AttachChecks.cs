namespace RoamShm;

/// <summary>What the reference checks when a guest attaches, in its order: the first failure wins (<c>r[shm.guest.attach]</c>).</summary>
internal static unsafe class AttachChecks
{
    // Class headers are read this many at a time, so that a hostile count costs no memory.
    private const int ClassesPerRead = 256;

    /// <summary>Reads the header, and what follows it as far as the buffer has room, refusing a file that is too short or that a host is just making.</summary>
    /// <returns>The number of bytes read.</returns>
    internal static int ReadHeader(SegmentFile file, byte[] header)
    {
        int read = file.Read(0, header, 0, header.Length);
        if (NotReadyReason(header, read) is string reason)
        {
            throw SegmentErrors.NotReady(file.Path, reason, file.Status.LastWriteTimeUtc);
        }

        if (read < HeaderLayout.Size)
        {
            throw SegmentErrors.TooShort(file.Path, read);
        }

        return read;
    }

    /// <summary>Why a file looks as if a host were just making it, or <see langword="null"/> (<c>r[shm.file.create]</c>).</summary>
    internal static string? NotReadyReason(byte[] header, int read)
    {
        if (read == 0)
        {
            return "it is empty";
        }

        if (read < HeaderLayout.Size)
        {
            return null;
        }

        fixed (byte* bytes = header)
        {
            ulong* words = (ulong*)bytes;
            if (words[0] is not (0 or SegmentFormat.Magic))
            {
                return null;
            }

            for (int i = 1; i < HeaderLayout.Size / sizeof(ulong); i++)
            {
                if (words[i] != 0)
                {
                    return null;
                }
            }

            return words[0] == 0 ? "its header is all zero" : "its header has nothing but the magic";
        }
    }

    /// <summary>The checks that need only the 128 bytes.</summary>
    internal static void CheckHeader(SegmentFile file, byte[] header)
    {
        string path = file.Path;
        fixed (byte* bytes = header)
        {
            ulong magic = *(ulong*)(bytes + HeaderLayout.Magic);
            uint version = *(uint*)(bytes + HeaderLayout.Version);
            if (magic != SegmentFormat.Magic)
            {
                throw WrongMagic(file, magic, version);
            }

            if (version != SegmentFormat.Version)
            {
                throw SegmentErrors.UnsupportedVersion(path, version);
            }

            uint headerSize = *(uint*)(bytes + HeaderLayout.HeaderSize);
            if (headerSize != HeaderLayout.Size)
            {
                throw SegmentErrors.UnexpectedHeaderSize(path, headerSize);
            }

            if (*(uint*)(bytes + HeaderLayout.NumVarSlotClasses) == 0)
            {
                throw SegmentErrors.NoSlotClasses(path);
            }
        }
    }

    internal static SegmentException WrongMagic(SegmentFile file, ulong magic, uint version) => magic switch
    {
        SegmentFormat.PredecessorMagic => SegmentErrors.Predecessor(file.Path, version),
        SegmentFormat.SuccessorMagic => SegmentErrors.Successor(file.Path, version),
        _ => SegmentErrors.BadMagic(file, magic),
    };

    /// <summary>The checks that need the class headers and the file's length; <paramref name="buffer"/> is scratch space.</summary>
    internal static void CheckPool(SegmentFile file, byte[] header, ref byte[]? buffer)
    {
        ulong offset, totalSize, currentSize;
        uint count;
        fixed (byte* bytes = header)
        {
            offset = *(ulong*)(bytes + HeaderLayout.VarPoolOffset);
            count = *(uint*)(bytes + HeaderLayout.NumVarSlotClasses);
            totalSize = *(ulong*)(bytes + HeaderLayout.TotalSize);
            currentSize = *(ulong*)(bytes + HeaderLayout.CurrentSize);
        }

        if (!IsTableInside(offset, count, file.Length))
        {
            // The host may have lengthened the file since it was opened.
            file.Refresh();
            if (!IsTableInside(offset, count, file.Length))
            {
                throw SegmentErrors.SlotClassTableOutOfBounds(file.Path, offset, count, file.Length);
            }
        }

        buffer ??= new byte[ClassesPerRead * SizeClassLayout.Size];
        for (uint first = 0; first < count;)
        {
            int now = (int)System.Math.Min(count - first, ClassesPerRead);
            file.ReadExactly(offset + ((ulong)first * SizeClassLayout.Size), buffer, now * SizeClassLayout.Size);
            fixed (byte* classes = buffer)
            {
                for (int i = 0; i < now; i++)
                {
                    byte* entry = classes + (i * SizeClassLayout.Size);
                    uint slotSize = *(uint*)(entry + SizeClassLayout.SlotSize);
                    uint slotCount = *(uint*)(entry + SizeClassLayout.SlotCount);
                    if (slotSize == 0 || slotCount == 0)
                    {
                        throw SegmentErrors.InvalidSlotClass(file, first + i, slotSize, slotCount);
                    }
                }
            }

            first += (uint)now;
        }

        CheckLength(file, totalSize, currentSize);
    }

    /// <summary>Whether the class headers lie within a file of that length.</summary>
    internal static bool IsTableInside(ulong offset, uint count, long fileLength)
    {
        ulong size = (ulong)count * SizeClassLayout.Size;
        return size <= (ulong)fileLength && offset <= (ulong)fileLength - size;
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
