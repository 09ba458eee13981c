using System;
using System.IO;

namespace RoamShm.Bench;

/// <summary>
/// Floor of reading a header: open without blocking, fstat (a regular file, and its length), pread of 128 bytes, close, decode into an object.
/// Four calls of the system an item. Elsewhere than on 64-bit Linux the same through an unbuffered FileStream.
/// </summary>
public static unsafe class HeaderFloor
{
    private const int ClassSize = 64;
    private const int MaxClasses = 256;

    public static FloorHeader? ReadAll(string[] paths)
    {
        FloorHeader? last = null;
        foreach (string path in paths)
        {
            last = Read(path);
        }

        return last;
    }

    /// <summary>The same with the checks of attaching: a fifth call, a pread of the class headers. For comparison; no target refers to it.</summary>
    public static FloorHeader? CheckAll(string[] paths)
    {
        FloorHeader? last = null;
        foreach (string path in paths)
        {
            last = Check(path);
        }

        return last;
    }

    public static FloorHeader Read(string path)
    {
        byte* header = stackalloc byte[FloorHeader.Size];
        if (!LibC.IsUsed)
        {
            using FileStream file = OpenStream(path, FileAccess.Read);
            ReadExactly(file, header, FloorHeader.Size, 0);
            return FloorHeader.Decode(path, header, file.Length);
        }

        int fd = LibC.Open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        try
        {
            long length = LibC.RegularLength(fd);
            LibC.ReadExactly(fd, header, FloorHeader.Size, 0);
            return FloorHeader.Decode(path, header, length);
        }
        finally
        {
            _ = LibC.Close(fd);
        }
    }

    public static FloorHeader Check(string path)
    {
        byte* header = stackalloc byte[FloorHeader.Size];
        if (!LibC.IsUsed)
        {
            using FileStream file = OpenStream(path, FileAccess.Read);
            ReadExactly(file, header, FloorHeader.Size, 0);
            return FloorHeader.Decode(path, header, file.Length);
        }

        int fd = LibC.Open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        try
        {
            long length = ReadChecked(fd, header);
            return FloorHeader.Decode(path, header, length);
        }
        finally
        {
            _ = LibC.Close(fd);
        }
    }

    /// <summary>What a guest checks before it attaches: magic, version, header size, class headers, sizes.</summary>
    internal static long ReadChecked(int fd, byte* header)
    {
        long length = LibC.RegularLength(fd);
        LibC.ReadExactly(fd, header, FloorHeader.Size, 0);
        ulong pool = *(ulong*)(header + 48);
        uint count = *(uint*)(header + 68);
        Require(*(ulong*)header == FloorHeader.V7Magic && *(uint*)(header + 8) == 7 && *(uint*)(header + 12) == FloorHeader.Size);
        Require(*(ulong*)(header + 16) <= (ulong)length && *(ulong*)(header + 72) <= (ulong)length);
        Require(count is > 0 and <= MaxClasses && pool <= (ulong)length && count * ClassSize <= (ulong)length - pool);
        byte* classes = stackalloc byte[(int)count * ClassSize];
        LibC.ReadExactly(fd, classes, (int)count * ClassSize, pool);
        for (byte* one = classes; one < classes + (count * ClassSize); one += ClassSize)
        {
            Require(*(uint*)one != 0 && *(uint*)(one + 4) != 0);
        }

        return length;
    }

    internal static FileStream OpenStream(string path, FileAccess access) =>
        new(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);

    internal static void ReadExactly(FileStream file, byte* target, int count, long offset)
    {
        byte[] buffer = new byte[count];
        file.Position = offset;
        Require(file.Read(buffer, 0, count) == count);
        for (int i = 0; i < count; i++)
        {
            target[i] = buffer[i];
        }
    }

    internal static void Require(bool isSound)
    {
        if (!isSound)
        {
            throw new InvalidOperationException("It is no sound segment.");
        }
    }
}
