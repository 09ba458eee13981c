using System;
using System.Threading;

namespace RoamShm;

public sealed partial class Segment
{
    /// <summary>Validates this segment. <see cref="SegmentValidator"/> validates files that cannot be opened as a segment too.</summary>
    /// <param name="full">Whether to check also what changes in use: the entries in the rings, the slots and their free lists. The time grows with the number of
    /// slots.</param>
    /// <param name="cancellationToken">Ends a long full validation.</param>
    /// <returns>The report.</returns>
    /// <exception cref="SegmentException">The system fails to read the file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SegmentReport Validate(bool full = false, CancellationToken cancellationToken = default) =>
        new ValidationRun(new Patience()).Validate(File, full, cancellationToken);
}
