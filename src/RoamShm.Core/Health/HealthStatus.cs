namespace RoamShm;

/// <summary>
/// The verdicts on a segment, which are also the severities of reasons. They are strings so that they still compare equal after serialisation.
/// </summary>
public static class HealthStatus
{
    /// <summary>Nothing needs attention.</summary>
    public const string OK = nameof(OK);

    /// <summary>The segment could not be checked.</summary>
    public const string Unknown = nameof(Unknown);

    /// <summary>Somebody should take a look.</summary>
    public const string Warning = nameof(Warning);

    /// <summary>Somebody should take a look now.</summary>
    public const string Critical = nameof(Critical);

    /// <summary>
    /// Returns the rank of a verdict by severity: 0 for <see cref="OK"/>, then <see cref="Unknown"/>, <see cref="Warning"/>, and 3 for <see cref="Critical"/>.
    /// </summary>
    /// <param name="status">One of the constants of this class.</param>
    /// <returns>The rank.</returns>
    public static int Rank(string? status) => status switch
    {
        Critical => 3,
        Warning => 2,
        Unknown => 1,
        _ => 0,
    };
}
