using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;

namespace RoamShm;

/// <summary>A new file on Linux or macOS.</summary>
internal sealed unsafe class UnixNewFile : NewFile
{
    // A signal undoes the step in progress, so keep steps short. Cancellation is also checked between steps.
    private const long ReserveStep = 256L << 20;

    private readonly byte[] _target;
    private readonly byte[] _temporary;
    private readonly SafeFileDescriptor _fd;
    private bool _named = true;

    private UnixNewFile(string path, ulong size, byte[] target, byte[] temporary, SafeFileDescriptor fd)
        : base(path, size)
    {
        _target = target;
        _temporary = temporary;
        _fd = fd;
    }

    internal static new UnixNewFile Create(string path, ulong size)
    {
        byte[] target = UnixSegmentFile.Encode(path);
        int slash = path.LastIndexOf('/');
        if (slash == path.Length - 1)
        {
            throw SegmentErrors.NotAPath(path, "it ends in '/'");
        }

        // Exceeding the limit would not fail with an error but kill the process with SIGXFSZ.
        ulong* limit = stackalloc ulong[2];
        if (LibC.GetRLimit(LibC.RLIMIT_FSIZE, limit) == 0 && size > limit[0])
        {
            throw SegmentErrors.FileSizeLimit(path, size, limit[0]);
        }

        // mkostemp chooses the name, and creates the file exclusively with access for the owner only.
        byte[] temporary = UnixSegmentFile.Encode(path.Substring(0, slash + 1) + TemporaryPrefix + "XXXXXX");
        SafeFileDescriptor fd = LibC.MkOsTemp(temporary, LibC.O_CLOEXEC);
        if (fd.IsInvalid)
        {
            int error = Marshal.GetLastWin32Error();
            throw UnixFault.Of(path, FileOperation.Create, error);
        }

        // Distinguishes a file being created from a leftover. The lock goes away with this process, however it ends.
        _ = LibC.FLock(fd, LibC.LOCK_EX | LibC.LOCK_NB);
        return new UnixNewFile(path, size, target, temporary, fd);
    }

    internal override void Reserve(bool sparse, CancellationToken cancellation)
    {
        if (sparse)
        {
            Truncate();
            return;
        }

        // Check first: trying to reserve more than is available would fill the file system for everybody until it fails.
        if (FreeSpace() is long free && Size > (ulong)free)
        {
            throw SegmentErrors.InsufficientSpace(Path, Size, FormattableString.Invariant($"{free} bytes are free"));
        }

        if (LibC.IsMacOS)
        {
            WriteZeros(cancellation);
            return;
        }

        for (long done = 0; done < (long)Size;)
        {
            cancellation.ThrowIfCancellationRequested();
            long step = Math.Min((long)Size - done, ReserveStep);
            int error = LibC.PosixFAllocate(_fd, done, step);
            if (error == LibC.EOPNOTSUPP)
            {
                WriteZeros(cancellation);
                return;
            }

            if (error is not (0 or LibC.EINTR))
            {
                throw UnixFault.Of(Path, FileOperation.Reserve, error);
            }

            done += error == 0 ? step : 0;
        }
    }

    internal override void Write(ulong offset, byte[] buffer, int index, int count)
    {
        fixed (byte* start = buffer)
        {
            for (int done = 0; done < count;)
            {
                long written = (long)LibC.PWrite(_fd, start + index + done, (IntPtr)(count - done), (long)offset + done);
                if (written >= 0)
                {
                    done += (int)written;
                }
                else if (Marshal.GetLastWin32Error() is var error && error != LibC.EINTR)
                {
                    throw UnixFault.Of(Path, FileOperation.Write, error);
                }
            }
        }
    }

    internal override void SetMode(int mode)
    {
        if (LibC.FChMod(_fd, (uint)mode) != 0)
        {
            throw UnixFault.Of(Path, FileOperation.SetMode, Marshal.GetLastWin32Error());
        }
    }

    internal override FileIdentity? Identity
    {
        get
        {
            FileIdentity? identity = UnixStat.TryOfHandle(_fd.Number, out FileStatus status) ? status.Identity : null;
            GC.KeepAlive(_fd);
            return identity;
        }
    }

    internal override void Publish(bool replace)
    {
        // Before anybody else can open the file: a lock would block those who honour locks.
        _ = LibC.FLock(_fd, LibC.LOCK_UN);
        int result = replace ? LibC.Rename(_temporary, _target) : RenameExclusively();
        if (result != 0)
        {
            int error = Marshal.GetLastWin32Error();
            throw error == LibC.EEXIST ? SegmentErrors.Exists(Path)
                : error == LibC.EISDIR ? SegmentErrors.NotARegularFile(Path, "a directory")
                : UnixFault.Of(Path, FileOperation.Name, error);
        }

        _named = false;
    }

    public override void Dispose()
    {
        if (_fd.IsClosed)
        {
            return;
        }

        if (_named)
        {
            _ = LibC.Unlink(_temporary);
        }

        _fd.Dispose();
    }

    /// <summary>Renames only if the target does not exist. Of many simultaneous attempts, exactly one succeeds.</summary>
    private int RenameExclusively()
    {
        try
        {
            int result = LibC.IsMacOS
                ? LibC.RenameXNp(_temporary, _target, LibC.RENAME_EXCL)
                : LibC.RenameAt2(LibC.AT_FDCWD, _temporary, LibC.AT_FDCWD, _target, LibC.RENAME_NOREPLACE);
            if (result == 0 || !IsUnsupported(Marshal.GetLastWin32Error()))
            {
                return result;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // On an older C library, hard links do the same in two steps.
        }

        // Disposing removes the temporary name.
        int linked = LibC.Link(_temporary, _target);
        if (linked == 0)
        {
            _ = LibC.Unlink(_temporary);
        }

        return linked;
    }

    private static bool IsUnsupported(int error) =>
        error == LibC.EINVAL || error == LibC.ENOSYS || error == LibC.EOPNOTSUPP || error == LibC.ENOTSUP;

    private void Truncate()
    {
        if (LibC.FTruncate(_fd, (long)Size) != 0)
        {
            throw UnixFault.Of(Path, FileOperation.Lengthen, Marshal.GetLastWin32Error());
        }
    }

    private void WriteZeros(CancellationToken cancellation)
    {
        byte[] zeros = new byte[ZeroChunkSize];
        for (ulong done = 0; done < Size; done += ZeroChunkSize)
        {
            cancellation.ThrowIfCancellationRequested();
            Write(done, zeros, 0, (int)Math.Min(Size - done, ZeroChunkSize));
        }
    }

    private long? FreeSpace()
    {
        try
        {
            string folder = Path.Substring(0, Path.LastIndexOf('/') + 1);
            var drive = new DriveInfo(folder.Length == 0 ? "." : folder);
            return drive.TotalSize > 0 ? drive.AvailableFreeSpace : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The reservation will find out.
            return null;
        }
    }
}
