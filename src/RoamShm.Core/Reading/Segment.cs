using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// One open file that a guest could attach to, of which everything else is asked: header, peers, rings, slots, what is wrong with it, and the few changes that
/// may be made to a segment in use. All that a <see cref="Segment"/> says is about this one file, also when another has taken its name meanwhile.
/// </summary>
/// <remarks>Reading is positioned reads and never a mapping, so a file that is truncated meanwhile is an error and not the end of the process. Not safe for use by
/// several threads at once. Dispose of it: nothing else closes the file.</remarks>
public sealed partial class Segment : IDisposable
{
    // What a segment is checked in when it is opened, kept for the next one: whoever reads many is to make no garbage but their headers.
    [ThreadStatic]
    private static byte[]? _headerBuffer;
    [ThreadStatic]
    private static byte[]? _classBuffer;

    private readonly bool _isOwner;
    private PeerTable? _peers;
    private SlotClass[] _classes = [];
    private PoolLayout? _pool;

    private Segment(SegmentFile file, bool isOwner)
    {
        File = file;
        _isOwner = isOwner;
    }

    /// <summary>The file, as the operating system names it.</summary>
    public string Path => File.Path;

    /// <summary>The header as it was when the segment was opened, or last changed through this object.</summary>
    public SegmentHeader Header { get; private set; } = null!;

    /// <summary>Which file this is, to tell it from another that takes its name.</summary>
    public FileIdentity Identity => File.Status.Identity;

    internal SegmentFile File { get; }

    /// <summary>The peer table as it was last read. Needs <see cref="LoadTables"/> and <see cref="RefreshPeers"/>.</summary>
    internal PeerTable Peers => _peers!;

    /// <summary>The slot classes. Needs <see cref="LoadTables"/>.</summary>
    internal SlotClass[] Classes => _classes;

    /// <summary>Where the slots lie. Needs <see cref="LoadTables"/>.</summary>
    internal PoolLayout Pool => _pool!;

    /// <summary>
    /// Opens a segment for reading and checks it as the reference does when a guest attaches, in its order: magic, version, header_size, num_var_slot_classes, the
    /// table of class headers, each class; then that the file is as long as it says (<c>r[shm.guest.attach]</c>). A file that a host is just making gets a second
    /// look, a tenth of a second later.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the wait for a file that is just being made.</param>
    /// <returns>The segment.</returns>
    /// <exception cref="SegmentException">The file cannot be read, or fails a check; the id says which.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static Segment Open(string path, CancellationToken cancellationToken = default) =>
        Open(path, write: false, new Patience(), cancellationToken);

    /// <summary>Opens a segment as <see cref="Open(string, CancellationToken)"/> does, for changes too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the wait for a file that is just being made.</param>
    /// <returns>The segment.</returns>
    /// <exception cref="SegmentException">The file cannot be written, or fails a check; the id says which.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static Segment OpenReadWrite(string path, CancellationToken cancellationToken = default) =>
        Open(path, write: true, new Patience(), cancellationToken);

    /// <summary>
    /// Whether a file begins as a roam v7 segment does (<c>r[shm.segment.magic.v7]</c>). For going through many files quickly: 8 bytes are read of a regular
    /// file, and nothing else is opened, so that no FIFO, socket or device takes notice. Whether a guest could attach is another question.
    /// </summary>
    /// <param name="path">The file; symbolic links are followed.</param>
    /// <returns>Whether it does; <see langword="false"/> too for what cannot be read or does not exist. Nothing is thrown.</returns>
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

    /// <summary>Reads the header again.</summary>
    /// <returns>The header now.</returns>
    /// <exception cref="SegmentException">The file cannot be read, or was truncated.</exception>
    public SegmentHeader ReadHeader()
    {
        byte[] bytes = HeaderBuffer();
        File.Refresh();
        File.ReadExactly(0, bytes, HeaderLayout.Size);
        return Header = Decode(bytes);
    }

    /// <summary>Reads the peer table and, if asked, what depends on each peer.</summary>
    /// <param name="detail">How much to read.</param>
    /// <param name="cancellationToken">Ends a long count of slots.</param>
    /// <returns>Every entry, Empty ones too.</returns>
    /// <exception cref="SegmentException">A table does not lie within the file; or, with <see cref="PeerDetail.Slots"/>, a class has too many slots to count.</exception>
    /// <exception cref="OperationCanceledException">The count was cancelled.</exception>
    public IReadOnlyList<SegmentPeer> ReadPeers(PeerDetail detail = PeerDetail.Slots, CancellationToken cancellationToken = default)
    {
        LoadTables();
        IReadOnlyList<long>? owned = detail >= PeerDetail.Slots ? SlotTable.CountOwners(this, cancellationToken) : null;

        // The clock is read after the table, so that no heartbeat seems to lie in the future.
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

    /// <summary>Reads one ring of a peer, and counts what waits in it.</summary>
    /// <param name="peerId">The peer, 1 to 255.</param>
    /// <param name="direction">Which of its rings.</param>
    /// <returns>The ring as it was at one moment.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.PeerNotFound"/>; or <see cref="SegmentErrorId.PeerTableOutOfBounds"/>: the peer's rings do not lie
    /// within the file.</exception>
    public SegmentRing ReadRing(int peerId, RingDirection direction)
    {
        LoadTables();
        RequirePeer(peerId);
        RefreshPeers();
        if (RingOffset(Peers[peerId], direction) is not ulong offset)
        {
            throw SegmentErrors.PeerTableOutOfBounds(Path, $"the rings of peer {peerId} do not lie within the file's {File.Length} bytes.");
        }

        return RingSnapshot.Read(File, offset, Header.BipbufCapacity).ToRing(peerId, direction, offset);
    }

    /// <summary>Counts the slots of each class by state and owner (<c>r[shm.varslot]</c>).</summary>
    /// <param name="cancellationToken">Ends a long count.</param>
    /// <returns>The classes in order.</returns>
    /// <exception cref="SegmentException">A table does not lie within the file, or a class has too many slots.</exception>
    /// <exception cref="OperationCanceledException">The count was cancelled.</exception>
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

    /// <summary>
    /// Maps the header. The mapping may be written if the segment was opened so, and outlives this object.
    /// </summary>
    /// <returns>The mapping, to be disposed.</returns>
    /// <exception cref="SegmentException">The system does not map the file, or the file was truncated.</exception>
    /// <remarks>Whoever touches a mapping of a file that was truncated is killed by SIGBUS on Unix, which cannot be caught. See <see cref="SegmentMapping"/>.</remarks>
    public SegmentMapping Map() => new(File.MapInside(0, HeaderLayout.Size), isReadOnly: !File.IsWritable);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        if (_isOwner)
        {
            File.Dispose();
        }
    }

    /// <summary>Opens a segment for a command that reads many, which all share its patience.</summary>
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

    /// <summary>Makes a segment of a file that is open already, and stays its caller's.</summary>
    internal static Segment Attach(SegmentFile file, Patience patience, CancellationToken cancellationToken) =>
        Attach(file, isOwner: false, patience, cancellationToken);

    /// <summary>Whether an open file begins with the magic.</summary>
    internal static bool HasMagic(SegmentFile file)
    {
        byte[] magic = new byte[sizeof(ulong)];
        return file.Read(HeaderLayout.Magic, magic, 0, magic.Length) == magic.Length && BitConverter.ToUInt64(magic, 0) == SegmentFormat.Magic;
    }

    /// <summary>
    /// Finds the peer table and the slots, unless that has been done: what is needed to look into a segment. The peers are read by <see cref="RefreshPeers"/>, when
    /// they are wanted. Rings are checked one by one, so that one damaged peer does not hide the others.
    /// </summary>
    /// <exception cref="SegmentException">The peer table or the slot pool does not lie within the file.</exception>
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

        byte[] table = new byte[(int)Header.NumVarSlotClasses * SizeClassLayout.Size];
        File.ReadExactly(Header.VarPoolOffset, table, table.Length);
        _classes = SizeClassTable.Decode(table, (int)Header.NumVarSlotClasses);
        if (Header.VarPoolOffset % SegmentFormat.Alignment != 0
            || !PoolLayout.TryCompute(Header.VarPoolOffset, _classes, out PoolLayout? layout) || layout!.End > (ulong)File.Length)
        {
            throw SegmentErrors.VarPoolOutOfBounds(Path, Header.VarPoolOffset, File.Length);
        }

        _pool = layout;
    }

    internal void RefreshPeers() => Peers.Refresh(File, Header.PeerTableOffset);

    /// <summary>Refuses an id that no peer of the segment has.</summary>
    internal void RequirePeer(int peerId)
    {
        if (peerId < 1 || peerId > Peers.Count)
        {
            throw SegmentErrors.PeerNotFound(Path, peerId, Header.MaxGuests);
        }
    }

    internal ulong PeerOffset(int peerId) => Header.PeerTableOffset + ((ulong)(peerId - 1) * PeerEntryLayout.Size);

    /// <summary>The offset of one of a peer's rings, or null where the pair does not lie in its place and within the file.</summary>
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

    private Segment Check()
    {
        byte[] bytes = HeaderBuffer();
        byte[] classes = _classBuffer ?? [];
        _ = AttachChecks.ReadHeader(File, bytes);
        AttachChecks.CheckHeader(File, bytes);
        AttachChecks.CheckPool(File, bytes, ref classes);
        _classBuffer = classes;
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
