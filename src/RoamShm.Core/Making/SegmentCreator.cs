using System;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Creates segments, byte for byte as the reference does (<c>r[shm.file.create]</c>), except that the file gets its name only when it is complete, that its
/// storage is reserved, and that it never replaces another file unless asked to.
/// </summary>
internal static unsafe class SegmentCreator
{
    // Small enough for a heap that is in memory already. A larger array is new memory each time, and each of its pages a fault.
    private const int ChunkSize = 1 << 16;

    /// <summary>As <see cref="Segment.Create"/>.</summary>
    internal static SegmentHeader Create(string path, SegmentConfiguration configuration, SegmentCreateOptions? options, CancellationToken cancellation)
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
        FileIdentity? identity = file.Identity;
        file.Publish(options.Force);

        var result = new SegmentHeader();
        result.Decode(path, header, (long)layout.TotalSize, identity);
        return result;
    }

    /// <summary>Throws if the name is taken, unless by a file that may be replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="force">Whether an existing file may be replaced.</param>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentExists"/> or <see cref="SegmentErrorId.NotARegularFile"/>.</exception>
    internal static void RequireFreeName(string path, bool force)
    {
        if (SegmentFile.Peek(path) is not FileStatus there)
        {
            return;
        }

        // A symbolic link is never followed: the link keeps its name, or loses it to the new file.
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
        byte[] classes = SizeClassTable.Encode(configuration.SlotClasses);
        file.Write(layout.VarPoolOffset, classes, 0, classes.Length);
        for (int i = 0; i < configuration.SlotClasses.Count; i++)
        {
            WriteSlots(file, layout.Pool.MetaOffset(i), (uint)configuration.SlotClasses[i].SlotCount, cancellation);
        }

        byte[] header = BuildHeader(layout);
        file.Write(HeaderLayout.Version, header, HeaderLayout.Version, HeaderLayout.Size - HeaderLayout.Version);

        // Last: whoever sees the magic sees a complete segment.
        file.Write(HeaderLayout.Magic, header, HeaderLayout.Magic, sizeof(ulong));
        return header;
    }

    private static byte[] BuildHeader(SegmentLayout layout)
    {
        byte[] bytes = new byte[HeaderLayout.Size];
        fixed (byte* address = bytes)
        {
            MappedHeader.OfCopy(address).Initialize(layout);
        }

        return bytes;
    }

    /// <summary>Writes the peer table, with every entry Empty, and the capacity of each ring. The rest of both is zero.</summary>
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

    /// <summary>Writes the metadata of a class: every slot free, each linked to the next (<c>r[shm.varslot.freelist]</c>).</summary>
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
