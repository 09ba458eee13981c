using System;
using System.Threading;

namespace RoamShm;

/// <summary>
/// A snapshot of a segment header (<c>r[shm.segment.header]</c>). A flat object of plain values that can be serialized, sent and bound again.
/// </summary>
public sealed class SegmentHeader : SegmentHeaderFields
{
    /// <summary>Reads and checks the header of a segment as <see cref="Segment.Open(string, CancellationToken)"/> does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The header.</returns>
    /// <exception cref="SegmentException">The file cannot be read or fails a check; see the error id.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SegmentHeader Read(string path, CancellationToken cancellationToken = default)
    {
        using Segment segment = Segment.Open(path, cancellationToken);
        return segment.Header;
    }

    /// <summary>Decodes the first 128 bytes of a file without checking them.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The header.</returns>
    /// <exception cref="SegmentException">The file cannot be read or is shorter than a header.</exception>
    public static SegmentHeader ReadUnchecked(string path)
    {
        using SegmentFile file = SegmentFile.OpenRead(path);
        byte[] bytes = new byte[HeaderLayout.Size];
        int read = file.Read(0, bytes, 0, bytes.Length);
        if (read < bytes.Length)
        {
            throw SegmentErrors.TooShort(path, read);
        }

        var header = new SegmentHeader();
        header.Decode(path, bytes, file.Length, file.Status.Identity);
        return header;
    }
}
