using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>A part of a segment. Parts are ordered as in the file (<c>r[shm.segment]</c>).</summary>
internal sealed class SegmentPart
{
    private SegmentPart(string name, ulong offset, ulong end)
    {
        Name = name;
        Offset = offset;
        Size = end > offset ? end - offset : 0;
    }

    /// <summary>The name: <c>header</c>, <c>peer table</c>, <c>rings</c>, <c>slot pool</c>, or <c>extents</c> for what the segment grew by.</summary>
    internal string Name { get; }

    /// <summary>The offset in bytes from the start of the file.</summary>
    internal ulong Offset { get; }

    /// <summary>The size in bytes, including the padding up to the next part; 0 if the header contradicts itself.</summary>
    internal ulong Size { get; }

    /// <summary>Returns the parts of a segment according to its header, without checking the file.</summary>
    /// <param name="header">The header.</param>
    /// <returns>The parts.</returns>
    internal static IReadOnlyList<SegmentPart> Of(SegmentHeader header)
    {
        if (header is null)
        {
            throw new ArgumentNullException(nameof(header));
        }

        // A peer table of as many guests as a u32 can hold still fits into 64 bits; its offset may be anything.
        ulong table = (ulong)header.MaxGuests * PeerEntryLayout.Size;
        ulong rings = header.PeerTableOffset <= ulong.MaxValue - table ? header.PeerTableOffset + table : ulong.MaxValue;
        var parts = new List<SegmentPart>
        {
            new("header", 0, HeaderLayout.Size),
            new("peer table", header.PeerTableOffset, rings),
            new("rings", rings, header.VarPoolOffset),
            new("slot pool", header.VarPoolOffset, header.TotalSize),
        };
        if (header.CurrentSize > header.TotalSize)
        {
            parts.Add(new SegmentPart("extents", header.TotalSize, header.CurrentSize));
        }

        return parts;
    }
}
