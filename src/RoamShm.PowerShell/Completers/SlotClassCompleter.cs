namespace RoamShm.Completers;

/// <summary>Completes typical slot classes.</summary>
public sealed class SlotClassCompleter : ExampleCompleter
{
    /// <summary>Creates the completer.</summary>
    public SlotClassCompleter()
        : base(
            ("1KB:1024;16KB:256;256KB:32", "The default: 1024 slots of 1 KiB, 256 of 16 KiB, 32 of 256 KiB"),
            ("4KB:256", "256 slots of 4 KiB"),
            ("1KB:4096;64KB:256", "Many small payloads, some of 64 KiB"),
            ("1KB:256;1MB:16", "Few payloads, up to 1 MiB"))
    {
    }
}
