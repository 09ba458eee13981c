using System;

namespace RoamShm;

/// <summary>
/// Tells one file from another under the same name. The time of birth is part of it where the file system keeps one,
/// since a deleted file's inode number is soon used again.
/// </summary>
internal readonly struct FileIdentity : IEquatable<FileIdentity>
{
    private readonly ulong _volume;
    private readonly ulong _file;
    private readonly long _born;

    internal FileIdentity(ulong volume, ulong file, long born)
    {
        _volume = volume;
        _file = file;
        _born = born;
    }

    /// <summary>The device; on Linux major in the upper, minor in the lower 32 bits.</summary>
    internal ulong Volume => _volume;

    /// <summary>The inode number.</summary>
    internal ulong File => _file;

    public bool Equals(FileIdentity other) => _volume == other._volume && _file == other._file && _born == other._born;

    public override bool Equals(object? obj) => obj is FileIdentity other && Equals(other);

    public override int GetHashCode() => unchecked((int)_file ^ (int)_volume ^ (int)_born);
}
