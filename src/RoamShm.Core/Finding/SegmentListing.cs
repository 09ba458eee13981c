using System;

namespace RoamShm;

/// <summary>A segment that was found, with its owner, its peers, the processes that map it, and the resulting status.</summary>
public sealed class SegmentListing : SegmentHeaderFields
{
    /// <summary>Creates an empty listing, to be filled through its properties.</summary>
    public SegmentListing()
    {
    }

    internal SegmentListing(SegmentHeader header)
        : base(header)
    {
    }

    /// <summary>
    /// Gets or sets the status, the first of these that applies: <c>Unreadable</c> (it could not be read what this file is), <c>Deleted</c> (deleted or
    /// replaced, but still mapped), <c>Invalid</c> (no guest can attach), <c>Unknown</c> (it is unknown whether anybody uses it), <c>Drained</c> (goodbye
    /// raised, no peer attached), <c>Draining</c> (goodbye raised, peers attached, used), <c>Live</c> (used), <c>Abandoned</c> (peers attached, but nobody
    /// uses it), <c>Stale</c> (nobody uses it, and it is not new), <c>Idle</c>.
    /// </summary>
    public string? Status { get; set; }

    /// <summary>Gets or sets whether anybody uses the segment: <c>Used</c>, <c>Free</c> (proved), or <c>Unknown</c>; see <see cref="SegmentUse"/>.</summary>
    public string? Use { get; set; }

    /// <summary>Gets or sets the reason for <see cref="Use"/> or <see cref="Status"/>, as a clause.</summary>
    public string? UseReason { get; set; }

    /// <summary>Gets or sets a hint about anything else worth knowing; usually <see langword="null"/>.</summary>
    public string? Hint { get; set; }

    /// <summary>Gets or sets the number of peers in the state Attached.</summary>
    public int PeersAttached { get; set; }

    /// <summary>
    /// Gets or sets the ids of the processes that map the segment, separated by spaces so that they fit into a text table as they are; empty if nobody is
    /// proved to use it, <see langword="null"/> if unknown.
    /// </summary>
    public string? MappedBy { get; set; }

    /// <summary>The number of processes that map the segment; null if unknown.</summary>
    internal int? ProcessCount => MappedBy is null ? null : MappedBy.Length == 0 ? 0 : MappedBy.Split(' ').Length;

    /// <summary>Gets or sets the name of the owner, or the user id if it has no name; <see langword="null"/> on Windows.</summary>
    public string? Owner { get; set; }

    /// <summary>Gets or sets the permission bits as octal digits; <see langword="null"/> on Windows.</summary>
    public string? Mode { get; set; }

    /// <summary>
    /// Gets or sets the number of bytes of storage that the file occupies, which is less than its length if it was created sparse and is not fully used yet;
    /// <see langword="null"/> on Windows, or if it could not be read.
    /// </summary>
    public long? AllocatedBytes { get; set; }

    /// <summary>
    /// Gets or sets the UTC time at which the file was created, or last written or lengthened as a file. Hosts and guests store through mappings, which does
    /// not change it, so it does not show that a segment is unchanged. The age of a segment is therefore based on it and, if heartbeats are on, on the latest
    /// heartbeat.
    /// </summary>
    public DateTime LastWriteTime { get; set; }

    /// <summary>The age of the segment: the time since <see cref="LastWriteTime"/> or since the latest heartbeat, whichever is shorter.</summary>
    internal TimeSpan Age { get; set; }
}
