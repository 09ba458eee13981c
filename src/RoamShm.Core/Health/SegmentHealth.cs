using System;

namespace RoamShm;

/// <summary>The verdict on a segment, with its reasons and the numbers behind it.</summary>
public sealed class SegmentHealth
{
    /// <summary>Gets or sets the verdict, one of the constants of <see cref="HealthStatus"/>: that of the worst reason.</summary>
    public string? Status { get; set; }

    /// <summary>Gets or sets the reasons for the verdict, worst first; empty if it is <see cref="HealthStatus.OK"/>.</summary>
    public HealthReason[] Reasons { get; set; } = [];

    /// <summary>Gets or sets the status as <c>Find-RoamSegment</c> reports it; <see langword="null"/> if the segment could not be read.</summary>
    public string? SegmentStatus { get; set; }

    /// <summary>
    /// Gets or sets whether anybody uses the segment: <c>Used</c>, <c>Free</c> (proved), or <c>Unknown</c>; <see langword="null"/> if it could not be read.
    /// </summary>
    public string? Use { get; set; }

    /// <summary>Gets or sets the number of processes that map the segment; <see langword="null"/> if unknown.</summary>
    public int? Processes { get; set; }

    /// <summary>Gets or sets the number of peers in the state Attached.</summary>
    public int PeersAttached { get; set; }

    /// <summary>Gets or sets the number of peers in the states Goodbye and Reserved, which are waiting for the host to act.</summary>
    public int PeersWaiting { get; set; }

    /// <summary>Gets or sets the number of empty peer entries; <see langword="null"/> if the peers could not be read.</summary>
    public int? PeersFree { get; set; }

    /// <summary>Gets or sets the age in milliseconds of the oldest heartbeat of an attached peer; <see langword="null"/> if there is none.</summary>
    public double? OldestHeartbeatMilliseconds { get; set; }

    /// <summary>Gets or sets the id of the peer with the oldest heartbeat; <see langword="null"/> if there is none.</summary>
    public int? OldestHeartbeatPeerId { get; set; }

    /// <summary>Gets or sets the fill level of the fullest guest→host ring as a percentage; <see langword="null"/> if the rings could not be read.</summary>
    public double? GuestToHostPercent { get; set; }

    /// <summary>Gets or sets the id of the peer with the fullest guest→host ring; <see langword="null"/> if all are empty.</summary>
    public int? GuestToHostPeerId { get; set; }

    /// <summary>Gets or sets the fill level of the fullest host→guest ring as a percentage; <see langword="null"/> if the rings could not be read.</summary>
    public double? HostToGuestPercent { get; set; }

    /// <summary>Gets or sets the id of the peer with the fullest host→guest ring; <see langword="null"/> if all are empty.</summary>
    public int? HostToGuestPeerId { get; set; }

    /// <summary>Gets or sets the percentage of the fullest slot class in use; <see langword="null"/> if the slots could not be read.</summary>
    public double? SlotPercent { get; set; }

    /// <summary>Gets or sets the index of the fullest slot class; <see langword="null"/> if all are empty.</summary>
    public int? SlotClass { get; set; }

    /// <summary>Gets or sets the number of allocated slots whose owners are gone; <see langword="null"/> if the slots could not be read.</summary>
    public long? SlotsOrphaned { get; set; }

    /// <summary>Gets or sets the number of slots neither allocated nor on the free list; <see langword="null"/> if the slots could not be read.</summary>
    public long? SlotsLeaked { get; set; }

    /// <summary>Gets or sets the percentage of the file system's space in use; <see langword="null"/> if unknown.</summary>
    public double? FileSystemPercent { get; set; }

    /// <summary>
    /// Gets or sets the percentage of the file system's inodes in use; <see langword="null"/> if unknown or if it has no fixed number of them.
    /// </summary>
    public double? InodePercent { get; set; }

    /// <summary>Gets or sets the UTC time of the check.</summary>
    public DateTime CheckedTime { get; set; }

    /// <summary>Gets or sets the path of the file, or of a folder that could not be read, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets the full PowerShell path of the file.</summary>
    public string? PSPath { get; set; }

    /// <summary>Returns the status and the path.</summary>
    /// <returns>A string of the form <c>Status: Path</c>.</returns>
    public override string ToString() => $"{Status}: {Path}";
}
