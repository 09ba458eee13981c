namespace RoamShm;

/// <summary>A change of a watched segment: its header now, what changed, and what was before.</summary>
public sealed class SegmentEvent : SegmentHeaderFields
{
    /// <summary>What changed: names of <see cref="SegmentChange"/>, separated by <c>, </c>; for a peer event one of <see cref="PeerChange"/>.</summary>
    public string? Change { get; set; }

    /// <summary>The peer that a peer event is about; <see langword="null"/> for events of the segment.</summary>
    public int? PeerId { get; set; }

    /// <summary>The peer's state now, for peer events.</summary>
    public string? PeerState { get; set; }

    /// <summary>The peer's state before, for peer events.</summary>
    public string? PreviousPeerState { get; set; }

    /// <summary>The goodbye flag before, where <see cref="Change"/> is about it.</summary>
    public uint? PreviousHostGoodbyeValue { get; set; }

    /// <summary>current_size in bytes before, where it changed.</summary>
    public ulong? PreviousCurrentSize { get; set; }

    /// <summary>The file's length in bytes before, where it changed.</summary>
    public long? PreviousFileLength { get; set; }

    /// <summary>The id of the error with which reading fails now, for <c>Invalid</c> and <c>Truncated</c>.</summary>
    public string? ErrorId { get; set; }
}
