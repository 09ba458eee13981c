using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>What the C library says of file systems.</summary>
internal static unsafe partial class LibC
{
    [DllImport("libc", EntryPoint = "statvfs", SetLastError = true)]
    internal static extern int StatVfs(byte[] path, byte* status);
}
