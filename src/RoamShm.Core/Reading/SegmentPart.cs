using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>One of the parts that a segment consists of, in the order in which they lie in the file (<c>r[shm.segment]</c>).</summary>
internal sealed class SegmentPart
{
    private SegmentPart(string name, ulong offset, ulong end)
    {
        Name = name;
        Offset = offset;
        Size = end > offset ? end - offset : 0;
    }

    /// <summary><c>header</c>, <c>peer table</c>, <c>rings</c>, <c>slot pool</c>, or <c>extents</c> for what a segment grew by.</summary>
    internal string Name { get; }

    /// <summary>Where it begins, in bytes from the start of the file.</summary>
    internal ulong Offset { get; }

    /// <summary>Its size in bytes, what pads it up to the next part included; 0 where the header contradicts itself.</summary>
    internal ulong Size { get; }

    /// <summary>The parts of a segment as its header tells them. Nothing is compared with the file.</summary>
    /// <param name="header">The header.</param>
    /// <returns>The parts.</returns>
    internal static IReadOnlyList<SegmentPart> Of(SegmentHeader header)
    {
        if (header is null)
        {
            throw new ArgumentNullException(nameof(header));
        }

        // The peer table of the most guests that a u32 can tell still fits in 64 bits; its offset may be anything.
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
