using System;

namespace RoamShm;

/// <summary>The byte range of a structure in the file. Its name is formatted only when needed.</summary>
internal readonly struct Region
{
    /// <summary>Compares regions by their position in the file.</summary>
    internal static readonly Comparison<Region> ByOffset = (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Size.CompareTo(b.Size);

    private readonly string _name;
    private readonly int _peerId;

    internal Region(string name, ulong offset, ulong size, int peerId = 0)
    {
        _name = name;
        _peerId = peerId;
        Offset = offset;
        Size = size;
    }

    internal string Name => _peerId == 0 ? _name : FormattableString.Invariant($"{_name} {_peerId}");

    internal ulong Offset { get; }

    internal ulong Size { get; }

    internal ulong End => Offset + Size;

    internal static bool IsInside(ulong offset, ulong size, long fileLength) =>
        size <= (ulong)fileLength && offset <= (ulong)fileLength - size;
}
