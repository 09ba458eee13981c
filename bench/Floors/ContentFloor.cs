namespace RoamShm.Bench;

/// <summary>
/// The floors for reading the content of segments: the attach checks, the peer table, and then the ring headers, the slot metadata, or both. With 8 guests and
/// 3 classes, 21, 8 or 24 system calls an item.
/// </summary>
public static unsafe class ContentFloor
{
    private const int PeerSize = 64;
    private const int RingOffset = 16;
    private const int RingHeaderSize = 128;
    private const int ClassSize = 64;
    private const int MetaSize = 16;
    private const int MostGuests = 255;

    /// <summary>Reads peers, rings and slots, as for a list of peers with what is queued for them and the slots they own.</summary>
    public static long ReadPeers(string[] paths) => Read(paths, rings: true, slots: true);

    /// <summary>Reads slots and the peers that may own them.</summary>
    public static long ReadSlots(string[] paths) => Read(paths, rings: false, slots: true);

    /// <summary>Reads one peer, its rings and the slots, and checks whether anybody uses the segment.</summary>
    internal static bool ReadPeer(string path, int peerId, out ulong rings, out ulong stride)
    {
        byte* header = stackalloc byte[FloorHeader.Size];
        byte* peers = stackalloc byte[MostGuests * PeerSize];
        byte* ring = stackalloc byte[RingHeaderSize];
        byte* meta = stackalloc byte[1 << 16];
        using RawFile file = RawFile.Open(path);
        _ = HeaderFloor.ReadChecked(file, header);
        int guests = *(int*)(header + 32);
        HeaderFloor.Require(guests is > 0 and <= MostGuests);
        stride = (RingHeaderSize + (ulong)*(uint*)(header + 36) + 63) & ~63UL;
        file.ReadExactly(*(ulong*)(header + 40), peers, guests * PeerSize);
        rings = *(ulong*)(peers + ((peerId - 1) * PeerSize) + RingOffset);
        file.ReadExactly(rings, ring, RingHeaderSize);
        file.ReadExactly(rings + stride, ring, RingHeaderSize);
        return ReadSlots(file, *(ulong*)(header + 48), *(int*)(header + 68), meta) == 0 && LibC.IsUnused(file.Descriptor);
    }

    private static long Read(string[] paths, bool rings, bool slots)
    {
        byte* header = stackalloc byte[FloorHeader.Size];
        byte* peers = stackalloc byte[MostGuests * PeerSize];
        byte* ring = stackalloc byte[RingHeaderSize];
        byte* meta = stackalloc byte[1 << 16];
        long sum = 0;
        foreach (string path in paths)
        {
            using RawFile file = RawFile.Open(path);
            _ = HeaderFloor.ReadChecked(file, header);
            int guests = *(int*)(header + 32);
            ulong stride = (RingHeaderSize + (ulong)*(uint*)(header + 36) + 63) & ~63UL;
            HeaderFloor.Require(guests is > 0 and <= MostGuests);
            file.ReadExactly(*(ulong*)(header + 40), peers, guests * PeerSize);
            for (byte* peer = peers; rings && peer < peers + (guests * PeerSize); peer += PeerSize)
            {
                ulong at = *(ulong*)(peer + RingOffset);
                file.ReadExactly(at, ring, RingHeaderSize);
                sum += *(uint*)ring;
                file.ReadExactly(at + stride, ring, RingHeaderSize);
                sum += *(uint*)ring;
            }

            sum += slots ? ReadSlots(file, *(ulong*)(header + 48), *(int*)(header + 68), meta) : 0;
        }

        return sum;
    }

    /// <summary>Reads the slot metadata of classes with at most 4,096 slots.</summary>
    private static long ReadSlots(RawFile file, ulong pool, int count, byte* meta)
    {
        byte* classes = stackalloc byte[count * ClassSize];
        file.ReadExactly(pool, classes, count * ClassSize);
        ulong at = pool + ((ulong)count * ClassSize);
        long sum = 0;
        for (byte* one = classes; one < classes + (count * ClassSize); one += ClassSize)
        {
            int slots = *(int*)(one + 4);
            HeaderFloor.Require(slots <= 4096);
            file.ReadExactly(at, meta, slots * MetaSize);
            for (int i = 0; i < slots; i++)
            {
                sum += *(uint*)(meta + (i * MetaSize) + 4);
            }

            at += (((ulong)slots * MetaSize) + 63) & ~63UL;
            at += (((ulong)slots * *(uint*)one) + 63) & ~63UL;
        }

        return sum;
    }
}
