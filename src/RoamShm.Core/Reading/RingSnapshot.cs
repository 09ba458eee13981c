using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>What waits in a ring, as it was at one moment (<c>r[shm.bipbuf.read]</c>). Nothing in it is followed before it is checked.</summary>
internal sealed class RingSnapshot
{
    // Only the headers and references of entries are looked at, so payloads are read past in pieces of this size.
    private const int WindowSize = 64 * 1024;
    private const int SlotReferenceSize = 12;
    private const int MmapReferenceSize = 24;
    private const byte SlotReferenceFlag = 1;
    private const byte MmapReferenceFlag = 2;

    // Every ring of every segment is read into the same: its positions are taken out at once.
    [ThreadStatic]
    private static byte[]? _header;

    private readonly SegmentFile _file;
    private readonly ulong _data;
    private byte[] _window = [];
    private ulong _windowStart;
    private int _windowLength;

    private RingSnapshot(SegmentFile file, ulong ring, uint write, uint watermark, uint read, uint capacity)
    {
        _file = file;
        _data = ring + RingLayout.HeaderSize;
        Write = write;
        Watermark = watermark;
        Position = read;
        Capacity = capacity;
        Fault = FindFault();
    }

    internal uint Write { get; }

    internal uint Watermark { get; }

    /// <summary>The consumed frontier.</summary>
    internal uint Position { get; }

    internal uint Capacity { get; }

    /// <summary>What is wrong with the positions, or null.</summary>
    internal string? Fault { get; }

    /// <summary>Whether nothing waits, and the positions make sense.</summary>
    internal bool IsEmpty => Fault is null && Watermark == 0 && Position == Write;

    /// <summary>Bytes that wait; 0 where the positions make no sense.</summary>
    internal long Queued
    {
        get
        {
            long queued = 0;
            foreach ((uint start, uint end) in Readable())
            {
                queued += end - start;
            }

            return queued;
        }
    }

    internal static RingSnapshot Read(SegmentFile file, ulong ring, uint capacity)
    {
        byte[] header = _header ??= new byte[RingLayout.HeaderSize];
        file.ReadExactly(ring, header, header.Length);
        return new RingSnapshot(
            file,
            ring,
            BitConverter.ToUInt32(header, RingLayout.Write),
            BitConverter.ToUInt32(header, RingLayout.Watermark),
            BitConverter.ToUInt32(header, RingLayout.Read),
            capacity);
    }

    /// <summary>The ring as an object of plain values, its entries counted.</summary>
    internal SegmentRing ToRing(int peerId, RingDirection direction, ulong offset)
    {
        var ring = new SegmentRing
        {
            PeerId = peerId,
            Direction = direction,
            Offset = offset,
            Capacity = Capacity,
            Write = Write,
            Watermark = Watermark,
            Read = Position,
            QueuedBytes = Queued,
            QueuedEntries = Fault is null ? 0 : null,
            Fault = Fault,
        };
        foreach (RingEntry entry in Entries())
        {
            ring.QueuedEntries = entry.Fault is null ? ring.QueuedEntries + 1 : null;
            ring.Fault ??= entry.Fault;
        }

        ring.Percent = Ratio.Percent(ring.QueuedBytes, Capacity);
        return ring;
    }

    /// <summary>The entries in the order in which they would be consumed; the last one of a stretch has a fault where it cannot be told where the next begins.</summary>
    internal IEnumerable<RingEntry> Entries()
    {
        foreach ((uint start, uint end) in Readable())
        {
            for (uint at = start; at < end;)
            {
                RingEntry entry = ReadEntry(at, end);
                yield return entry;
                if (entry.Fault is not null)
                {
                    break;
                }

                at += entry.Length;
            }
        }
    }

    private IEnumerable<(uint Start, uint End)> Readable()
    {
        if (Fault is not null)
        {
            yield break;
        }

        if (Watermark == 0)
        {
            yield return (Position, Write);
            yield break;
        }

        if (Position < Watermark)
        {
            yield return (Position, Watermark);
        }

        yield return (0, Write);
    }

    private string? FindFault()
    {
        if (Write > Capacity)
        {
            return FormattableString.Invariant($"write {Write} is past the capacity of {Capacity}");
        }

        if (Watermark > Capacity)
        {
            return FormattableString.Invariant($"watermark {Watermark} is past the capacity of {Capacity}");
        }

        if (Position > Capacity)
        {
            return FormattableString.Invariant($"read {Position} is past the capacity of {Capacity}");
        }

        if (Watermark == 0)
        {
            return Position > Write ? FormattableString.Invariant($"read {Position} is past write {Write} although no wrap is active") : null;
        }

        return Position > Watermark ? FormattableString.Invariant($"read {Position} is past the watermark {Watermark}")
            : Write > Position ? FormattableString.Invariant($"write {Write} is past read {Position} although a wrap is active")
            : null;
    }

    private RingEntry ReadEntry(uint at, uint end)
    {
        uint left = end - at;
        if (at % 4 != 0 || left < SegmentFormat.EntryHeaderSize)
        {
            return RingEntry.Damaged(at, FormattableString.Invariant($"there are {left} bytes at a position of {at}, not an entry's header"));
        }

        Load(at, (int)Math.Min(left, SegmentFormat.EntryHeaderSize + MmapReferenceSize));
        int header = (int)(_data + at - _windowStart);
        uint length = BitConverter.ToUInt32(_window, header);
        byte flags = _window[header + 4];
        ushort payload = BitConverter.ToUInt16(_window, header + 6);
        if (length < SegmentFormat.EntryHeaderSize || length % 4 != 0 || length > left)
        {
            return RingEntry.Damaged(at, FormattableString.Invariant($"its length is {length}, with {left} bytes left"));
        }

        if ((flags & ~(SlotReferenceFlag | MmapReferenceFlag)) != 0 || flags == (SlotReferenceFlag | MmapReferenceFlag))
        {
            return RingEntry.Damaged(at, FormattableString.Invariant($"its flags are {flags}"));
        }

        int reference = header + (int)SegmentFormat.EntryHeaderSize;
        if (flags == SlotReferenceFlag)
        {
            return length < SegmentFormat.EntryHeaderSize + SlotReferenceSize
                ? RingEntry.Damaged(at, FormattableString.Invariant($"its length of {length} has no room for a slot reference"))
                : RingEntry.Slot(at, length, _window[reference], _window[reference + 1], BitConverter.ToUInt32(_window, reference + 4), BitConverter.ToUInt32(_window, reference + 8));
        }

        if (flags == MmapReferenceFlag)
        {
            return length < SegmentFormat.EntryHeaderSize + MmapReferenceSize
                ? RingEntry.Damaged(at, FormattableString.Invariant($"its length of {length} has no room for a mapping reference"))
                : RingEntry.Plain(at, length);
        }

        return payload > length - SegmentFormat.EntryHeaderSize
            ? RingEntry.Damaged(at, FormattableString.Invariant($"its payload of {payload} bytes is longer than the entry of {length}"))
            : RingEntry.Plain(at, length);
    }

    /// <summary>Makes sure that the window has that part of the ring's data.</summary>
    private void Load(uint at, int count)
    {
        ulong offset = _data + at;
        if (offset >= _windowStart && offset + (ulong)count <= _windowStart + (ulong)_windowLength)
        {
            return;
        }

        if (_window.Length == 0)
        {
            _window = new byte[Math.Min(WindowSize, Math.Max(Capacity, count))];
        }

        _windowLength = _file.Read(offset, _window, 0, (int)Math.Min((ulong)_window.Length, Capacity - at));
        _windowStart = offset;
        if (_windowLength < count)
        {
            throw SegmentErrors.Truncated(_file.Path, "needed size", offset + (ulong)count, _file.Length);
        }
    }
}
