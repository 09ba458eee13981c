namespace RoamShm;

/// <summary>What the rules of the slot pool judge.</summary>
internal sealed class PoolFacts
{
    internal PoolFacts(SegmentHeader header) => Header = header;

    internal SegmentHeader Header { get; }

    internal string Path => Header.Path!;

    internal ulong Offset => Header.VarPoolOffset;

    internal uint Count => Header.NumVarSlotClasses;

    internal bool IsTableInside => SizeClassTable.IsInside(Offset, Count, (ulong)Header.FileLength);

    /// <summary>The class headers; none before they are read.</summary>
    internal SlotClass[] Classes { get; set; } = [];

    /// <summary>Where the parts of the pool lie; null where its end passes 64 bits, or before it is computed.</summary>
    internal PoolLayout? Layout { get; set; }

    internal bool IsInside => Layout is not null && Layout.End <= (ulong)Header.FileLength;

    /// <summary>Where the pool ends, as text.</summary>
    internal string End => Layout is null ? "2^64" : Layout.End.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
