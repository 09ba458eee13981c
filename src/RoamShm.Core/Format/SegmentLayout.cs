using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>The layout of a segment created from a <see cref="SegmentConfiguration"/> (<c>r[shm.segment]</c>).</summary>
internal sealed class SegmentLayout
{
    private SegmentLayout(SegmentConfiguration configuration, PoolLayout pool)
    {
        Configuration = configuration;
        Pool = pool;
    }

    /// <summary>The configuration that the layout was computed from.</summary>
    internal SegmentConfiguration Configuration { get; }

    /// <summary>The offset of the peer table.</summary>
    internal ulong PeerTableOffset => HeaderLayout.Size;

    /// <summary>The offset of the first ring pair.</summary>
    internal ulong RingBase => RingOffset(0);

    /// <summary>The distance in bytes from a guest→host ring to its host→guest ring.</summary>
    internal ulong RingStride => RingLayout.Stride((uint)Configuration.BipbufCapacity);

    /// <summary>The layout of the slot pool.</summary>
    internal PoolLayout Pool { get; }

    /// <summary>The offset of the slot pool.</summary>
    internal ulong VarPoolOffset => Pool.Offset;

    /// <summary>The size of the whole segment in bytes.</summary>
    internal ulong TotalSize => Pool.End;

    /// <summary>
    /// Returns the offset of a peer's ring pair: guest→host first, host→guest one <see cref="RingStride"/> later (<c>r[shm.bipbuf.layout]</c>).
    /// </summary>
    /// <param name="peerIndex">The index in the peer table: the peer id minus 1.</param>
    /// <returns>The offset from the start of the segment.</returns>
    internal ulong RingOffset(int peerIndex) => RingLayout.PairOffset((uint)Configuration.MaxGuests, (uint)Configuration.BipbufCapacity, peerIndex);

    /// <summary>Computes the layout of a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidConfiguration"/>: a value is out of range, so no guest could attach, or the size
    /// exceeds 2⁶³ − 1.</exception>
    internal static SegmentLayout Compute(SegmentConfiguration configuration)
    {
        if (configuration is null)
        {
            throw new ArgumentNullException(nameof(configuration));
        }

        RequireRange("MaxGuests", configuration.MaxGuests, 1, SegmentFormat.MaxGuests);
        RequireRange("BipbufCapacity", configuration.BipbufCapacity, 1, uint.MaxValue);
        RequireRange("MaxPayloadSize", configuration.MaxPayloadSize, 0, uint.MaxValue);
        RequireRange("InlineThreshold", configuration.InlineThreshold, 0, uint.MaxValue);
        IReadOnlyList<SlotClass> classes = configuration.SlotClasses;
        RequireRange("The number of slot classes", classes.Count, 1, SegmentFormat.MaxSlotClasses);
        for (int i = 0; i < classes.Count; i++)
        {
            RequireRange(FormattableString.Invariant($"SlotSize of slot class {i}"), classes[i].SlotSize, SegmentFormat.SlotLengthPrefix + 1, uint.MaxValue);
            RequireRange(FormattableString.Invariant($"SlotCount of slot class {i}"), classes[i].SlotCount, 1, uint.MaxValue);
        }

        // 255 guests with 4 GiB rings stay below 2⁴², so only the pool can overflow.
        ulong ringsEnd = RingLayout.PairOffset((uint)configuration.MaxGuests, (uint)configuration.BipbufCapacity, (int)configuration.MaxGuests);
        if (!PoolLayout.TryCompute(SegmentFormat.Align(ringsEnd), classes, out PoolLayout? pool) || pool!.End > long.MaxValue)
        {
            throw SegmentErrors.InvalidConfiguration("The segment would be larger than a file can be, 9223372036854775807 bytes.");
        }

        return new SegmentLayout(configuration, pool);
    }

    private static void RequireRange(string what, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw SegmentErrors.InvalidConfiguration(FormattableString.Invariant($"{what} is {value}; it must be from {least} to {most}."));
        }
    }
}
