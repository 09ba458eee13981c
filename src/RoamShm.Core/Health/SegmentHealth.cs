using System;

namespace RoamShm;

/// <summary>The verdict on a segment, with its reasons and the numbers that it was made from.</summary>
public sealed class SegmentHealth
{
    /// <summary>One of the texts of <see cref="HealthStatus"/>: the worst of the reasons.</summary>
    public string? Status { get; set; }

    /// <summary>What speaks against it, the worst first; none where it is <see cref="HealthStatus.OK"/>.</summary>
    public HealthReason[] Reasons { get; set; } = [];

    /// <summary>What it is, as <c>Find-RoamSegment</c> calls it; <see langword="null"/> where it could not be read.</summary>
    public string? SegmentStatus { get; set; }

    /// <summary>Whether anybody uses it: <c>Used</c>, <c>Free</c>, which is proved, or <c>Unknown</c>; <see langword="null"/> where it could not be read.</summary>
    public string? Use { get; set; }

    /// <summary>Processes that map it; <see langword="null"/> where they are not known.</summary>
    public int? Processes { get; set; }

    /// <summary>Peers in the state Attached.</summary>
    public int PeersAttached { get; set; }

    /// <summary>Peers in the states Goodbye and Reserved, which wait for the host to do something.</summary>
    public int PeersWaiting { get; set; }

    /// <summary>Peer entries that are empty; <see langword="null"/> where the peers could not be read.</summary>
    public int? PeersFree { get; set; }

    /// <summary>Age of the oldest heartbeat of an attached peer, in milliseconds; <see langword="null"/> where there is none.</summary>
    public double? OldestHeartbeatMilliseconds { get; set; }

    /// <summary>The peer with the oldest heartbeat.</summary>
    public int? OldestHeartbeatPeerId { get; set; }

    /// <summary>Fill of the fullest guest→host ring in percent; <see langword="null"/> where the rings could not be read.</summary>
    public double? GuestToHostPercent { get; set; }

    /// <summary>The peer with the fullest guest→host ring; <see langword="null"/> where all are empty.</summary>
    public int? GuestToHostPeerId { get; set; }

    /// <summary>Fill of the fullest host→guest ring in percent; <see langword="null"/> where the rings could not be read.</summary>
    public double? HostToGuestPercent { get; set; }

    /// <summary>The peer with the fullest host→guest ring; <see langword="null"/> where all are empty.</summary>
    public int? HostToGuestPeerId { get; set; }

    /// <summary>Use of the fullest slot class in percent; <see langword="null"/> where the slots could not be read.</summary>
    public double? SlotPercent { get; set; }

    /// <summary>Index of the fullest slot class; <see langword="null"/> where all are empty.</summary>
    public int? SlotClass { get; set; }

    /// <summary>Allocated slots whose owners are gone; <see langword="null"/> where the slots could not be read.</summary>
    public long? SlotsOrphaned { get; set; }

    /// <summary>Slots neither allocated nor on the free list; <see langword="null"/> where the slots could not be read.</summary>
    public long? SlotsLeaked { get; set; }

    /// <summary>Use of the file system's bytes in percent; <see langword="null"/> where that is not known.</summary>
    public double? FileSystemPercent { get; set; }

    /// <summary>Use of the file system's inodes in percent; <see langword="null"/> where that is not known, or it has no fixed number of them.</summary>
    public double? InodePercent { get; set; }

    /// <summary>When it was checked, UTC.</summary>
    public DateTime CheckedTime { get; set; }

    /// <summary>The file, as the operating system names it; or a folder that could not be read.</summary>
    public string? Path { get; set; }

    /// <summary>The file as PowerShell names it in full.</summary>
    public string? PSPath { get; set; }

    /// <summary>The status and the path.</summary>
    /// <returns>Both.</returns>
    public override string ToString() => $"{Status}: {Path}";
}
