using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>Where the parts of a slot pool lie (<c>r[shm.varslot]</c>): the class headers, then for each class its metadata and its slots.</summary>
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

    /// <summary>Offset of the pool, which begins with the class headers.</summary>
    internal ulong Offset { get; }

    /// <summary>Offset of the first byte behind the pool.</summary>
    internal ulong End { get; }

    /// <summary>Offset of a class's header.</summary>
    /// <param name="classIndex">Index of the class.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal ulong HeaderOffset(int classIndex) => Offset + ((ulong)classIndex * SizeClassLayout.Size);

    /// <summary>Offset of a class's slot metadata.</summary>
    /// <param name="classIndex">Index of the class.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal ulong MetaOffset(int classIndex) => _metaOffsets[classIndex];

    /// <summary>Offset of a class's slots.</summary>
    /// <param name="classIndex">Index of the class.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal ulong DataOffset(int classIndex) => _dataOffsets[classIndex];

    /// <summary>Computes the layout, also from values that somebody hostile wrote.</summary>
    /// <param name="offset">Offset of the pool.</param>
    /// <param name="classes">The classes; sizes and counts from 0 to 4294967295.</param>
    /// <param name="layout">The layout.</param>
    /// <returns><see langword="false"/> where the end passes 2⁶⁴ − 1.</returns>
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
