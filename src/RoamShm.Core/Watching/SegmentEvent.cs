namespace RoamShm;

/// <summary>A change of a watched segment: its current header, what changed, and the previous values.</summary>
public sealed class SegmentEvent : SegmentHeaderFields
{
    /// <summary>
    /// Gets or sets the change: names of <see cref="SegmentChange"/>, separated by <c>, </c>; for a peer event, one of the constants of
    /// <see cref="PeerChange"/>.
    /// </summary>
    public string? Change { get; set; }

    /// <summary>Gets or sets the id of the peer that changed; <see langword="null"/> for events of the segment.</summary>
    public int? PeerId { get; set; }

    /// <summary>Gets or sets the peer's current state; <see langword="null"/> for events of the segment.</summary>
    public string? PeerState { get; set; }

    /// <summary>Gets or sets the peer's previous state; <see langword="null"/> for events of the segment.</summary>
    public string? PreviousPeerState { get; set; }

    /// <summary>Gets or sets the previous goodbye flag; <see langword="null"/> if <see cref="Change"/> does not concern it.</summary>
    public uint? PreviousHostGoodbyeValue { get; set; }

    /// <summary>Gets or sets the previous current_size in bytes; <see langword="null"/> if it did not change.</summary>
    public ulong? PreviousCurrentSize { get; set; }

    /// <summary>Gets or sets the previous length of the file in bytes; <see langword="null"/> if it did not change.</summary>
    public long? PreviousFileLength { get; set; }

    /// <summary>Gets or sets the id of the error that reading now fails with, for <c>Invalid</c> and <c>Truncated</c>.</summary>
    public string? ErrorId { get; set; }
}
