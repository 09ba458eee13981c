namespace RoamShm;

/// <summary>The input to the rules of the slot pool.</summary>
internal sealed class PoolFacts
{
    internal PoolFacts(SegmentHeader header) => Header = header;

    internal SegmentHeader Header { get; }

    internal string Path => Header.Path!;

    internal ulong Offset => Header.VarPoolOffset;

    internal uint Count => Header.NumVarSlotClasses;

    internal bool IsTableInside => SizeClassTable.IsInside(Offset, Count, (ulong)Header.FileLength);

    /// <summary>The class headers; empty until they are read.</summary>
    internal SlotClass[] Classes { get; set; } = [];

    /// <summary>The layout of the pool; <see langword="null"/> if its end exceeds 64 bits, or until it is computed.</summary>
    internal PoolLayout? Layout { get; set; }

    internal bool IsInside => Layout is not null && Layout.End <= (ulong)Header.FileLength;

    /// <summary>The end of the pool, as text.</summary>
    internal string End => Layout is null ? "2^64" : Layout.End.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
