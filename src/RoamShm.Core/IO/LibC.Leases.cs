using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>What only Linux has: leases, and moving a name aside without moving it over another. Called on Linux alone.</summary>
internal static unsafe partial class LibC
{
    internal const int F_SETLEASE = 1024;
    internal const int F_GETLEASE = 1025;
    internal const int F_SETSIG = 10;
    internal const int F_RDLCK = 0;
    internal const int F_WRLCK = 1;
    internal const int F_UNLCK = 2;

    /// <summary>The value on x64, arm64, riscv64 and loongarch64.</summary>
    internal const int SIGURG = 23;

    // fcntl takes a variable number of arguments; Linux passes an int there as it does elsewhere.
    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static extern int FCntl(int fd, int command, int argument);

    /// <summary>struct statfs begins with the type of the file system, 8 bytes on every 64-bit Linux that .NET runs on but s390x.</summary>
    [DllImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    internal static extern int FStatFs(int fd, byte* status);
}
