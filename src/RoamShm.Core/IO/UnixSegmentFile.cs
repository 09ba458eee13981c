using System;
using System.Runtime.InteropServices;
using System.Text;

namespace RoamShm;

/// <summary>A file on Linux or macOS, through the C library.</summary>
internal sealed unsafe class UnixSegmentFile : SegmentFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // A bare number and no SafeFileDescriptor, here alone: that one's finalizer and its counting of uses took 0.4 µs a file, an eighth of opening a segment and
    // reading its header. A finalizer of this class by itself took most of that.
    private int _fd;

    private UnixSegmentFile(string path, FileStatus status, int fd, bool isWritable)
        : base(path, status, isWritable) => _fd = fd;

    internal static UnixSegmentFile Open(string path, bool write)
    {
        byte[] name = Encode(path);

        // Opening some devices does something (a watchdog starts), so where devices live the kind is looked at before.
        if (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal)
            && UnixStat.TryOfName(name, out FileStatus before))
        {
            before.RequireRegular(path);
        }

        // O_NONBLOCK: a FIFO without a writer opens at once, and is then refused by its kind.
        int flags = (write ? LibC.O_RDWR : LibC.O_RDONLY) | LibC.O_NONBLOCK | LibC.O_CLOEXEC | LibC.O_NOCTTY;
        int fd;
        while ((fd = LibC.Open(name, flags)) < 0)
        {
            int error = Marshal.GetLastWin32Error();
            if (error == LibC.EINTR)
            {
                continue;
            }

            if (UnixStat.TryOfName(name, out FileStatus refused))
            {
                refused.RequireRegular(path);
            }

            throw Error(path, write ? "open for writing" : "open", error);
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
        return error is LibC.ENOENT or LibC.ENOTDIR ? null : throw Error(path, "look at", error);
    }

    internal static new bool IsRegular(string path) =>
        UnixStat.TryOfName(Encode(path), out FileStatus status) && status.Kind == FileKind.Regular;

    internal static new void Delete(string path)
    {
        if (LibC.Unlink(Encode(path)) != 0)
        {
            throw Error(path, "remove", Marshal.GetLastWin32Error());
        }
    }

    /// <summary>A path as the C library takes it.</summary>
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

    /// <summary>The error of this library for an error number of the system.</summary>
    internal static SegmentException Error(string path, string operation, int error)
    {
        if (error is LibC.ENOENT or LibC.ENOTDIR || error == LibC.ENAMETOOLONG)
        {
            return SegmentErrors.NotFound(path);
        }

        string reason = LibC.Describe(error);
        return error is LibC.EACCES or LibC.EPERM or LibC.EROFS
            ? SegmentErrors.AccessDenied(path, operation, reason)
            : SegmentErrors.IOError(path, operation, reason);
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
                    throw Error(Path, "read", error);
                }
            }
        }

        return done;
    }

    internal override void Refresh() => Status = StatusOf(Path, _fd);

    internal override MappedPart Map(ulong offset, ulong length)
    {
        ulong within = offset % (ulong)Environment.SystemPageSize;
        var mapped = new IntPtr((long)(length + within));
        int protection = IsWritable ? LibC.PROT_READ | LibC.PROT_WRITE : LibC.PROT_READ;
        IntPtr address = LibC.MMap(IntPtr.Zero, mapped, protection, LibC.MAP_SHARED | LibC.MAP_POPULATE, _fd, (long)(offset - within));
        return address == new IntPtr(-1)
            ? throw Error(Path, "map", Marshal.GetLastWin32Error())
            : new UnixMappedPart((byte*)address, (int)within, mapped);
    }

    /// <summary>
    /// Maps the first page so that nobody can touch it, and calls <paramref name="look"/> with its address: only to be seen in the list of
    /// this process's mappings.
    /// </summary>
    internal void WithMarkedMapping(Action<IntPtr> look)
    {
        var length = new IntPtr(Environment.SystemPageSize);
        IntPtr address = LibC.MMap(IntPtr.Zero, length, LibC.PROT_NONE, LibC.MAP_SHARED, _fd, 0);
        if (address == new IntPtr(-1))
        {
            throw Error(Path, "map", Marshal.GetLastWin32Error());
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
        UnixStat.TryOfHandle(fd, out FileStatus status) ? status : throw Error(path, "look at", Marshal.GetLastWin32Error());

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
