using System;

namespace RoamShm.Bench;

/// <summary>An object of the same shape as the module's header, so that a floor creates what the module creates.</summary>
public sealed class FloorHeader
{
    internal const int Size = 128;
    internal const ulong V7Magic = 0x0742_5548_4D41_4F52;

    public string? Path { get; set; }

    public string? Magic { get; set; }

    public uint Version { get; set; }

    public uint HeaderSize { get; set; }

    public ulong TotalSize { get; set; }

    public uint MaxPayloadSize { get; set; }

    public uint InlineThreshold { get; set; }

    public uint EffectiveInlineThreshold { get; set; }

    public uint MaxGuests { get; set; }

    public uint BipbufCapacity { get; set; }

    public ulong PeerTableOffset { get; set; }

    public ulong VarPoolOffset { get; set; }

    public ulong HeartbeatInterval { get; set; }

    public bool HostGoodbye { get; set; }

    public uint HostGoodbyeValue { get; set; }

    public uint NumVarSlotClasses { get; set; }

    public ulong CurrentSize { get; set; }

    public long FileLength { get; set; }

    public DateTime ReadTime { get; set; }

    public string? PSPath { get; set; }

    /// <summary>Decodes 128 bytes. The format is little-endian, as are the machines that run .NET.</summary>
    internal static unsafe FloorHeader Decode(string path, byte* bytes, long fileLength)
    {
        uint threshold = *(uint*)(bytes + 28);
        uint goodbye = *(uint*)(bytes + 64);
        return new FloorHeader
        {
            Path = path,
            Magic = *(ulong*)bytes == V7Magic ? "ROAMHUB\\x07" : throw new InvalidOperationException($"'{path}' is no segment."),
            Version = *(uint*)(bytes + 8),
            HeaderSize = *(uint*)(bytes + 12),
            TotalSize = *(ulong*)(bytes + 16),
            MaxPayloadSize = *(uint*)(bytes + 24),
            InlineThreshold = threshold,
            EffectiveInlineThreshold = threshold == 0 ? 256 : threshold,
            MaxGuests = *(uint*)(bytes + 32),
            BipbufCapacity = *(uint*)(bytes + 36),
            PeerTableOffset = *(ulong*)(bytes + 40),
            VarPoolOffset = *(ulong*)(bytes + 48),
            HeartbeatInterval = *(ulong*)(bytes + 56),
            HostGoodbye = goodbye != 0,
            HostGoodbyeValue = goodbye,
            NumVarSlotClasses = *(uint*)(bytes + 68),
            CurrentSize = *(ulong*)(bytes + 72),
            FileLength = fileLength,
            ReadTime = DateTime.UtcNow,
        };
    }
}
