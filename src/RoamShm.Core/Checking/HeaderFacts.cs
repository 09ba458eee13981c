namespace RoamShm;

/// <summary>What the rules of the header judge.</summary>
internal sealed class HeaderFacts
{
    internal HeaderFacts(SegmentHeader header, ulong magic, int reservedAt, byte reserved)
    {
        Header = header;
        Magic = magic;
        ReservedAt = reservedAt;
        Reserved = reserved;
    }

    internal SegmentHeader Header { get; }

    internal ulong Magic { get; }

    /// <summary>Offset of the first reserved byte that is not 0, or -1.</summary>
    internal int ReservedAt { get; }

    /// <summary>That byte.</summary>
    internal byte Reserved { get; }

    internal string Path => Header.Path!;

    internal ulong FileLength => (ulong)Header.FileLength;
}
