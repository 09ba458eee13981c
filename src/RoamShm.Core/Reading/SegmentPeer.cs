using System;

namespace RoamShm;

/// <summary>An entry of a segment's peer table, with what is queued in its rings (<c>r[shm.peer-table]</c>).</summary>
public sealed class SegmentPeer
{
    private string? _fileId;

    /// <summary>Gets or sets the peer id, 1 to 255: the index in the table plus 1 (<c>r[shm.topology.peer-id]</c>).</summary>
    public int PeerId { get; set; }

    /// <summary>
    /// Gets or sets the state: <c>Empty</c>, <c>Attached</c>, <c>Goodbye</c>, <c>Reserved</c>, or <c>Invalid</c> if the format does not define it.
    /// </summary>
    public string? State { get; set; }

    /// <summary>Gets or sets the state as stored.</summary>
    public uint StateCode { get; set; }

    /// <summary>Gets or sets the number of times the entry was attached to or reserved.</summary>
    public uint Epoch { get; set; }

    /// <summary>Gets or sets the last heartbeat in nanoseconds of the monotonic clock; 0 = none yet.</summary>
    public ulong LastHeartbeat { get; set; }

    /// <summary>Gets or sets the age of the last heartbeat in milliseconds; <see langword="null"/> if there is none or it is in the future.</summary>
    public double? HeartbeatAgeMilliseconds { get; set; }

    /// <summary>Gets or sets the verdict on the heartbeat, one of the constants of <see cref="PeerLiveness"/>.</summary>
    public string? Liveness { get; set; }

    /// <summary>Gets or sets the offset of the guest→host ring; the host→guest ring follows it.</summary>
    public ulong RingOffset { get; set; }

    /// <summary>Gets or sets the number of bytes queued in the guest→host ring.</summary>
    public long GuestToHostQueued { get; set; }

    /// <summary>Gets or sets the number of entries queued in the guest→host ring; <see langword="null"/> if they cannot be parsed.</summary>
    public long? GuestToHostEntries { get; set; }

    /// <summary>Gets or sets the fill level of the guest→host ring as a percentage of its capacity.</summary>
    public double GuestToHostPercent { get; set; }

    /// <summary>Gets or sets the number of bytes queued in the host→guest ring.</summary>
    public long HostToGuestQueued { get; set; }

    /// <summary>Gets or sets the number of entries queued in the host→guest ring; <see langword="null"/> if they cannot be parsed.</summary>
    public long? HostToGuestEntries { get; set; }

    /// <summary>Gets or sets the fill level of the host→guest ring as a percentage of its capacity.</summary>
    public double HostToGuestPercent { get; set; }

    /// <summary>Gets or sets the number of allocated slots that this peer owns.</summary>
    public long SlotsOwned { get; set; }

    /// <summary>Gets or sets the path of the file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets the full PowerShell path of the file. Only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Gets or sets a string that identifies the file that was read: device, inode and birth time, or the boot if the file system stores no birth time. Given
    /// this object, a cmdlet that changes something refuses to act if the path now names another file. <see langword="null"/> if unknown.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>The source of <see cref="FileId"/>, which is computed on demand.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>Copies what the entry itself holds, without rings and slots.</summary>
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
