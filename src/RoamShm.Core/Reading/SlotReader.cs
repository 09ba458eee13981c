using System;
using System.Threading;

namespace RoamShm;

/// <summary>Reads the slot metadata of one class, either sequentially in chunks or one slot at a time (<c>r[shm.varslot.slot-meta]</c>).</summary>
internal sealed unsafe class SlotReader
{
    /// <summary>The largest class that can be read: 1 GiB of metadata.</summary>
    internal const long MaxSlots = 1 << 26;

    // Small enough for a chunk to stay in the processor cache between being read and being examined.
    internal const int PieceShift = 12;
    internal const int SlotsPerPiece = 1 << PieceShift;

    // Chunks of all classes are read into the same buffer, one at a time.
    [ThreadStatic]
    private static byte[]? _piece;

    private readonly byte[] _field = new byte[sizeof(ulong)];
    private readonly Segment _segment;
    private readonly int _classIndex;

    /// <summary>Creates a reader.</summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.TooManySlots"/>.</exception>
    internal SlotReader(Segment segment, int classIndex)
    {
        _segment = segment;
        _classIndex = classIndex;
        Count = segment.Classes[classIndex].SlotCount;
        if (Count > MaxSlots)
        {
            throw SegmentErrors.TooManySlots(segment.Path, classIndex, Count, MaxSlots);
        }
    }

    /// <summary>Receives a chunk: the metadata of some slots, the index of the first, and their number.</summary>
    internal delegate void PieceAction(byte* slots, int first, int count);

    internal long Count { get; }

    internal static uint Generation(byte* slot) => *(uint*)(slot + SlotMetaLayout.Generation);

    internal static SlotState State(byte* slot) => (SlotState)(*(uint*)(slot + SlotMetaLayout.State));

    internal static uint Owner(byte* slot) => *(uint*)(slot + SlotMetaLayout.OwnerPeer);

    internal void ForEachPiece(PieceAction action, CancellationToken cancellation)
    {
        int size = Math.Min((int)Count, SlotsPerPiece) * SlotMetaLayout.Size;
        byte[] buffer = _piece is byte[] kept && kept.Length >= size ? kept : _piece = new byte[size];
        ulong offset = _segment.Pool.MetaOffset(_classIndex);
        for (int first = 0; first < Count; first += SlotsPerPiece)
        {
            cancellation.ThrowIfCancellationRequested();
            int now = Math.Min((int)Count - first, SlotsPerPiece);
            _segment.File.ReadExactly(offset + ((ulong)first * SlotMetaLayout.Size), buffer, now * SlotMetaLayout.Size);
            fixed (byte* slots = buffer)
            {
                action(slots, first, now);
            }
        }
    }

    internal uint ReadField(int slot, int field)
    {
        ulong offset = _segment.Pool.MetaOffset(_classIndex) + ((ulong)slot * SlotMetaLayout.Size);
        _segment.File.ReadExactly(offset + (ulong)field, _field, sizeof(uint));
        return BitConverter.ToUInt32(_field, 0);
    }

    internal ulong ReadHead()
    {
        _segment.File.ReadExactly(_segment.Pool.HeaderOffset(_classIndex) + SizeClassLayout.FreeHead, _field, sizeof(ulong));
        return BitConverter.ToUInt64(_field, 0);
    }
}
