using System.Collections.Generic;

namespace RoamShm;

/// <summary>
/// Files left by a creation or removal whose process was killed. They have a temporary name, <c>.roamshm-</c> and some letters, and nobody holds the lock that
/// a creation or removal holds while it runs.
/// </summary>
internal static class SegmentLeftovers
{
    /// <summary>Finds leftovers in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Their paths; empty if the folder cannot be read.</returns>
    internal static IReadOnlyList<string> Find(string folder) => TemporaryFile.FindAbandoned(folder);

    /// <summary>Removes a leftover.</summary>
    /// <param name="path">A path returned by <see cref="Find"/>.</param>
    /// <returns><see langword="false"/> if the file is not, or no longer, a leftover.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentInUse"/>: a process uses the file, for example one that opened the segment before
    /// its removal was killed; or the operating system refuses to remove it.</exception>
    internal static bool Remove(string path) => TemporaryFile.RemoveAbandoned(path);

    /// <summary>Describes what left a leftover, as part of a sentence.</summary>
    internal static string OriginOf(string path) => TemporaryFile.IsOfRemoval(path) ? "an interrupted Remove-RoamSegment" : "an interrupted New-RoamSegment";
}
