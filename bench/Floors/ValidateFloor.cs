namespace RoamShm.Bench;

/// <summary>
/// The floor for validation: the attach checks, plus reads of the peer table and of the capacity in both ring headers of each peer. The first page holds the
/// header, the peer table and the first ring header. Other rings of 4 KB or more lie in pages of their own, so each takes a pread. With 8 guests, 20 system
/// calls an item.
/// </summary>
public static unsafe class ValidateFloor
{
    private const int FrontSize = 4096;
    private const int PeerSize = 64;
    private const int RingOffset = 16;
    private const int RingHeaderSize = 128;
    private const int RingCapacity = 8;

    public static long ValidateAll(string[] paths)
    {
        long sound = 0;
        foreach (string path in paths)
        {
            sound += Validate(path) ? 1 : 0;
        }

        return sound;
    }

    public static bool Validate(string path)
    {
        using RawFile file = RawFile.Open(path);
        return Validate(file);
    }

    internal static bool Validate(RawFile file)
    {
        byte* header = stackalloc byte[FrontSize];
        _ = HeaderFloor.ReadChecked(file, header, FrontSize);
        int guests = *(int*)(header + 32);
        uint capacity = *(uint*)(header + 36);
        ulong stride = (RingHeaderSize + (ulong)capacity + 63) & ~63UL;
        HeaderFloor.Require(guests > 0);
        ulong table = *(ulong*)(header + 40);
        HeaderFloor.Require(table + ((ulong)guests * PeerSize) <= FrontSize);
        byte* peers = header + table;
        bool isSound = true;
        for (byte* peer = peers; peer < peers + (guests * PeerSize); peer += PeerSize)
        {
            ulong ring = *(ulong*)(peer + RingOffset);
            isSound &= ReadCapacity(file, header, ring) == capacity && ReadCapacity(file, header, ring + stride) == capacity;
        }

        return isSound;
    }

    private static uint ReadCapacity(RawFile file, byte* front, ulong ring)
    {
        ulong at = ring + RingCapacity;
        if (at <= FrontSize - sizeof(uint))
        {
            return *(uint*)(front + at);
        }

        uint capacity;
        file.ReadExactly(at, (byte*)&capacity, sizeof(uint));
        return capacity;
    }
}
