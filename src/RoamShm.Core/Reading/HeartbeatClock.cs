namespace RoamShm;

/// <summary>
/// A reading of the monotonic clock, both as this process sees it and as the system has it. The two differ in a time namespace, and nothing shows which of
/// them a guest uses, so a verdict needs both.
/// </summary>
internal readonly struct HeartbeatClock
{
    internal HeartbeatClock(ulong own, ulong? system)
    {
        Own = own;
        System = system;
    }

    /// <summary>The clock of this process, in nanoseconds.</summary>
    internal ulong Own { get; }

    /// <summary>The system's clock, in nanoseconds; <see langword="null"/> if this process is in a time namespace of unknown offset.</summary>
    internal ulong? System { get; }

    internal static HeartbeatClock Now() => Read(Vantage.Here);

    internal static HeartbeatClock Read(Vantage vantage)
    {
        ulong own = MonotonicClock.Now();
        return new HeartbeatClock(own, !MonotonicClock.HasNamespaces ? own : vantage.MonotonicOffset is long offset ? unchecked(own - (ulong)offset) : null);
    }

    /// <summary>
    /// Returns the verdict on a peer's heartbeat: <see cref="PeerLiveness.Stale"/> only if it is stale by both clocks, because being alive by one of them is
    /// no coincidence.
    /// </summary>
    internal string Judge(PeerState state, ulong lastHeartbeat, ulong interval)
    {
        string own = PeerLiveness.Judge(state, lastHeartbeat, interval, Own);
        if (System is not ulong now)
        {
            return own == PeerLiveness.Stale ? PeerLiveness.Unknown : own;
        }

        string system = now == Own ? own : PeerLiveness.Judge(state, lastHeartbeat, interval, now);
        return own == system ? own
            : own == PeerLiveness.Alive || system == PeerLiveness.Alive ? PeerLiveness.Alive
            : PeerLiveness.Unknown;
    }

    /// <summary>Returns the age of a heartbeat in nanoseconds; <see langword="null"/> if unknown.</summary>
    internal ulong? AgeOf(ulong lastHeartbeat) =>
        lastHeartbeat == 0 || System is not ulong now ? null
        : now >= lastHeartbeat ? now - lastHeartbeat
        : Own >= lastHeartbeat && Own != now ? Own - lastHeartbeat
        : null;
}
