namespace RoamShm;

/// <summary>A reason why a segment is not healthy.</summary>
public sealed class HealthReason
{
    /// <summary>Gets or sets the id, one of the constants of <see cref="HealthReasonId"/>.</summary>
    public string? Id { get; set; }

    /// <summary>
    /// Gets or sets the severity: <see cref="HealthStatus.Unknown"/>, <see cref="HealthStatus.Warning"/> or <see cref="HealthStatus.Critical"/>.
    /// </summary>
    public string? Severity { get; set; }

    /// <summary>Gets or sets the value that was found, in the unit of the id; <see langword="null"/> if it is not a number.</summary>
    public double? Value { get; set; }

    /// <summary>Gets or sets the threshold that the value has reached; <see langword="null"/> if there is none.</summary>
    public double? Threshold { get; set; }

    /// <summary>Gets or sets the id of the peer concerned; <see langword="null"/> if the reason does not concern a single peer.</summary>
    public int? PeerId { get; set; }

    /// <summary>Gets or sets what is wrong, as a sentence without a full stop.</summary>
    public string? Message { get; set; }

    /// <summary>Returns the message.</summary>
    /// <returns><see cref="Message"/>.</returns>
    public override string ToString() => Message ?? string.Empty;
}
