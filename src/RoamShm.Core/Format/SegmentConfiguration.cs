using System.Collections.Generic;

namespace RoamShm;

/// <summary>
/// What a segment is made from. The values are as somebody asked for them, so wider than the fields that they end in;
/// <see cref="Segment.Create"/> refuses what does not fit.
/// </summary>
public sealed class SegmentConfiguration
{
    /// <summary>Number of guests that can attach, 1 to 255; default 8 (<c>r[shm.topology.max-guests]</c>).</summary>
    public long MaxGuests { get; set; } = 8;

    /// <summary>Data bytes of one ring, one direction, 1 to 4294967295; default 65536 (<c>r[shm.bipbuf.layout]</c>).</summary>
    public long BipbufCapacity { get; set; } = 64 * 1024;

    /// <summary>Largest payload in bytes, 0 to 4294967295; default 1048576 (<c>r[shm.segment.config]</c>).</summary>
    public long MaxPayloadSize { get; set; } = 1024 * 1024;

    /// <summary>Largest entry in bytes that travels inline, 0 to 4294967295; the default 0 stands for 256 (<c>r[shm.framing.threshold]</c>).</summary>
    public long InlineThreshold { get; set; }

    /// <summary>Nanoseconds between two heartbeats of a guest; the default 0 turns heartbeats off (<c>r[shm.crash.detection]</c>).</summary>
    public ulong HeartbeatInterval { get; set; }

    /// <summary>
    /// The slot classes, 1 to 256, in ascending slot size; default 1024 × 1 KiB, 256 × 16 KiB, 32 × 256 KiB (<c>r[shm.varslot.classes]</c>).
    /// </summary>
    public IReadOnlyList<SlotClass> SlotClasses { get; set; } = DefaultSlotClasses();

    /// <summary>The default slot classes.</summary>
    /// <returns>A new list.</returns>
    public static IReadOnlyList<SlotClass> DefaultSlotClasses() =>
        [new SlotClass(1024, 1024), new SlotClass(16 * 1024, 256), new SlotClass(256 * 1024, 32)];
}
