namespace RoamShm.Completers;

/// <summary>Completes typical permission bits.</summary>
public sealed class ModeCompleter : ExampleCompleter
{
    /// <summary>Creates the completer.</summary>
    public ModeCompleter()
        : base(
            ("0600", "The default: host and guests run as the owner"),
            ("0660", "Guests of the owner's group too"),
            ("0666", "Everybody, as the reference implementation does"))
    {
    }
}
