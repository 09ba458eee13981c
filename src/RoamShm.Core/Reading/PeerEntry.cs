namespace RoamShm;

/// <summary>An entry of a peer table, as read (<c>r[shm.peer-table]</c>).</summary>
internal readonly struct PeerEntry
{
    internal PeerEntry(int id, uint stateCode, uint epoch, ulong lastHeartbeat, ulong ringOffset)
    {
        Id = id;
        StateCode = stateCode;
        Epoch = epoch;
        LastHeartbeat = lastHeartbeat;
        RingOffset = ringOffset;
    }

    /// <summary>The peer id: the index in the table plus 1.</summary>
    internal int Id { get; }

    /// <summary>The state as stored, which may not be one that the format defines.</summary>
    internal uint StateCode { get; }

    internal PeerState State => (PeerState)StateCode;

    internal bool HasValidState => StateCode <= (uint)PeerState.Reserved;

    /// <summary>The name of the state; <c>Invalid</c> if the format does not define it.</summary>
    internal string StateName => HasValidState ? State.ToString() : "Invalid";

    internal uint Epoch { get; }

    internal ulong LastHeartbeat { get; }

    internal ulong RingOffset { get; }

    internal bool IsAttached => State == PeerState.Attached;

    internal bool IsEmpty => State == PeerState.Empty;

    /// <summary>Returns the verdict on the peer's heartbeat, one of the constants of <see cref="PeerLiveness"/>.</summary>
    internal string Liveness(ulong interval, HeartbeatClock now) => now.Judge(State, LastHeartbeat, interval);
}
