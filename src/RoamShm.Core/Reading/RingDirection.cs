namespace RoamShm;

/// <summary>The two rings of a peer (<c>r[shm.bipbuf.layout]</c>).</summary>
public enum RingDirection
{
    /// <summary>The ring from the guest to the host.</summary>
    GuestToHost,

    /// <summary>The ring from the host to the guest.</summary>
    HostToGuest,
}
