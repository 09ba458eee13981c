using System;

namespace RoamShm;

/// <summary>One entry of a segment's peer table, with what waits in its rings (<c>r[shm.peer-table]</c>).</summary>
public sealed class SegmentPeer
{
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

    /// <summary>What the entry itself says; rings and slots are left out.</summary>
    internal static SegmentPeer From(Segment segment, PeerEntry entry, ulong now) => new()
    {
        PeerId = entry.Id,
        StateCode = entry.StateCode,
        State = entry.StateName,
        Epoch = entry.Epoch,
        LastHeartbeat = entry.LastHeartbeat,
        HeartbeatAgeMilliseconds = entry.LastHeartbeat == 0 || entry.LastHeartbeat > now ? null : Math.Round((now - entry.LastHeartbeat) / 1e6, 3),
        Liveness = entry.Liveness(segment.Header.HeartbeatInterval, now),
        RingOffset = entry.RingOffset,
        Path = segment.Path,
    };
}
