using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Reads what is queued in one ring while its producer and consumer carry on. Copies a part of the ring, reads the positions, and copies the part again:
/// whatever is identical in both copies and lies past the consumed frontier was in the ring, complete, when the positions were read.
/// </summary>
internal sealed class MessageReader
{
    private const string HowMany = "the number of messages is not known";

    // Everything queued is copied at once, so that it is all of the same moment, unless it exceeds this size.
    private const int LargestCopy = 16 * 1024 * 1024;

    private readonly Segment _segment;
    private readonly SegmentFile _file;
    private readonly ulong _ring;
    private readonly uint _capacity;
    private readonly int _payloadBytes;
    private readonly CancellationToken _cancellation;
    private byte[] _first = [];
    private byte[] _second = [];
    private RingSnapshot? _start;

    internal MessageReader(Segment segment, ulong ring, int payloadBytes, CancellationToken cancellation)
    {
        _segment = segment;
        _file = segment.File;
        _ring = ring;
        _capacity = segment.Header.BipbufCapacity;
        _payloadBytes = payloadBytes;
        _cancellation = cancellation;
    }

    /// <summary>
    /// Reads the messages queued now, the next to be consumed first. Messages queued in the meantime are left out; for those consumed in the meantime, a
    /// message says so.
    /// </summary>
    internal IEnumerable<SegmentMessage> Read()
    {
        if (Look() is not RingSnapshot start)
        {
            yield return Overtaken(0, 0, "the ring changed each time that it was read");
            yield break;
        }

        if (start.IsDamaged)
        {
            yield return new SegmentMessage { State = SegmentMessage.Damaged, Position = start.Position, Fault = start.Fault };
            yield break;
        }

        // If the consumer has read up to the watermark, only the stretch after the wrap is left.
        _start = start;
        int skipped = start.Watermark != 0 && start.Position >= start.Watermark ? 1 : 0;
        var pieces = new List<Piece>();
        foreach ((uint from, uint to) in start.Stretches())
        {
            pieces.Add(new Piece(pieces.Count + skipped, from, to));
        }

        while (pieces.Count > 0)
        {
            _cancellation.ThrowIfCancellationRequested();
            Copy(pieces, ref _first);
            RingSnapshot? now = Look();
            Copy(pieces, ref _second);
            foreach (Piece piece in pieces)
            {
                foreach (SegmentMessage message in ReadPiece(piece, now))
                {
                    yield return message;
                    if (message.State == SegmentMessage.Damaged)
                    {
                        yield break;
                    }
                }
            }

            _ = pieces.RemoveAll(piece => piece.At >= piece.End);
        }
    }

    /// <summary>Copies the start of what is left, up to the maximum, and records where the copy of each piece begins and how long it is.</summary>
    private void Copy(List<Piece> pieces, ref byte[] copy)
    {
        int room = Math.Max(LargestCopy, Need);
        int size = (int)Math.Min(room, pieces.Sum(piece => (long)piece.End - piece.At));
        if (copy.Length < size)
        {
            copy = new byte[size];
        }

        int used = 0;
        foreach (Piece piece in pieces)
        {
            piece.CopiedAt = used;
            piece.Copied = (int)Math.Min(size - used, piece.End - piece.At);
            int read = _file.Read(Data(piece.At), copy, used, piece.Copied);
            used += piece.Copied;
            if (read < piece.Copied)
            {
                throw SegmentErrors.Truncated(_file.Path, "needed size", Data(piece.End), _file.Length);
            }
        }
    }

    private IEnumerable<SegmentMessage> ReadPiece(Piece piece, RingSnapshot? now)
    {
        if (piece.Copied == 0)
        {
            // Its turn comes when the piece before it is done.
            yield break;
        }

        (uint next, uint queuedEnd, _) = FindQueued(now, piece.Stretch, piece.At, piece.End);
        if (next == piece.At && next < queuedEnd && next != now!.Position && piece.Before is (uint, byte[]) before && !IsUnchanged(before.Position, before.Start, piece.Stretch))
        {
            // Overwritten although the consumed frontier is still before it: the ring went all the way round while the preceding messages were being returned.
            queuedEnd = next;
        }

        if (next > piece.At)
        {
            foreach (SegmentMessage message in ReadOvertaken(piece, next))
            {
                yield return message;
            }
        }

        while (next < queuedEnd && TryDecode(piece, next, queuedEnd, out RingEntry entry, out int at))
        {
            // If an entry was overwritten, there is no knowing where the next one began.
            if (!IsSame(piece, entry, at) || (entry.Fault is not null && !IsDamaged(entry.Position, StartOf(piece, entry, at), piece.Stretch)))
            {
                queuedEnd = next;
                break;
            }

            yield return Describe(entry, at, piece);

            // Past a damaged entry, no entries can be told apart.
            piece.Before = (entry.Position, StartOf(piece, entry, at));
            next = entry.Fault is null ? next + entry.Length : piece.End;
        }

        if (next >= queuedEnd && next < piece.End)
        {
            yield return Overtaken(next, piece.End - next, HowMany);
            next = piece.End;
        }

        piece.At = next;
    }

    /// <summary>The number of bytes of an entry that must be present at once: its header and the part of it that is shown.</summary>
    private int Need => (int)Math.Min(EntryLayout.HeaderSize + (long)Math.Max(_payloadBytes, EntryLayout.MmapEntrySize), _capacity);

    private ulong Data(uint position) => _ring + RingLayout.HeaderSize + position;

    private RingSnapshot? Look() => RingSnapshot.ReadSettled(_file, _ring, _capacity, _cancellation);

    /// <summary>
    /// Returns the part of a stretch that was still queued in a later snapshot, and the end of what was queued then. The part starts at an entry. If all of
    /// the stretch was consumed, all three values are its end.
    /// </summary>
    private (uint From, uint To, uint Limit) FindQueued(RingSnapshot? now, int stretch, uint at, uint end)
    {
        if (now is null || now.IsDamaged)
        {
            return (end, end, end);
        }

        bool hasWrap = now.Watermark != 0;
        if (stretch > 0 && hasWrap && now.Watermark == _start!.Watermark && now.Position >= _start.Position)
        {
            // The stretch before this one is not fully consumed yet.
            return (at, Math.Min(end, now.Write), now.Write);
        }

        // The consumer has gone past the end of the ring and wrapped, so everything that was queued at first is consumed.
        bool isRound = stretch == 0 && now.Position < _start!.Position;
        uint limit = hasWrap && now.Position != 0 ? now.Watermark : now.Write;
        uint to = Math.Min(end, limit);
        uint from = Math.Max(at, now.Position);
        return isRound || from >= to ? (end, end, end) : (from, to, limit);
    }

    /// <summary>Whether an entry, or its start, is still the same as when it was copied, and still queued.</summary>
    private bool IsUnchanged(uint position, byte[] copy, int stretch) => ReadAgain(position, copy, stretch) is not null;

    /// <summary>
    /// Whether an invalid entry is still invalid when read again. If the ring went all the way round between two snapshots, the former end of the queue is not
    /// the end of an entry, and an entry across it only seems too long.
    /// </summary>
    private bool IsDamaged(uint position, byte[] copy, int stretch) =>
        ReadAgain(position, copy, stretch) is (byte[], uint) again && RingEntry.Decode(again.Bytes, 0, position, again.Left).Fault is not null;

    /// <summary>Reads an entry again, with the number of bytes queued from there on; null if it differs from the copy or is no longer queued.</summary>
    private (byte[] Bytes, uint Left)? ReadAgain(uint position, byte[] copy, int stretch)
    {
        byte[] bytes = new byte[Math.Min(EntryLayout.MmapEntrySize, _capacity - position)];
        _file.ReadExactly(Data(position), bytes, bytes.Length);
        (uint from, uint to, uint limit) = FindQueued(Look(), stretch, position, _capacity);
        return from == position && to > from && bytes.Take(copy.Length).SequenceEqual(copy) ? (bytes, limit - position) : null;
    }

    /// <summary>Returns what was copied of an entry's header and reference, or of its header and the start of its inline payload.</summary>
    private byte[] StartOf(Piece piece, in RingEntry entry, int at)
    {
        long length = Math.Min(Math.Max(entry.Length, EntryLayout.HeaderSize), EntryLayout.MmapEntrySize);
        byte[] start = new byte[Math.Min(length, piece.CopiedAt + piece.Copied - at)];
        Array.Copy(_first, at, start, 0, start.Length);
        return start;
    }

    /// <summary>
    /// Returns the messages that were consumed during the copy: one for each if they can still be told apart, otherwise one for all of them.
    /// </summary>
    private List<SegmentMessage> ReadOvertaken(Piece piece, uint to)
    {
        var messages = new List<SegmentMessage>();
        uint next = piece.At;
        while (next < to && TryDecode(piece, next, to, out RingEntry entry, out _) && entry.Fault is null)
        {
            messages.Add(Overtaken(entry.Position, entry.Length, null));
            next += entry.Length;
        }

        return next == to ? messages : [Overtaken(piece.At, to - piece.At, HowMany)];
    }

    /// <summary>Decodes an entry if enough of it was copied.</summary>
    private bool TryDecode(Piece piece, uint position, uint end, out RingEntry entry, out int at)
    {
        long offset = position - piece.At;
        uint left = end - position;
        if (offset + Math.Min(left, (uint)Need) > piece.Copied)
        {
            entry = default;
            at = 0;
            return false;
        }

        at = piece.CopiedAt + (int)offset;
        entry = RingEntry.Decode(_first, at, position, left);
        return true;
    }

    private bool IsSame(Piece piece, in RingEntry entry, int at)
    {
        int end = (int)Math.Min(at + (long)Math.Max(entry.Length, EntryLayout.HeaderSize), piece.CopiedAt + piece.Copied);
        for (int i = at; i < end; i++)
        {
            if (_first[i] != _second[i])
            {
                return false;
            }
        }

        return true;
    }

    private static SegmentMessage Overtaken(uint position, uint length, string? fault) =>
        new() { State = SegmentMessage.Overtaken, Position = position, EntryLength = length, Fault = fault };

    private SegmentMessage Describe(in RingEntry entry, int at, Piece piece)
    {
        var message = new SegmentMessage { State = SegmentMessage.Queued, Position = entry.Position, EntryLength = entry.Length };
        if (entry.Fault is not null)
        {
            message.State = SegmentMessage.Damaged;
            message.Fault = entry.Fault;
        }
        else if (entry.IsSlotReference)
        {
            message.Kind = SegmentMessage.Slot;
            message.SlotClass = entry.ClassIndex;
            message.SlotIndex = entry.SlotIndex;
            message.Generation = entry.Generation;
            ReadSlot(message, entry, StartOf(piece, entry, at), piece.Stretch);
        }
        else if (entry.IsMmapReference)
        {
            message.Kind = SegmentMessage.Mmap;
            message.PayloadLength = entry.PayloadLength;
            message.Generation = entry.Generation;
            message.MapId = entry.MapId;
            message.MapOffset = entry.MapOffset;
        }
        else
        {
            message.Kind = SegmentMessage.Inline;
            message.PayloadLength = entry.PayloadLength;
            message.Payload = PayloadOf(_first, at + EntryLayout.HeaderSize, entry.PayloadLength);
        }

        return message;
    }

    /// <summary>
    /// Reads the payload from its slot. It belongs to the entry if the slot is allocated in the entry's generation both before and after the read.
    /// </summary>
    private void ReadSlot(SegmentMessage message, in RingEntry entry, byte[] start, int stretch)
    {
        if (entry.FindReferenceFault(_segment.Classes) is string fault)
        {
            message.SlotState = SegmentMessage.SlotInvalid;
            message.Fault = fault;
            return;
        }

        long slotSize = _segment.Classes[entry.ClassIndex].SlotSize;
        ulong slot = _segment.Pool.DataOffset(entry.ClassIndex) + ((ulong)slotSize * entry.SlotIndex);
        byte[] prefix = new byte[SegmentFormat.SlotLengthPrefix];
        string state = SlotStateOf(entry);
        if (state == SegmentMessage.SlotCurrent && slotSize >= prefix.Length)
        {
            _file.ReadExactly(slot, prefix, prefix.Length);
            uint length = BitConverter.ToUInt32(prefix, 0);
            byte[] payload = new byte[Math.Min(Math.Min(length, slotSize - prefix.Length), _payloadBytes)];
            _file.ReadExactly(slot + (ulong)prefix.Length, payload, payload.Length);
            state = SlotStateOf(entry);
            if (state == SegmentMessage.SlotCurrent)
            {
                message.PayloadLength = length;
                message.Payload = _payloadBytes == 0 ? null : payload;
                message.Fault = length > slotSize - prefix.Length
                    ? FormattableString.Invariant($"its slot says that the payload has {length} bytes, and has room for {slotSize - prefix.Length}")
                    : null;
            }
        }

        message.SlotState = state;
        if (state != SegmentMessage.SlotCurrent)
        {
            // Either freed because the message has just been consumed, or freed although the message is still queued.
            bool isQueued = IsUnchanged(entry.Position, start, stretch);
            message.State = isQueued ? SegmentMessage.Queued : SegmentMessage.Overtaken;
            message.Fault = isQueued ? FormattableString.Invariant($"its slot was {(state == SegmentMessage.SlotFreed ? "freed" : "allocated anew")} although the message is still queued") : null;
        }
    }

    private string SlotStateOf(in RingEntry entry)
    {
        byte[] meta = new byte[SlotMetaLayout.Size];
        _file.ReadExactly(_segment.Pool.MetaOffset(entry.ClassIndex) + ((ulong)entry.SlotIndex * SlotMetaLayout.Size), meta, meta.Length);
        return BitConverter.ToUInt32(meta, SlotMetaLayout.Generation) != entry.Generation ? SegmentMessage.SlotReused
            : (SlotState)BitConverter.ToUInt32(meta, SlotMetaLayout.State) != SlotState.Allocated ? SegmentMessage.SlotFreed
            : SegmentMessage.SlotCurrent;
    }

    private byte[]? PayloadOf(byte[] bytes, int at, uint length)
    {
        if (_payloadBytes == 0)
        {
            return null;
        }

        byte[] payload = new byte[Math.Min(length, _payloadBytes)];
        Array.Copy(bytes, at, payload, 0, payload.Length);
        return payload;
    }

    /// <summary>The unread part of a stretch of the ring, and the position of its copy.</summary>
    private sealed class Piece
    {
        internal Piece(int stretch, uint at, uint end)
        {
            Stretch = stretch;
            At = at;
            End = end;
        }

        /// <summary>1 for the stretch after a wrap, otherwise 0.</summary>
        internal int Stretch { get; }

        internal uint At { get; set; }

        internal uint End { get; }

        internal int CopiedAt { get; set; }

        internal int Copied { get; set; }

        /// <summary>The entry before <see cref="At"/>: as long as it is unchanged, an entry begins at that position too.</summary>
        internal (uint Position, byte[] Start)? Before { get; set; }
    }
}
