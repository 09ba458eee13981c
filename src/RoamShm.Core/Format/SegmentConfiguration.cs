using System.Collections.Generic;

namespace RoamShm;

/// <summary>
/// The configuration of a segment to create. The values are as requested, so their types are wider than the fields they are stored in;
/// <see cref="Segment.Create"/> refuses values that do not fit.
/// </summary>
public sealed class SegmentConfiguration
{
    /// <summary>Gets or sets the maximum number of guests, 1 to 255. The default is 8 (<c>r[shm.topology.max-guests]</c>).</summary>
    public long MaxGuests { get; set; } = 8;

    /// <summary>Gets or sets the data bytes of one ring (one direction), 1 to 4294967295. The default is 65536 (<c>r[shm.bipbuf.layout]</c>).</summary>
    public long BipbufCapacity { get; set; } = 64 * 1024;

    /// <summary>Gets or sets the largest payload in bytes, 0 to 4294967295. The default is 1048576 (<c>r[shm.segment.config]</c>).</summary>
    public long MaxPayloadSize { get; set; } = 1024 * 1024;

    /// <summary>
    /// Gets or sets the largest entry in bytes that travels inline, 0 to 4294967295. The default, 0, means 256 (<c>r[shm.framing.threshold]</c>).
    /// </summary>
    public long InlineThreshold { get; set; }

    /// <summary>Gets or sets the heartbeat interval of a guest in nanoseconds. The default, 0, turns heartbeats off (<c>r[shm.crash.detection]</c>).</summary>
    public ulong HeartbeatInterval { get; set; }

    /// <summary>
    /// Gets or sets the slot classes, 1 to 256, in ascending slot size. The default is 1024 × 1 KiB, 256 × 16 KiB, 32 × 256 KiB
    /// (<c>r[shm.varslot.classes]</c>).
    /// </summary>
    public IReadOnlyList<SlotClass> SlotClasses { get; set; } = DefaultSlotClasses();

    /// <summary>Returns the default slot classes.</summary>
    /// <returns>A new list.</returns>
    public static IReadOnlyList<SlotClass> DefaultSlotClasses() =>
        [new SlotClass(1024, 1024), new SlotClass(16 * 1024, 256), new SlotClass(256 * 1024, 32)];
}
