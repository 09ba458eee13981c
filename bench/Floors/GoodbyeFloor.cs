using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Threading;

namespace RoamShm.Bench;

/// <summary>
/// The floor for raising a goodbye: open for writing, attach checks (fstat, pread of the header, pread of the class headers), map a page, exchange, unmap,
/// close. Seven system calls and a page fault an item. Uses FileStream and MemoryMappedFile except on 64-bit Linux.
/// </summary>
public static unsafe class GoodbyeFloor
{
    private const int GoodbyeOffset = 64;

    public static long RaiseAll(string[] paths)
    {
        long raised = 0;
        foreach (string path in paths)
        {
            raised += Raise(path) == 0 ? 1 : 0;
        }

        return raised;
    }

    public static int Raise(string path)
    {
        if (!LibC.IsUsed)
        {
            return RaisePortably(path);
        }

        byte* header = stackalloc byte[FloorHeader.Size];
        using RawFile file = RawFile.Open(path, write: true);
        _ = HeaderFloor.ReadChecked(file, header);
        IntPtr page = LibC.MMap(IntPtr.Zero, (IntPtr)FloorHeader.Size, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, file.Descriptor, 0);
        LibC.Require(page != new IntPtr(-1));
        int before = Interlocked.CompareExchange(ref *(int*)((byte*)page + GoodbyeOffset), 1, 0);
        _ = LibC.MUnmap(page, (IntPtr)FloorHeader.Size);
        return before;
    }

    /// <summary>Revokes all goodbyes so that they can be raised again. Never measured.</summary>
    public static void ClearAll(string[] paths)
    {
        foreach (string path in paths)
        {
            using FileStream file = RawFile.OpenStream(path, write: true);
            file.Position = GoodbyeOffset;
            file.Write(new byte[sizeof(uint)], 0, sizeof(uint));
        }
    }

    private static int RaisePortably(string path)
    {
        using FileStream file = RawFile.OpenStream(path, write: true);
        HeaderFloor.Require(BitConverter.ToUInt64(RawFile.ReadExactly(file, 0, FloorHeader.Size), 0) == FloorHeader.V7Magic);
        using var map = MemoryMappedFile.CreateFromFile(file, mapName: null, capacity: 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(0, FloorHeader.Size);
        byte* page = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref page);
        try
        {
            return Interlocked.CompareExchange(ref *(int*)(page + GoodbyeOffset), 1, 0);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }
}
