using System;
using System.IO;
using System.Threading;

namespace RoamShm.Bench;

/// <summary>
/// The floor for freeing the entry of a guest that is gone: open for reading, the attach checks, peer table, both ring headers, the slot metadata, a read
/// lease as proof that nobody uses the segment; then open for writing, and store into the peer entry and both ring headers through mappings. Linux only.
/// </summary>
public static unsafe class ResetFloor
{
    private const int PeerTable = 128;
    private const int PeerSize = 64;
    private const int Goodbye = 2;
    private const int PageSize = 4096;

    /// <summary>Frees the entry of one peer in each segment.</summary>
    public static long Recover(string[] paths, int peerId)
    {
        long freed = 0;
        foreach (string path in paths)
        {
            freed += ContentFloor.ReadPeer(path, peerId, out ulong rings, out ulong stride) ? 1 : 0;
            using RawFile file = RawFile.Open(path, write: true);
            Store(file, PeerTable + ((ulong)(peerId - 1) * PeerSize));
            Store(file, rings);
            Store(file, rings + stride);
        }

        return freed;
    }

    /// <summary>Makes the first peers of a segment look as if they had left. Never measured.</summary>
    public static void Leave(string path, int peers)
    {
        using FileStream file = RawFile.OpenStream(path, write: true);
        for (int i = 0; i < peers; i++)
        {
            file.Position = PeerTable + (i * PeerSize);
            file.Write(new byte[] { Goodbye, 0, 0, 0 }, 0, sizeof(uint));
        }
    }

    private static void Store(RawFile file, ulong offset)
    {
        ulong page = offset / PageSize * PageSize;
        IntPtr address = LibC.MMap(IntPtr.Zero, (IntPtr)PageSize, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, file.Descriptor, (long)page);
        LibC.Require(address != new IntPtr(-1));
        _ = Interlocked.Exchange(ref *(int*)((byte*)address + (offset - page)), 0);
        _ = LibC.MUnmap(address, (IntPtr)PageSize);
    }
}
