namespace RoamShm;

/// <summary>
/// The verdicts on a peer's heartbeat (<c>r[shm.crash.detection]</c>), based only on the monotonic clock. Strings, so that they still compare equal after
/// serialization.
/// </summary>
public static class PeerLiveness
{
    /// <summary>The last heartbeat is at most twice the interval old.</summary>
    public const string Alive = nameof(Alive);

    /// <summary>The last heartbeat is older than twice the interval.</summary>
    public const string Stale = nameof(Stale);

    /// <summary>Heartbeats are on, but the peer has not sent one yet: it has just attached, or its program never does.</summary>
    public const string NeverBeat = nameof(NeverBeat);

    /// <summary>Heartbeats are off, or the last one is in the future, as after a restart of the machine.</summary>
    public const string Unknown = nameof(Unknown);

    /// <summary>The entry is Empty.</summary>
    public const string None = nameof(None);

    /// <summary>Returns the verdict on a peer.</summary>
    /// <param name="state">The state of the peer.</param>
    /// <param name="lastHeartbeat">The last heartbeat in nanoseconds of the monotonic clock; 0 = none yet.</param>
    /// <param name="interval">The segment's heartbeat_interval in nanoseconds; 0 = off.</param>
    /// <param name="now">The monotonic clock in nanoseconds.</param>
    /// <returns>One of the constants of this class.</returns>
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

        // Halve the age instead of doubling the interval, which could overflow. The odd nanosecond counts.
        ulong age = now - lastHeartbeat;
        return age / 2 > interval || (age / 2 == interval && age % 2 != 0) ? Stale : Alive;
    }
}
