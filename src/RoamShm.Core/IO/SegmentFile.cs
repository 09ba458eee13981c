using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace RoamShm;

/// <summary>
/// The one way to open a file that may be a segment. Reads are positioned reads and never a mapping, so that a file truncated
/// under us ends a read early instead of killing the process. Opening neither blocks nor is blocked by other openers, and anything
/// but a regular file is refused by what it is.
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

    /// <summary>Whether it was opened for writing too.</summary>
    internal bool IsWritable { get; }

    /// <summary>What the open file was at the last look.</summary>
    internal FileStatus Status { get; private protected set; }

    internal long Length => Status.Length;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wait">How long to wait for a file on which another process holds a lease; <see langword="null"/> for two seconds.</param>
    /// <param name="cancellation">Ends that wait.</param>
    internal static SegmentFile OpenRead(string path, OpenWait? wait = null, CancellationToken cancellation = default) => Open(path, write: false, wait, cancellation);

    /// <summary>Opens a file for reading and writing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wait">How long to wait for a file on which another process holds a lease; <see langword="null"/> for two seconds.</param>
    /// <param name="cancellation">Ends that wait.</param>
    internal static SegmentFile OpenReadWrite(string path, OpenWait? wait = null, CancellationToken cancellation = default) => Open(path, write: true, wait, cancellation);

    /// <summary>Looks at what has that name, without following a symbolic link and without opening it.</summary>
    /// <returns>Its status, or <see langword="null"/> where nothing has the name.</returns>
    internal static FileStatus? Peek(string path)
    {
        RequireFileName(path);
        return IsWindows ? WindowsSegmentFile.Peek(path) : UnixSegmentFile.Peek(path);
    }

    /// <summary>Looks at what a name leads to, symbolic links followed, without opening it; on Unix.</summary>
    /// <returns>Its status, or <see langword="null"/> where that cannot be had.</returns>
    internal static FileStatus? PeekTarget(string path)
    {
        RequireFileName(path);
        return UnixSegmentFile.PeekTarget(path);
    }

    /// <summary>Whether a name leads to a regular file, symbolic links followed, without opening anything.</summary>
    internal static bool IsRegular(string path)
    {
        RequireFileName(path);
        return IsWindows ? WindowsSegmentFile.IsRegular(path) : UnixSegmentFile.IsRegular(path);
    }

    /// <summary>Takes a file's name away.</summary>
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

    /// <summary>Reads at a position until the buffer's part is full or the file ends.</summary>
    /// <returns>The number of bytes read.</returns>
    internal abstract int Read(ulong offset, byte[] buffer, int index, int count);

    /// <summary>Reads exactly that much, or reports the file as truncated under us.</summary>
    internal void ReadExactly(ulong offset, byte[] buffer, int count)
    {
        int read = Read(offset, buffer, 0, count);
        if (read < count)
        {
            throw SegmentErrors.Truncated(Path, "needed size", offset + (ulong)count, (long)offset + read);
        }
    }

    /// <summary>Looks at the open file again.</summary>
    internal abstract void Refresh();

    /// <summary>Asks watches that hold the file open for reading to let it go, as they do in a moment; for who wants it for himself.</summary>
    internal virtual void AskToLetGo()
    {
    }

    /// <summary>Maps a part, shared with every other process that maps it; for writing too where the file was opened so.</summary>
    internal abstract MappedPart Map(ulong offset, ulong length);

    /// <summary>Maps a part, and then makes sure that the file still has it: touching a mapping past a file's end kills the process.</summary>
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

    /// <summary>Makes sure that the file still has so many bytes.</summary>
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
    }
}
