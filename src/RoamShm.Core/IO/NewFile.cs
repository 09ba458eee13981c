using System;
using System.Threading;

namespace RoamShm;

/// <summary>
/// A file that is being created under a temporary name in the target's folder. When complete, it gets its name in one step; otherwise disposing removes it.
/// </summary>
internal abstract class NewFile : IDisposable
{
    /// <summary>The prefix of temporary names, which identifies a file left by a killed process.</summary>
    internal const string TemporaryPrefix = ".roamshm-";

    /// <summary>The prefix of the name that a file has during its removal, which identifies a file left by a killed removal.</summary>
    internal const string AsidePrefix = TemporaryPrefix + "removed-";

    private protected const int ZeroChunkSize = 1 << 20;

    private protected NewFile(string path, ulong size)
    {
        Path = path;
        Size = size;
    }

    private protected string Path { get; }

    private protected ulong Size { get; }

    internal static NewFile Create(string path, ulong size) =>
        SegmentFile.IsWindows ? WindowsNewFile.Create(path, size) : UnixNewFile.Create(path, size);

    /// <summary>Sets the file's length, filled with zeros, and reserves its storage unless the file is to be sparse.</summary>
    internal abstract void Reserve(bool sparse, CancellationToken cancellation);

    internal abstract void Write(ulong offset, byte[] buffer, int index, int count);

    internal abstract void SetMode(int mode);

    /// <summary>The identity of the file; <see langword="null"/> if it cannot be known until the file has its name.</summary>
    internal virtual FileIdentity? Identity => null;

    /// <summary>Gives the file its name.</summary>
    internal abstract void Publish(bool replace);

    public abstract void Dispose();
}
