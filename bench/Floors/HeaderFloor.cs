using System;

namespace RoamShm.Bench;

/// <summary>
/// The floor for reading a header: non-blocking open, fstat (regular file, length), pread of 128 bytes, close, decode into an object. Four system calls an
/// item.
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

    /// <summary>The same with the attach checks, which add a fifth call: a pread of the class headers. For comparison; no target refers to it.</summary>
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
        using RawFile file = RawFile.Open(path);
        long length = file.RegularLength;
        file.ReadExactly(0, header, FloorHeader.Size);
        return FloorHeader.Decode(path, header, length);
    }

    public static FloorHeader Check(string path)
    {
        byte* header = stackalloc byte[FloorHeader.Size];
        using RawFile file = RawFile.Open(path);
        long length = ReadChecked(file, header);
        return FloorHeader.Decode(path, header, length);
    }

    /// <summary>The checks that a guest makes before it attaches: magic, version, header size, class headers, sizes.</summary>
    internal static long ReadChecked(RawFile file, byte* header, int size = FloorHeader.Size)
    {
        long length = file.RegularLength;
        file.ReadExactly(0, header, size);
        ulong pool = *(ulong*)(header + 48);
        uint count = *(uint*)(header + 68);
        Require(*(ulong*)header == FloorHeader.V7Magic && *(uint*)(header + 8) == 7 && *(uint*)(header + 12) == FloorHeader.Size);
        Require(*(ulong*)(header + 16) <= (ulong)length && *(ulong*)(header + 72) <= (ulong)length);
        Require(count is > 0 and <= MaxClasses && pool <= (ulong)length && count * ClassSize <= (ulong)length - pool);
        byte* classes = stackalloc byte[(int)count * ClassSize];
        file.ReadExactly(pool, classes, (int)count * ClassSize);
        for (byte* one = classes; one < classes + (count * ClassSize); one += ClassSize)
        {
            Require(*(uint*)one != 0 && *(uint*)(one + 4) != 0);
        }

        return length;
    }

    internal static void Require(bool isSound)
    {
        if (!isSound)
        {
            throw new InvalidOperationException("It is no sound segment.");
        }
    }
}
