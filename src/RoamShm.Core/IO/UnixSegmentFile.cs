using System;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace RoamShm;

/// <summary>A file on Linux or macOS, through the C library.</summary>
internal sealed unsafe class UnixSegmentFile : SegmentFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static bool _canPopulateForWriting = LibC.IsLinux;

    // A raw descriptor instead of a SafeFileDescriptor, only here: the finalizer and reference counting of a SafeHandle took 0.4 µs a file, an eighth of the
    // time to open a segment and read its header. A finalizer in this class alone took most of that.
    private int _fd;

    private UnixSegmentFile(string path, FileStatus status, int fd, bool isWritable)
        : base(path, status, isWritable) => _fd = fd;

    /// <summary>The descriptor.</summary>
    internal int Descriptor => _fd;

    /// <summary>The maximum number of descriptors of this process; 0 on Windows.</summary>
    internal static int DescriptorLimit
    {
        get
        {
            ulong* limits = stackalloc ulong[2];
            return IsWindows || LibC.GetRLimit(LibC.RLIMIT_NOFILE, limits) != 0 ? 0 : (int)Math.Min(limits[0], int.MaxValue);
        }
    }

    internal static UnixSegmentFile Open(string path, bool write, OpenWait? wait, CancellationToken cancellation)
    {
        byte[] name = Encode(path);

        // Opening some devices has side effects (a watchdog starts), so check the type before opening where devices live.
        if (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal)
            && UnixStat.TryOfName(name, out FileStatus before))
        {
            before.RequireRegular(path);
        }

        // O_NONBLOCK: a FIFO without a writer opens at once, and is then refused because of its type.
        int flags = (write ? LibC.O_RDWR : LibC.O_RDONLY) | LibC.O_NONBLOCK | LibC.O_CLOEXEC | LibC.O_NOCTTY;
        int fd;
        for (int tries = 1; (fd = LibC.Open(name, flags)) < 0; tries++)
        {
            int error = Marshal.GetLastWin32Error();
            if (error == LibC.EINTR)
            {
                continue;
            }

            // Without O_NONBLOCK the open would wait as long as another process holds a lease, and could not be cancelled.
            if (error == LibC.EAGAIN && LibC.IsLinux)
            {
                if ((wait ??= new OpenWait()).Wait(tries, cancellation))
                {
                    continue;
                }

                throw SegmentErrors.System(
                    SegmentErrorId.SegmentIOError,
                    path,
                    write ? FileOperation.OpenForWriting : FileOperation.Open,
                    "another process holds a lease on it and does not let go",
                    "Try again in a moment, or end that process: /proc/locks shows who holds a lease.");
            }

            if (UnixStat.TryOfName(name, out FileStatus refused))
            {
                refused.RequireRegular(path);
            }

            throw UnixFault.Of(path, write ? FileOperation.OpenForWriting : FileOperation.Open, error);
        }

        try
        {
            FileStatus status = StatusOf(path, fd);
            status.RequireRegular(path);
            var file = new UnixSegmentFile(path, status, fd, write);
            fd = -1;
            return file;
        }
        finally
        {
            if (fd >= 0)
            {
                _ = LibC.Close(fd);
            }
        }
    }

    internal static new FileStatus? Peek(string path)
    {
        if (UnixStat.TryOfNameItself(Encode(path), out FileStatus status))
        {
            return status;
        }

        int error = Marshal.GetLastWin32Error();
        return error is LibC.ENOENT or LibC.ENOTDIR ? null : throw UnixFault.Of(path, FileOperation.LookAt, error);
    }

    internal static new FileStatus? PeekTarget(string path) => UnixStat.TryOfName(Encode(path), out FileStatus status) ? status : null;

    internal static new bool IsRegular(string path) =>
        UnixStat.TryOfName(Encode(path), out FileStatus status) && status.Kind == FileKind.Regular;

    internal static new void Delete(string path)
    {
        if (LibC.Unlink(Encode(path)) != 0)
        {
            throw UnixFault.Of(path, FileOperation.Remove, Marshal.GetLastWin32Error());
        }
    }

    /// <summary>Renames a file to a name that must not exist.</summary>
    /// <returns>0, or the operating system's error number; <see cref="LibC.ENOSYS"/> if that is not supported.</returns>
    internal static int MoveTo(string path, string other)
    {
        try
        {
            return LibC.RenameAt2(LibC.AT_FDCWD, Encode(path), LibC.AT_FDCWD, Encode(other), LibC.RENAME_NOREPLACE) == 0 ? 0 : Marshal.GetLastWin32Error();
        }
        catch (EntryPointNotFoundException)
        {
            return LibC.ENOSYS;
        }
    }

    /// <summary>Whether an error of <see cref="MoveTo"/> means that this operating system or file system does not support it at all.</summary>
    internal static bool IsMoveUnsupported(int error) =>
        error == LibC.EINVAL || error == LibC.ENOSYS || error == LibC.EOPNOTSUPP || error == LibC.ENOTSUP;

    /// <summary>Takes the lock that marks work on the file in progress.</summary>
    /// <returns><see langword="false"/> if another process holds it.</returns>
    internal bool TryLock() => LibC.FLock(_fd, LibC.LOCK_EX | LibC.LOCK_NB) == 0;

    /// <summary>Encodes a path for the C library.</summary>
    internal static byte[] Encode(string path)
    {
        if (IntPtr.Size != 8 || !(LibC.IsLinux || LibC.IsMacOS))
        {
            throw SegmentErrors.NotSupported("Segments are read and written on Windows, and in 64-bit processes on Linux and macOS.");
        }

        try
        {
            byte[] encoded = new byte[StrictUtf8.GetByteCount(path) + 1];
            _ = StrictUtf8.GetBytes(path, 0, path.Length, encoded, 0);
            return encoded;
        }
        catch (EncoderFallbackException)
        {
            throw SegmentErrors.NotAPath(path, "it is not valid Unicode");
        }
    }

    internal override int Read(ulong offset, byte[] buffer, int index, int count)
    {
        int done = 0;
        fixed (byte* start = buffer)
        {
            while (done < count && offset <= long.MaxValue - (ulong)count)
            {
                long read = (long)LibC.PRead(_fd, start + index + done, (IntPtr)(count - done), (long)offset + done);
                if (read > 0)
                {
                    done += (int)read;
                }
                else if (read == 0)
                {
                    break;
                }
                else if (Marshal.GetLastWin32Error() is var error && error != LibC.EINTR)
                {
                    throw UnixFault.Of(Path, FileOperation.Read, error);
                }
            }
        }

        return done;
    }

    internal override void Refresh() => Status = StatusOf(Path, _fd);

    /// <summary>Refreshes only the length of the open file, at a fraction of the cost of a full refresh.</summary>
    internal void RefreshLength() => RefreshLength(LibC.LSeek(_fd, 0, LibC.SEEK_END));

    /// <summary>Sets the length, as just determined by a query of the name.</summary>
    internal void RefreshLength(long length)
    {
        if (length != Length)
        {
            Status = Status.WithLength(length);
        }
    }

    internal override void AskToLetGo()
    {
        // Setting the mode that the file already has raises an event but changes nothing.
        if (Status.Mode is int mode)
        {
            _ = LibC.FChMod(_fd, (uint)mode);
        }
    }

    internal override MappedPart Map(ulong offset, ulong length)
    {
        ulong within = offset % (ulong)Environment.SystemPageSize;
        var mapped = new IntPtr((long)(length + within));
        MappedPart? part = IsWritable && _canPopulateForWriting ? TryMapForWriting(offset, length, (int)within, mapped) : null;
        if (part is null)
        {
            // If the kernel cannot populate pages for writing, populating them for reading must suffice.
            IntPtr address = MMap(mapped, LibC.MAP_SHARED | LibC.MAP_POPULATE, offset - within);
            part = new UnixMappedPart((byte*)address, (int)within, mapped);
        }

        return part;
    }

    /// <summary>
    /// Maps a part for writing. On a full file system, storing into a page that was never written would kill the process with SIGBUS. Requested here, the
    /// page is an error instead.
    /// </summary>
    /// <returns>The part; null if the kernel is older than 5.14 and cannot populate pages for writing.</returns>
    private UnixMappedPart? TryMapForWriting(ulong offset, ulong length, int within, IntPtr mapped)
    {
        IntPtr address = MMap(mapped, LibC.MAP_SHARED, offset - (ulong)within);
        var part = new UnixMappedPart((byte*)address, within, mapped);
        if (LibC.MAdvise(address, mapped, LibC.MADV_POPULATE_WRITE) == 0)
        {
            return part;
        }

        int error = Marshal.GetLastWin32Error();
        part.Dispose();
        if (error != LibC.EFAULT && error != LibC.ENOMEM)
        {
            _canPopulateForWriting = error != LibC.EINVAL;
            return null;
        }

        Refresh();
        throw offset + length > (ulong)Length ? SegmentErrors.Truncated(Path, "end of the part in use", offset + length, Length) : UnixFault.Of(Path, FileOperation.Map, error);
    }

    private IntPtr MMap(IntPtr length, int flags, ulong offset)
    {
        int protection = IsWritable ? LibC.PROT_READ | LibC.PROT_WRITE : LibC.PROT_READ;
        IntPtr address = LibC.MMap(IntPtr.Zero, length, protection, flags, _fd, (long)offset);
        return address == new IntPtr(-1) ? throw UnixFault.Of(Path, FileOperation.Map, Marshal.GetLastWin32Error()) : address;
    }

    /// <summary>
    /// Maps the first page without access, and calls <paramref name="look"/> with its address. It serves only to be found in the list of this process's
    /// mappings.
    /// </summary>
    internal void WithMarkedMapping(Action<IntPtr> look)
    {
        var length = new IntPtr(Environment.SystemPageSize);
        IntPtr address = LibC.MMap(IntPtr.Zero, length, LibC.PROT_NONE, LibC.MAP_SHARED, _fd, 0);
        if (address == new IntPtr(-1))
        {
            throw UnixFault.Of(Path, FileOperation.Map, Marshal.GetLastWin32Error());
        }

        try
        {
            look(address);
        }
        finally
        {
            _ = LibC.MUnmap(address, length);
        }
    }

    public override void Dispose()
    {
        if (_fd >= 0)
        {
            _ = LibC.Close(_fd);
            _fd = -1;
        }
    }

    private static FileStatus StatusOf(string path, int fd) =>
        UnixStat.TryOfHandle(fd, out FileStatus status) ? status : throw UnixFault.Of(path, FileOperation.LookAt, Marshal.GetLastWin32Error());

    private sealed class UnixMappedPart : MappedPart
    {
        private readonly byte* _start;
        private IntPtr _length;

        internal UnixMappedPart(byte* start, int within, IntPtr length)
            : base(start + within)
        {
            _start = start;
            _length = length;
        }

        public override void Dispose()
        {
            if (_length != IntPtr.Zero)
            {
                _ = LibC.MUnmap((IntPtr)_start, _length);
                _length = IntPtr.Zero;
            }
        }
    }
}
