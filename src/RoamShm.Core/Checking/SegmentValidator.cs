using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Validates files: what either reference implementation checks when it attaches, what would make it crash or read out of bounds, and what deserves a warning.
/// Finds every fault, not just the first. Uses positioned reads, never a mapping.
/// </summary>
public static class SegmentValidator
{
    /// <summary>Validates a file, which does not have to be a segment.</summary>
    /// <param name="path">The file.</param>
    /// <param name="full">Whether to also check what changes in use: ring entries, slots and free lists. The time grows with the number of slots.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The report. For a missing file, or one that is not a segment at all, it holds that single finding.</returns>
    /// <exception cref="SegmentException">The file cannot be checked: access is denied, or the operating system cannot read it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SegmentReport Validate(string path, bool full = false, CancellationToken cancellationToken = default) =>
        new ValidationBatch().Validate(path, full, cancellationToken);

    /// <summary>Validates several files, reading ahead on other threads.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>For each file, in order, its report or the exception that <see cref="Validate"/> would throw.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IEnumerable<(SegmentReport? Report, SegmentException? Error)> ValidateAll(IReadOnlyList<string> paths, CancellationToken cancellationToken = default) =>
        new ValidationBatch().ValidateAll(paths ?? throw new ArgumentNullException(nameof(paths)), full: false, cancellationToken);

    /// <summary>Finds conditions in a configuration that would not stop a guest from attaching, but would cause trouble once messages flow.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <returns>A warning for each hazard.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidConfiguration"/>: no guest could attach.</exception>
    public static SegmentFinding[] FindHazards(SegmentConfiguration configuration) =>
        ConfigurationHazards.Find(configuration ?? throw new ArgumentNullException(nameof(configuration)));
}
