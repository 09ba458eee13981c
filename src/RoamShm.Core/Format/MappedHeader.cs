using System;
using System.Threading;

namespace RoamShm;

/// <summary>
/// The header of a segment in mapped or other memory (<c>r[shm.segment.header]</c>): the 14 fields at their offsets. This is a view: each property access
/// reads the memory, and nothing is cached. For programs that map a segment as hosts and guests do.
/// </summary>
/// <remarks>
/// <para>The creator of a view is responsible for the memory: 128 bytes must stay valid for as long as the view is used. The memory of a mapped file goes away
/// when the file is truncated; touching it then kills the process with SIGBUS on Unix, and no <c>catch</c> sees that.</para>
/// <para><see cref="HostGoodbye"/> and <see cref="CurrentSize"/> are atomic: loaded with acquire and stored with release semantics, each as a whole. Whoever
/// loads a new value sees everything that the storing process wrote before. The host writes all other fields once, before the magic.</para>
/// </remarks>
public readonly unsafe struct MappedHeader : IEquatable<MappedHeader>
{
    /// <summary>The size of a header in bytes.</summary>
    public const int Size = HeaderLayout.Size;

    private readonly byte* _address;
    private readonly bool _isReadOnly;

    /// <summary>Creates a view of memory that the caller owns.</summary>
    /// <param name="address">The start of the header, a multiple of 8: the start of a segment's mapping.</param>
    /// <param name="isReadOnly">Whether the memory is read-only; stores then throw instead of killing the process.</param>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="address"/> is not a multiple of 8, so accesses could not be atomic.</exception>
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

    /// <summary>Gets the magic as a little-endian integer; <c>ROAMHUB\x07</c> is 0x074255484D414F52 (<c>r[shm.segment.magic.v7]</c>).</summary>
    public ulong Magic => *(ulong*)(_address + HeaderLayout.Magic);

    /// <summary>Gets the format version, 7.</summary>
    public uint Version => *(uint*)(_address + HeaderLayout.Version);

    /// <summary>Gets the size of the header in bytes, 128.</summary>
    public uint HeaderSize => *(uint*)(_address + HeaderLayout.HeaderSize);

    /// <summary>Gets the size of the segment at creation, in bytes.</summary>
    public ulong TotalSize => *(ulong*)(_address + HeaderLayout.TotalSize);

    /// <summary>Gets the largest payload in bytes.</summary>
    public uint MaxPayloadSize => *(uint*)(_address + HeaderLayout.MaxPayloadSize);

    /// <summary>Gets the inline threshold in bytes as stored; 0 means the default.</summary>
    public uint InlineThreshold => *(uint*)(_address + HeaderLayout.InlineThreshold);

    /// <summary>Gets the effective inline threshold in bytes: 256 if 0 is stored (<c>r[shm.framing.threshold]</c>).</summary>
    public uint EffectiveInlineThreshold => SegmentFormat.EffectiveInlineThreshold(InlineThreshold);

    /// <summary>Gets the maximum number of guests, 1 to 255.</summary>
    public uint MaxGuests => *(uint*)(_address + HeaderLayout.MaxGuests);

    /// <summary>Gets the data bytes of one ring (one direction).</summary>
    public uint BipbufCapacity => *(uint*)(_address + HeaderLayout.BipbufCapacity);

    /// <summary>Gets the offset of the peer table in bytes.</summary>
    public ulong PeerTableOffset => *(ulong*)(_address + HeaderLayout.PeerTableOffset);

    /// <summary>Gets the offset of the slot pool in bytes.</summary>
    public ulong VarPoolOffset => *(ulong*)(_address + HeaderLayout.VarPoolOffset);

    /// <summary>Gets the heartbeat interval of a guest in nanoseconds; 0 means that heartbeats are off.</summary>
    public ulong HeartbeatInterval => *(ulong*)(_address + HeaderLayout.HeartbeatInterval);

    /// <summary>
    /// Gets or sets the host goodbye: 0 while the host is active (<c>r[shm.host.goodbye]</c>). Loaded with acquire, stored with release semantics.
    /// <see cref="RaiseGoodbye"/> stores only if it is still 0.
    /// </summary>
    /// <exception cref="InvalidOperationException">On a store: the view is read-only.</exception>
    public uint HostGoodbye
    {
        get => (uint)Volatile.Read(ref *(int*)(_address + HeaderLayout.HostGoodbye));
        set
        {
            RequireWritable();
            Volatile.Write(ref *(int*)(_address + HeaderLayout.HostGoodbye), (int)value);
        }
    }

    /// <summary>Gets the number of slot classes, 1 to 256.</summary>
    public uint NumVarSlotClasses => *(uint*)(_address + HeaderLayout.NumVarSlotClasses);

    /// <summary>
    /// Gets or sets the current size of the segment in bytes (<c>r[shm.varslot.extents.notification]</c>). Loaded with acquire, stored with release semantics:
    /// extend the file first, then store. It never shrinks.
    /// </summary>
    /// <exception cref="InvalidOperationException">On a store: the view is read-only.</exception>
    public ulong CurrentSize
    {
        get => (ulong)Volatile.Read(ref *(long*)(_address + HeaderLayout.CurrentSize));
        set
        {
            RequireWritable();
            Volatile.Write(ref *(long*)(_address + HeaderLayout.CurrentSize), unchecked((long)value));
        }
    }

    /// <summary>Determines whether two views are of the same memory.</summary>
    /// <param name="left">The first view.</param>
    /// <param name="right">The second view.</param>
    /// <returns><see langword="true"/> if they start at the same address.</returns>
    public static bool operator ==(MappedHeader left, MappedHeader right) => left.Equals(right);

    /// <summary>Determines whether two views are of different memory.</summary>
    /// <param name="left">The first view.</param>
    /// <param name="right">The second view.</param>
    /// <returns><see langword="true"/> if they start at different addresses.</returns>
    public static bool operator !=(MappedHeader left, MappedHeader right) => !left.Equals(right);

    /// <summary>
    /// Writes the header of a new segment, its magic last: whoever sees the magic sees the complete header. The peer table, the rings and the slot pool must
    /// already be in place (<c>r[shm.file.create]</c>).
    /// </summary>
    /// <param name="configuration">The configuration of the segment.</param>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidConfiguration"/>: no guest could attach to such a segment. Nothing is
    /// written.</exception>
    /// <exception cref="InvalidOperationException">The 128 bytes are not all zero and may be an existing segment; or the view is read-only.</exception>
    public void Initialize(SegmentConfiguration configuration) => Initialize(SegmentLayout.Compute(configuration));

    /// <summary>
    /// Checks the header as the reference does when a guest attaches, in its order: magic, version, header_size, num_var_slot_classes. With
    /// <paramref name="mappedLength"/>, also checks that the table of class headers is within the mapping and that each class has slots
    /// (<c>r[shm.guest.attach]</c>).
    /// </summary>
    /// <param name="mappedLength">The number of bytes mapped from the start of the header, or <see langword="null"/> to skip the class headers, which are read
    /// through the mapping.</param>
    /// <returns>The first failure, or <see langword="null"/> if a guest can attach. The content of the memory never causes an exception.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mappedLength"/> is less than the size of a header.</exception>
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

        // A count that fits into a file of that length may still exceed an int.
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
    /// Raises the host goodbye with one atomic compare-and-exchange, which asks every guest to detach (<c>r[shm.host.goodbye]</c>). If the goodbye is already
    /// raised, its value stays.
    /// </summary>
    /// <param name="value">The value to store; must not be 0. The reference stores 1.</param>
    /// <returns>The previous value; 0 if this call raised the goodbye.</returns>
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

    /// <summary>Creates a view of a copied header, which may be at any address, so its atomic fields are not atomic.</summary>
    internal static MappedHeader OfCopy(byte* address) => new(address, isReadOnly: false);

    internal static void RequireGoodbye(uint value)
    {
        if (value == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "The value of a goodbye must not be 0, which means that there is none.");
        }
    }

    /// <summary>Returns the id of the first header-only check that fails; <see langword="null"/> if all pass.</summary>
    internal string? FindFault() =>
        Magic != SegmentFormat.Magic ? FaultOfMagic(Magic)
        : Version != SegmentFormat.Version ? SegmentErrorId.UnsupportedVersion
        : HeaderSize != Size ? SegmentErrorId.UnexpectedHeaderSize
        : NumVarSlotClasses == 0 ? SegmentErrorId.NoSlotClasses
        : null;

    /// <summary>Returns the meaning of a magic other than that of v7: a related format, or something else.</summary>
    internal static string FaultOfMagic(ulong magic) => magic switch
    {
        SegmentFormat.PredecessorMagic => SegmentErrorId.PredecessorFormat,
        SegmentFormat.SuccessorMagic => SegmentErrorId.SuccessorFormat,
        _ => SegmentErrorId.BadMagic,
    };

    /// <summary>
    /// Returns why the memory looks as if a host were still creating a segment there; <see langword="null"/> if it does not (<c>r[shm.file.create]</c>).
    /// </summary>
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
