using System.Collections.Generic;

namespace RoamShm;

/// <summary>
/// Files left by a creation or a removal whose process was killed. They have a temporary name of their own, <c>.roamshm-</c> and some letters, and nobody holds the
/// lock that one under way holds.
/// </summary>
internal static class SegmentLeftovers
{
    /// <summary>Finds leftovers in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Their paths; none where the folder cannot be read.</returns>
    internal static IReadOnlyList<string> Find(string folder) => TemporaryFile.FindAbandoned(folder);

    /// <summary>Removes a leftover.</summary>
    /// <param name="path">One of what <see cref="Find"/> returned.</param>
    /// <returns>False where it is none, or not any more.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentInUse"/>: a process uses it, as one may that opened a segment whose removal was killed; or the system does not let it be removed.</exception>
    internal static bool Remove(string path) => TemporaryFile.RemoveAbandoned(path);

    /// <summary>What left a leftover, as part of a sentence.</summary>
    internal static string OriginOf(string path) => TemporaryFile.IsOfRemoval(path) ? "an interrupted Remove-RoamSegment" : "an interrupted New-RoamSegment";
}
