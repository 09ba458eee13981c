namespace RoamShm;

/// <summary>What the rules of a slot class judge. One object serves all classes of a segment in turn.</summary>
internal sealed class ClassFacts
{
    internal ClassFacts(SegmentHeader header) => Header = header;

    internal SegmentHeader Header { get; }

    internal int Index { get; set; }

    internal uint SlotSize { get; set; }

    internal uint SlotCount { get; set; }

    /// <summary>The slot at which the free list begins.</summary>
    internal uint FirstFree { get; set; }

    /// <summary>The first reserved byte that is not 0, with its offset in the table of class headers; or null.</summary>
    internal (int Offset, byte Value)? Reserved { get; set; }

    /// <summary>Where the class header lies.</summary>
    internal ulong Offset => Header.VarPoolOffset + ((ulong)Index * SizeClassLayout.Size);

    internal bool IsUnusable => SlotSize == 0 || SlotCount == 0;
}
