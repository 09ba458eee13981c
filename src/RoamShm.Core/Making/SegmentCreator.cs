using System;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Makes segments, byte for byte as the reference does (<c>r[shm.file.create]</c>), except that the file has its name only once it is
/// complete, that its storage is reserved, and that it never takes the place of another file unless asked to.
/// </summary>
public static unsafe class SegmentCreator
{
    private const int ChunkSize = 1 << 20;

    /// <summary>Makes a segment.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="configuration">What to make.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellation">Ends a long creation, which then leaves nothing behind.</param>
    /// <returns>The header of the new segment.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentExists"/>, <see cref="SegmentErrorId.InvalidConfiguration"/>,
    /// <see cref="SegmentErrorId.InsufficientSpace"/>, <see cref="SegmentErrorId.NotARegularFile"/>, <see cref="SegmentErrorId.SegmentNotFound"/>
    /// (no such folder) or <see cref="SegmentErrorId.SegmentAccessDenied"/>. Nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">The creation was cancelled.</exception>
    public static SegmentHeader Create(string path, SegmentConfiguration configuration, SegmentCreateOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new SegmentCreateOptions();
        SegmentLayout layout = SegmentLayout.Compute(configuration);
        if (options.Mode is int mode && (SegmentFile.IsWindows || mode < 0 || mode > 0x1FF))
        {
            throw SegmentErrors.InvalidConfiguration(SegmentFile.IsWindows
                ? "A mode is given, but this system has no permission bits; leave it out."
                : "The mode is not within octal 0 to 0777.");
        }

        RequireFreeName(path, options.Force);

        using NewFile file = NewFile.Create(path, layout.TotalSize);
        file.Reserve(options.Sparse, cancellation);
        byte[] header = WriteMetadata(file, layout, cancellation);
        file.SetMode(options.Mode ?? SegmentCreateOptions.DefaultMode);
        cancellation.ThrowIfCancellationRequested();
        file.Publish(options.Force);

        var result = new SegmentHeader();
        result.Decode(path, header, (long)layout.TotalSize);
        return result;
    }

    /// <summary>Refuses a name that something has already, unless it is a file that may be replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="force">Whether a file there may be replaced.</param>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentExists"/> or <see cref="SegmentErrorId.NotARegularFile"/>.</exception>
    public static void RequireFreeName(string path, bool force)
    {
        if (SegmentFile.Peek(path) is not FileStatus there)
        {
            return;
        }

        // A symbolic link is never followed: it keeps its name, or loses it to the new file.
        if (there.Kind != FileKind.SymbolicLink)
        {
            there.RequireRegular(path);
        }

        if (!force)
        {
            throw SegmentErrors.Exists(path);
        }
    }

    private static byte[] WriteMetadata(NewFile file, SegmentLayout layout, CancellationToken cancellation)
    {
        SegmentConfiguration configuration = layout.Configuration;
        WritePeers(file, layout);
        WriteClassHeaders(file, layout);
        for (int i = 0; i < configuration.SlotClasses.Count; i++)
        {
            WriteSlots(file, layout.Pool.MetaOffset(i), (uint)configuration.SlotClasses[i].SlotCount, cancellation);
        }

        byte[] header = BuildHeader(layout);
        file.Write(HeaderLayout.Version, header, HeaderLayout.Version, HeaderLayout.Size - HeaderLayout.Version);

        // Last, so that whoever sees the magic sees a complete segment.
        file.Write(HeaderLayout.Magic, header, HeaderLayout.Magic, sizeof(ulong));
        return header;
    }

    private static byte[] BuildHeader(SegmentLayout layout)
    {
        SegmentConfiguration configuration = layout.Configuration;
        byte[] bytes = new byte[HeaderLayout.Size];
        fixed (byte* header = bytes)
        {
            *(ulong*)(header + HeaderLayout.Magic) = SegmentFormat.Magic;
            *(uint*)(header + HeaderLayout.Version) = SegmentFormat.Version;
            *(uint*)(header + HeaderLayout.HeaderSize) = HeaderLayout.Size;
            *(ulong*)(header + HeaderLayout.TotalSize) = layout.TotalSize;
            *(uint*)(header + HeaderLayout.MaxPayloadSize) = (uint)configuration.MaxPayloadSize;
            *(uint*)(header + HeaderLayout.InlineThreshold) = (uint)configuration.InlineThreshold;
            *(uint*)(header + HeaderLayout.MaxGuests) = (uint)configuration.MaxGuests;
            *(uint*)(header + HeaderLayout.BipbufCapacity) = (uint)configuration.BipbufCapacity;
            *(ulong*)(header + HeaderLayout.PeerTableOffset) = layout.PeerTableOffset;
            *(ulong*)(header + HeaderLayout.VarPoolOffset) = layout.VarPoolOffset;
            *(ulong*)(header + HeaderLayout.HeartbeatInterval) = configuration.HeartbeatInterval;
            *(uint*)(header + HeaderLayout.NumVarSlotClasses) = (uint)configuration.SlotClasses.Count;
            *(ulong*)(header + HeaderLayout.CurrentSize) = layout.TotalSize;
        }

        return bytes;
    }

    /// <summary>The peer table, every entry Empty, and the capacity of each ring; all else in them is zero.</summary>
    private static void WritePeers(NewFile file, SegmentLayout layout)
    {
        int guests = (int)layout.Configuration.MaxGuests;
        byte[] table = new byte[guests * PeerEntryLayout.Size];
        byte[] capacity = BitConverter.GetBytes((uint)layout.Configuration.BipbufCapacity);
        fixed (byte* entries = table)
        {
            for (int i = 0; i < guests; i++)
            {
                ulong ring = layout.RingOffset(i);
                *(ulong*)(entries + (i * PeerEntryLayout.Size) + PeerEntryLayout.RingOffset) = ring;
                file.Write(ring + RingLayout.Capacity, capacity, 0, capacity.Length);
                file.Write(ring + layout.RingStride + RingLayout.Capacity, capacity, 0, capacity.Length);
            }
        }

        file.Write(layout.PeerTableOffset, table, 0, table.Length);
    }

    /// <summary>The class headers; a free_head of 0 is slot 0, aba 0.</summary>
    private static void WriteClassHeaders(NewFile file, SegmentLayout layout)
    {
        int count = layout.Configuration.SlotClasses.Count;
        byte[] table = new byte[count * SizeClassLayout.Size];
        fixed (byte* entries = table)
        {
            for (int i = 0; i < count; i++)
            {
                SlotClass slotClass = layout.Configuration.SlotClasses[i];
                byte* entry = entries + (i * SizeClassLayout.Size);
                *(uint*)(entry + SizeClassLayout.SlotSize) = (uint)slotClass.SlotSize;
                *(uint*)(entry + SizeClassLayout.SlotCount) = (uint)slotClass.SlotCount;
            }
        }

        file.Write(layout.VarPoolOffset, table, 0, table.Length);
    }

    /// <summary>A class's metadata: every slot free, each linked to the next (<c>r[shm.varslot.freelist]</c>).</summary>
    private static void WriteSlots(NewFile file, ulong offset, uint count, CancellationToken cancellation)
    {
        const int slotsPerChunk = ChunkSize / SlotMetaLayout.Size;
        byte[] chunk = new byte[(int)Math.Min(count, slotsPerChunk) * SlotMetaLayout.Size];
        for (uint first = 0; first < count;)
        {
            cancellation.ThrowIfCancellationRequested();
            int now = (int)Math.Min(count - first, slotsPerChunk);
            fixed (byte* slots = chunk)
            {
                for (int i = 0; i < now; i++)
                {
                    uint next = first + (uint)i + 1;
                    *(uint*)(slots + (i * SlotMetaLayout.Size) + SlotMetaLayout.NextFree) = next < count ? next : SegmentFormat.EndOfFreeList;
                }
            }

            file.Write(offset + ((ulong)first * SlotMetaLayout.Size), chunk, 0, now * SlotMetaLayout.Size);
            first += (uint)now;
        }
    }
}
