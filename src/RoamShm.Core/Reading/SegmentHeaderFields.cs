using System;

namespace RoamShm;

/// <summary>
/// The fields of a header (<c>r[shm.segment.header]</c>), which <see cref="SegmentHeader"/>, <see cref="SegmentListing"/> and <see cref="SegmentEvent"/> have in common.
/// None of those is another, so that a table of one kind never shows another kind in its columns.
/// </summary>
public abstract class SegmentHeaderFields
{
    private string? _fileId;

    private protected SegmentHeaderFields()
    {
    }

    /// <summary>Copies the fields.</summary>
    private protected SegmentHeaderFields(SegmentHeaderFields other)
    {
        Path = other.Path;
        Magic = other.Magic;
        Version = other.Version;
        HeaderSize = other.HeaderSize;
        TotalSize = other.TotalSize;
        MaxPayloadSize = other.MaxPayloadSize;
        InlineThreshold = other.InlineThreshold;
        EffectiveInlineThreshold = other.EffectiveInlineThreshold;
        MaxGuests = other.MaxGuests;
        BipbufCapacity = other.BipbufCapacity;
        PeerTableOffset = other.PeerTableOffset;
        VarPoolOffset = other.VarPoolOffset;
        HeartbeatInterval = other.HeartbeatInterval;
        HostGoodbye = other.HostGoodbye;
        HostGoodbyeValue = other.HostGoodbyeValue;
        NumVarSlotClasses = other.NumVarSlotClasses;
        CurrentSize = other.CurrentSize;
        FileLength = other.FileLength;
        ReadTime = other.ReadTime;
        PSPath = other.PSPath;
        Identity = other.Identity;
    }

    /// <summary>The file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>The first 8 bytes as text, what is not printable escaped: <c>ROAMHUB\x07</c>.</summary>
    public string? Magic { get; set; }

    /// <summary>Format version, 7.</summary>
    public uint Version { get; set; }

    /// <summary>Size of the header in bytes, 128.</summary>
    public uint HeaderSize { get; set; }

    /// <summary>Size of the segment at its creation, in bytes.</summary>
    public ulong TotalSize { get; set; }

    /// <summary>Largest payload in bytes.</summary>
    public uint MaxPayloadSize { get; set; }

    /// <summary>Inline threshold in bytes as stored; 0 stands for the default.</summary>
    public uint InlineThreshold { get; set; }

    /// <summary>Inline threshold in bytes as used: 256 where 0 is stored (<c>r[shm.framing.threshold]</c>).</summary>
    public uint EffectiveInlineThreshold { get; set; }

    /// <summary>Number of guests that can attach, 1 to 255.</summary>
    public uint MaxGuests { get; set; }

    /// <summary>Data bytes of one ring, one direction.</summary>
    public uint BipbufCapacity { get; set; }

    /// <summary>Offset of the peer table in bytes.</summary>
    public ulong PeerTableOffset { get; set; }

    /// <summary>Offset of the slot pool in bytes.</summary>
    public ulong VarPoolOffset { get; set; }

    /// <summary>Nanoseconds between two heartbeats of a guest; 0 = heartbeats are off.</summary>
    public ulong HeartbeatInterval { get; set; }

    /// <summary>Whether the host has said goodbye: the flag is not 0 (<c>r[shm.host.goodbye]</c>).</summary>
    public bool HostGoodbye { get; set; }

    /// <summary>The goodbye flag as stored; the reference stores 1.</summary>
    public uint HostGoodbyeValue { get; set; }

    /// <summary>Number of slot classes, 1 to 256.</summary>
    public uint NumVarSlotClasses { get; set; }

    /// <summary>Size of the segment now, in bytes; at least <see cref="TotalSize"/> (<c>r[shm.varslot.extents]</c>).</summary>
    public ulong CurrentSize { get; set; }

    /// <summary>Length of the file in bytes.</summary>
    public long FileLength { get; set; }

    /// <summary>When the header was read, UTC.</summary>
    public DateTime ReadTime { get; set; }

    /// <summary>
    /// The file as PowerShell names it in full, so that brackets in the name are not taken for wildcards; only the PowerShell module sets it. It is here, and not a script
    /// property of the module's, because objects bind to the next command by it: through a script property that took 5 µs more an object, as long as reading a header.
    /// </summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Which file this was read from, as one text: its device, inode and time of birth, or the boot where the file system keeps none. A cmdlet that changes
    /// something and is given this object refuses where another file has the path by then. <see langword="null"/> where it is not known.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>What <see cref="FileId"/> is made of when it is asked for.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>The file's path.</summary>
    /// <returns><see cref="Path"/>.</returns>
    public override string ToString() => Path ?? string.Empty;

    /// <summary>Fills the fields from the 128 bytes of a header.</summary>
    internal unsafe void Decode(string path, byte[] bytes, long fileLength, FileIdentity? identity)
    {
        fixed (byte* address = bytes)
        {
            MappedHeader header = MappedHeader.OfCopy(address);
            Magic = SegmentMagic.Escape(header.Magic);
            Version = header.Version;
            HeaderSize = header.HeaderSize;
            TotalSize = header.TotalSize;
            MaxPayloadSize = header.MaxPayloadSize;
            InlineThreshold = header.InlineThreshold;
            EffectiveInlineThreshold = header.EffectiveInlineThreshold;
            MaxGuests = header.MaxGuests;
            BipbufCapacity = header.BipbufCapacity;
            PeerTableOffset = header.PeerTableOffset;
            VarPoolOffset = header.VarPoolOffset;
            HeartbeatInterval = header.HeartbeatInterval;
            SetGoodbye(header.HostGoodbye);
            NumVarSlotClasses = header.NumVarSlotClasses;
            CurrentSize = header.CurrentSize;
        }

        Path = path;
        Identity = identity;
        FileLength = fileLength;
        ReadTime = DateTime.UtcNow;
    }

    internal void SetGoodbye(uint value)
    {
        HostGoodbyeValue = value;
        HostGoodbye = value != 0;
    }
}
