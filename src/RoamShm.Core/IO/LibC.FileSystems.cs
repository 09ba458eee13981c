using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>Functions about file systems.</summary>
internal static unsafe partial class LibC
{
    [DllImport("libc", EntryPoint = "statvfs", SetLastError = true)]
    internal static extern int StatVfs(byte[] path, byte* status);
}
