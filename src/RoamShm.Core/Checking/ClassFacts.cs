namespace RoamShm;

/// <summary>The input to the rules of a slot class. One object is reused for all classes of a segment.</summary>
internal sealed class ClassFacts
{
    internal ClassFacts(SegmentHeader header) => Header = header;

    internal SegmentHeader Header { get; }

    internal int Index { get; set; }

    internal uint SlotSize { get; set; }

    internal uint SlotCount { get; set; }

    /// <summary>The slot at the head of the free list.</summary>
    internal uint FirstFree { get; set; }

    /// <summary>The first nonzero reserved byte, with its offset in the table of class headers; <see langword="null"/> if there is none.</summary>
    internal (int Offset, byte Value)? Reserved { get; set; }

    /// <summary>The offset of the class header.</summary>
    internal ulong Offset => Header.VarPoolOffset + ((ulong)Index * SizeClassLayout.Size);

    internal bool IsUnusable => SlotSize == 0 || SlotCount == 0;
}
