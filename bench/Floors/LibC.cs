using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace RoamShm.Bench;

/// <summary>The system calls that the floors make on 64-bit Linux. Elsewhere the floors use FileStream.</summary>
internal static unsafe class LibC
{
    internal const int O_RDONLY = 0;
    internal const int O_RDWR = 2;
    internal const int O_CREAT = 0x40;
    internal const int O_EXCL = 0x80;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 1;

    private const int StatusSize = 256;
    private const int LengthInStatus = 48;
    private const int ModeTypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>The offset of st_mode: x64 has an 8-byte st_nlink before it, the other 64-bit architectures do not.</summary>
    private static readonly int ModeInStatus = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 24 : 16;

    internal static bool IsUsed { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.Linux) && IntPtr.Size == 8;

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte* path, int flags);

    [DllImport("libc", EntryPoint = "mkostemp", SetLastError = true)]
    private static extern int MkOsTemp(byte* template, int flags);

    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    private static extern int Rename(byte* from, byte* to);

    [DllImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static extern int FStat(int fd, byte* status);

    [DllImport("libc", EntryPoint = "pread", SetLastError = true)]
    internal static extern IntPtr PRead(int fd, byte* buffer, IntPtr count, long offset);

    [DllImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    internal static extern IntPtr PWrite(int fd, byte* buffer, IntPtr count, long offset);

    [DllImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static extern int FTruncate(int fd, long length);

    [DllImport("libc", EntryPoint = "posix_fallocate")]
    internal static extern int PosixFAllocate(int fd, long offset, long length);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static extern IntPtr MMap(IntPtr address, IntPtr length, int protection, int flags, int fd, long offset);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static extern int MUnmap(IntPtr address, IntPtr length);

    [DllImport("libc", EntryPoint = "close")]
    internal static extern int Close(int fd);

    [DllImport("libc", EntryPoint = "lstat", SetLastError = true)]
    private static extern int LStat(byte* path, byte* status);

    // A variadic function; Linux passes an int to it like an argument of any other function.
    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static extern int FCntl(int fd, int command, int argument);

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static extern int ClockGetTime(int clock, long* secondsAndNanoseconds);

    /// <summary>Whether a name belongs to a regular file, and not to a symbolic link to one.</summary>
    internal static bool IsRegularItself(string path)
    {
        byte* name = stackalloc byte[Encoding.UTF8.GetMaxByteCount(path.Length) + 1];
        _ = Encode(path, name);
        byte* status = stackalloc byte[StatusSize];
        return LStat(name, status) == 0 && (*(int*)(status + ModeInStatus) & ModeTypeMask) == RegularFile;
    }

    /// <summary>Asks the kernel whether anybody has the file open for writing: takes a read lease and releases it.</summary>
    internal static bool IsUnused(int fd)
    {
        const int setSignal = 10;
        const int setLease = 1024;
        const int ignoredSignal = 23;
        const int readLease = 0;
        const int noLease = 2;
        return FCntl(fd, setSignal, ignoredSignal) == 0 && FCntl(fd, setLease, readLease) == 0 && FCntl(fd, setLease, noLease) == 0;
    }

    /// <summary>Returns the CPU time in milliseconds of all threads of this process. The CPU time that .NET reports advances in steps of 10 ms.</summary>
    internal static double ProcessorTime()
    {
        const int processTime = 2;
        long* time = stackalloc long[2];
        Require(ClockGetTime(processTime, time) == 0);
        return (time[0] * 1e3) + (time[1] / 1e6);
    }

    internal static int Open(string path, int flags)
    {
        byte* name = stackalloc byte[Encoding.UTF8.GetMaxByteCount(path.Length) + 1];
        Encode(path, name);
        int fd = Open(name, flags);
        return fd >= 0 ? fd : throw new Win32Exception(Marshal.GetLastWin32Error());
    }

    /// <summary>Creates a file under a temporary name beside <paramref name="path"/>; <see cref="Publish"/> removes that name.</summary>
    internal static int Create(string path, out string temporary)
    {
        temporary = path + ".XXXXXX";
        byte* name = stackalloc byte[Encoding.UTF8.GetMaxByteCount(temporary.Length) + 1];
        int length = Encode(temporary, name);
        int fd = MkOsTemp(name, O_CLOEXEC);
        temporary = Encoding.UTF8.GetString(name, length);
        return fd >= 0 ? fd : throw new Win32Exception(Marshal.GetLastWin32Error());
    }

    internal static void Publish(string temporary, string path)
    {
        byte* from = stackalloc byte[Encoding.UTF8.GetMaxByteCount(temporary.Length) + 1];
        byte* to = stackalloc byte[Encoding.UTF8.GetMaxByteCount(path.Length) + 1];
        _ = Encode(temporary, from);
        _ = Encode(path, to);
        Require(Rename(from, to) == 0);
    }

    /// <summary>Returns the length of an open file, which must be a regular file.</summary>
    internal static long RegularLength(int fd)
    {
        byte* status = stackalloc byte[StatusSize];
        Require(FStat(fd, status) == 0);
        return (*(int*)(status + ModeInStatus) & ModeTypeMask) == RegularFile
            ? *(long*)(status + LengthInStatus)
            : throw new InvalidOperationException("It is no regular file.");
    }

    internal static void ReadExactly(int fd, byte* buffer, int count, ulong offset) =>
        Require((long)PRead(fd, buffer, (IntPtr)count, (long)offset) == count);

    internal static void WriteExactly(int fd, byte* buffer, int count, ulong offset) =>
        Require((long)PWrite(fd, buffer, (IntPtr)count, (long)offset) == count);

    internal static void Require(bool succeeded)
    {
        if (!succeeded)
        {
            throw new Win32Exception(Marshal.GetLastWin32Error());
        }
    }

    private static int Encode(string path, byte* name)
    {
        fixed (char* characters = path)
        {
            int length = Encoding.UTF8.GetBytes(characters, path.Length, name, Encoding.UTF8.GetMaxByteCount(path.Length));
            name[length] = 0;
            return length;
        }
    }
}
