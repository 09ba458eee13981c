using System;
using System.Threading;

namespace RoamShm;

public sealed partial class Segment
{
    /// <summary>Validates this segment. To validate a file that cannot be opened as a segment, use <see cref="SegmentValidator"/>.</summary>
    /// <param name="full">Whether to also check what changes in use: ring entries, slots and free lists. The time grows with the number of slots.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The report.</returns>
    /// <exception cref="SegmentException">The operating system cannot read the file.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SegmentReport Validate(bool full = false, CancellationToken cancellationToken = default) =>
        new ValidationRun(new Patience()).Validate(File, full, cancellationToken);
}
