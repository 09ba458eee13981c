namespace RoamShm;

/// <summary>The verdicts on a segment, and on what speaks against it. Texts, so that they compare after serialisation.</summary>
public static class HealthStatus
{
    /// <summary>Nothing wants a human.</summary>
    public const string OK = nameof(OK);

    /// <summary>It could not be checked.</summary>
    public const string Unknown = nameof(Unknown);

    /// <summary>Somebody should look.</summary>
    public const string Warning = nameof(Warning);

    /// <summary>Somebody should look now.</summary>
    public const string Critical = nameof(Critical);

    /// <summary>How bad a verdict is: 0 for <see cref="OK"/>, then <see cref="Unknown"/>, <see cref="Warning"/>, and 3 for <see cref="Critical"/>.</summary>
    /// <param name="status">One of this class's texts.</param>
    /// <returns>The rank.</returns>
    public static int Rank(string? status) => status switch
    {
        Critical => 3,
        Warning => 2,
        Unknown => 1,
        _ => 0,
    };
}
