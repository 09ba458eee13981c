using System;
using System.IO;

namespace RoamShm;

/// <summary>The fill level of the file system that holds a given path.</summary>
internal readonly unsafe struct FileSystemStatus
{
    private FileSystemStatus(ulong size, ulong free, ulong available, ulong files, ulong freeFiles)
    {
        Size = size;
        Free = free;
        Available = available;
        Files = files;
        FreeFiles = freeFiles;
    }

    /// <summary>The total number of bytes.</summary>
    internal ulong Size { get; }

    /// <summary>The number of free bytes, including those reserved for root.</summary>
    internal ulong Free { get; }

    /// <summary>The number of bytes available to any user.</summary>
    internal ulong Available { get; }

    /// <summary>The total number of inodes; 0 if the file system has no fixed number of them.</summary>
    internal ulong Files { get; }

    internal ulong FreeFiles { get; }

    /// <summary>Queries the operating system; null if it does not answer.</summary>
    internal static FileSystemStatus? Of(string path)
    {
        if (SegmentFile.IsWindows)
        {
            return OfDrive(path);
        }

        // The layout on 64-bit Linux, whatever the C library, and that of macOS, which counts blocks in 32 bits.
        byte* raw = stackalloc byte[256];
        if (LibC.StatVfs(UnixSegmentFile.Encode(path), raw) != 0)
        {
            return null;
        }

        ulong unit = *(ulong*)(raw + 8);
        return LibC.IsMacOS
            ? new FileSystemStatus(unit * *(uint*)(raw + 16), unit * *(uint*)(raw + 20), unit * *(uint*)(raw + 24), *(uint*)(raw + 28), *(uint*)(raw + 32))
            : new FileSystemStatus(unit * *(ulong*)(raw + 16), unit * *(ulong*)(raw + 24), unit * *(ulong*)(raw + 32), *(ulong*)(raw + 40), *(ulong*)(raw + 48));
    }

    private static FileSystemStatus? OfDrive(string path)
    {
        try
        {
            var drive = new DriveInfo(Path.GetPathRoot(path));
            return new FileSystemStatus((ulong)drive.TotalSize, (ulong)drive.TotalFreeSpace, (ulong)drive.AvailableFreeSpace, 0, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A network folder has no drive.
            return null;
        }
    }
}
