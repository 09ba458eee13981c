using System;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RoamShm;

/// <summary>The Windows functions that the .NET API of netstandard2.0 lacks.</summary>
internal static class Kernel32
{
    internal const uint FILE_TYPE_DISK = 1;
    internal const uint FILE_TYPE_CHAR = 2;
    internal const uint FILE_TYPE_PIPE = 3;
    internal const uint DELETE = 0x10000;
    internal const uint FILE_SHARE_ALL = 7;
    internal const uint OPEN_EXISTING = 3;
    internal const uint FILE_FLAG_OPEN_REPARSE_POINT = 0x200000;
    internal const int FileIdInfo = 18;
    internal const uint IO_REPARSE_TAG_NAME_SURROGATE = 0x20000000;
    internal const uint FSCTL_SET_SPARSE = 0x900C4;

    [DllImport("kernel32", SetLastError = true)]
    internal static extern uint GetFileType(SafeFileHandle file);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static extern bool GetFileInformationByHandle(SafeFileHandle file, out ByHandleFileInformation information);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static extern bool GetFileInformationByHandleEx(SafeFileHandle file, int kind, out FileIdInformation information, uint size);

    [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static extern bool GetVolumeInformationByHandleW(
        SafeFileHandle file, IntPtr label, uint labelSize, IntPtr serial, IntPtr longestName, IntPtr flags, StringBuilder fileSystem, uint fileSystemSize);

    [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true)]
    internal static extern SafeFileHandle CreateFileW(string path, uint access, uint share, IntPtr security, uint disposition, uint flags, IntPtr template);

    [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true)]
    internal static extern IntPtr FindFirstFileW(string path, out FindData found);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static extern bool FindClose(IntPtr search);

    [DllImport("kernel32", EntryPoint = "MoveFileExW", CharSet = CharSet.Unicode, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static extern bool MoveFileEx(string from, string to, uint flags);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static extern bool DeviceIoControl(SafeFileHandle file, uint code, IntPtr input, uint inputSize, IntPtr output, uint outputSize, out uint returned, IntPtr overlapped);

    [StructLayout(LayoutKind.Sequential)]
    internal struct FileIdInformation
    {
        internal ulong VolumeSerialNumber;
        internal ulong FileIdLower;
        internal ulong FileIdUpper;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct FindData
    {
        internal uint FileAttributes;
        internal fixed uint Times[6];
        internal uint FileSizeHigh;
        internal uint FileSizeLow;
        internal uint ReparseTag;
        internal uint Reserved;
        internal fixed char Name[260];
        internal fixed char ShortName[14];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ByHandleFileInformation
    {
        internal uint FileAttributes;
        internal uint CreationTimeLow;
        internal uint CreationTimeHigh;
        internal uint LastAccessTimeLow;
        internal uint LastAccessTimeHigh;
        internal uint LastWriteTimeLow;
        internal uint LastWriteTimeHigh;
        internal uint VolumeSerialNumber;
        internal uint FileSizeHigh;
        internal uint FileSizeLow;
        internal uint NumberOfLinks;
        internal uint FileIndexHigh;
        internal uint FileIndexLow;
    }
}
