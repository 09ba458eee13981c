namespace RoamShm.Completers;

/// <summary>Suggests typical thresholds as percentages.</summary>
public sealed class PercentThresholdCompleter : ExampleCompleter
{
    /// <summary>Creates the completer.</summary>
    public PercentThresholdCompleter()
        : base(
            ("80,95", "Warning from 80 %, critical from 95 %: the default"),
            ("90,98", "Warning from 90 %, critical from 98 %"),
            ("50", "Warning from 50 %, never critical"))
    {
    }
}
