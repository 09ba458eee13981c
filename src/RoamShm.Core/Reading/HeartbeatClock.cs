namespace RoamShm;

/// <summary>
/// The monotonic clock at one moment, as this process reads it and as the system has it. The two differ in a time namespace; by which of them a guest beats cannot be
/// known, so that a verdict needs both.
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

    /// <summary>The system's clock, in nanoseconds; null where this process is in a time namespace whose offset it cannot find out.</summary>
    internal ulong? System { get; }

    internal static HeartbeatClock Now() => Read(Vantage.Here);

    internal static HeartbeatClock Read(Vantage vantage)
    {
        ulong own = MonotonicClock.Now();
        return new HeartbeatClock(own, !MonotonicClock.HasNamespaces ? own : vantage.MonotonicOffset is long offset ? unchecked(own - (ulong)offset) : null);
    }

    /// <summary>
    /// What a peer's heartbeat says, <see cref="PeerLiveness.Stale"/> only where it is so by both clocks: alive by one of them is no chance.
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

    /// <summary>How long ago a heartbeat was, in nanoseconds; null where that cannot be said.</summary>
    internal ulong? AgeOf(ulong lastHeartbeat) =>
        lastHeartbeat == 0 || System is not ulong now ? null
        : now >= lastHeartbeat ? now - lastHeartbeat
        : Own >= lastHeartbeat && Own != now ? Own - lastHeartbeat
        : null;
}
