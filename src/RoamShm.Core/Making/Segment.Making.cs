using System;
using System.Threading;

namespace RoamShm;

public sealed partial class Segment
{
    /// <summary>
    /// Creates a segment, byte for byte as the reference does (<c>r[shm.file.create]</c>), except that the file gets its name only when it is complete, that
    /// its storage is reserved, and that it never replaces another file unless asked to.
    /// </summary>
    /// <param name="path">The path of the file. Its folder must exist.</param>
    /// <param name="configuration">The configuration of the segment.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation. A cancelled creation leaves nothing behind.</param>
    /// <returns>The header of the new segment.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentExists"/>, <see cref="SegmentErrorId.InvalidConfiguration"/>,
    /// <see cref="SegmentErrorId.InsufficientSpace"/>, <see cref="SegmentErrorId.NotARegularFile"/>, <see cref="SegmentErrorId.SegmentNotFound"/>
    /// (no such folder) or <see cref="SegmentErrorId.SegmentAccessDenied"/>. Nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SegmentHeader Create(string path, SegmentConfiguration configuration, SegmentCreateOptions? options = null, CancellationToken cancellationToken = default) =>
        SegmentCreator.Create(path, configuration, options, cancellationToken);
}
