using System;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>
/// The status of files on Linux and macOS. Linux has statx, whose structure is the same on every architecture;
/// a C library without it (musl before 1.2.5) exports fstat with the kernel's own structure.
/// </summary>
internal static unsafe class UnixStat
{
    private const int ModeTypeMask = 0xF000;
    private const int ModeBits = 0xFFF;

    // The unit of st_blocks everywhere, regardless of the block size of the file system.
    private const long BlockSize = 512;
    private const long UnixEpochTicks = 621355968000000000;

    private static readonly byte[] Empty = [0];
    private static bool _noStatX;

    private enum Look
    {
        Handle,
        Name,
        NameItself,
    }

    internal static bool TryOfHandle(int fd, out FileStatus status) => TryLook(Look.Handle, fd, Empty, out status);

    /// <summary>Gets the status of the file that a name leads to, following symbolic links.</summary>
    internal static bool TryOfName(byte[] path, out FileStatus status) => TryLook(Look.Name, LibC.AT_FDCWD, path, out status);

    /// <summary>Gets the status of the name itself, without following a symbolic link.</summary>
    internal static bool TryOfNameItself(byte[] path, out FileStatus status) => TryLook(Look.NameItself, LibC.AT_FDCWD, path, out status);

    private static bool TryLook(Look look, int fd, byte[] path, out FileStatus status)
    {
        if (!LibC.IsMacOS && !_noStatX)
        {
            try
            {
                return TryStatX(look, fd, path, out status);
            }
            catch (EntryPointNotFoundException)
            {
                _noStatX = true;
            }
        }

        return TryStat(look, fd, path, out status);
    }

    private static bool TryStatX(Look look, int fd, byte[] path, out FileStatus status)
    {
        LibC.LinuxStatX raw;
        int flags = look switch
        {
            Look.Handle => LibC.AT_EMPTY_PATH,
            Look.NameItself => LibC.AT_SYMLINK_NOFOLLOW,
            _ => 0,
        };
        const uint mask = LibC.STATX_BASIC_STATS | LibC.STATX_BTIME;
        int result = LibC.StatX(fd, path, flags, mask, &raw);
        if (result != 0)
        {
            status = default;
            return false;
        }

        long born = (raw.Mask & LibC.STATX_BTIME) != 0 ? Ticks(raw.BirthSeconds, raw.BirthNanoseconds) : 0;
        var identity = new FileIdentity(((ulong)raw.DeviceMajor << 32) | raw.DeviceMinor, raw.Inode, born);
        status = new FileStatus(Kind(raw.Mode), raw.Size, identity, Time(raw.ModifiedSeconds, raw.ModifiedNanoseconds), raw.Mode & ModeBits, raw.Uid, (long)raw.Blocks * BlockSize);
        return true;
    }

    private static bool TryStat(Look look, int fd, byte[] path, out FileStatus status)
    {
        byte* raw = stackalloc byte[256];
        Architecture architecture = RuntimeInformation.ProcessArchitecture;
        int result = (look, LibC.IsMacOS && architecture == Architecture.X64) switch
        {
            (Look.Handle, false) => LibC.FStat(fd, raw),
            (Look.Handle, true) => LibC.FStatInode64(fd, raw),
            (Look.Name, false) => LibC.Stat(path, raw),
            (Look.Name, true) => LibC.StatInode64(path, raw),
            (_, false) => LibC.LStat(path, raw),
            (_, true) => LibC.LStatInode64(path, raw),
        };
        if (result != 0)
        {
            status = default;
            return false;
        }

        if (LibC.IsMacOS)
        {
            var identity = new FileIdentity(*(uint*)raw, *(ulong*)(raw + 8), Ticks(*(long*)(raw + 80), *(long*)(raw + 88)));
            status = new FileStatus(Kind(*(ushort*)(raw + 4)), *(long*)(raw + 96), identity, Time(*(long*)(raw + 48), *(long*)(raw + 56)), *(ushort*)(raw + 4) & ModeBits, *(uint*)(raw + 16), *(long*)(raw + 104) * BlockSize);
        }
        else
        {
            // x64 has an 8-byte st_nlink before st_mode; the other 64-bit architectures share the generic layout.
            int mode = architecture == Architecture.X64 ? 24 : 16;
            int uid = architecture == Architecture.X64 ? 28 : 24;
            var identity = new FileIdentity(*(ulong*)raw, *(ulong*)(raw + 8), 0);
            status = new FileStatus(Kind(*(uint*)(raw + mode)), *(long*)(raw + 48), identity, Time(*(long*)(raw + 88), *(long*)(raw + 96)), (int)*(uint*)(raw + mode) & ModeBits, *(uint*)(raw + uid), *(long*)(raw + 64) * BlockSize);
        }

        return true;
    }

    private static FileKind Kind(uint mode) => (mode & ModeTypeMask) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.SymbolicLink,
        0x1000 => FileKind.Fifo,
        0xC000 => FileKind.Socket,
        0x2000 => FileKind.CharacterDevice,
        0x6000 => FileKind.BlockDevice,
        _ => FileKind.Other,
    };

    private static long Ticks(long seconds, long nanoseconds) => unchecked((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / 100));

    private static DateTime Time(long seconds, long nanoseconds)
    {
        long ticks = UnixEpochTicks + Ticks(seconds, nanoseconds);
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTime(ticks, DateTimeKind.Utc) : DateTime.MinValue;
    }
}
