namespace RoamShm.Completers;

/// <summary>Completes typical durations.</summary>
public sealed class DurationCompleter : ExampleCompleter
{
    /// <summary>Creates the completer.</summary>
    public DurationCompleter()
        : base(
            ("100ms", "A tenth of a second"),
            ("250ms", "A quarter of a second"),
            ("500ms", "Half a second"),
            ("1s", "One second"),
            ("5s", "Five seconds"),
            ("1m", "One minute"))
    {
    }
}
