using System;

namespace RoamShm;

/// <summary>
/// Tells one file from another under the same name. On Unix the time of birth is part of it where the file system keeps one, since a deleted file's inode
/// number is soon used again. NTFS and ReFS never give out a file's id again: there the id alone says it, and the time of creation must not. Any program may set
/// that, and a new file inherits it from one of the same name that was deleted within 15 seconds.
/// </summary>
public readonly struct FileIdentity : IEquatable<FileIdentity>
{
    private readonly ulong _volume;
    private readonly ulong _file;
    private readonly long _born;
    private readonly ulong _fileUpper;
    private readonly bool _isLasting;

    internal FileIdentity(ulong volume, ulong file, long born)
    {
        _volume = volume;
        _file = file;
        _born = born;
    }

    /// <summary>The identity of a file whose id no other file on its volume ever gets.</summary>
    /// <param name="volume">The volume's serial number.</param>
    /// <param name="file">The lower 64 bits of the id.</param>
    /// <param name="fileUpper">The upper 64 bits of the id; 0 on NTFS.</param>
    internal static FileIdentity Lasting(ulong volume, ulong file, ulong fileUpper) => new(volume, file, fileUpper);

    private FileIdentity(ulong volume, ulong file, ulong fileUpper)
        : this(volume, file, born: 0L)
    {
        _fileUpper = fileUpper;
        _isLasting = true;
    }

    /// <summary>The device; on Linux major in the upper, minor in the lower 32 bits.</summary>
    internal ulong Volume => _volume;

    /// <summary>Whether no other file on its volume ever gets its id.</summary>
    internal bool IsLasting => _isLasting;

    /// <summary>The inode number.</summary>
    internal ulong File => _file;

    /// <summary>Whether two identities are of the same file.</summary>
    /// <param name="left">One identity.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether it is the same file.</returns>
    public static bool operator ==(FileIdentity left, FileIdentity right) => left.Equals(right);

    /// <summary>Whether two identities are of different files.</summary>
    /// <param name="left">One identity.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are different files.</returns>
    public static bool operator !=(FileIdentity left, FileIdentity right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(FileIdentity other) => _volume == other._volume && _file == other._file && _born == other._born && _fileUpper == other._fileUpper && _isLasting == other._isLasting;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FileIdentity other && Equals(other);

    /// <summary>The identity as one text, which nobody takes for a date or a number.</summary>
    /// <returns>On NTFS and ReFS volume and file id. Elsewhere device, inode and time of birth; where the file system keeps no time of birth, the boot: until the next
    /// one no other file is meant, unless this one was deleted and its inode given to another.</returns>
    public override string ToString() => _isLasting ? FormattableString.Invariant($"vol{_volume:x}-id{_fileUpper:x16}{_file:x16}")
        : FormattableString.Invariant($"dev{_volume:x}-ino{_file}-")
        + (_born != 0 ? FormattableString.Invariant($"born{_born:x}") : "boot" + Boot.Id);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)_file ^ (int)_fileUpper ^ (int)_volume ^ (int)_born);
}
