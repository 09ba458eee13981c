using System;
using System.Globalization;
using System.Text;

namespace RoamShm;

/// <summary>
/// The header of a segment as it was at one moment (<c>r[shm.segment.header]</c>). A flat object of plain values that can be
/// serialised, sent and bound again.
/// </summary>
public class SegmentHeader
{
    /// <summary>The v7 magic as <see cref="Magic"/> shows it.</summary>
    internal const string EscapedMagic = "ROAMHUB\\x07";

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

    /// <summary>The file as PowerShell names it in full, so that brackets in the name are not taken for wildcards.</summary>
    public string? PSPath { get; set; }

    /// <summary>Which file it was read from, where that matters later; not part of the object that is sent.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>The file's path.</summary>
    /// <returns><see cref="Path"/>.</returns>
    public override string ToString() => Path ?? string.Empty;

    /// <summary>Fills the fields from the 128 bytes of a header.</summary>
    internal unsafe void Decode(string path, byte[] bytes, long fileLength)
    {
        fixed (byte* header = bytes)
        {
            Path = path;
            Magic = Escape(*(ulong*)(header + HeaderLayout.Magic));
            Version = *(uint*)(header + HeaderLayout.Version);
            HeaderSize = *(uint*)(header + HeaderLayout.HeaderSize);
            TotalSize = *(ulong*)(header + HeaderLayout.TotalSize);
            MaxPayloadSize = *(uint*)(header + HeaderLayout.MaxPayloadSize);
            InlineThreshold = *(uint*)(header + HeaderLayout.InlineThreshold);
            EffectiveInlineThreshold = InlineThreshold == 0 ? SegmentFormat.DefaultInlineThreshold : InlineThreshold;
            MaxGuests = *(uint*)(header + HeaderLayout.MaxGuests);
            BipbufCapacity = *(uint*)(header + HeaderLayout.BipbufCapacity);
            PeerTableOffset = *(ulong*)(header + HeaderLayout.PeerTableOffset);
            VarPoolOffset = *(ulong*)(header + HeaderLayout.VarPoolOffset);
            HeartbeatInterval = *(ulong*)(header + HeaderLayout.HeartbeatInterval);
            SetGoodbye(*(uint*)(header + HeaderLayout.HostGoodbye));
            NumVarSlotClasses = *(uint*)(header + HeaderLayout.NumVarSlotClasses);
            CurrentSize = *(ulong*)(header + HeaderLayout.CurrentSize);
        }

        FileLength = fileLength;
        ReadTime = DateTime.UtcNow;
    }

    internal void SetGoodbye(uint value)
    {
        HostGoodbyeValue = value;
        HostGoodbye = value != 0;
    }

    /// <summary>The bytes of a magic as text.</summary>
    internal static string Escape(ulong magic)
    {
        if (magic == SegmentFormat.Magic)
        {
            return EscapedMagic;
        }

        var text = new StringBuilder(32);
        for (int i = 0; i < 8; i++)
        {
            byte value = (byte)(magic >> (8 * i));
            if (value is < 0x20 or > 0x7e or (byte)'\\')
            {
                _ = text.Append("\\x").Append(value.ToString("x2", CultureInfo.InvariantCulture));
            }
            else
            {
                _ = text.Append((char)value);
            }
        }

        return text.ToString();
    }
}
