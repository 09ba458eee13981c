using System;
using System.Collections.Generic;
using System.Globalization;

namespace RoamShm;

/// <summary>Whether anybody uses a segment: maps its file, or has it open for writing. Three answers, each with its reason.</summary>
public sealed class SegmentUse
{
    /// <summary>The value of <see cref="State"/> where somebody uses it.</summary>
    public const string Used = nameof(Used);

    /// <summary>The value of <see cref="State"/> where it is proved that nobody can change it: nobody maps it for writing or has it open for that.</summary>
    public const string Free = nameof(Free);

    /// <summary>The value of <see cref="State"/> where neither is known.</summary>
    public const string Unknown = nameof(Unknown);

    internal SegmentUse(string state, string reason, IReadOnlyList<int> processIds)
    {
        State = state;
        Reason = reason;
        ProcessIds = processIds;
    }

    /// <summary><see cref="Used"/>, <see cref="Free"/> or <see cref="Unknown"/>.</summary>
    public string State { get; }

    /// <summary>Why, as part of a sentence.</summary>
    public string Reason { get; }

    /// <summary>The processes that are seen to map it. None does not mean that there are none; see <see cref="State"/>.</summary>
    public IReadOnlyList<int> ProcessIds { get; }

    /// <summary>Whether it is proved that nobody uses it.</summary>
    public bool IsFree => State == Free;

    /// <summary>Whether somebody uses it.</summary>
    public bool IsUsed => State == Used;

    /// <summary>Process ids as part of a sentence.</summary>
    internal static string Describe(IReadOnlyList<int> processes) => processes.Count == 1
        ? string.Format(CultureInfo.InvariantCulture, "process {0} maps it", processes[0])
        : FormattableString.Invariant($"processes {string.Join(", ", processes)} map it");
}
