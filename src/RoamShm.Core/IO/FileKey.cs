using System;

namespace RoamShm;

/// <summary>The device and inode that identify a file in mapping lists.</summary>
internal readonly struct FileKey : IEquatable<FileKey>
{
    internal FileKey(ulong device, ulong inode)
    {
        Device = device;
        Inode = inode;
    }

    /// <summary>The device: the major number in the upper 32 bits, the minor number in the lower 32 bits.</summary>
    internal ulong Device { get; }

    internal ulong Inode { get; }

    public bool Equals(FileKey other) => Device == other.Device && Inode == other.Inode;

    public override bool Equals(object? obj) => obj is FileKey other && Equals(other);

    public override int GetHashCode() => unchecked((int)Inode ^ ((int)Device * 397) ^ (int)(Device >> 32));
}
