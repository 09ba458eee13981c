using System;

namespace RoamShm;

/// <summary>A segment that was found, with who owns it, who is on it, who maps it, and what state that adds up to.</summary>
public sealed class SegmentListing : SegmentHeaderFields
{
    /// <summary>Makes an empty listing, to be filled through its properties.</summary>
    public SegmentListing()
    {
    }

    internal SegmentListing(SegmentHeader header)
        : base(header)
    {
    }

    /// <summary>
    /// The first that fits: <c>Invalid</c> (no guest can attach), <c>Unknown</c> (who maps it cannot be told), <c>Draining</c> (goodbye set, peers
    /// attached), <c>Drained</c> (goodbye set, none attached), <c>Live</c> (mapped), <c>Stale</c> (nobody maps it, not changed for a while, its
    /// peers stale or none attached), <c>Idle</c>.
    /// </summary>
    public string? Status { get; set; }

    /// <summary>Number of peers in the state Attached.</summary>
    public int PeersAttached { get; set; }

    /// <summary>Ids of the processes that map it; <see langword="null"/> where that cannot be told.</summary>
    public int[]? MappedBy { get; set; }

    /// <summary>The owner's name, or user id where it has none; <see langword="null"/> on Windows.</summary>
    public string? Owner { get; set; }

    /// <summary>Permission bits as octal digits; <see langword="null"/> on Windows.</summary>
    public string? Mode { get; set; }

    /// <summary>When the file was last modified, UTC. Stores through a mapping on tmpfs do not count.</summary>
    public DateTime LastWriteTime { get; set; }
}
