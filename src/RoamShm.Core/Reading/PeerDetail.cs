namespace RoamShm;

/// <summary>How much to read about peers. Each level takes longer than the one before.</summary>
public enum PeerDetail
{
    /// <summary>Only the peer table. Anything that depends on rings or slots is 0 or <see langword="null"/>.</summary>
    States,

    /// <summary>Also what is queued in the peers' rings.</summary>
    Rings,

    /// <summary>Also the slots that each peer owns. The time grows with the number of slots.</summary>
    Slots,
}
