using System;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>
/// The C library. Only functions that are not variadic, or that are called without variable arguments: Apple arm64 passes those on the stack.
/// </summary>
internal static unsafe partial class LibC
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int ESRCH = 3;
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int ENXIO = 6;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int EFAULT = 14;
    internal const int EBUSY = 16;
    internal const int EEXIST = 17;
    internal const int EXDEV = 18;
    internal const int ENODEV = 19;
    internal const int ENOTDIR = 20;
    internal const int EISDIR = 21;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ETXTBSY = 26;
    internal const int EFBIG = 27;
    internal const int ENOSPC = 28;
    internal const int ESPIPE = 29;
    internal const int EROFS = 30;

    internal const int O_RDONLY = 0;
    internal const int O_RDWR = 2;

    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_BASIC_STATS = 0x7ff;
    internal const uint STATX_BTIME = 0x800;
    internal const uint RENAME_NOREPLACE = 1;
    internal const uint RENAME_EXCL = 4;

    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;
    internal const int LOCK_UN = 8;

    internal const int PROT_NONE = 0;
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 1;
    internal const int MADV_POPULATE_WRITE = 23;
    internal const int RLIMIT_FSIZE = 1;

    internal static readonly bool IsLinux = RuntimeInformation.IsOSPlatform(OSPlatform.Linux);
    internal static readonly bool IsMacOS = RuntimeInformation.IsOSPlatform(OSPlatform.OSX);

    // Linux: values shared by x64, arm64, riscv64 and loongarch64.
    internal static readonly int O_NONBLOCK = IsMacOS ? 0x4 : 0x800;
    internal static readonly int O_CLOEXEC = IsMacOS ? 0x1000000 : 0x80000;
    internal static readonly int O_NOCTTY = IsMacOS ? 0x20000 : 0x100;
    // Linux: fault the pages in at once, without a signal if one is missing, so that a store soon after hits a page that is present.
    internal static readonly int MAP_POPULATE = IsMacOS ? 0 : 0x8000;
    internal static readonly int CLOCK_MONOTONIC = IsMacOS ? 6 : 1;
    internal static readonly int EAGAIN = IsMacOS ? 35 : 11;
    internal static readonly int ELOOP = IsMacOS ? 62 : 40;
    internal static readonly int ENAMETOOLONG = IsMacOS ? 63 : 36;
    internal static readonly int EOVERFLOW = IsMacOS ? 84 : 75;
    internal static readonly int ESTALE = IsMacOS ? 70 : 116;
    internal static readonly int EDQUOT = IsMacOS ? 69 : 122;
    internal static readonly int EOPNOTSUPP = IsMacOS ? 102 : 95;
    internal static readonly int ENOTSUP = IsMacOS ? 45 : 95;
    internal static readonly int ENOSYS = IsMacOS ? 78 : 38;

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    internal static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static extern int Close(int fd);

    [DllImport("libc", EntryPoint = "pread", SetLastError = true)]
    internal static extern IntPtr PRead(int fd, byte* buffer, IntPtr count, long offset);

    [DllImport("libc", EntryPoint = "pread", SetLastError = true)]
    internal static extern IntPtr PRead(SafeFileDescriptor fd, byte* buffer, IntPtr count, long offset);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static extern IntPtr MMap(IntPtr address, IntPtr length, int protection, int flags, int fd, long offset);

    [DllImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    internal static extern IntPtr PWrite(SafeFileDescriptor fd, byte* buffer, IntPtr count, long offset);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static extern int StatX(int directory, byte[] path, int flags, uint mask, LinuxStatX* status);

    [DllImport("libc", EntryPoint = "fstat", SetLastError = true)]
    internal static extern int FStat(int fd, byte* status);

    [DllImport("libc", EntryPoint = "lstat", SetLastError = true)]
    internal static extern int LStat(byte[] path, byte* status);

    [DllImport("libc", EntryPoint = "stat", SetLastError = true)]
    internal static extern int Stat(byte[] path, byte* status);

    [DllImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    internal static extern int FStatInode64(int fd, byte* status);

    [DllImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true)]
    internal static extern int LStatInode64(byte[] path, byte* status);

    [DllImport("libc", EntryPoint = "stat$INODE64", SetLastError = true)]
    internal static extern int StatInode64(byte[] path, byte* status);

    [DllImport("libc", EntryPoint = "mkostemp", SetLastError = true)]
    private static extern int MakeTemporaryFile(byte[] template, int flags);

    [DllImport("libc", EntryPoint = "posix_fallocate")]
    internal static extern int PosixFAllocate(SafeFileDescriptor fd, long offset, long length);

    [DllImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static extern int FTruncate(SafeFileDescriptor fd, long length);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static extern int FLock(SafeFileDescriptor fd, int operation);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static extern int FLock(int fd, int operation);

    [DllImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static extern int FChMod(SafeFileDescriptor fd, uint mode);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    internal static extern int Link(byte[] existing, byte[] created);

    [DllImport("libc", EntryPoint = "unlink", SetLastError = true)]
    internal static extern int Unlink(byte[] path);

    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    internal static extern int Rename(byte[] from, byte[] to);

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    internal static extern int RenameAt2(int fromDirectory, byte[] from, int toDirectory, byte[] to, uint flags);

    [DllImport("libc", EntryPoint = "renamex_np", SetLastError = true)]
    internal static extern int RenameXNp(byte[] from, byte[] to, uint flags);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static extern int MUnmap(IntPtr address, IntPtr length);

    [DllImport("libc", EntryPoint = "madvise", SetLastError = true)]
    internal static extern int MAdvise(IntPtr address, IntPtr length, int advice);

    [DllImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static extern int GetRLimit(int resource, ulong* softAndHard);

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    internal static extern int ClockGetTime(int clock, long* secondsAndNanoseconds);

    [DllImport("libc", EntryPoint = "getpwuid")]
    internal static extern IntPtr GetPwUid(uint uid);

    [DllImport("libc", EntryPoint = "geteuid")]
    internal static extern uint GetEUid();

    [DllImport("libc", EntryPoint = "strerror")]
    private static extern IntPtr StrError(int error);

    /// <summary>Creates a file and replaces the Xs with a unique name. Returns an invalid descriptor on failure.</summary>
    internal static SafeFileDescriptor MkOsTemp(byte[] template, int flags) => new(MakeTemporaryFile(template, flags));

    /// <summary>Returns the operating system's message for an error number.</summary>
    internal static string Describe(int error) => Marshal.PtrToStringAnsi(StrError(error)) ?? FormattableString.Invariant($"error {error}");

    /// <summary>struct statx, identical on every Linux architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct LinuxStatX
    {
        [FieldOffset(0)]
        internal uint Mask;
        [FieldOffset(20)]
        internal uint Uid;
        [FieldOffset(28)]
        internal ushort Mode;
        [FieldOffset(32)]
        internal ulong Inode;
        [FieldOffset(40)]
        internal long Size;
        [FieldOffset(48)]
        internal ulong Blocks;
        [FieldOffset(80)]
        internal long BirthSeconds;
        [FieldOffset(88)]
        internal uint BirthNanoseconds;
        [FieldOffset(112)]
        internal long ModifiedSeconds;
        [FieldOffset(120)]
        internal uint ModifiedNanoseconds;
        [FieldOffset(136)]
        internal uint DeviceMajor;
        [FieldOffset(140)]
        internal uint DeviceMinor;
    }
}
