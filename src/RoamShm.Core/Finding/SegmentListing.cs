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
    /// The first that fits: <c>Unreadable</c> (what it is could not be read), <c>Deleted</c> (deleted or replaced, and still mapped), <c>Invalid</c> (no guest can attach),
    /// <c>Unknown</c> (whether anybody uses it is not known), <c>Drained</c> (goodbye raised, no peer attached), <c>Draining</c> (goodbye raised, peers attached, used),
    /// <c>Live</c> (used), <c>Abandoned</c> (peers attached, and nobody uses it), <c>Stale</c> (nobody uses it, and it is not new), <c>Idle</c>.
    /// </summary>
    public string? Status { get; set; }

    /// <summary>Whether anybody uses it: <c>Used</c>, <c>Free</c>, which is proved, or <c>Unknown</c>; see <see cref="SegmentUse"/>.</summary>
    public string? Use { get; set; }

    /// <summary>Why <see cref="Use"/> or <see cref="Status"/> is what it is, as part of a sentence.</summary>
    public string? UseReason { get; set; }

    /// <summary>What else somebody should know; <see langword="null"/> mostly.</summary>
    public string? Hint { get; set; }

    /// <summary>Number of peers in the state Attached.</summary>
    public int PeersAttached { get; set; }

    /// <summary>
    /// Ids of the processes that map it, with a space between them, so that they go into a table of text as they are: empty where it is proved that nobody uses it,
    /// <see langword="null"/> where they are not known.
    /// </summary>
    public string? MappedBy { get; set; }

    /// <summary>How many processes map it; null where they are not known.</summary>
    internal int? ProcessCount => MappedBy is null ? null : MappedBy.Length == 0 ? 0 : MappedBy.Split(' ').Length;

    /// <summary>The owner's name, or user id where it has none; <see langword="null"/> on Windows.</summary>
    public string? Owner { get; set; }

    /// <summary>Permission bits as octal digits; <see langword="null"/> on Windows.</summary>
    public string? Mode { get; set; }

    /// <summary>
    /// Bytes of storage that the file takes: less than its length where it was made sparse and has not been used up yet; <see langword="null"/> on Windows, and where
    /// that could not be read.
    /// </summary>
    public long? AllocatedBytes { get; set; }

    /// <summary>
    /// When the file was made, or last written to or lengthened as a file, UTC. What host and guests do is stores through mappings, which do not change it. So how old a segment is
    /// goes by this and, where heartbeats are on, by the youngest of them: it is not said to be unchanged.
    /// </summary>
    public DateTime LastWriteTime { get; set; }

    /// <summary>How old the segment is: the time since <see cref="LastWriteTime"/> or since the youngest heartbeat, whichever is shorter.</summary>
    internal TimeSpan Age { get; set; }
}
