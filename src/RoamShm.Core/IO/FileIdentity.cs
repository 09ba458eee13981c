using System;

namespace RoamShm;

/// <summary>
/// Distinguishes one file from another of the same name. Includes the birth time if the file system stores one, because the inode number of a deleted file is
/// soon reused.
/// </summary>
public readonly struct FileIdentity : IEquatable<FileIdentity>
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

    /// <summary>The device. On Linux, the major number is in the upper 32 bits and the minor number in the lower 32 bits.</summary>
    internal ulong Volume => _volume;

    /// <summary>The inode number.</summary>
    internal ulong File => _file;

    /// <summary>Determines whether two identities denote the same file.</summary>
    /// <param name="left">The first identity.</param>
    /// <param name="right">The second identity.</param>
    /// <returns><see langword="true"/> if the file is the same.</returns>
    public static bool operator ==(FileIdentity left, FileIdentity right) => left.Equals(right);

    /// <summary>Determines whether two identities denote different files.</summary>
    /// <param name="left">The first identity.</param>
    /// <param name="right">The second identity.</param>
    /// <returns><see langword="true"/> if the files differ.</returns>
    public static bool operator !=(FileIdentity left, FileIdentity right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(FileIdentity other) => _volume == other._volume && _file == other._file && _born == other._born;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FileIdentity other && Equals(other);

    /// <summary>Returns the identity as a string that cannot be mistaken for a date or a number.</summary>
    /// <returns>The device, inode and birth time. If the file system stores no birth time, the boot takes its place: until the next boot, the string denotes
    /// no other file, unless this one is deleted and its inode reused.</returns>
    public override string ToString() =>
        FormattableString.Invariant($"dev{_volume:x}-ino{_file}-")
        + (_born != 0 ? FormattableString.Invariant($"born{_born:x}") : "boot" + Boot.Id);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)_file ^ (int)_volume ^ (int)_born);
}
