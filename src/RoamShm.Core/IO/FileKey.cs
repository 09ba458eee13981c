using System;

namespace RoamShm;

/// <summary>The device and inode under which lists of mappings have a file.</summary>
internal readonly struct FileKey : IEquatable<FileKey>
{
    internal FileKey(ulong device, ulong inode)
    {
        Device = device;
        Inode = inode;
    }

    /// <summary>Major number in the upper, minor in the lower 32 bits.</summary>
    internal ulong Device { get; }

    internal ulong Inode { get; }

    public bool Equals(FileKey other) => Device == other.Device && Inode == other.Inode;

    public override bool Equals(object? obj) => obj is FileKey other && Equals(other);

    public override int GetHashCode() => unchecked((int)Inode ^ ((int)Device * 397) ^ (int)(Device >> 32));
}
