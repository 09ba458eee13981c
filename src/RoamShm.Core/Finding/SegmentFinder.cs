using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Finds segments: regular files that begin with the magic. Skips everything else: it does not follow links, open devices or FIFOs, or enter /proc and /sys.
/// </summary>
public static class SegmentFinder
{
    /// <summary>Returns the folders where segments usually are: /dev/shm, if it exists, and the temporary folder.</summary>
    /// <returns>The folders.</returns>
    public static IReadOnlyList<string> DefaultFolders() => Folder.Defaults();

    /// <summary>Searches a folder, or checks a single file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The segments, each as soon as it is found. Each file is opened once.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentNotFound"/>: the path does not exist;
    /// <see cref="SegmentErrorId.SegmentAccessDenied"/> or <see cref="SegmentErrorId.SegmentIOError"/>: that folder or file itself cannot be read. Anything
    /// unreadable found during the search is listed as <see cref="SegmentStatus.Unreadable"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IEnumerable<SegmentListing> Find(string path, SegmentFindOptions? options = null, CancellationToken cancellationToken = default) =>
        new SegmentSearch(options ?? new SegmentFindOptions()).Find(path, cancellationToken);
}
