namespace RoamShm;

/// <summary>The input to the rules of the header.</summary>
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

    /// <summary>The offset of the first nonzero reserved byte, or -1.</summary>
    internal int ReservedAt { get; }

    /// <summary>The value of that byte.</summary>
    internal byte Reserved { get; }

    internal string Path => Header.Path!;

    internal ulong FileLength => (ulong)Header.FileLength;
}
