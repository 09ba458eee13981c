using System;
using System.Diagnostics;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Threading;

namespace RoamShm.TestAgent;

/// <summary>
/// A guest that maps a segment and acts on it as a guest would, and partly as its host would. Written from the format and not from the library under test.
/// </summary>
internal sealed unsafe partial class FakeGuest : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _base;
    private int _peerId;

    internal FakeGuest(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
    }

    private byte* Peer => _base + 128 + (64 * (_peerId - 1));

    private uint Capacity => *(uint*)(_base + 36);

    private byte* GuestToHost => _base + *(ulong*)(Peer + 16);

    private byte* HostToGuest => GuestToHost + ((128UL + Capacity + 63) / 64 * 64);

    private byte* Pool => _base + *(ulong*)(_base + 48);

    internal uint HostGoodbye => Volatile.Read(ref *(uint*)(_base + 64));

    internal int StateOf(int peerId) => Volatile.Read(ref *(int*)(_base + 128 + (64 * (peerId - 1))));

    /// <summary>Extends the file, then publishes its size, as a host does to grow its segment.</summary>
    internal void Grow(string path, int by)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        stream.SetLength(stream.Length + by);
        Volatile.Write(ref *(long*)(_base + 72), stream.Length);
    }

    /// <summary>Stores two values alternately as current_size, and finally a third.</summary>
    internal void FlipSize(ulong one, ulong other, ulong last, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Volatile.Write(ref *(ulong*)(_base + 72), i % 2 == 0 ? one : other);
        }

        Volatile.Write(ref *(ulong*)(_base + 72), last);
    }

    /// <summary>Attaches to the first empty entry, or to the given one.</summary>
    internal int Attach(int peerId = 0)
    {
        for (int id = 1; id <= *(int*)(_base + 32); id++)
        {
            _peerId = id;
            if ((peerId == 0 || peerId == id) && Interlocked.CompareExchange(ref *(int*)Peer, 1, 0) == 0)
            {
                Interlocked.Increment(ref *(int*)(Peer + 4));
                return id;
            }
        }

        throw new InvalidOperationException("no entry is empty");
    }

    /// <summary>Reserves the first empty entry, as a host does when it spawns a guest.</summary>
    internal int Reserve()
    {
        int id = Attach();
        Volatile.Write(ref *(int*)Peer, 3);
        return id;
    }

    /// <summary>Sends a heartbeat of the given age.</summary>
    internal void Beat(long nanosecondsAgo) =>
        Volatile.Write(ref *(long*)(Peer + 8), (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)) - nanosecondsAgo);

    internal void SetState(int state) => Volatile.Write(ref *(int*)Peer, state);

    /// <summary>Queues an inline payload of the given size.</summary>
    internal void QueueInline(bool toGuest, int payload)
    {
        uint length = (uint)((8 + payload + 3) & ~3);
        byte* at = Grant(toGuest, length);
        *(uint*)at = length;
        *(ushort*)(at + 6) = (ushort)payload;
        Commit(toGuest, length);
    }

    /// <summary>Queues a slot reference.</summary>
    internal void QueueSlot(bool toGuest, int classIndex, uint slot, uint generation)
    {
        byte* at = Grant(toGuest, 20);
        *(uint*)at = 20;
        at[4] = 1;
        at[8] = (byte)classIndex;
        *(uint*)(at + 12) = slot;
        *(uint*)(at + 16) = generation;
        Commit(toGuest, 20);
    }

    /// <summary>Allocates a slot.</summary>
    internal (uint Slot, uint Generation) Allocate(int classIndex, int owner)
    {
        byte* header = Pool + (64 * classIndex);
        byte* meta = Metadata(classIndex);
        while (true)
        {
            ulong head = Volatile.Read(ref *(ulong*)(header + 8));
            uint slot = (uint)head;
            ulong next = (((head >> 32) + 1) << 32) | *(uint*)(meta + (16UL * slot) + 12);
            if (Interlocked.CompareExchange(ref *(ulong*)(header + 8), next, head) == head)
            {
                byte* entry = meta + (16UL * slot);
                uint generation = ++*(uint*)entry;
                *(uint*)(entry + 4) = 1;
                *(uint*)(entry + 8) = (uint)owner;
                return (slot, generation);
            }
        }
    }

    /// <summary>Frees a slot.</summary>
    internal void Free(int classIndex, uint slot)
    {
        byte* header = Pool + (64 * classIndex);
        byte* entry = Metadata(classIndex) + (16UL * slot);
        Volatile.Write(ref *(uint*)(entry + 4), 0);
        Volatile.Write(ref *(uint*)(entry + 8), 0);
        while (true)
        {
            ulong head = Volatile.Read(ref *(ulong*)(header + 8));
            Volatile.Write(ref *(uint*)(entry + 12), (uint)head);
            if (Interlocked.CompareExchange(ref *(ulong*)(header + 8), (((head >> 32) + 1) << 32) | slot, head) == head)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private byte* Metadata(int classIndex)
    {
        ulong classes = *(uint*)(_base + 68);
        byte* at = Pool + (64 * classes);
        for (int i = 0; i < classIndex; i++)
        {
            ulong size = *(uint*)(Pool + (64 * i));
            ulong count = *(uint*)(Pool + (64 * i) + 4);
            at += (((16 * count) + 63) / 64 * 64) + (((size * count) + 63) / 64 * 64);
        }

        return at;
    }

    private byte* Grant(bool toGuest, uint length)
    {
        byte* ring = toGuest ? HostToGuest : GuestToHost;
        uint write = *(uint*)ring;
        return write + length <= Capacity ? ring + 128 + write : throw new InvalidOperationException("the ring is full");
    }

    private void Commit(bool toGuest, uint length)
    {
        byte* ring = toGuest ? HostToGuest : GuestToHost;
        Volatile.Write(ref *(uint*)ring, *(uint*)ring + length);
    }
}
