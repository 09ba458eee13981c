using System;

namespace RoamShm;

/// <summary>
/// Distinguishes one file from another of the same name. On Unix it includes the birth time if the file system stores one, because the inode number of a deleted
/// file is soon reused. NTFS and ReFS never reuse a file id, so there the id alone is the identity. The creation time must not be part of it: any program may
/// set it, and a new file inherits it from a file of the same name that was deleted within the last 15 seconds.
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

    /// <summary>Returns the identity of a file whose id is never reused on its volume.</summary>
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

    /// <summary>The device. On Linux, the major number is in the upper 32 bits and the minor number in the lower 32 bits.</summary>
    internal ulong Volume => _volume;

    /// <summary>Whether no other file on its volume ever gets its id.</summary>
    internal bool IsLasting => _isLasting;

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
    public bool Equals(FileIdentity other) => _volume == other._volume && _file == other._file && _born == other._born && _fileUpper == other._fileUpper && _isLasting == other._isLasting;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FileIdentity other && Equals(other);

    /// <summary>Returns the identity as a string that cannot be mistaken for a date or a number.</summary>
    /// <returns>On NTFS and ReFS, the volume and the file id. Elsewhere the device, inode and birth time. If the file system stores no birth time, the boot takes its
    /// place: until the next boot, the string denotes no other file, unless this one is deleted and its inode reused.</returns>
    public override string ToString() => _isLasting ? FormattableString.Invariant($"vol{_volume:x}-id{_fileUpper:x16}{_file:x16}")
        : FormattableString.Invariant($"dev{_volume:x}-ino{_file}-")
        + (_born != 0 ? FormattableString.Invariant($"born{_born:x}") : "boot" + Boot.Id);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)_file ^ (int)_fileUpper ^ (int)_volume ^ (int)_born);
}
