using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// An open file that a guest could attach to, and the entry point to everything else: header, peers, rings, slots, validation, and the few changes that may be
/// made to a segment in use. Everything that an instance reports is about this one file, even if another file has taken its name.
/// </summary>
/// <remarks>
/// Uses positioned reads, never a mapping, so truncating the file causes an error instead of killing the process. Not thread-safe. Dispose of it: nothing else
/// closes the file.
/// </remarks>
public sealed partial class Segment : IDisposable
{
    // The buffers used to check a segment when it is opened, reused for the next one: reading many segments must allocate nothing but their headers.
    [ThreadStatic]
    private static byte[]? _headerBuffer;
    [ThreadStatic]
    private static byte[]? _classBuffer;

    // The segment whose class headers are in the buffer, as read when it was opened.
    [ThreadStatic]
    private static Segment? _classBufferOwner;

    private readonly bool _isOwner;
    private PeerTable? _peers;
    private SlotClass[] _classes = [];
    private PoolLayout? _pool;

    private Segment(SegmentFile file, bool isOwner)
    {
        File = file;
        _isOwner = isOwner;
    }

    /// <summary>Gets the path of the file, as the operating system names it.</summary>
    public string Path => File.Path;

    /// <summary>Gets the header as of when the segment was opened, or of the last change through this object.</summary>
    public SegmentHeader Header { get; private set; } = null!;

    /// <summary>Gets the identity of the file, to distinguish it from another that takes its name.</summary>
    public FileIdentity Identity => File.Status.Identity;

    internal SegmentFile File { get; }

    /// <summary>The peer table as last read. Requires <see cref="LoadTables"/> and <see cref="RefreshPeers"/>.</summary>
    internal PeerTable Peers => _peers!;

    /// <summary>The slot classes. Requires <see cref="LoadTables"/>.</summary>
    internal SlotClass[] Classes => _classes;

    /// <summary>The layout of the slot pool. Requires <see cref="LoadTables"/>.</summary>
    internal PoolLayout Pool => _pool!;

    /// <summary>
    /// Opens a segment for reading and checks it as the reference does when a guest attaches, in its order: magic, version, header_size, num_var_slot_classes,
    /// the table of class headers, each class; then that the file is as long as its header says (<c>r[shm.guest.attach]</c>). If a host is still creating the
    /// file, checks it again a tenth of a second later.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The segment.</returns>
    /// <exception cref="SegmentException">The file cannot be read or fails a check; see the error id.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Segment Open(string path, CancellationToken cancellationToken = default) =>
        Open(path, write: false, new Patience(), cancellationToken);

    /// <summary>Opens a segment for reading and writing; otherwise the same as <see cref="Open(string, CancellationToken)"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The segment.</returns>
    /// <exception cref="SegmentException">The file cannot be written or fails a check; see the error id.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Segment OpenReadWrite(string path, CancellationToken cancellationToken = default) =>
        Open(path, write: true, new Patience(), cancellationToken);

    /// <summary>
    /// Determines whether a file begins like a roam v7 segment (<c>r[shm.segment.magic.v7]</c>). A quick filter for many files: it reads 8 bytes of a regular
    /// file, and opens nothing else, so it never disturbs a FIFO, socket or device. It does not check whether a guest could attach.
    /// </summary>
    /// <param name="path">The path of the file. Symbolic links are followed.</param>
    /// <returns><see langword="false"/> also if the file does not exist or cannot be read. Never throws.</returns>
    public static bool IsSegment(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return false;
        }

        try
        {
            if (!SegmentFile.IsRegular(path!))
            {
                return false;
            }

            using SegmentFile file = SegmentFile.OpenRead(path!);
            return HasMagic(file);
        }
        catch (SegmentException)
        {
            return false;
        }
    }

    /// <summary>Rereads the header.</summary>
    /// <returns>The current header.</returns>
    /// <exception cref="SegmentException">The file cannot be read or was truncated.</exception>
    public SegmentHeader ReadHeader()
    {
        byte[] bytes = HeaderBuffer();
        File.Refresh();
        File.ReadExactly(0, bytes, HeaderLayout.Size);
        ForgetClassHeaders();
        return Header = Decode(bytes);
    }

    /// <summary>Reads the peer table and, on request, the rings and slots of each peer.</summary>
    /// <param name="detail">How much to read.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>Every entry, including Empty ones.</returns>
    /// <exception cref="SegmentException">A table is not within the file; or, with <see cref="PeerDetail.Slots"/>, a class has too many slots to
    /// count.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<SegmentPeer> ReadPeers(PeerDetail detail = PeerDetail.Slots, CancellationToken cancellationToken = default)
    {
        LoadTables();
        IReadOnlyList<long>? owned = detail >= PeerDetail.Slots ? SlotTable.CountOwners(this, cancellationToken) : null;

        // Read the clock after the table, so that no heartbeat appears to be in the future.
        RefreshPeers();
        HeartbeatClock now = HeartbeatClock.Now();
        var peers = new List<SegmentPeer>(Peers.Count);
        foreach (PeerEntry entry in Peers)
        {
            SegmentPeer peer = SegmentPeer.From(this, entry, now);
            if (detail >= PeerDetail.Rings)
            {
                (peer.GuestToHostQueued, peer.GuestToHostEntries, peer.GuestToHostPercent) = ReadQueue(entry, RingDirection.GuestToHost);
                (peer.HostToGuestQueued, peer.HostToGuestEntries, peer.HostToGuestPercent) = ReadQueue(entry, RingDirection.HostToGuest);
            }

            peer.SlotsOwned = owned?[entry.Id] ?? 0;
            peers.Add(peer);
        }

        return peers;
    }

    /// <summary>Reads a ring of a peer and counts what is queued in it.</summary>
    /// <param name="peerId">The peer, 1 to 255.</param>
    /// <param name="direction">The ring to read.</param>
    /// <returns>A snapshot of the ring.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.PeerNotFound"/>; or <see cref="SegmentErrorId.PeerTableOutOfBounds"/>: the rings of the
    /// peer are not within the file.</exception>
    public SegmentRing ReadRing(int peerId, RingDirection direction)
    {
        ulong offset = FindRing(peerId, direction);
        return RingSnapshot.Read(File, offset, Header.BipbufCapacity).ToRing(peerId, direction, offset);
    }

    /// <summary>Counts the slots of each class by state and owner (<c>r[shm.varslot]</c>).</summary>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The classes, in order.</returns>
    /// <exception cref="SegmentException">A table is not within the file, or a class has too many slots.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<SegmentSlotClass> ReadSlotClasses(CancellationToken cancellationToken = default)
    {
        LoadTables();
        var classes = new List<SegmentSlotClass>(Classes.Length);
        SlotTable[] tables = SlotTable.ReadAll(this, cancellationToken);
        RefreshPeers();
        for (int i = 0; i < tables.Length; i++)
        {
            classes.Add(SegmentSlotClass.From(this, i, tables[i]));
        }

        return classes;
    }

    /// <summary>Maps the header, writable if the segment was opened for writing. The mapping outlives this object.</summary>
    /// <returns>The mapping. The caller must dispose of it.</returns>
    /// <exception cref="SegmentException">The operating system cannot map the file, or the file was truncated.</exception>
    /// <remarks>
    /// On Unix, touching a mapping of a truncated file kills the process with SIGBUS, which cannot be caught. See <see cref="SegmentMapping"/>.
    /// </remarks>
    public SegmentMapping Map() => new(File.MapInside(0, HeaderLayout.Size), isReadOnly: !File.IsWritable);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        if (_isOwner)
        {
            File.Dispose();
        }
    }

    /// <summary>Opens a segment for a command that reads many. They all share its patience.</summary>
    internal static Segment Open(string path, bool write, Patience patience, CancellationToken cancellationToken)
    {
        SegmentFile file = write
            ? SegmentFile.OpenReadWrite(path, patience.ForLeases, cancellationToken)
            : SegmentFile.OpenRead(path, patience.ForLeases, cancellationToken);
        try
        {
            Segment segment = Attach(file, isOwner: true, patience, cancellationToken);
            file = null!;
            return segment;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Attaches to an open file, which the caller still owns.</summary>
    internal static Segment Attach(SegmentFile file, Patience patience, CancellationToken cancellationToken) =>
        Attach(file, isOwner: false, patience, cancellationToken);

    /// <summary>Attaches to an open file whose structure was just validated without errors. The caller still owns it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">The header.</param>
    /// <param name="classHeaders">A buffer that begins with the class headers.</param>
    internal static Segment AttachValidated(SegmentFile file, SegmentHeader header, byte[] classHeaders)
    {
        var segment = new Segment(file, isOwner: false) { Header = header };
        int size = segment.ClassHeadersSize;
        if (_classBuffer is null || _classBuffer.Length < size)
        {
            _classBuffer = new byte[size];
        }

        Buffer.BlockCopy(classHeaders, 0, _classBuffer, 0, size);
        _classBufferOwner = segment;
        return segment;
    }

    /// <summary>Determines whether an open file begins with the magic.</summary>
    internal static bool HasMagic(SegmentFile file)
    {
        byte[] magic = new byte[sizeof(ulong)];
        return file.Read(HeaderLayout.Magic, magic, 0, magic.Length) == magic.Length && BitConverter.ToUInt64(magic, 0) == SegmentFormat.Magic;
    }

    /// <summary>
    /// Locates the peer table and the slots, unless already done. Required to look into a segment. <see cref="RefreshPeers"/> reads the peers when they are
    /// wanted. Rings are checked one by one, so that a damaged peer does not hide the others.
    /// </summary>
    /// <exception cref="SegmentException">The peer table or the slot pool is not within the file.</exception>
    internal void LoadTables()
    {
        if (_pool is not null)
        {
            return;
        }

        _peers = PeerTable.Locate(File, Header);
        if (Header.NumVarSlotClasses > SegmentFormat.MaxSlotClasses)
        {
            throw SegmentErrors.InvalidLimits(Path, "num_var_slot_classes", Header.NumVarSlotClasses, SegmentFormat.MaxSlotClasses);
        }

        _classes = SizeClassTable.Decode(ClassHeaders(), (int)Header.NumVarSlotClasses);
        if (Header.VarPoolOffset % SegmentFormat.Alignment != 0
            || !PoolLayout.TryCompute(Header.VarPoolOffset, _classes, out PoolLayout? layout) || layout!.End > (ulong)File.Length)
        {
            throw SegmentErrors.VarPoolOutOfBounds(Path, Header.VarPoolOffset, File.Length);
        }

        _pool = layout;
    }

    internal void RefreshPeers() => Peers.Refresh(File, Header.PeerTableOffset);

    /// <summary>
    /// Reads the class headers; the first time, returns what was read when the segment was opened. The array may be longer, and is valid until another segment
    /// is opened.
    /// </summary>
    internal byte[] TakeClassHeaders()
    {
        byte[] headers = ClassHeaders();
        ForgetClassHeaders();
        return headers;
    }

    /// <summary>Returns the offset of one of a peer's rings.</summary>
    /// <exception cref="SegmentException">There is no such peer, or its rings are not within the file.</exception>
    internal ulong FindRing(int peerId, RingDirection direction)
    {
        LoadTables();
        RequirePeer(peerId);
        RefreshPeers();
        return RingOffset(Peers[peerId], direction)
            ?? throw SegmentErrors.PeerTableOutOfBounds(Path, $"the rings of peer {peerId} do not lie within the file's {File.Length} bytes.");
    }

    /// <summary>Throws if the segment has no peer with that id.</summary>
    internal void RequirePeer(int peerId)
    {
        if (peerId < 1 || peerId > Peers.Count)
        {
            throw SegmentErrors.PeerNotFound(Path, peerId, Header.MaxGuests);
        }
    }

    internal ulong PeerOffset(int peerId) => Header.PeerTableOffset + ((ulong)(peerId - 1) * PeerEntryLayout.Size);

    /// <summary>Returns the offset of a peer's ring; <see langword="null"/> if the ring pair is misplaced or not within the file.</summary>
    internal ulong? RingOffset(PeerEntry peer, RingDirection direction)
    {
        ulong stride = RingLayout.Stride(Header.BipbufCapacity);
        ulong ring = peer.RingOffset;
        ulong size = 2 * stride;
        bool isInside = ring % SegmentFormat.Alignment == 0 && ring >= HeaderLayout.Size
            && size <= (ulong)File.Length && ring <= (ulong)File.Length - size;
        return !isInside ? null : direction == RingDirection.HostToGuest ? ring + stride : ring;
    }

    private static Segment Attach(SegmentFile file, bool isOwner, Patience patience, CancellationToken cancellationToken) =>
        patience.Look(file, new Segment(file, isOwner), static (_, segment, _) => segment.Check(), cancellationToken);

    private static byte[] HeaderBuffer() => _headerBuffer ??= new byte[HeaderLayout.Size];

    private int ClassHeadersSize => (int)Header.NumVarSlotClasses * SizeClassLayout.Size;

    private byte[] ClassHeaders()
    {
        if (ReferenceEquals(_classBufferOwner, this))
        {
            return _classBuffer!;
        }

        byte[] headers = new byte[ClassHeadersSize];
        File.ReadExactly(Header.VarPoolOffset, headers, headers.Length);
        return headers;
    }

    private void ForgetClassHeaders() => _classBufferOwner = ReferenceEquals(_classBufferOwner, this) ? null : _classBufferOwner;

    private Segment Check()
    {
        byte[] bytes = HeaderBuffer();
        byte[] classes = _classBuffer ?? [];
        _classBufferOwner = null;
        _ = AttachChecks.ReadHeader(File, bytes);
        AttachChecks.CheckHeader(File, bytes);
        AttachChecks.CheckPool(File, bytes, ref classes);
        _classBuffer = classes;
        _classBufferOwner = this;
        Header = Decode(bytes);
        return this;
    }

    private SegmentHeader Decode(byte[] bytes)
    {
        var header = new SegmentHeader();
        header.Decode(Path, bytes, File.Length, Identity);
        return header;
    }

    private (long Queued, long? Entries, double Percent) ReadQueue(PeerEntry peer, RingDirection direction)
    {
        if (RingOffset(peer, direction) is not ulong offset)
        {
            return (0, null, 0);
        }

        RingSnapshot snapshot = RingSnapshot.Read(File, offset, Header.BipbufCapacity);
        if (snapshot.IsEmpty)
        {
            return (0, 0, 0);
        }

        SegmentRing ring = snapshot.ToRing(peer.Id, direction, offset);
        return (ring.QueuedBytes, ring.QueuedEntries, ring.Percent);
    }
}
