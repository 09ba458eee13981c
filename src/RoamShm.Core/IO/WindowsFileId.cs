using System;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RoamShm;

/// <summary>
/// The identity of a file on Windows. An NTFS file id contains a sequence number that increases each time its record is reused, and a ReFS file id has 128
/// bits that are counted up; neither comes back. FAT has no ids: what it reports as one is the position of the name in its folder, so the creation time is
/// compared too.
/// </summary>
internal static class WindowsFileId
{
    // A volume keeps its file system for as long as it keeps its serial number.
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

        // Windows 7 lacks this function, but has no ReFS either.
        return Kernel32.GetFileInformationByHandleEx(file, Kernel32.FileIdInfo, out Kernel32.FileIdInformation id, 24)
            ? FileIdentity.Lasting(id.VolumeSerialNumber, id.FileIdLower, id.FileIdUpper)
            : FileIdentity.Lasting(information.VolumeSerialNumber, index, 0);
    }

    /// <summary>Whether a file system never reuses a file id.</summary>
    internal static bool IsLasting(string fileSystem) => fileSystem is "NTFS" or "ReFS" or "CSVFS";

    private static string FileSystemOf(SafeFileHandle file)
    {
        var name = new StringBuilder(64);
        return Kernel32.GetVolumeInformationByHandleW(file, IntPtr.Zero, 0, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, name, (uint)name.Capacity) ? name.ToString() : string.Empty;
    }
}
