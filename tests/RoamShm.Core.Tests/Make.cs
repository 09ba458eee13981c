namespace RoamShm.Tests;

/// <summary>The segment that most tests use: 2 guests, rings of 4096 bytes, classes 1024:4 and 8192:2.</summary>
internal static class Make
{
    internal const ulong RingBase = 256;
    internal const ulong RingStride = 4224;
    internal const ulong PoolOffset = 17152;
    internal const long Length = 37888;

    internal static SegmentConfiguration Configuration => new()
    {
        MaxGuests = 2,
        BipbufCapacity = 4096,
        MaxPayloadSize = 65536,
        SlotClasses = [new SlotClass(1024, 4), new SlotClass(8192, 2)],
    };

    internal static string Segment(TestFolder folder, string name = "a.seg")
    {
        string path = folder[name];
        _ = RoamShm.Segment.Create(path, Configuration);
        return path;
    }
}
