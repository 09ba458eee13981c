using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>The layout of a slot pool (<c>r[shm.varslot]</c>): the class headers, followed by the metadata and slots of each class.</summary>
internal sealed class PoolLayout
{
    private readonly ulong[] _metaOffsets;
    private readonly ulong[] _dataOffsets;

    private PoolLayout(ulong offset, ulong[] metaOffsets, ulong[] dataOffsets, ulong end)
    {
        Offset = offset;
        _metaOffsets = metaOffsets;
        _dataOffsets = dataOffsets;
        End = end;
    }

    /// <summary>The offset of the pool, which begins with the class headers.</summary>
    internal ulong Offset { get; }

    /// <summary>The offset of the first byte after the pool.</summary>
    internal ulong End { get; }

    /// <summary>Returns the offset of a class header.</summary>
    /// <param name="classIndex">The index of the class.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal ulong HeaderOffset(int classIndex) => Offset + ((ulong)classIndex * SizeClassLayout.Size);

    /// <summary>Returns the offset of the slot metadata of a class.</summary>
    /// <param name="classIndex">The index of the class.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal ulong MetaOffset(int classIndex) => _metaOffsets[classIndex];

    /// <summary>Returns the offset of the slots of a class.</summary>
    /// <param name="classIndex">The index of the class.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal ulong DataOffset(int classIndex) => _dataOffsets[classIndex];

    /// <summary>Computes the layout. Safe for hostile values.</summary>
    /// <param name="offset">The offset of the pool.</param>
    /// <param name="classes">The classes; sizes and counts from 0 to 4294967295.</param>
    /// <param name="layout">The layout.</param>
    /// <returns><see langword="false"/> if the end exceeds 2⁶⁴ − 1.</returns>
    internal static bool TryCompute(ulong offset, IReadOnlyList<SlotClass> classes, out PoolLayout? layout)
    {
        if (classes is null)
        {
            throw new ArgumentNullException(nameof(classes));
        }

        var metaOffsets = new ulong[classes.Count];
        var dataOffsets = new ulong[classes.Count];
        try
        {
            checked
            {
                ulong next = offset + ((ulong)classes.Count * SizeClassLayout.Size);
                for (int i = 0; i < classes.Count; i++)
                {
                    metaOffsets[i] = next;
                    next += SegmentFormat.Align((ulong)classes[i].SlotCount * SlotMetaLayout.Size);
                    dataOffsets[i] = next;
                    next += SegmentFormat.Align((ulong)classes[i].SlotSize * (ulong)classes[i].SlotCount);
                }

                layout = new PoolLayout(offset, metaOffsets, dataOffsets, next);
                return true;
            }
        }
        catch (OverflowException)
        {
            layout = null;
            return false;
        }
    }
}
