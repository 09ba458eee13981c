namespace RoamShm.Bench;

/// <summary>
/// Floor of validating: the checks of attaching and the reads for those beyond them: the peer table, and the capacity in the header of both rings of each
/// peer. Rings of 4 KB and more lie in pages of their own, so each is a pread of its own. With 8 guests 22 calls of the system an item.
/// </summary>
public static unsafe class ValidateFloor
{
    private const int MaxGuests = 255;
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
        byte* header = stackalloc byte[FloorHeader.Size];
        using RawFile file = RawFile.Open(path);
        _ = HeaderFloor.ReadChecked(file, header);
        int guests = *(int*)(header + 32);
        uint capacity = *(uint*)(header + 36);
        ulong stride = (RingHeaderSize + (ulong)capacity + 63) & ~63UL;
        HeaderFloor.Require(guests is > 0 and <= MaxGuests);
        byte* peers = stackalloc byte[guests * PeerSize];
        file.ReadExactly(*(ulong*)(header + 40), peers, guests * PeerSize);
        bool isSound = true;
        for (byte* peer = peers; peer < peers + (guests * PeerSize); peer += PeerSize)
        {
            ulong ring = *(ulong*)(peer + RingOffset);
            uint found;
            file.ReadExactly(ring + RingCapacity, (byte*)&found, sizeof(uint));
            isSound &= found == capacity;
            file.ReadExactly(ring + stride + RingCapacity, (byte*)&found, sizeof(uint));
            isSound &= found == capacity;
        }

        return isSound;
    }
}
