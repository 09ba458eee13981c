using System;

namespace RoamShm;

/// <summary>The status of a file according to the file system.</summary>
internal readonly struct FileStatus
{
    internal FileStatus(FileKind kind, long length, FileIdentity identity, DateTime lastWriteTimeUtc, int? mode = null, uint ownerId = 0, long? allocated = null)
    {
        Mode = mode;
        OwnerId = ownerId;
        Allocated = allocated;
        Kind = kind;
        Length = length;
        Identity = identity;
        LastWriteTimeUtc = lastWriteTimeUtc;
    }

    internal FileKind Kind { get; }

    internal long Length { get; }

    /// <summary>The number of bytes of storage that the file occupies, which is less than its length if it is sparse; null if unknown.</summary>
    internal long? Allocated { get; }

    internal FileIdentity Identity { get; }

    internal DateTime LastWriteTimeUtc { get; }

    /// <summary>The permission bits on Unix.</summary>
    internal int? Mode { get; }

    /// <summary>The owner's user id on Unix.</summary>
    internal uint OwnerId { get; }

    internal FileStatus WithLength(long length) => new(Kind, length, Identity, LastWriteTimeUtc, Mode, OwnerId);

    /// <summary>Throws if this is anything but a regular file, and says what it is.</summary>
    internal void RequireRegular(string path)
    {
        if (Kind != FileKind.Regular)
        {
            throw SegmentErrors.NotARegularFile(path, Describe(Kind));
        }
    }

    private static string Describe(FileKind kind) => kind switch
    {
        FileKind.Directory => "a directory",
        FileKind.SymbolicLink => "a symbolic link",
        FileKind.Fifo => "a FIFO",
        FileKind.Socket => "a socket",
        FileKind.CharacterDevice => "a character device",
        FileKind.BlockDevice => "a block device",
        _ => "something else",
    };
}
