namespace RoamShm;

/// <summary>States of a peer entry (<c>r[shm.peer-table.states]</c>).</summary>
public enum PeerState
{
    /// <summary>The entry is free.</summary>
    Empty = 0,

    /// <summary>A guest is attached.</summary>
    Attached = 1,

    /// <summary>The guest is leaving, has left, or has crashed.</summary>
    Goodbye = 2,

    /// <summary>The host has spawned a guest for this entry that has not attached yet.</summary>
    Reserved = 3,
}
