namespace RoamShm;

/// <summary>The values at which a number becomes a warning and becomes critical. Either may be missing.</summary>
public sealed class HealthThreshold
{
    /// <summary>A threshold that is never reached.</summary>
    public static readonly HealthThreshold Off = new(null, null);

    /// <summary>Creates a threshold.</summary>
    /// <param name="warning">The value at which a number becomes a warning; <see langword="null"/> for never.</param>
    /// <param name="critical">The value at which a number becomes critical; <see langword="null"/> for never.</param>
    public HealthThreshold(double? warning, double? critical)
    {
        Warning = warning;
        Critical = critical;
    }

    /// <summary>Gets the value at which a number becomes a warning; <see langword="null"/> for never.</summary>
    public double? Warning { get; }

    /// <summary>Gets the value at which a number becomes critical; <see langword="null"/> for never.</summary>
    public double? Critical { get; }

    /// <summary>Returns the severity of a number of which higher is worse, and the threshold it has reached; null if it has reached none.</summary>
    internal (string Severity, double Threshold)? JudgeHigh(double value) =>
        value >= Critical ? (HealthStatus.Critical, Critical.Value)
        : value >= Warning ? (HealthStatus.Warning, Warning.Value)
        : null;

    /// <summary>Does the same as <see cref="JudgeHigh"/> for a number of which lower is worse.</summary>
    internal (string Severity, double Threshold)? JudgeLow(double value) =>
        value <= Critical ? (HealthStatus.Critical, Critical.Value)
        : value <= Warning ? (HealthStatus.Warning, Warning.Value)
        : null;
}
