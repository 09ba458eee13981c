using System.Collections.Generic;

namespace RoamShm;

/// <summary>One thing that is wrong, or worth knowing, in a segment.</summary>
public sealed class SegmentFinding
{
    /// <summary>The value of <see cref="Severity"/> for what makes a reference implementation refuse, die or read out of bounds, or breaks the format.</summary>
    public const string Error = nameof(Error);

    /// <summary>The value of <see cref="Severity"/> for what a guest attaches to, but which may bite.</summary>
    public const string Warning = nameof(Warning);

    /// <summary>What it is, a stable name such as <c>BadMagic</c> or <c>RingCapacityMismatch</c>.</summary>
    public string? Id { get; set; }

    /// <summary><c>Error</c> or <c>Warning</c>.</summary>
    public string? Severity { get; set; }

    /// <summary>The field it is about, such as <c>max_guests</c> or <c>peer[3].ring_offset</c>.</summary>
    public string? Field { get; set; }

    /// <summary>Where the field lies, in bytes from the start of the file; <see langword="null"/> where the file as a whole is meant.</summary>
    public ulong? Offset { get; set; }

    /// <summary>What should be there.</summary>
    public string? Expected { get; set; }

    /// <summary>What is there.</summary>
    public string? Actual { get; set; }

    /// <summary>The finding as a sentence.</summary>
    public string? Message { get; set; }

    /// <summary>The rule of the segment format that it is judged by, <c>r[shm....]</c>.</summary>
    public string? Rule { get; set; }

    /// <summary>The file, as the operating system names it; <see langword="null"/> for the hazards of a configuration.</summary>
    public string? Path { get; set; }

    /// <summary>The file as PowerShell names it in full.</summary>
    public string? PSPath { get; set; }

    /// <summary>For what a process that was stopped within a step may show for a while: what it was seen of, so that a later look can tell whether it is still the
    /// same. Else null.</summary>
    internal HashSet<ulong>? Evidence { get; set; }

    /// <summary>The finding as one line.</summary>
    /// <returns>Severity, id and message.</returns>
    public override string ToString() => $"{Severity} {Id}: {Message}";
}
