using System.Collections.Generic;
using static RoamShm.SegmentFinding;

namespace RoamShm;

/// <summary>
/// Conditions that do not stop a guest from attaching, but cause trouble once messages flow. Checked when a segment is created and when it is tested.
/// </summary>
internal static class ConfigurationHazards
{
    /// <summary>A millisecond in nanoseconds, roughly a scheduler's time slice.</summary>
    private const ulong LeastHeartbeatInterval = 1_000_000;

    private static readonly FindingRule<HazardFacts>[] Rules =
    [
        new(SegmentFindingId.RingCapacityNotAligned, Warning, "r[shm.bipbuf.layout]", "bipbuf_capacity", HeaderLayout.BipbufCapacity,
            when: facts => facts.BipbufCapacity % SegmentFormat.Alignment != 0,
            expected: _ => $"a multiple of {SegmentFormat.Alignment}",
            found: facts => $"{facts.BipbufCapacity}",
            message: facts => $"bipbuf_capacity {facts.BipbufCapacity} is not a multiple of {SegmentFormat.Alignment}: the Rust implementation pads each ring to {SegmentFormat.Alignment} bytes and the Swift one does not, so they disagree on where the host→guest ring is."),

        new(SegmentFindingId.InlineDoesNotFitRing, Warning, "r[shm.bipbuf.grant]", "inline_threshold", HeaderLayout.InlineThreshold,
            when: facts => facts.LargestEntry > facts.BipbufCapacity,
            expected: facts => $"an entry of at most {facts.BipbufCapacity} bytes",
            found: facts => $"{facts.LargestEntry} bytes",
            message: facts => $"An inline payload of {facts.LargestInline} bytes makes an entry of {facts.LargestEntry} bytes, which never fits in a ring of {facts.BipbufCapacity}: its sender spins forever."),

        new(SegmentFindingId.InlineLengthOverflow, Warning, "r[shm.framing.header]", "inline_threshold", HeaderLayout.InlineThreshold,
            when: facts => facts.InlineThreshold > SegmentFormat.MaxInlinePayload && facts.MaxPayloadSize > SegmentFormat.MaxInlinePayload,
            expected: _ => $"at most {SegmentFormat.MaxInlinePayload}",
            found: facts => $"{facts.InlineThreshold}",
            message: facts => $"With an inline threshold of {facts.InlineThreshold}, payloads over {SegmentFormat.MaxInlinePayload} bytes can travel inline, but their length is a u16: 65537 bytes arrive as 1."),

        new(SegmentFindingId.HeartbeatIntervalTooShort, Warning, "r[shm.crash.detection]", "heartbeat_interval", HeaderLayout.HeartbeatInterval,
            when: facts => facts.HeartbeatInterval is > 0 and < LeastHeartbeatInterval,
            expected: _ => $"0, or at least {LeastHeartbeatInterval}",
            found: facts => $"{facts.HeartbeatInterval}",
            message: facts => $"The heartbeat_interval is {facts.HeartbeatInterval} ns, less than a millisecond: no guest is scheduled often enough to send a heartbeat in time, so every guest appears stale at once. A number without a unit is nanoseconds; 500ms is half a second."),

        new(SegmentFindingId.HeartbeatIntervalTooLarge, Warning, "r[shm.crash.detection]", "heartbeat_interval", HeaderLayout.HeartbeatInterval,
            when: facts => facts.HeartbeatInterval > long.MaxValue,
            expected: _ => $"at most {long.MaxValue}",
            found: facts => $"{facts.HeartbeatInterval}",
            message: facts => $"Twice the heartbeat_interval of {facts.HeartbeatInterval} ns wraps around in 64 bits, so live peers appear stale."),
    ];

    private static readonly FindingRule<(IReadOnlyList<SlotClass> Classes, int Index, ulong PoolOffset)> NotAscending =
        new(SegmentFindingId.SlotClassesNotAscending, Warning, "r[shm.varslot.selection]",
            facts => $"class[{facts.Index}].slot_size", facts => facts.PoolOffset + ((ulong)facts.Index * SizeClassLayout.Size) + SizeClassLayout.SlotSize,
            when: facts => facts.Classes[facts.Index].SlotSize < facts.Classes[facts.Index - 1].SlotSize,
            expected: facts => $"at least {facts.Classes[facts.Index - 1].SlotSize}",
            found: facts => $"{facts.Classes[facts.Index].SlotSize}",
            message: facts => $"Slot class {facts.Index} has smaller slots ({facts.Classes[facts.Index].SlotSize} bytes) than the class before it ({facts.Classes[facts.Index - 1].SlotSize}): the pool is searched first fit, so the smaller class is never reached.");

    /// <summary>Finds the hazards of a configuration.</summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidConfiguration"/>.</exception>
    internal static SegmentFinding[] Find(SegmentConfiguration configuration)
    {
        var findings = new FindingList();
        ulong poolOffset = SegmentLayout.Compute(configuration).VarPoolOffset;
        Find(new HazardFacts((uint)configuration.BipbufCapacity, (uint)configuration.MaxPayloadSize, (uint)configuration.InlineThreshold, configuration.HeartbeatInterval), findings);
        FindInClasses(configuration.SlotClasses, poolOffset, findings);
        return findings.ToArray();
    }

    internal static void Find(HazardFacts facts, FindingList findings) => Rules.Check(facts, findings);

    internal static void FindInClasses(IReadOnlyList<SlotClass> classes, ulong poolOffset, FindingList findings)
    {
        for (int i = 1; i < classes.Count; i++)
        {
            _ = NotAscending.Check((classes, i, poolOffset), findings);
        }
    }
}
