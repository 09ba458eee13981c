using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>Functions that only Linux has: leases, and a rename that never replaces an existing file. Call them only on Linux.</summary>
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

    // fcntl is variadic; on Linux an int argument is passed like that of any other function.
    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static extern int FCntl(int fd, int command, int argument);

    /// <summary>struct statfs starts with the file system type, 8 bytes on every 64-bit Linux that .NET supports except s390x.</summary>
    [DllImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    internal static extern int FStatFs(int fd, byte* status);
}
