using System;

namespace RoamShm;

/// <summary>One entry of a segment's peer table, with what waits in its rings (<c>r[shm.peer-table]</c>).</summary>
public sealed class SegmentPeer
{
    private string? _fileId;

    /// <summary>1 to 255: index in the table plus 1 (<c>r[shm.topology.peer-id]</c>).</summary>
    public int PeerId { get; set; }

    /// <summary><c>Empty</c>, <c>Attached</c>, <c>Goodbye</c>, <c>Reserved</c>, or <c>Invalid</c> for a number that is none of them.</summary>
    public string? State { get; set; }

    /// <summary>The state as stored.</summary>
    public uint StateCode { get; set; }

    /// <summary>How often the place was attached to or reserved.</summary>
    public uint Epoch { get; set; }

    /// <summary>The last heartbeat in nanoseconds of the monotonic clock; 0 = never.</summary>
    public ulong LastHeartbeat { get; set; }

    /// <summary>Age of the last heartbeat in milliseconds; <see langword="null"/> where there is none, or it lies in the future.</summary>
    public double? HeartbeatAgeMilliseconds { get; set; }

    /// <summary>One of the texts of <see cref="PeerLiveness"/>.</summary>
    public string? Liveness { get; set; }

    /// <summary>Offset of the guest→host ring; the host→guest ring follows it.</summary>
    public ulong RingOffset { get; set; }

    /// <summary>Bytes that wait in the guest→host ring.</summary>
    public long GuestToHostQueued { get; set; }

    /// <summary>Entries that wait in the guest→host ring; <see langword="null"/> where they cannot be told apart.</summary>
    public long? GuestToHostEntries { get; set; }

    /// <summary>Fill of the guest→host ring in percent of its capacity.</summary>
    public double GuestToHostPercent { get; set; }

    /// <summary>Bytes that wait in the host→guest ring.</summary>
    public long HostToGuestQueued { get; set; }

    /// <summary>Entries that wait in the host→guest ring; <see langword="null"/> where they cannot be told apart.</summary>
    public long? HostToGuestEntries { get; set; }

    /// <summary>Fill of the host→guest ring in percent of its capacity.</summary>
    public double HostToGuestPercent { get; set; }

    /// <summary>Allocated slots whose owner is this peer.</summary>
    public long SlotsOwned { get; set; }

    /// <summary>The file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>The file as PowerShell names it in full; only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Which file this was read from, as one text: its device, inode and time of birth, or the boot where the file system keeps none. A cmdlet that changes
    /// something and is given this object refuses where another file has the path by then. <see langword="null"/> where it is not known.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>What <see cref="FileId"/> is made of when it is asked for.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>What the entry itself says; rings and slots are left out.</summary>
    internal static SegmentPeer From(Segment segment, PeerEntry entry, HeartbeatClock now) => new()
    {
        PeerId = entry.Id,
        StateCode = entry.StateCode,
        State = entry.StateName,
        Epoch = entry.Epoch,
        LastHeartbeat = entry.LastHeartbeat,
        HeartbeatAgeMilliseconds = now.AgeOf(entry.LastHeartbeat) is ulong age ? Math.Round(age / 1e6, 3) : null,
        Liveness = entry.Liveness(segment.Header.HeartbeatInterval, now),
        RingOffset = entry.RingOffset,
        Path = segment.Path,
        Identity = segment.Identity,
    };
}
