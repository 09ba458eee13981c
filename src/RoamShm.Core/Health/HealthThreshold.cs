namespace RoamShm;

/// <summary>From where on a number is a warning, and from where on it is critical. Either may be missing.</summary>
public sealed class HealthThreshold
{
    /// <summary>A threshold that nothing reaches.</summary>
    public static readonly HealthThreshold Off = new(null, null);

    /// <summary>Makes a threshold.</summary>
    /// <param name="warning">From where on it is a warning; <see langword="null"/> for never.</param>
    /// <param name="critical">From where on it is critical; <see langword="null"/> for never.</param>
    public HealthThreshold(double? warning, double? critical)
    {
        Warning = warning;
        Critical = critical;
    }

    /// <summary>From where on it is a warning.</summary>
    public double? Warning { get; }

    /// <summary>From where on it is critical.</summary>
    public double? Critical { get; }

    /// <summary>The severity of a number that is the worse the higher it is, with the threshold that it has reached; null where it has reached none.</summary>
    internal (string Severity, double Threshold)? JudgeHigh(double value) =>
        value >= Critical ? (HealthStatus.Critical, Critical.Value)
        : value >= Warning ? (HealthStatus.Warning, Warning.Value)
        : null;

    /// <summary>As <see cref="JudgeHigh"/>, for a number that is the worse the lower it is.</summary>
    internal (string Severity, double Threshold)? JudgeLow(double value) =>
        value <= Critical ? (HealthStatus.Critical, Critical.Value)
        : value <= Warning ? (HealthStatus.Warning, Warning.Value)
        : null;
}
