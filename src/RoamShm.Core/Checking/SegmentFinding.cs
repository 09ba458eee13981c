using System.Collections.Generic;

namespace RoamShm;

/// <summary>A fault or a warning found in a segment.</summary>
public sealed class SegmentFinding
{
    /// <summary>
    /// The <see cref="Severity"/> of faults that make a reference implementation refuse the segment, crash or read out of bounds, or that break the format.
    /// </summary>
    public const string Error = nameof(Error);

    /// <summary>The <see cref="Severity"/> of conditions that do not stop a guest from attaching but may cause trouble.</summary>
    public const string Warning = nameof(Warning);

    /// <summary>Gets or sets the stable id of the finding, such as <c>BadMagic</c> or <c>RingCapacityMismatch</c>.</summary>
    public string? Id { get; set; }

    /// <summary>Gets or sets the severity, <c>Error</c> or <c>Warning</c>.</summary>
    public string? Severity { get; set; }

    /// <summary>Gets or sets the affected field, such as <c>max_guests</c> or <c>peer[3].ring_offset</c>.</summary>
    public string? Field { get; set; }

    /// <summary>
    /// Gets or sets the offset of the field in bytes from the start of the file; <see langword="null"/> if the finding is about the file as a whole.
    /// </summary>
    public ulong? Offset { get; set; }

    /// <summary>Gets or sets the expected value.</summary>
    public string? Expected { get; set; }

    /// <summary>Gets or sets the value found.</summary>
    public string? Actual { get; set; }

    /// <summary>Gets or sets the finding as a sentence.</summary>
    public string? Message { get; set; }

    /// <summary>Gets or sets the rule of the segment format that is broken, <c>r[shm....]</c>.</summary>
    public string? Rule { get; set; }

    /// <summary>Gets or sets the path of the file, as the operating system names it; <see langword="null"/> for hazards of a configuration.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets the full PowerShell path of the file.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// What the finding was seen in, if a process stopped in the middle of a step could explain it: a later pass compares it. Otherwise
    /// <see langword="null"/>.
    /// </summary>
    internal HashSet<ulong>? Evidence { get; set; }

    /// <summary>Returns the finding as one line.</summary>
    /// <returns>The severity, id and message.</returns>
    public override string ToString() => $"{Severity} {Id}: {Message}";
}
