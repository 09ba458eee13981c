using System;
using System.Collections.Generic;
using System.IO;

namespace RoamShm.Bench;

/// <summary>
/// The metadata of a segment in prepared buffers: header with peer table, the capacity of each ring, class headers with slot metadata; no payload. The floor
/// for creating a segment: create a file under a temporary name, set its length (sparse) or reserve its storage, write the buffers, rename. The floor for
/// reading the slots: open, read the slot metadata sequentially into one buffer of 1 MiB, close.
/// </summary>
public sealed unsafe class SegmentCopy
{
    private const int RingHeaderSize = 128;
    private const int RingCapacityEnd = 12;
    private const int PeerSize = 64;
    private const int ClassSize = 64;
    private const int SlotMetaSize = 16;
    private const int ReadSize = 1 << 20;

    private readonly List<(ulong Offset, byte[] Bytes)> _pieces = [];
    private readonly ulong _slotsOffset;
    private readonly byte[] _buffer = new byte[ReadSize];

    /// <summary>Copies a segment with one slot class.</summary>
    /// <param name="path">The segment.</param>
    public SegmentCopy(string path)
    {
        using FileStream file = RawFile.OpenStream(path, write: false);
        FloorHeader header;
        fixed (byte* bytes = RawFile.ReadExactly(file, 0, FloorHeader.Size))
        {
            header = FloorHeader.Decode(path, bytes, file.Length);
        }

        HeaderFloor.Require(header.NumVarSlotClasses == 1);
        Length = file.Length;

        ulong rings = header.PeerTableOffset + (header.MaxGuests * PeerSize);
        ulong stride = Align(RingHeaderSize + header.BipbufCapacity);
        Add(file, 0, (int)rings);
        for (uint i = 0; i < 2 * header.MaxGuests; i++)
        {
            Add(file, rings + (i * stride), RingCapacityEnd);
        }

        uint count = BitConverter.ToUInt32(RawFile.ReadExactly(file, header.VarPoolOffset + sizeof(uint), sizeof(uint)), 0);
        SlotBytes = checked((int)count * SlotMetaSize);
        _slotsOffset = header.VarPoolOffset + ClassSize;
        Add(file, header.VarPoolOffset, ClassSize + SlotBytes);
    }

    /// <summary>The length of the segment in bytes.</summary>
    public long Length { get; }

    /// <summary>The size of the slot metadata in bytes.</summary>
    public int SlotBytes { get; }

    /// <summary>Creates the same segment with holes everywhere except in its metadata.</summary>
    /// <param name="path">The new file.</param>
    public void WriteSparse(string path) => Write(path, reserve: false);

    /// <summary>Creates the same segment with all of its storage reserved.</summary>
    /// <param name="path">The new file.</param>
    public void WriteReserved(string path) => Write(path, reserve: true);

    /// <summary>Reads the slot metadata of a segment with the same layout.</summary>
    /// <param name="path">The segment.</param>
    /// <returns>The number of bytes read.</returns>
    public long ReadSlots(string path)
    {
        long done = 0;
        using RawFile file = RawFile.Open(path);
        fixed (byte* buffer = _buffer)
        {
            while (done < SlotBytes)
            {
                int now = (int)Math.Min(SlotBytes - done, ReadSize);
                file.ReadExactly(_slotsOffset + (ulong)done, buffer, now);
                done += now;
            }
        }

        return done;
    }

    private static ulong Align(ulong value) => (value + 63) & ~63UL;

    private void Write(string path, bool reserve)
    {
        if (!LibC.IsUsed)
        {
            WritePortably(path);
            return;
        }

        int fd = LibC.Create(path, out string temporary);
        try
        {
            LibC.Require(reserve ? LibC.PosixFAllocate(fd, 0, Length) == 0 : LibC.FTruncate(fd, Length) == 0);
            foreach ((ulong offset, byte[] bytes) in _pieces)
            {
                fixed (byte* start = bytes)
                {
                    LibC.WriteExactly(fd, start, bytes.Length, offset);
                }
            }

            LibC.Publish(temporary, path);
        }
        finally
        {
            _ = LibC.Close(fd);
        }
    }

    /// <summary>SetLength reserves storage on Windows; on macOS only writing does.</summary>
    private void WritePortably(string path)
    {
        string temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1))
        {
            file.SetLength(Length);
            foreach ((ulong offset, byte[] bytes) in _pieces)
            {
                file.Position = (long)offset;
                file.Write(bytes, 0, bytes.Length);
            }
        }

        File.Move(temporary, path);
    }

    private void Add(FileStream file, ulong offset, int count) => _pieces.Add((offset, RawFile.ReadExactly(file, offset, count)));
}
