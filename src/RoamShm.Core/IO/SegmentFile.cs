using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace RoamShm;

/// <summary>
/// The only way to open a file that may be a segment. Uses positioned reads, never a mapping, so that truncation ends a read early instead of killing the
/// process. An open neither blocks nor is blocked by other openers, and refuses anything but a regular file because of its type.
/// </summary>
internal abstract class SegmentFile : IDisposable
{
    private protected SegmentFile(string path, FileStatus status, bool isWritable)
    {
        Path = path;
        Status = status;
        IsWritable = isWritable;
    }

    internal static bool IsWindows { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    internal string Path { get; }

    /// <summary>Whether the file is also open for writing.</summary>
    internal bool IsWritable { get; }

    /// <summary>The status of the open file, as of the last refresh.</summary>
    internal FileStatus Status { get; private protected set; }

    internal long Length => Status.Length;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wait">Limits the wait for a file on which another process holds a lease; <see langword="null"/> for two seconds.</param>
    /// <param name="cancellation">The token to monitor for cancellation of that wait.</param>
    internal static SegmentFile OpenRead(string path, OpenWait? wait = null, CancellationToken cancellation = default) => Open(path, write: false, wait, cancellation);

    /// <summary>Opens a file for reading and writing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wait">Limits the wait for a file on which another process holds a lease; <see langword="null"/> for two seconds.</param>
    /// <param name="cancellation">The token to monitor for cancellation of that wait.</param>
    internal static SegmentFile OpenReadWrite(string path, OpenWait? wait = null, CancellationToken cancellation = default) => Open(path, write: true, wait, cancellation);

    /// <summary>Returns the status of a name without opening it or following a symbolic link.</summary>
    /// <returns>The status; <see langword="null"/> if the name does not exist.</returns>
    internal static FileStatus? Peek(string path)
    {
        RequireFileName(path);
        return IsWindows ? WindowsSegmentFile.Peek(path) : UnixSegmentFile.Peek(path);
    }

    /// <summary>Returns the status of a path on Unix without opening it, following symbolic links.</summary>
    /// <returns>The status; <see langword="null"/> if it is unavailable.</returns>
    internal static FileStatus? PeekTarget(string path)
    {
        RequireFileName(path);
        return UnixSegmentFile.PeekTarget(path);
    }

    /// <summary>Determines whether a path is a regular file without opening it, following symbolic links.</summary>
    internal static bool IsRegular(string path)
    {
        RequireFileName(path);
        return IsWindows ? WindowsSegmentFile.IsRegular(path) : UnixSegmentFile.IsRegular(path);
    }

    /// <summary>Deletes the name of a file.</summary>
    internal static void Delete(string path)
    {
        RequireFileName(path);
        if (IsWindows)
        {
            WindowsSegmentFile.Delete(path);
        }
        else
        {
            UnixSegmentFile.Delete(path);
        }
    }

    /// <summary>Reads at a position until the given part of the buffer is full or the file ends.</summary>
    /// <returns>The number of bytes read.</returns>
    internal abstract int Read(ulong offset, byte[] buffer, int index, int count);

    /// <summary>Reads exactly the given number of bytes, or throws if the file is truncated.</summary>
    internal void ReadExactly(ulong offset, byte[] buffer, int count)
    {
        int read = Read(offset, buffer, 0, count);
        if (read < count)
        {
            throw SegmentErrors.Truncated(Path, "needed size", offset + (ulong)count, (long)offset + read);
        }
    }

    /// <summary>Refreshes the status of the open file.</summary>
    internal abstract void Refresh();

    /// <summary>Asks watches that hold the file open for reading to release it, which they do within moments.</summary>
    internal virtual void AskToLetGo()
    {
    }

    /// <summary>Maps a part, shared with every other process that maps it; writable if the file is open for writing.</summary>
    internal abstract MappedPart Map(ulong offset, ulong length);

    /// <summary>Maps a part, then verifies that the file still contains it: touching a mapping past the end of a file kills the process.</summary>
    internal MappedPart MapInside(ulong offset, ulong length)
    {
        MappedPart part = Map(offset, length);
        try
        {
            RequireLength(offset + length);
            MappedPart inside = part;
            part = null!;
            return inside;
        }
        finally
        {
            part?.Dispose();
        }
    }

    /// <summary>Verifies that the file still has at least the given length.</summary>
    internal void RequireLength(ulong length)
    {
        Refresh();
        if (length > (ulong)Length)
        {
            throw SegmentErrors.Truncated(Path, "needed size", length, Length);
        }
    }

    public abstract void Dispose();

    private static SegmentFile Open(string path, bool write, OpenWait? wait, CancellationToken cancellation)
    {
        RequireFileName(path);
        return IsWindows ? WindowsSegmentFile.Open(path, write) : UnixSegmentFile.Open(path, write, wait, cancellation);
    }

    private static void RequireFileName(string path)
    {
        if (path is null)
        {
            throw new ArgumentNullException(nameof(path));
        }

        // A native call would end the name there and open another file.
        if (path.IndexOf('\0') >= 0)
        {
            throw SegmentErrors.NotAPath(path.Replace("\0", "\\0"), "it contains a NUL character");
        }

        if (path.Length == 0)
        {
            throw SegmentErrors.NotAPath(path, "it is empty");
        }

        // .NET Framework refuses it, and .NET opens it.
        if (IsWindows && WindowsPath.WhyNoFile(path) is string why)
        {
            throw SegmentErrors.NotAPath(path, why);
        }
    }
}
