namespace RoamShm;

/// <summary>The two rings of a peer (<c>r[shm.bipbuf.layout]</c>).</summary>
public enum RingDirection
{
    /// <summary>What the guest sends.</summary>
    GuestToHost,

    /// <summary>What the host sends.</summary>
    HostToGuest,
}
