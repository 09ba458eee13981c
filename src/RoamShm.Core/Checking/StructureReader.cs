using System;

namespace RoamShm;

/// <summary>
/// Reads the structures of one segment after another with few calls, into reused buffers: the header with the rest of its page, the peer table, the ring
/// capacities and the class headers.
/// </summary>
internal sealed unsafe class StructureReader
{
    // The header, and what usually follows it in the same page: the peer table and the first ring header.
    private readonly byte[] _front = new byte[4096];
    private readonly byte[] _peers = new byte[SegmentFormat.MaxGuests * PeerEntryLayout.Size];
    private readonly byte[] _classes = new byte[SegmentFormat.MaxSlotClasses * SizeClassLayout.Size];
    private readonly byte[] _ring = new byte[RingLayout.HeaderSize];
    private readonly bool[] _emptyRings = new bool[2 * (SegmentFormat.MaxGuests + 1)];
    private int _frontLength;
    private byte[] _smallRings = [];
    private ulong _smallRingsOffset;
    private int _smallRingsLength;

    internal ulong Magic
    {
        get
        {
            fixed (byte* bytes = _front)
            {
                return MappedHeader.OfCopy(bytes).Magic;
            }
        }
    }

    /// <summary>Reads the header.</summary>
    /// <exception cref="SegmentException">The file is too short, or a host is still creating it.</exception>
    internal SegmentHeader ReadHeader(SegmentFile file)
    {
        _frontLength = AttachChecks.ReadHeader(file, _front);
        _smallRingsLength = 0;
        Array.Clear(_emptyRings, 0, _emptyRings.Length);
        var header = new SegmentHeader();
        header.Decode(file.Path, _front, file.Length, file.Status.Identity);
        if ((ulong)file.Length < Math.Max(header.TotalSize, header.CurrentSize))
        {
            // The host may have extended the file since it was opened.
            file.Refresh();
            header.FileLength = file.Length;
        }

        return header;
    }

    internal HeaderFacts ReadHeaderFacts(SegmentHeader header)
    {
        int reservedAt = FirstNonZero(_front, HeaderLayout.Reserved, HeaderLayout.ReservedSize);
        return new HeaderFacts(header, Magic, reservedAt, reservedAt < 0 ? (byte)0 : _front[reservedAt]);
    }

    /// <summary>Reads the peer table, and small rings with it. The table must lie within the file.</summary>
    internal PeerTable ReadPeers(SegmentFile file, SegmentHeader header, int guests)
    {
        int size = guests * PeerEntryLayout.Size;
        if (header.PeerTableOffset + (ulong)size <= (ulong)_frontLength)
        {
            Buffer.BlockCopy(_front, (int)header.PeerTableOffset, _peers, 0, size);
        }
        else
        {
            file.ReadExactly(header.PeerTableOffset, _peers, size);
        }

        ReadSmallRings(file, header, guests);
        return new PeerTable(_peers, guests);
    }

    /// <summary>
    /// Returns the first nonzero reserved byte of a peer as its offset in the peer table and its value; <see langword="null"/> if there is none.
    /// </summary>
    internal (int Offset, byte Value)? FindReservedOfPeer(int peerId) =>
        FindReserved(_peers, ((peerId - 1) * PeerEntryLayout.Size) + PeerEntryLayout.Reserved, PeerEntryLayout.ReservedSize);

    /// <summary>
    /// Returns the first nonzero reserved byte of a class header as its offset in the class header table and its value; <see langword="null"/> if there is
    /// none.
    /// </summary>
    internal (int Offset, byte Value)? FindReservedOfClass(int index) =>
        FindReserved(_classes, (index * SizeClassLayout.Size) + SizeClassLayout.Reserved, SizeClassLayout.ReservedSize);

    /// <summary>Reads the capacity in the header of a ring, and notes whether anything is queued in it if the content will be checked too.</summary>
    internal uint ReadRingCapacity(SegmentFile file, PeerFacts facts, RingDirection direction, bool full)
    {
        ulong ring = facts.RingOffset;

        // The positions are in another cache line.
        int size = full ? RingLayout.HeaderSize : RingLayout.Capacity + sizeof(uint);
        ulong end = ring + (ulong)size;
        byte[] bytes = _ring;
        int at = 0;
        if (ring >= _smallRingsOffset && end <= _smallRingsOffset + (ulong)_smallRingsLength)
        {
            bytes = _smallRings;
            at = (int)(ring - _smallRingsOffset);
        }
        else if (end <= (ulong)_frontLength)
        {
            bytes = _front;
            at = (int)ring;
        }
        else
        {
            file.ReadExactly(ring, _ring, size);
        }

        _emptyRings[IndexOf(facts.Id, direction)] = full && RingSnapshot.IsEmptyAt(bytes, at, facts.Header.BipbufCapacity);
        return BitConverter.ToUInt32(bytes, at + RingLayout.Capacity);
    }

    /// <summary>Whether nothing was queued in a ring when its header was read for a full validation.</summary>
    internal bool WasRingEmpty(int peerId, RingDirection direction) => _emptyRings[IndexOf(peerId, direction)];

    /// <summary>Reads and decodes the class headers, which must lie within the file.</summary>
    internal SlotClass[] ReadClasses(SegmentFile file, ulong offset, int count)
    {
        file.ReadExactly(offset, _classes, count * SizeClassLayout.Size);
        return SizeClassTable.Decode(_classes, count);
    }

    /// <summary>Attaches to the file that was read, if its structure is sound.</summary>
    internal Segment Attach(SegmentFile file, SegmentHeader header) => Segment.AttachValidated(file, header, _classes);

    internal ulong FreeHead(int classIndex)
    {
        fixed (byte* table = _classes)
        {
            return SizeClassTable.FreeHead(table, classIndex);
        }
    }

    /// <summary>Reads all rings at once if they are small, instead of two reads for each peer: a call costs as much as copying 8 KB.</summary>
    private void ReadSmallRings(SegmentFile file, SegmentHeader header, int guests)
    {
        const ulong mostStride = 8 * 1024;
        const ulong mostBytes = 256 * 1024;
        ulong stride = RingLayout.Stride(header.BipbufCapacity);
        ulong size = (ulong)guests * 2 * stride;
        _smallRingsLength = 0;
        _smallRingsOffset = RingLayout.PairOffset(header.MaxGuests, header.BipbufCapacity, 0);
        if (stride <= mostStride && size <= mostBytes)
        {
            if ((ulong)_smallRings.Length < size)
            {
                _smallRings = new byte[(int)size];
            }

            _smallRingsLength = file.Read(_smallRingsOffset, _smallRings, 0, (int)size);
        }
    }

    private static int IndexOf(int peerId, RingDirection direction) => (2 * peerId) + (direction == RingDirection.HostToGuest ? 1 : 0);

    private static (int Offset, byte Value)? FindReserved(byte[] bytes, int start, int count)
    {
        int at = FirstNonZero(bytes, start, count);
        return at < 0 ? null : (at, bytes[at]);
    }

    /// <summary>Returns the index of the first nonzero byte, or -1.</summary>
    private static int FirstNonZero(byte[] bytes, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            if (bytes[i] != 0)
            {
                return i;
            }
        }

        return -1;
    }
}
