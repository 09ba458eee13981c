namespace RoamShm;

/// <summary>How much of its peers to read from a segment. Each takes longer than the one before.</summary>
public enum PeerDetail
{
    /// <summary>The peer table alone. What depends on rings or slots is 0 or <see langword="null"/>.</summary>
    States,

    /// <summary>What waits in the peers' rings too.</summary>
    Rings,

    /// <summary>The slots that each peer owns too; the time grows with the number of slots.</summary>
    Slots,
}
