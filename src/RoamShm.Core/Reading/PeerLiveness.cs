namespace RoamShm;

/// <summary>
/// What a peer's heartbeat says of it (<c>r[shm.crash.detection]</c>), judged on the monotonic clock alone. Texts, so that they compare after
/// serialisation.
/// </summary>
public static class PeerLiveness
{
    /// <summary>The last heartbeat is not older than twice the interval.</summary>
    public const string Alive = nameof(Alive);

    /// <summary>The last heartbeat is older than twice the interval.</summary>
    public const string Stale = nameof(Stale);

    /// <summary>Heartbeats are on, but the peer has not beaten yet: it has just attached, or its program never beats.</summary>
    public const string NeverBeat = nameof(NeverBeat);

    /// <summary>Heartbeats are off, or the last one lies in the future, as after a restart of the machine.</summary>
    public const string Unknown = nameof(Unknown);

    /// <summary>The place is empty.</summary>
    public const string None = nameof(None);

    /// <summary>Judges a peer.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="lastHeartbeat">Its last heartbeat in nanoseconds of the monotonic clock; 0 = never.</param>
    /// <param name="interval">The segment's heartbeat_interval in nanoseconds; 0 = off.</param>
    /// <param name="now">The monotonic clock in nanoseconds.</param>
    /// <returns>One of this class's texts.</returns>
    public static string Judge(PeerState state, ulong lastHeartbeat, ulong interval, ulong now)
    {
        if (state == PeerState.Empty)
        {
            return None;
        }

        if (interval == 0 || lastHeartbeat > now)
        {
            return Unknown;
        }

        if (lastHeartbeat == 0)
        {
            return NeverBeat;
        }

        // Half the age instead of twice the interval, which could wrap; the odd nanosecond counts.
        ulong age = now - lastHeartbeat;
        return age / 2 > interval || (age / 2 == interval && age % 2 != 0) ? Stale : Alive;
    }
}
