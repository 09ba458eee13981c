using System.Collections.Generic;

namespace RoamShm;

/// <summary>
/// Files left by a creation whose process was killed. They have a temporary name of their own, <c>.roamshm-</c> and some letters, and nobody holds the lock that a
/// creation under way holds.
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
    /// <exception cref="SegmentException">The system does not let it be removed.</exception>
    internal static bool Remove(string path) => TemporaryFile.RemoveAbandoned(path);
}
