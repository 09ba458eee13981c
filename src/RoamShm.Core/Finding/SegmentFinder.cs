using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Finds segments: regular files that begin with the magic. Everything else is passed over: links are not followed, devices and FIFOs not opened,
/// /proc and /sys not entered.
/// </summary>
public static class SegmentFinder
{
    /// <summary>Where segments usually are: /dev/shm where it exists, and the temporary folder.</summary>
    /// <returns>The folders.</returns>
    public static IReadOnlyList<string> DefaultFolders() => Folder.Defaults();

    /// <summary>Searches a folder, or looks at one file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends a long search.</param>
    /// <returns>The segments, as they are found. Each file is opened once.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentNotFound"/>: nothing has that name;
    /// <see cref="SegmentErrorId.SegmentAccessDenied"/> or <see cref="SegmentErrorId.SegmentIOError"/>: just that folder or file cannot be read. What is found on
    /// the way and cannot be read is listed as <see cref="SegmentStatus.Unreadable"/>.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public static IEnumerable<SegmentListing> Find(string path, SegmentFindOptions? options = null, CancellationToken cancellationToken = default) =>
        new SegmentSearch(options ?? new SegmentFindOptions()).Find(path, cancellationToken);
}
