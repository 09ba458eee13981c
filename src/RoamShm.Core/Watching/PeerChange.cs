namespace RoamShm;

/// <summary>The changes of a peer of a watched segment (<c>r[shm.peer-table.states]</c>).</summary>
public static class PeerChange
{
    /// <summary>A guest attached, or took over the entry of an attached one.</summary>
    public const string Attached = nameof(Attached);

    /// <summary>An attached or reserved entry became empty.</summary>
    public const string Detached = nameof(Detached);

    /// <summary>The guest is leaving, has left or was found to have crashed.</summary>
    public const string Goodbye = nameof(Goodbye);

    /// <summary>The host reserved the entry for a guest that it spawns.</summary>
    public const string Reserved = nameof(Reserved);

    /// <summary>The last heartbeat of an attached guest became older than twice the interval.</summary>
    public const string Stale = nameof(Stale);

    /// <summary>The entry of a stale guest, or of one in goodbye, became empty.</summary>
    public const string Recovered = nameof(Recovered);
}
