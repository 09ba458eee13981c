using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Validates files: what either reference implementation checks when it attaches, what it would crash on or read out of bounds, and what is worth a warning. Finds
/// every fault, not the first. Reads positions, never a mapping.
/// </summary>
public static class SegmentValidator
{
    /// <summary>Validates a file, which need not be a segment.</summary>
    /// <param name="path">The file.</param>
    /// <param name="full">Whether to check also what changes in use: the entries in the rings, the slots and their free lists. The time grows with the number of
    /// slots.</param>
    /// <param name="cancellationToken">Ends the wait for a file that is just being made, and a long full validation.</param>
    /// <returns>The report; a missing file, or one that is no segment at all, is a report with that one finding.</returns>
    /// <exception cref="SegmentException">The file cannot be judged: access is denied, or the system fails to read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SegmentReport Validate(string path, bool full = false, CancellationToken cancellationToken = default) =>
        new ValidationBatch().Validate(path, full, cancellationToken);

    /// <summary>Validates several files, some of them ahead on other threads.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>In their order, for each its report, or the exception that <see cref="Validate"/> would throw.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<(SegmentReport? Report, SegmentException? Error)> ValidateAll(IReadOnlyList<string> paths, CancellationToken cancellationToken = default) =>
        new ValidationBatch().ValidateAll(paths ?? throw new ArgumentNullException(nameof(paths)), full: false, cancellationToken);

    /// <summary>Finds what a guest attaches to but what bites once messages flow, in a configuration from which no segment has been made yet.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <returns>One warning for each hazard.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidConfiguration"/>: no guest could attach at all.</exception>
    public static SegmentFinding[] FindHazards(SegmentConfiguration configuration) =>
        ConfigurationHazards.Find(configuration ?? throw new ArgumentNullException(nameof(configuration)));
}
