using System;
using System.IO;

namespace RoamShm.Bench;

/// <summary>
/// Floor of validating: the checks of attaching, and the reads for those beyond them: the peer table, the capacity of both rings of each peer (each ring
/// lies in a page of its own, so each is a pread of its own), and the class headers. With 8 guests 22 calls of the system an item.

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
        byte* peers = stackalloc byte[MaxGuests * PeerSize];
        if (!LibC.IsUsed)
        {
            using FileStream file = HeaderFloor.OpenStream(path, FileAccess.Read);
            HeaderFloor.ReadExactly(file, header, FloorHeader.Size, 0);
            return Validate(header, peers, (at, target, count) => HeaderFloor.ReadExactly(file, (byte*)target, count, (long)at));
        }

        int fd = LibC.Open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        try
        {
            _ = HeaderFloor.ReadChecked(fd, header);
            uint guests = *(uint*)(header + 32);
            uint capacity = *(uint*)(header + 36);
            ulong stride = (RingHeaderSize + (ulong)capacity + 63) & ~63UL;
            HeaderFloor.Require(guests is > 0 and <= MaxGuests);
            LibC.ReadExactly(fd, peers, (int)guests * PeerSize, *(ulong*)(header + 40));
            bool isSound = true;
            for (byte* peer = peers; peer < peers + (guests * PeerSize); peer += PeerSize)
            {
                ulong ring = *(ulong*)(peer + RingOffset);
                uint found;
                LibC.ReadExactly(fd, (byte*)&found, sizeof(uint), ring + RingCapacity);
                isSound &= found == capacity;
                LibC.ReadExactly(fd, (byte*)&found, sizeof(uint), ring + stride + RingCapacity);
                isSound &= found == capacity;
            }

            return isSound;
        }
        finally
        {
            _ = LibC.Close(fd);
        }
    }
}
