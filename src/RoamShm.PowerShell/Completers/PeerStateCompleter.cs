namespace RoamShm.Completers;

/// <summary>The states of a peer.</summary>
public sealed class PeerStateCompleter : ExampleCompleter
{
    /// <summary>Makes the completer.</summary>
    public PeerStateCompleter()
        : base(
            ("Attached", "A guest is on it"),
            ("Goodbye", "Its guest is leaving, has left or has crashed"),
            ("Reserved", "The host spawned a guest that has not attached yet"),
            ("Empty", "Free"))
    {
    }
}
