using System;
using System.Threading;

namespace RoamShm;

/// <summary>A mapping of the header and slot metadata of one class, used to free slots (<c>r[shm.varslot.free]</c>).</summary>
internal sealed unsafe class ClassMapping : IDisposable
{
    private readonly Segment _segment;
    private readonly ulong _end;
    private readonly MappedPart _header;
    private readonly MappedPart _slots;

    internal ClassMapping(Segment segment, int classIndex)
    {
        _segment = segment;
        ulong offset = segment.Pool.MetaOffset(classIndex);
        ulong size = (ulong)segment.Classes[classIndex].SlotCount * SlotMetaLayout.Size;
        _end = offset + size;
        _header = segment.File.MapInside(segment.Pool.HeaderOffset(classIndex), SizeClassLayout.Size);
        try
        {
            _slots = segment.File.MapInside(offset, size);
        }
        catch
        {
            _header.Dispose();
            throw;
        }
    }

    /// <summary>Frees a slot: sets Allocated→Free and owner 0, then pushes it onto the free list and increments the aba count of the list head.</summary>
    /// <param name="index">The slot.</param>
    /// <param name="generation">The generation of the slot when it was read.</param>
    /// <param name="owner">The required owner; <see langword="null"/> for any owner.</param>
    /// <returns><see langword="false"/> if the slot is already free or has been reallocated since.</returns>
    internal bool Free(uint index, uint generation, uint? owner)
    {
        // Check before each slot: touching a mapping of a file that was truncated meanwhile kills the process.
        _segment.File.RequireLength(_end);
        byte* slot = _slots.Address + ((ulong)index * SlotMetaLayout.Size);
        if ((uint)Volatile.Read(ref *(int*)(slot + SlotMetaLayout.Generation)) != generation
            || (owner is uint expected && (uint)Volatile.Read(ref *(int*)(slot + SlotMetaLayout.OwnerPeer)) != expected)
            || Interlocked.CompareExchange(ref *(int*)(slot + SlotMetaLayout.State), (int)SlotState.Free, (int)SlotState.Allocated) != (int)SlotState.Allocated)
        {
            return false;
        }

        _ = Interlocked.Exchange(ref *(int*)(slot + SlotMetaLayout.OwnerPeer), 0);
        ref long freeHead = ref *(long*)(_header.Address + SizeClassLayout.FreeHead);
        while (true)
        {
            ulong before = (ulong)Volatile.Read(ref freeHead);
            _ = Interlocked.Exchange(ref *(int*)(slot + SlotMetaLayout.NextFree), unchecked((int)(uint)before));
            ulong aba = unchecked((uint)(before >> 32) + 1);
            ulong after = (aba << 32) | index;
            if ((ulong)Interlocked.CompareExchange(ref freeHead, unchecked((long)after), unchecked((long)before)) == before)
            {
                return true;
            }
        }
    }

    public void Dispose()
    {
        _slots.Dispose();
        _header.Dispose();
    }
}
