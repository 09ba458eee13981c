using System;
using System.Collections;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>A peer table, read in one call (<c>r[shm.peer-table]</c>). Enumerates the entries in id order.</summary>
internal sealed class PeerTable : IEnumerable<PeerEntry>
{
    private readonly byte[] _bytes;

    /// <summary>Creates a table from bytes that start with its entries.</summary>
    internal PeerTable(byte[] bytes, int count)
    {
        _bytes = bytes;
        Count = count;
    }

    internal int Count { get; }

    internal PeerEntry this[int peerId]
    {
        get
        {
            int at = (peerId - 1) * PeerEntryLayout.Size;
            return new PeerEntry(
                peerId,
                BitConverter.ToUInt32(_bytes, at + PeerEntryLayout.State),
                BitConverter.ToUInt32(_bytes, at + PeerEntryLayout.Epoch),
                BitConverter.ToUInt64(_bytes, at + PeerEntryLayout.LastHeartbeat),
                BitConverter.ToUInt64(_bytes, at + PeerEntryLayout.RingOffset));
        }
    }

    /// <summary>Reads the peer table of a segment.</summary>
    /// <exception cref="SegmentException">As <see cref="Locate"/>; or the file was truncated.</exception>
    internal static PeerTable Read(SegmentFile file, SegmentHeaderFields header)
    {
        PeerTable table = Locate(file, header);
        table.Refresh(file, header.PeerTableOffset);
        return table;
    }

    /// <summary>Creates a table with room for that of a segment, without reading it.</summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidLimits"/> or <see cref="SegmentErrorId.PeerTableOutOfBounds"/>: with this header
    /// there can be no table.</exception>
    internal static PeerTable Locate(SegmentFile file, SegmentHeaderFields header)
    {
        if (header.MaxGuests is 0 or > SegmentFormat.MaxGuests)
        {
            throw SegmentErrors.InvalidLimits(file.Path, "max_guests", header.MaxGuests, SegmentFormat.MaxGuests);
        }

        int count = (int)header.MaxGuests;
        ulong size = (ulong)count * PeerEntryLayout.Size;
        ulong offset = header.PeerTableOffset;
        if (offset < HeaderLayout.Size || offset % sizeof(ulong) != 0 || offset > (ulong)file.Length || size > (ulong)file.Length - offset)
        {
            throw SegmentErrors.PeerTableOutOfBounds(file.Path, $"the peer table at offset {offset} is misplaced, or does not lie within the file's {file.Length} bytes.");
        }

        return new PeerTable(new byte[(int)size], count);
    }

    /// <summary>Reads the table again.</summary>
    internal void Refresh(SegmentFile file, ulong offset) => file.ReadExactly(offset, _bytes, Count * PeerEntryLayout.Size);

    public Enumerator GetEnumerator() => new(this);

    IEnumerator<PeerEntry> IEnumerable<PeerEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Enumerates the entries without allocating: a watch does that several times a second.</summary>
    internal struct Enumerator : IEnumerator<PeerEntry>
    {
        private readonly PeerTable _table;
        private int _id;

        internal Enumerator(PeerTable table)
        {
            _table = table;
            _id = 0;
        }

        public readonly PeerEntry Current => _table[_id];

        readonly object IEnumerator.Current => Current;

        public bool MoveNext() => ++_id <= _table.Count;

        public void Reset() => _id = 0;

        public readonly void Dispose()
        {
        }
    }
}
