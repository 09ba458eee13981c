using System;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RoamShm;

/// <summary>
/// What tells a file on Windows from others. A file id of NTFS has a sequence number that rises each time its record is used again, and one of ReFS has 128 bits
/// that are counted up; neither comes back. FAT has no ids: what it gives for one is where the name lies in its folder, so there the time of creation counts too.
/// </summary>
internal static class WindowsFileId
{
    // A volume keeps its file system as long as it has its serial number.
    private static readonly ConcurrentDictionary<uint, bool> HasLastingIds = new();

    internal static FileIdentity Of(SafeFileHandle file, in Kernel32.ByHandleFileInformation information)
    {
        ulong index = ((ulong)information.FileIndexHigh << 32) | information.FileIndexLow;
        if (!HasLastingIds.TryGetValue(information.VolumeSerialNumber, out bool isLasting))
        {
            isLasting = HasLastingIds[information.VolumeSerialNumber] = IsLasting(FileSystemOf(file));
        }

        if (!isLasting)
        {
            return new FileIdentity(information.VolumeSerialNumber, index, ((long)information.CreationTimeHigh << 32) | information.CreationTimeLow);
        }

        // Windows 7 does not have it, and no ReFS either.
        return Kernel32.GetFileInformationByHandleEx(file, Kernel32.FileIdInfo, out Kernel32.FileIdInformation id, 24)
            ? FileIdentity.Lasting(id.VolumeSerialNumber, id.FileIdLower, id.FileIdUpper)
            : FileIdentity.Lasting(information.VolumeSerialNumber, index, 0);
    }

    /// <summary>Whether a file system never gives out a file's id again.</summary>
    internal static bool IsLasting(string fileSystem) => fileSystem is "NTFS" or "ReFS" or "CSVFS";

    private static string FileSystemOf(SafeFileHandle file)
    {
        var name = new StringBuilder(64);
        return Kernel32.GetVolumeInformationByHandleW(file, IntPtr.Zero, 0, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, name, (uint)name.Capacity) ? name.ToString() : string.Empty;
    }
}
