using System;

namespace RoamShm;

/// <summary>
/// The header fields (<c>r[shm.segment.header]</c>) that <see cref="SegmentHeader"/>, <see cref="SegmentListing"/> and <see cref="SegmentEvent"/> share. None
/// of them derives from another, so that a table of one type never shows another type in its columns.
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

    /// <summary>Gets or sets the path of the file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets the first 8 bytes as text, with unprintable bytes escaped: <c>ROAMHUB\x07</c>.</summary>
    public string? Magic { get; set; }

    /// <summary>Gets or sets the format version, 7.</summary>
    public uint Version { get; set; }

    /// <summary>Gets or sets the size of the header in bytes, 128.</summary>
    public uint HeaderSize { get; set; }

    /// <summary>Gets or sets the size of the segment at creation, in bytes.</summary>
    public ulong TotalSize { get; set; }

    /// <summary>Gets or sets the largest payload in bytes.</summary>
    public uint MaxPayloadSize { get; set; }

    /// <summary>Gets or sets the inline threshold in bytes as stored; 0 means the default.</summary>
    public uint InlineThreshold { get; set; }

    /// <summary>Gets or sets the effective inline threshold in bytes: 256 if 0 is stored (<c>r[shm.framing.threshold]</c>).</summary>
    public uint EffectiveInlineThreshold { get; set; }

    /// <summary>Gets or sets the maximum number of guests, 1 to 255.</summary>
    public uint MaxGuests { get; set; }

    /// <summary>Gets or sets the data bytes of one ring (one direction).</summary>
    public uint BipbufCapacity { get; set; }

    /// <summary>Gets or sets the offset of the peer table in bytes.</summary>
    public ulong PeerTableOffset { get; set; }

    /// <summary>Gets or sets the offset of the slot pool in bytes.</summary>
    public ulong VarPoolOffset { get; set; }

    /// <summary>Gets or sets the heartbeat interval of a guest in nanoseconds; 0 means that heartbeats are off.</summary>
    public ulong HeartbeatInterval { get; set; }

    /// <summary>Gets or sets a value indicating whether the host has raised its goodbye: the flag is not 0 (<c>r[shm.host.goodbye]</c>).</summary>
    public bool HostGoodbye { get; set; }

    /// <summary>Gets or sets the goodbye flag as stored; the reference stores 1.</summary>
    public uint HostGoodbyeValue { get; set; }

    /// <summary>Gets or sets the number of slot classes, 1 to 256.</summary>
    public uint NumVarSlotClasses { get; set; }

    /// <summary>Gets or sets the current size of the segment in bytes, at least <see cref="TotalSize"/> (<c>r[shm.varslot.extents]</c>).</summary>
    public ulong CurrentSize { get; set; }

    /// <summary>Gets or sets the length of the file in bytes.</summary>
    public long FileLength { get; set; }

    /// <summary>Gets or sets the time at which the header was read, in UTC.</summary>
    public DateTime ReadTime { get; set; }

    /// <summary>
    /// Gets or sets the full PowerShell path of the file, so that brackets in the name are not taken for wildcards. Only the PowerShell module sets it. A
    /// property here rather than a script property of the module, because objects bind to the next command by it: a script property took 5 µs more an object,
    /// as long as reading a header.
    /// </summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Gets or sets a string that identifies the file that was read: device, inode and birth time, or the boot if the file system stores no birth time. Given
    /// this object, a cmdlet that changes something refuses to act if the path now names another file. <see langword="null"/> if unknown.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>The source of <see cref="FileId"/>, which is computed on demand.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>Returns the path of the file.</summary>
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
