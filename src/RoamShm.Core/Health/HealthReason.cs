namespace RoamShm;

/// <summary>One thing that speaks against a segment.</summary>
public sealed class HealthReason
{
    /// <summary>One of <see cref="HealthReasonId"/>.</summary>
    public string? Id { get; set; }

    /// <summary><see cref="HealthStatus.Unknown"/>, <see cref="HealthStatus.Warning"/> or <see cref="HealthStatus.Critical"/>.</summary>
    public string? Severity { get; set; }

    /// <summary>What was found, in the unit of the id; <see langword="null"/> where it is not a number.</summary>
    public double? Value { get; set; }

    /// <summary>The threshold that it has reached; <see langword="null"/> where there is none.</summary>
    public double? Threshold { get; set; }

    /// <summary>The peer that it is about; <see langword="null"/> where it is about no single one.</summary>
    public int? PeerId { get; set; }

    /// <summary>What is wrong, as a sentence without its full stop.</summary>
    public string? Message { get; set; }

    /// <summary>The message.</summary>
    /// <returns><see cref="Message"/>.</returns>
    public override string ToString() => Message ?? string.Empty;
}
