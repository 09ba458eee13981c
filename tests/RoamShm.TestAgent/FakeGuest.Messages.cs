using System;
using System.Threading;

namespace RoamShm.TestAgent;

/// <summary>What a guest or a host says through a ring, wraps included, and how it consumes it.</summary>
internal sealed unsafe partial class FakeGuest
{
    /// <summary>Queues a payload inline.</summary>
    internal void Say(bool toGuest, byte[] payload)
    {
        uint length = (uint)((8 + payload.Length + 3) & ~3);
        byte* at = GrantAround(toGuest, length, out uint next);
        new Span<byte>(at, (int)length).Clear();
        *(uint*)at = length;
        *(ushort*)(at + 6) = (ushort)payload.Length;
        payload.CopyTo(new Span<byte>(at + 8, payload.Length));
        Volatile.Write(ref *(uint*)Ring(toGuest), next);
    }

    /// <summary>Queues a payload in a slot of a class, owned by this peer or by the host.</summary>
    internal (uint Slot, uint Generation) SaySlot(bool toGuest, int classIndex, byte[] payload)
    {
        (uint slot, uint generation) = Allocate(classIndex, toGuest ? 0 : _peerId);
        ulong size = *(uint*)(Pool + (64 * classIndex));
        ulong count = *(uint*)(Pool + (64 * classIndex) + 4);
        byte* data = Metadata(classIndex) + (((16 * count) + 63) / 64 * 64) + (size * slot);
        *(uint*)data = (uint)payload.Length;
        payload.CopyTo(new Span<byte>(data + 4, payload.Length));
        byte* at = GrantAround(toGuest, 20, out uint next);
        new Span<byte>(at, 20).Clear();
        *(uint*)at = 20;
        at[4] = 1;
        at[8] = (byte)classIndex;
        *(uint*)(at + 12) = slot;
        *(uint*)(at + 16) = generation;
        Volatile.Write(ref *(uint*)Ring(toGuest), next);
        return (slot, generation);
    }

    /// <summary>Queues a reference to a payload in another mapped file.</summary>
    internal void SayMmap(bool toGuest, uint mapId, uint generation, ulong offset, uint payloadLength)
    {
        byte* at = GrantAround(toGuest, 32, out uint next);
        new Span<byte>(at, 32).Clear();
        *(uint*)at = 32;
        at[4] = 2;
        *(uint*)(at + 8) = mapId;
        *(uint*)(at + 12) = generation;
        *(ulong*)(at + 16) = offset;
        *(uint*)(at + 24) = payloadLength;
        Volatile.Write(ref *(uint*)Ring(toGuest), next);
    }

    /// <summary>Consumes messages.</summary>
    /// <returns>How many there were.</returns>
    internal int Take(bool toGuest, int count)
    {
        byte* ring = Ring(toGuest);
        int taken = 0;
        for (; taken < count; taken++)
        {
            uint watermark = Volatile.Read(ref *(uint*)(ring + 4));
            uint read = *(uint*)(ring + 64);
            if (watermark != 0 && read == watermark)
            {
                Volatile.Write(ref *(uint*)(ring + 64), read = 0);
                Volatile.Write(ref *(uint*)(ring + 4), watermark = 0);
            }

            if (watermark == 0 && read == Volatile.Read(ref *(uint*)ring))
            {
                break;
            }

            Volatile.Write(ref *(uint*)(ring + 64), read + *(uint*)(ring + 128 + read));
        }

        return taken;
    }

    /// <summary>
    /// Says and consumes messages as fast as it can, between one and some dozen in the ring. Each says its number, repeated, so that whoever reads one knows whether
    /// it is whole.
    /// </summary>
    internal void Chat(bool toGuest, int rounds)
    {
        var random = new Random(rounds);
        uint number = 0;
        int queued = 0;
        for (int i = 0; i < rounds; i++)
        {
            for (int more = random.Next(1, 30); more > 0 && queued < 60; more--, queued++)
            {
                byte[] payload = new byte[4 * random.Next(1, 12)];
                for (int at = 0; at < payload.Length; at += 4)
                {
                    _ = BitConverter.TryWriteBytes(new Span<byte>(payload, at, 4), number);
                }

                number++;
                Say(toGuest, payload);
            }

            queued -= Take(toGuest, random.Next(1, queued + 1));
        }
    }

    private byte* Ring(bool toGuest) => toGuest ? HostToGuest : GuestToHost;

    /// <summary>Room for an entry, behind what is queued or round the end of the ring.</summary>
    private byte* GrantAround(bool toGuest, uint length, out uint next)
    {
        byte* ring = Ring(toGuest);
        uint write = *(uint*)ring;
        uint watermark = Volatile.Read(ref *(uint*)(ring + 4));
        uint read = Volatile.Read(ref *(uint*)(ring + 64));
        if (watermark == 0 && write + length > Capacity && length < read)
        {
            // The reader looks at the watermark first, so it is set before the position that it makes sense of.
            Volatile.Write(ref *(uint*)(ring + 4), write);
            Volatile.Write(ref *(uint*)ring, write = 0);
            watermark = 1;
        }

        next = write + length;
        return next <= Capacity && (watermark == 0 || next < read) ? ring + 128 + write : throw new InvalidOperationException("the ring is full");
    }
}
