using System;

namespace RoamShm;

/// <summary>The values of a header or a configuration that can be hazardous.</summary>
internal sealed class HazardFacts
{
    internal HazardFacts(uint bipbufCapacity, uint maxPayloadSize, uint inlineThreshold, ulong heartbeatInterval)
    {
        BipbufCapacity = bipbufCapacity;
        MaxPayloadSize = maxPayloadSize;
        InlineThreshold = SegmentFormat.EffectiveInlineThreshold(inlineThreshold);
        HeartbeatInterval = heartbeatInterval;
    }

    internal uint BipbufCapacity { get; }

    internal uint MaxPayloadSize { get; }

    /// <summary>The effective inline threshold.</summary>
    internal uint InlineThreshold { get; }

    internal ulong HeartbeatInterval { get; }

    internal uint LargestInline => Math.Min(InlineThreshold, MaxPayloadSize);

    /// <summary>The size in bytes of the entry for the largest inline payload.</summary>
    internal ulong LargestEntry => ((ulong)SegmentFormat.EntryHeaderSize + LargestInline + 3) & ~3UL;
}
