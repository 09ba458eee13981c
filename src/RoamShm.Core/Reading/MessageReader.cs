using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Reads what is queued in one ring while its producer and consumer go on. A part of the ring is copied, the positions are read, and the part is copied again: what is
/// the same in both copies and lies behind the consumed frontier stood in the ring, whole, when the positions were read.
/// </summary>
internal sealed class MessageReader
{
    private const string HowMany = "the number of messages is not known";

    // What is queued is copied in one go, so that all of it is of one moment, unless it is more than this.
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
    /// Reads the messages that are queued now, the next one to be consumed first. What is queued meanwhile is left out; for what is consumed meanwhile there is a
    /// message that says so.
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

        // A consumer that has read up to the watermark has only what is behind the wrap left.
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

    /// <summary>Copies the start of what is left, as much as is copied at once, and notes where each piece begins in the copy and how much of it there is.</summary>
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
            // Its turn comes when the one before it is done.
            yield break;
        }

        (uint next, uint queuedEnd, _) = FindQueued(now, piece.Stretch, piece.At, piece.End);
        if (next == piece.At && next < queuedEnd && next != now!.Position && piece.Before is (uint, byte[]) before && !IsUnchanged(before.Position, before.Start, piece.Stretch))
        {
            // Overwritten although the consumer is still before it: the ring went round while the messages before it were being handed over.
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
            // Where an entry was overwritten nobody knows where the next one began.
            if (!IsSame(piece, entry, at) || (entry.Fault is not null && !IsDamaged(entry.Position, StartOf(piece, entry, at), piece.Stretch)))
            {
                queuedEnd = next;
                break;
            }

            yield return Describe(entry, at, piece);

            // Behind something damaged nothing can be told apart.
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

    /// <summary>Bytes of an entry that have to be there at once: its header, and what is shown of it.</summary>
    private int Need => (int)Math.Min(EntryLayout.HeaderSize + (long)Math.Max(_payloadBytes, EntryLayout.MmapEntrySize), _capacity);

    private ulong Data(uint position) => _ring + RingLayout.HeaderSize + position;

    private RingSnapshot? Look() => RingSnapshot.ReadSettled(_file, _ring, _capacity, _cancellation);

    /// <summary>
    /// Which part of a stretch was still queued at a later look, and where what was queued then ends. The start is where an entry begins; all are the end where all of it
    /// was consumed.
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
            // The stretch before this one is not consumed yet.
            return (at, Math.Min(end, now.Write), now.Write);
        }

        // Consumed round the end of the ring, and so with all that was queued at first.
        bool isRound = stretch == 0 && now.Position < _start!.Position;
        uint limit = hasWrap && now.Position != 0 ? now.Watermark : now.Write;
        uint to = Math.Min(end, limit);
        uint from = Math.Max(at, now.Position);
        return isRound || from >= to ? (end, end, end) : (from, to, limit);
    }

    /// <summary>Whether an entry, or its start, still is what it was when it was copied, and is still queued.</summary>
    private bool IsUnchanged(uint position, byte[] copy, int stretch) => ReadAgain(position, copy, stretch) is not null;

    /// <summary>
    /// Whether what makes no sense stays so. Where the ring went round between two looks, what was the end of the queue is not where an entry ends, and an entry across it
    /// only seems to be too long.
    /// </summary>
    private bool IsDamaged(uint position, byte[] copy, int stretch) =>
        ReadAgain(position, copy, stretch) is (byte[], uint) again && RingEntry.Decode(again.Bytes, 0, position, again.Left).Fault is not null;

    /// <summary>Reads an entry once more, and how much is queued from there on; null where it is no longer what was copied, or no longer queued.</summary>
    private (byte[] Bytes, uint Left)? ReadAgain(uint position, byte[] copy, int stretch)
    {
        byte[] bytes = new byte[Math.Min(EntryLayout.MmapEntrySize, _capacity - position)];
        _file.ReadExactly(Data(position), bytes, bytes.Length);
        (uint from, uint to, uint limit) = FindQueued(Look(), stretch, position, _capacity);
        return from == position && to > from && bytes.Take(copy.Length).SequenceEqual(copy) ? (bytes, limit - position) : null;
    }

    /// <summary>What was copied of an entry's header and reference, or of the start of an inline payload.</summary>
    private byte[] StartOf(Piece piece, in RingEntry entry, int at)
    {
        long length = Math.Min(Math.Max(entry.Length, EntryLayout.HeaderSize), EntryLayout.MmapEntrySize);
        byte[] start = new byte[Math.Min(length, piece.CopiedAt + piece.Copied - at)];
        Array.Copy(_first, at, start, 0, start.Length);
        return start;
    }

    /// <summary>What was consumed while it was copied: each message where they still can be told apart, else one for all.</summary>
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

    /// <summary>Decodes an entry of which enough was copied.</summary>
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

    /// <summary>Reads the payload from its slot, which is the entry's if it is allocated in the entry's generation before and after.</summary>
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
            // Freed because the message has just been consumed, or although it waits.
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

    /// <summary>What is left of a stretch of the ring, and where its copy is.</summary>
    private sealed class Piece
    {
        internal Piece(int stretch, uint at, uint end)
        {
            Stretch = stretch;
            At = at;
            End = end;
        }

        /// <summary>1 for what is queued behind a wrap, else 0.</summary>
        internal int Stretch { get; }

        internal uint At { get; set; }

        internal uint End { get; }

        internal int CopiedAt { get; set; }

        internal int Copied { get; set; }

        /// <summary>The entry before <see cref="At"/>: while it stands there, an entry begins there too.</summary>
        internal (uint Position, byte[] Start)? Before { get; set; }
    }
}
