namespace RoamShm;

/// <summary>What happened to a peer of a watched segment (<c>r[shm.peer-table.states]</c>).</summary>
public static class PeerChange
{
    /// <summary>A guest attached, or another one did in the place of one that was attached.</summary>
    public const string Attached = nameof(Attached);

    /// <summary>An attached or reserved place became empty.</summary>
    public const string Detached = nameof(Detached);

    /// <summary>The guest is leaving, has left or was found to have crashed.</summary>
    public const string Goodbye = nameof(Goodbye);

    /// <summary>The host reserved the place for a guest that it spawns.</summary>
    public const string Reserved = nameof(Reserved);

    /// <summary>The heartbeat of an attached guest became older than twice the interval.</summary>
    public const string Stale = nameof(Stale);

    /// <summary>The place of a guest in goodbye, or of a stale one, became empty.</summary>
    public const string Recovered = nameof(Recovered);
}
