using System;

namespace RoamShm;

/// <summary>
/// An open file that passed the reference's checks and whose peer table and slot pool lie within it, with what is needed to find one's way in it. Rings
/// are checked one by one, so that one damaged peer does not hide the others.
/// </summary>
internal sealed unsafe class OpenSegment : IDisposable
{
    private OpenSegment(SegmentFile file, SegmentHeader header, byte[] peers, SlotClass[] classes, PoolLayout pool)
    {
        File = file;
        Header = header;
        Peers = peers;
        Classes = classes;
        Pool = pool;
    }

    internal SegmentFile File { get; }

    internal SegmentHeader Header { get; }

    /// <summary>The peer table as it was read.</summary>
    internal byte[] Peers { get; }

    internal SlotClass[] Classes { get; }

    internal PoolLayout Pool { get; }

    internal string Path => File.Path;

    internal int MaxGuests => (int)Header.MaxGuests;

    internal ulong RingStride => RingLayout.Stride(Header.BipbufCapacity);

    /// <summary>Opens a segment, and once more where a host is just making it.</summary>
    internal static OpenSegment Open(string path, bool write, ReadyWait wait)
    {
        try
        {
            return OpenOnce(path, write);
        }
        catch (SegmentException e)
        {
            if (!wait.IsWorthASecondLook(e))
            {
                throw;
            }
        }

        return OpenOnce(path, write);
    }

    private static OpenSegment OpenOnce(string path, bool write)
    {
        SegmentFile file = write ? SegmentFile.OpenReadWrite(path) : SegmentFile.OpenRead(path);
        try
        {
            byte[] bytes = new byte[HeaderLayout.Size];
            byte[]? buffer = null;
            _ = AttachChecks.ReadHeader(file, bytes);
            AttachChecks.CheckHeader(file, bytes);
            AttachChecks.CheckPool(file, bytes, ref buffer);
            var header = new SegmentHeader();
            header.Decode(path, bytes, file.Length);
            var segment = new OpenSegment(file, header, ReadPeers(file, header), ReadClasses(file, header, out PoolLayout pool), pool);
            file = null!;
            return segment;
        }
        finally
        {
            file?.Dispose();
        }
    }

    internal ulong PeerOffset(int peerId) => Header.PeerTableOffset + ((ulong)(peerId - 1) * PeerEntryLayout.Size);

    internal uint PeerUInt32(int peerId, int field) => BitConverter.ToUInt32(Peers, ((peerId - 1) * PeerEntryLayout.Size) + field);

    internal ulong PeerUInt64(int peerId, int field) => BitConverter.ToUInt64(Peers, ((peerId - 1) * PeerEntryLayout.Size) + field);

    internal bool IsPeerEmpty(uint peerId) =>
        peerId >= 1 && peerId <= (uint)MaxGuests && PeerUInt32((int)peerId, PeerEntryLayout.State) == (uint)PeerState.Empty;

    /// <summary>The offset of one of a peer's rings, or null where the pair does not lie in its place and within the file.</summary>
    internal ulong? RingOffset(int peerId, bool hostToGuest)
    {
        ulong ring = PeerUInt64(peerId, PeerEntryLayout.RingOffset);
        ulong size = 2 * RingStride;
        bool isInside = ring % SegmentFormat.Alignment == 0 && ring >= HeaderLayout.Size
            && size <= (ulong)File.Length && ring <= (ulong)File.Length - size;
        return !isInside ? null : hostToGuest ? ring + RingStride : ring;
    }

    /// <summary>Reads the peer table again.</summary>
    internal void RefreshPeers() => File.ReadExactly(Header.PeerTableOffset, Peers, Peers.Length);

    public void Dispose() => File.Dispose();

    internal static byte[] ReadPeers(SegmentFile file, SegmentHeader header)
    {
        if (header.MaxGuests is 0 or > SegmentFormat.MaxGuests)
        {
            throw SegmentErrors.InvalidLimits(file.Path, "max_guests", header.MaxGuests, SegmentFormat.MaxGuests);
        }

        byte[] peers = new byte[(int)header.MaxGuests * PeerEntryLayout.Size];
        if (header.PeerTableOffset < HeaderLayout.Size || header.PeerTableOffset % sizeof(ulong) != 0
            || header.PeerTableOffset > (ulong)file.Length || (ulong)peers.Length > (ulong)file.Length - header.PeerTableOffset)
        {
            throw SegmentErrors.PeerTableOutOfBounds(file.Path, $"the peer table at offset {header.PeerTableOffset} is misplaced, or does not lie within the file's {file.Length} bytes.");
        }

        file.ReadExactly(header.PeerTableOffset, peers, peers.Length);
        return peers;
    }

    private static SlotClass[] ReadClasses(SegmentFile file, SegmentHeader header, out PoolLayout pool)
    {
        if (header.NumVarSlotClasses > SegmentFormat.MaxSlotClasses)
        {
            throw SegmentErrors.InvalidLimits(file.Path, "num_var_slot_classes", header.NumVarSlotClasses, SegmentFormat.MaxSlotClasses);
        }

        byte[] table = new byte[(int)header.NumVarSlotClasses * SizeClassLayout.Size];
        file.ReadExactly(header.VarPoolOffset, table, table.Length);
        var classes = new SlotClass[header.NumVarSlotClasses];
        for (int i = 0; i < classes.Length; i++)
        {
            int at = i * SizeClassLayout.Size;
            classes[i] = new SlotClass(BitConverter.ToUInt32(table, at + SizeClassLayout.SlotSize), BitConverter.ToUInt32(table, at + SizeClassLayout.SlotCount));
        }

        if (header.VarPoolOffset % SegmentFormat.Alignment != 0
            || !PoolLayout.TryCompute(header.VarPoolOffset, classes, out PoolLayout? layout) || layout!.End > (ulong)file.Length)
        {
            throw SegmentErrors.VarPoolOutOfBounds(file.Path, header.VarPoolOffset, file.Length);
        }

        pool = layout;
        return classes;
    }
}
