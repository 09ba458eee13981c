using System;
using System.Threading;

namespace RoamShm;

/// <summary>
/// A file in the making, under a temporary name in the target's folder. It takes its name in one step, complete; if it never does, disposing
/// removes it.
/// </summary>
internal abstract class NewFile : IDisposable
{
    /// <summary>How temporary names begin, so that one left by a killed process can be told.</summary>
    internal const string TemporaryPrefix = ".roamshm-";

    /// <summary>How the name begins that a file has while it is being removed, so that one left by a killed removal can be told from others.</summary>
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

    /// <summary>Gives the file its length, all zero, and reserves its storage unless it is to be sparse.</summary>
    internal abstract void Reserve(bool sparse, CancellationToken cancellation);

    internal abstract void Write(ulong offset, byte[] buffer, int index, int count);

    internal abstract void SetMode(int mode);

    /// <summary>Which file it is; null where that is known only of a file that has its name.</summary>
    internal virtual FileIdentity? Identity => null;

    /// <summary>Gives the file its name.</summary>
    internal abstract void Publish(bool replace);

    public abstract void Dispose();
}
