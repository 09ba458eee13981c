using System;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>What a watch needs to hold its files open: events about folders, which are specific to Linux, and the length of an open file.</summary>
internal static unsafe partial class LibC
{
    internal const uint IN_MODIFY = 0x2;
    internal const uint IN_ATTRIB = 0x4;
    internal const uint IN_MOVED_FROM = 0x40;
    internal const uint IN_MOVED_TO = 0x80;
    internal const uint IN_CREATE = 0x100;
    internal const uint IN_DELETE = 0x200;
    internal const uint IN_DELETE_SELF = 0x400;
    internal const uint IN_MOVE_SELF = 0x800;
    internal const uint IN_UNMOUNT = 0x2000;
    internal const uint IN_Q_OVERFLOW = 0x4000;
    internal const uint IN_IGNORED = 0x8000;
    internal const uint IN_ONLYDIR = 0x1000000;

    /// <summary>The values of IN_CLOEXEC, IN_NONBLOCK, EFD_CLOEXEC and EFD_NONBLOCK on x64, arm64, riscv64 and loongarch64: those of open.</summary>
    internal const int FD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;

    internal const short POLLIN = 1;
    internal const short POLLPRI = 2;
    internal const int SEEK_END = 2;

    internal static readonly int RLIMIT_NOFILE = IsMacOS ? 8 : 7;

    [DllImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    internal static extern int InotifyInit(int flags);

    [DllImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true)]
    internal static extern int InotifyAddWatch(int fd, byte[] path, uint mask);

    [DllImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    internal static extern int InotifyRemoveWatch(int fd, int watch);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static extern int EventFd(uint value, int flags);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static extern int Poll(PollFd* files, UIntPtr count, int milliseconds);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static extern IntPtr Read(int fd, byte* buffer, IntPtr count);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static extern IntPtr Write(int fd, byte* buffer, IntPtr count);

    // No error number is requested: it is not needed, and fetching it costs a measurable amount of time.
    [DllImport("libc", EntryPoint = "lseek")]
    internal static extern long LSeek(int fd, long offset, int whence);

    [DllImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static extern int FChMod(int fd, uint mode);

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int Descriptor;
        internal short Wanted;
        internal short Seen;
    }
}
