using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>Conditions that a guest attaches to, but that bite once messages flow. Looked for when a segment is made and when it is tested.</summary>
public static class ConfigurationHazards
{
    /// <summary>A millisecond in nanoseconds: the time slices of schedulers are as long.</summary>
    private const ulong LeastHeartbeatInterval = 1_000_000;

    /// <summary>Looks for the hazards of a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <returns>One warning for each.</returns>
    public static SegmentFinding[] Find(SegmentConfiguration configuration)
    {
        if (configuration is null)
        {
            throw new ArgumentNullException(nameof(configuration));
        }

        var findings = new FindingList();
        ulong poolOffset = SegmentLayout.Compute(configuration).VarPoolOffset;
        Find(findings, (uint)configuration.BipbufCapacity, (uint)configuration.MaxPayloadSize, (uint)configuration.InlineThreshold, configuration.HeartbeatInterval);
        FindInClasses(findings, configuration.SlotClasses, poolOffset);
        return findings.ToArray();
    }

    internal static void Find(FindingList findings, uint bipbufCapacity, uint maxPayloadSize, uint inlineThreshold, ulong heartbeatInterval)
    {
        if (bipbufCapacity % SegmentFormat.Alignment != 0)
        {
            findings.Warning("RingCapacityNotAligned", "bipbuf_capacity", HeaderLayout.BipbufCapacity, $"a multiple of {SegmentFormat.Alignment}", $"{bipbufCapacity}", "r[shm.bipbuf.layout]",
                $"bipbuf_capacity {bipbufCapacity} is not a multiple of {SegmentFormat.Alignment}: the Rust implementation pads each ring to {SegmentFormat.Alignment} bytes and the Swift one does not, so they disagree on where the host→guest ring is.");
        }

        uint effectiveThreshold = inlineThreshold == 0 ? SegmentFormat.DefaultInlineThreshold : inlineThreshold;
        ulong largestInline = Math.Min(effectiveThreshold, maxPayloadSize);
        ulong entry = (SegmentFormat.EntryHeaderSize + largestInline + 3) & ~3UL;
        if (entry > bipbufCapacity)
        {
            findings.Warning("InlineDoesNotFitRing", "inline_threshold", HeaderLayout.InlineThreshold, $"an entry of at most {bipbufCapacity} bytes", $"{entry} bytes", "r[shm.bipbuf.grant]",
                $"An inline payload of {largestInline} bytes makes an entry of {entry} bytes, which never fits in a ring of {bipbufCapacity}: its sender spins for ever.");
        }

        if (effectiveThreshold > SegmentFormat.MaxInlinePayload && maxPayloadSize > SegmentFormat.MaxInlinePayload)
        {
            findings.Warning("InlineLengthOverflow", "inline_threshold", HeaderLayout.InlineThreshold, $"at most {SegmentFormat.MaxInlinePayload}", $"{effectiveThreshold}", "r[shm.framing.header]",
                $"With an inline threshold of {effectiveThreshold}, payloads over {SegmentFormat.MaxInlinePayload} bytes can travel inline, but their length is a u16: 65537 bytes arrive as 1.");
        }

        if (heartbeatInterval is > 0 and < LeastHeartbeatInterval)
        {
            findings.Warning("HeartbeatIntervalTooShort", "heartbeat_interval", HeaderLayout.HeartbeatInterval, $"0, or at least {LeastHeartbeatInterval}", $"{heartbeatInterval}", "r[shm.crash.detection]",
                $"The heartbeat_interval is {heartbeatInterval} ns, less than a millisecond: no guest is scheduled often enough to beat in time, so every guest looks stale at once. A number without a unit is nanoseconds; 500ms is half a second.");
        }

        if (heartbeatInterval > long.MaxValue)
        {
            findings.Warning("HeartbeatIntervalTooLarge", "heartbeat_interval", HeaderLayout.HeartbeatInterval, $"at most {long.MaxValue}", $"{heartbeatInterval}", "r[shm.crash.detection]",
                $"Twice the heartbeat_interval of {heartbeatInterval} ns wraps around in 64 bits, so peers look stale that are not.");
        }
    }

    internal static void FindInClasses(FindingList findings, IReadOnlyList<SlotClass> classes, ulong poolOffset)
    {
        for (int i = 1; i < classes.Count; i++)
        {
            if (classes[i].SlotSize < classes[i - 1].SlotSize)
            {
                findings.Warning("SlotClassesNotAscending", Text.Invariant($"class[{i}].slot_size"), poolOffset + ((ulong)i * SizeClassLayout.Size) + SizeClassLayout.SlotSize, $"at least {classes[i - 1].SlotSize}", $"{classes[i].SlotSize}", "r[shm.varslot.selection]",
                    $"Slot class {i} has smaller slots ({classes[i].SlotSize} bytes) than the class before it ({classes[i - 1].SlotSize}): the pool is searched first fit, so the smaller class is never reached.");
            }
        }
    }
}
