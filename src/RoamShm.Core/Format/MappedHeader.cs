using System;
using System.Threading;

namespace RoamShm;

/// <summary>
/// The header of a segment in memory that is mapped or otherwise at hand (<c>r[shm.segment.header]</c>): the 14 fields at their offsets. It is a view: each
/// property reads the memory anew, and nothing of it is kept. For programs that map a segment as hosts and guests do.
/// </summary>
/// <remarks>
/// <para>Whoever makes a view answers for the memory: it must be there for as long as the view is used, 128 bytes of it. Memory of a mapped file goes away
/// when the file is truncated; touching it then kills the process with SIGBUS on Unix, and no <c>catch</c> sees that.</para>
/// <para><see cref="HostGoodbye"/> and <see cref="CurrentSize"/> are atomic: they are loaded with acquire and stored with release semantics, each as one
/// whole, so that what the storing process wrote before is seen by who loads the new value. The host writes all other fields once, before the magic.</para>
/// </remarks>
public readonly unsafe struct MappedHeader : IEquatable<MappedHeader>
{
    /// <summary>Size of a header in bytes.</summary>
    public const int Size = HeaderLayout.Size;

    private readonly byte* _address;
    private readonly bool _isReadOnly;

    /// <summary>Makes a view of memory that the caller owns.</summary>
    /// <param name="address">Where the header begins, on a multiple of 8: at the start of the mapping of a segment.</param>
    /// <param name="isReadOnly">Whether the memory may only be read; what would store then throws instead of ending the process.</param>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="address"/> is not a multiple of 8, so nothing could be atomic.</exception>
    public MappedHeader(void* address, bool isReadOnly = false)
        : this((byte*)address, isReadOnly)
    {
        if (address == null)
        {
            throw new ArgumentNullException(nameof(address));
        }

        if ((ulong)address % sizeof(ulong) != 0)
        {
            throw new ArgumentException("The address of a header must be a multiple of 8: its atomic fields cannot be atomic otherwise.", nameof(address));
        }
    }

    private MappedHeader(byte* address, bool isReadOnly)
    {
        _address = address;
        _isReadOnly = isReadOnly;
    }

    /// <summary>The magic as a little-endian integer; <c>ROAMHUB\x07</c> is 0x074255484D414F52 (<c>r[shm.segment.magic.v7]</c>).</summary>
    public ulong Magic => *(ulong*)(_address + HeaderLayout.Magic);

    /// <summary>Format version, 7.</summary>
    public uint Version => *(uint*)(_address + HeaderLayout.Version);

    /// <summary>Size of the header in bytes, 128.</summary>
    public uint HeaderSize => *(uint*)(_address + HeaderLayout.HeaderSize);

    /// <summary>Size of the segment at its creation, in bytes.</summary>
    public ulong TotalSize => *(ulong*)(_address + HeaderLayout.TotalSize);

    /// <summary>Largest payload in bytes.</summary>
    public uint MaxPayloadSize => *(uint*)(_address + HeaderLayout.MaxPayloadSize);

    /// <summary>Inline threshold in bytes as stored; 0 stands for the default.</summary>
    public uint InlineThreshold => *(uint*)(_address + HeaderLayout.InlineThreshold);

    /// <summary>Inline threshold in bytes as used: 256 where 0 is stored (<c>r[shm.framing.threshold]</c>).</summary>
    public uint EffectiveInlineThreshold => SegmentFormat.EffectiveInlineThreshold(InlineThreshold);

    /// <summary>Number of guests that can attach, 1 to 255.</summary>
    public uint MaxGuests => *(uint*)(_address + HeaderLayout.MaxGuests);

    /// <summary>Data bytes of one ring, one direction.</summary>
    public uint BipbufCapacity => *(uint*)(_address + HeaderLayout.BipbufCapacity);

    /// <summary>Offset of the peer table in bytes.</summary>
    public ulong PeerTableOffset => *(ulong*)(_address + HeaderLayout.PeerTableOffset);

    /// <summary>Offset of the slot pool in bytes.</summary>
    public ulong VarPoolOffset => *(ulong*)(_address + HeaderLayout.VarPoolOffset);

    /// <summary>Nanoseconds between two heartbeats of a guest; 0 = heartbeats are off.</summary>
    public ulong HeartbeatInterval => *(ulong*)(_address + HeaderLayout.HeartbeatInterval);

    /// <summary>
    /// The host's goodbye: 0 while it is active (<c>r[shm.host.goodbye]</c>). Loaded with acquire, stored with release semantics.
    /// <see cref="RaiseGoodbye"/> stores only where nobody has yet.
    /// </summary>
    /// <exception cref="InvalidOperationException">Stored through a read-only view.</exception>
    public uint HostGoodbye
    {
        get => (uint)Volatile.Read(ref *(int*)(_address + HeaderLayout.HostGoodbye));
        set
        {
            RequireWritable();
            Volatile.Write(ref *(int*)(_address + HeaderLayout.HostGoodbye), (int)value);
        }
    }

    /// <summary>Number of slot classes, 1 to 256.</summary>
    public uint NumVarSlotClasses => *(uint*)(_address + HeaderLayout.NumVarSlotClasses);

    /// <summary>
    /// Size of the segment now, in bytes (<c>r[shm.varslot.extents.notification]</c>). Loaded with acquire, stored with release semantics: lengthen the file first,
    /// then store. It never shrinks.
    /// </summary>
    /// <exception cref="InvalidOperationException">Stored through a read-only view.</exception>
    public ulong CurrentSize
    {
        get => (ulong)Volatile.Read(ref *(long*)(_address + HeaderLayout.CurrentSize));
        set
        {
            RequireWritable();
            Volatile.Write(ref *(long*)(_address + HeaderLayout.CurrentSize), unchecked((long)value));
        }
    }

    /// <summary>Whether two views are of the same memory.</summary>
    /// <param name="left">One view.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they begin at the same address.</returns>
    public static bool operator ==(MappedHeader left, MappedHeader right) => left.Equals(right);

    /// <summary>Whether two views are of different memory.</summary>
    /// <param name="left">One view.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they begin at different addresses.</returns>
    public static bool operator !=(MappedHeader left, MappedHeader right) => !left.Equals(right);

    /// <summary>
    /// Writes the header of a new segment, its magic last: whoever sees the magic sees all of it. The peer table, the rings and the slot pool must be in place by
    /// then (<c>r[shm.file.create]</c>).
    /// </summary>
    /// <param name="configuration">The segment's configuration.</param>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidConfiguration"/>: no guest could attach to such a segment. Nothing is written.</exception>
    /// <exception cref="InvalidOperationException">The 128 bytes are not all zero, so this may be somebody's segment; or the view is read-only.</exception>
    public void Initialize(SegmentConfiguration configuration) => Initialize(SegmentLayout.Compute(configuration));

    /// <summary>
    /// Checks the header as the reference does when a guest attaches, in its order: magic, version, header_size, num_var_slot_classes; with
    /// <paramref name="mappedLength"/> also that the table of class headers lies within the mapping, and that each class has slots
    /// (<c>r[shm.guest.attach]</c>).
    /// </summary>
    /// <param name="mappedLength">How many bytes are mapped from the header on, if the class headers are to be checked, which are then read through the
    /// mapping.</param>
    /// <returns>The first failure, or <see langword="null"/> if a guest can attach. Nothing is thrown for what the memory contains.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mappedLength"/> is less than a header has.</exception>
    public SegmentException? Validate(long? mappedLength = null)
    {
        if (mappedLength < Size)
        {
            throw new ArgumentOutOfRangeException(nameof(mappedLength), mappedLength, "A mapping that begins with a header has at least 128 bytes.");
        }

        if (FindFault() is string fault)
        {
            return SegmentErrors.InvalidHeader(path: null, fault, this);
        }

        if (mappedLength is not long length)
        {
            return null;
        }

        ulong offset = VarPoolOffset;
        uint count = NumVarSlotClasses;
        if (!SizeClassTable.IsInside(offset, count, (ulong)length))
        {
            return SegmentErrors.SlotClassTableOutOfBounds(path: null, offset, count, length);
        }

        // A count that a file of that length has room for may still pass what an int holds.
        byte* table = _address + offset;
        for (uint i = 0; i < count; i++, table += SizeClassLayout.Size)
        {
            if (SizeClassTable.FindInvalid(table, 1) == 0)
            {
                return SegmentErrors.InvalidSlotClass(path: null, i, SizeClassTable.SlotSize(table, 0), SizeClassTable.SlotCount(table, 0));
            }
        }

        return null;
    }

    /// <summary>
    /// Raises the host's goodbye with one atomic compare-and-exchange, which asks every guest to detach (<c>r[shm.host.goodbye]</c>). A goodbye that is
    /// raised already stays as it is.
    /// </summary>
    /// <param name="value">The value to store, not 0; the reference stores 1.</param>
    /// <returns>The previous value: 0 if this call raised it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is 0.</exception>
    /// <exception cref="InvalidOperationException">The view is read-only.</exception>
    public uint RaiseGoodbye(uint value = 1)
    {
        RequireGoodbye(value);
        RequireWritable();
        return (uint)Interlocked.CompareExchange(ref *(int*)(_address + HeaderLayout.HostGoodbye), (int)value, 0);
    }

    /// <inheritdoc/>
    public bool Equals(MappedHeader other) => _address == other._address;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MappedHeader other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((IntPtr)_address).GetHashCode();

    /// <summary>A view of a copy of a header, wherever the runtime has put it; without the atomic fields being so.</summary>
    internal static MappedHeader OfCopy(byte* address) => new(address, isReadOnly: false);

    internal static void RequireGoodbye(uint value)
    {
        if (value == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "The value of a goodbye must not be 0, which means that there is none.");
        }
    }

    /// <summary>The id of the first check of the header alone that fails, or null.</summary>
    internal string? FindFault() =>
        Magic != SegmentFormat.Magic ? FaultOfMagic(Magic)
        : Version != SegmentFormat.Version ? SegmentErrorId.UnsupportedVersion
        : HeaderSize != Size ? SegmentErrorId.UnexpectedHeaderSize
        : NumVarSlotClasses == 0 ? SegmentErrorId.NoSlotClasses
        : null;

    /// <summary>What a magic that is not v7's means: a relative of the format, or something else.</summary>
    internal static string FaultOfMagic(ulong magic) => magic switch
    {
        SegmentFormat.PredecessorMagic => SegmentErrorId.PredecessorFormat,
        SegmentFormat.SuccessorMagic => SegmentErrorId.SuccessorFormat,
        _ => SegmentErrorId.BadMagic,
    };

    /// <summary>Why memory looks as if a host were just making a segment there, or null (<c>r[shm.file.create]</c>).</summary>
    internal string? FindUnfinished()
    {
        ulong* words = (ulong*)_address;
        if (words[0] is not (0 or SegmentFormat.Magic))
        {
            return null;
        }

        for (int i = 1; i < Size / sizeof(ulong); i++)
        {
            if (words[i] != 0)
            {
                return null;
            }
        }

        return words[0] == 0 ? "its header is all zero" : "its header has nothing but the magic";
    }

    internal void Initialize(SegmentLayout layout)
    {
        RequireWritable();
        for (int i = 0; i < Size / sizeof(ulong); i++)
        {
            if (((ulong*)_address)[i] != 0)
            {
                throw new InvalidOperationException("The header is not all zero. A new one is written only into zeroed memory that nobody else uses.");
            }
        }

        SegmentConfiguration configuration = layout.Configuration;
        *(uint*)(_address + HeaderLayout.Version) = SegmentFormat.Version;
        *(uint*)(_address + HeaderLayout.HeaderSize) = Size;
        *(ulong*)(_address + HeaderLayout.TotalSize) = layout.TotalSize;
        *(uint*)(_address + HeaderLayout.MaxPayloadSize) = (uint)configuration.MaxPayloadSize;
        *(uint*)(_address + HeaderLayout.InlineThreshold) = (uint)configuration.InlineThreshold;
        *(uint*)(_address + HeaderLayout.MaxGuests) = (uint)configuration.MaxGuests;
        *(uint*)(_address + HeaderLayout.BipbufCapacity) = (uint)configuration.BipbufCapacity;
        *(ulong*)(_address + HeaderLayout.PeerTableOffset) = layout.PeerTableOffset;
        *(ulong*)(_address + HeaderLayout.VarPoolOffset) = layout.VarPoolOffset;
        *(ulong*)(_address + HeaderLayout.HeartbeatInterval) = configuration.HeartbeatInterval;
        *(uint*)(_address + HeaderLayout.NumVarSlotClasses) = (uint)configuration.SlotClasses.Count;
        *(ulong*)(_address + HeaderLayout.CurrentSize) = layout.TotalSize;

        // Release: whoever sees the magic sees everything before it.
        Volatile.Write(ref *(long*)(_address + HeaderLayout.Magic), unchecked((long)SegmentFormat.Magic));
    }

    /// <summary>Copies the header word by word, so that no atomic field is torn.</summary>
    internal void CopyTo(byte[] copy)
    {
        fixed (byte* bytes = copy)
        {
            for (int i = 0; i < Size / sizeof(ulong); i++)
            {
                ((ulong*)bytes)[i] = ((ulong*)_address)[i];
            }
        }
    }

    private void RequireWritable()
    {
        if (_isReadOnly)
        {
            throw new InvalidOperationException("The view is read-only: the memory may not be written. Open the segment with Segment.OpenReadWrite.");
        }
    }
}
