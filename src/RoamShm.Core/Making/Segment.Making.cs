using System;
using System.Threading;

namespace RoamShm;

public sealed partial class Segment
{
    /// <summary>
    /// Makes a segment, byte for byte as the reference does (<c>r[shm.file.create]</c>), except that the file has its name only once it is complete, that its storage
    /// is reserved, and that it never takes the place of another file unless asked to.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="configuration">What to make.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends a long creation, which then leaves nothing behind.</param>
    /// <returns>The header of the new segment.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentExists"/>, <see cref="SegmentErrorId.InvalidConfiguration"/>,
    /// <see cref="SegmentErrorId.InsufficientSpace"/>, <see cref="SegmentErrorId.NotARegularFile"/>, <see cref="SegmentErrorId.SegmentNotFound"/>
    /// (no such folder) or <see cref="SegmentErrorId.SegmentAccessDenied"/>. Nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">The creation was cancelled.</exception>
    public static SegmentHeader Create(string path, SegmentConfiguration configuration, SegmentCreateOptions? options = null, CancellationToken cancellationToken = default) =>
        SegmentCreator.Create(path, configuration, options, cancellationToken);
}
