using System;
using System.Collections.Generic;
using System.Globalization;

namespace RoamShm;

/// <summary>Whether anybody uses a segment, that is, maps its file or has it open for writing: one of three answers, with the reason.</summary>
public sealed class SegmentUse
{
    /// <summary>The <see cref="State"/> if somebody uses the segment.</summary>
    public const string Used = nameof(Used);

    /// <summary>The <see cref="State"/> if it is proved that nobody can change the segment: nobody maps it for writing or has it open for writing.</summary>
    public const string Free = nameof(Free);

    /// <summary>The <see cref="State"/> if neither is known.</summary>
    public const string Unknown = nameof(Unknown);

    internal SegmentUse(string state, string reason, IReadOnlyList<int> processIds)
    {
        State = state;
        Reason = reason;
        ProcessIds = processIds;
    }

    /// <summary>Gets the answer: <see cref="Used"/>, <see cref="Free"/> or <see cref="Unknown"/>.</summary>
    public string State { get; }

    /// <summary>Gets the reason, as part of a sentence.</summary>
    public string Reason { get; }

    /// <summary>Gets the processes known to map the segment. An empty list does not prove that there are none; see <see cref="State"/>.</summary>
    public IReadOnlyList<int> ProcessIds { get; }

    /// <summary>Gets a value indicating whether it is proved that nobody uses the segment.</summary>
    public bool IsFree => State == Free;

    /// <summary>Gets a value indicating whether somebody uses the segment.</summary>
    public bool IsUsed => State == Used;

    /// <summary>Formats process ids as part of a sentence.</summary>
    internal static string Describe(IReadOnlyList<int> processes) => processes.Count == 1
        ? string.Format(CultureInfo.InvariantCulture, "process {0} maps it", processes[0])
        : FormattableString.Invariant($"processes {string.Join(", ", processes)} map it");
}
