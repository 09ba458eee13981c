using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>What is queued in a ring at one moment (<c>r[shm.bipbuf.read]</c>). Nothing in it is followed before it is checked.</summary>
internal sealed class RingSnapshot
{
    // Only the headers and references of entries are examined, so the ring is read in windows of this size, skipping payloads.
    private const int WindowSize = 64 * 1024;

    // The positions are read until two consecutive reads agree. A ring that never settles within this many reads is drained faster than it can be read.
    private const int MostLooks = 64;

    // The pause between two reads of a ring that is wrapping: whoever wraps it was stopped halfway.
    private static readonly TimeSpan PauseOfWrap = TimeSpan.FromMilliseconds(1);

    // All rings of all segments are read into the same buffer: the positions are extracted at once.
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

    /// <summary>
    /// Whether the positions are those of the brief moment in which the ring wraps: the producer has set the watermark but not yet gone to the start, or the
    /// consumer has gone to the start but not yet cleared the watermark (<c>r[shm.bipbuf.grant]</c>, <c>r[shm.bipbuf.release]</c>). This lasts if a process is
    /// stopped at that point.
    /// </summary>
    internal bool IsWrapping => Watermark != 0 && Watermark <= Capacity && (Position == 0 ? Write <= Capacity : Write == Watermark && Position <= Watermark);

    /// <summary>Whether the positions are invalid at any moment in the life of a ring.</summary>
    internal bool IsDamaged => Fault is not null && !IsWrapping;

    /// <summary>Whether nothing is queued and the positions are valid.</summary>
    internal bool IsEmpty => IsEmptyAt(Write, Watermark, Position, Capacity);

    /// <summary>The number of bytes queued; 0 if the positions are invalid.</summary>
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

    /// <summary>Determines whether a buffer contains the header of a ring in which nothing is queued and whose positions are valid.</summary>
    internal static bool IsEmptyAt(byte[] bytes, int at, uint capacity) => IsEmptyAt(
        BitConverter.ToUInt32(bytes, at + RingLayout.Write),
        BitConverter.ToUInt32(bytes, at + RingLayout.Watermark),
        BitConverter.ToUInt32(bytes, at + RingLayout.Read),
        capacity);

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

    /// <summary>
    /// Reads the positions until two reads agree, so that they are all of the same moment; null if they never do. If the ring is wrapping, waits for that to
    /// end.
    /// </summary>
    internal static RingSnapshot? ReadSettled(SegmentFile file, ulong ring, uint capacity, CancellationToken cancellation)
    {
        RingSnapshot last = Read(file, ring, capacity);
        for (int look = 0; look < MostLooks; look++)
        {
            RingSnapshot next = Read(file, ring, capacity);
            bool isStill = (next.Write, next.Watermark, next.Position) == (last.Write, last.Watermark, last.Position);
            if (isStill && (!next.IsWrapping || look == MostLooks - 1))
            {
                return next;
            }

            if (isStill)
            {
                _ = cancellation.WaitHandle.WaitOne(PauseOfWrap);
                cancellation.ThrowIfCancellationRequested();
            }

            last = next;
        }

        return null;
    }

    /// <summary>Returns the ring as an object of plain values, with its entries counted.</summary>
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

    /// <summary>
    /// Returns the entries in the order in which they would be consumed. The last one of a stretch has a fault if there is no telling where the next one
    /// begins.
    /// </summary>
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

    /// <summary>
    /// Returns the one or two readable stretches of the ring's data in the order in which they would be consumed; none if the positions are invalid.
    /// </summary>
    internal IEnumerable<(uint Start, uint End)> Readable()
    {
        if (Fault is not null)
        {
            yield break;
        }

        // At the start with a watermark set: everything before the watermark is consumed.
        if (Watermark == 0 || Position == 0)
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

    /// <summary>
    /// Does the same as <see cref="Readable"/>, but also while the ring wraps: returns what is left before the watermark or, if nothing is, what is at the
    /// start.
    /// </summary>
    internal IEnumerable<(uint Start, uint End)> Stretches() => !IsWrapping ? Readable()
        : Position == 0 || Position == Watermark ? [(0, Write)]
        : [(Position, Watermark)];

    private static bool IsEmptyAt(uint write, uint watermark, uint position, uint capacity) =>
        watermark == 0 && position == write && write <= capacity;

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
        if (at % 4 == 0 && left >= EntryLayout.HeaderSize)
        {
            Load(at, (int)Math.Min(left, EntryLayout.MmapEntrySize));
        }

        return RingEntry.Decode(_window, (int)(_data + at - _windowStart), at, left);
    }

    /// <summary>Ensures that the window contains the given part of the ring's data.</summary>
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
