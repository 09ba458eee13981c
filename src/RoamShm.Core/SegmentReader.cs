using System.Threading;

namespace RoamShm;

/// <summary>
/// Reads the headers of segments, one file at a time. Reading never maps a file, so a file truncated meanwhile is an error and not a crash.
/// One reader serves one call on many files: files that a host is just making are waited for 100 ms in all, not each.
/// </summary>
public sealed class SegmentReader
{
    private readonly byte[] _header = new byte[HeaderLayout.Size];
    private readonly ReadyWait _wait;
    private byte[]? _classes;

    /// <summary>Makes a reader.</summary>
    /// <param name="cancellation">Ends the wait for a file that is just being made.</param>
    public SegmentReader(CancellationToken cancellation = default) => _wait = new ReadyWait(cancellation);

    /// <summary>Reads a header and checks the segment as the reference does when a guest attaches (<c>r[shm.guest.attach]</c>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="force">Whether to decode the 128 bytes even where a check fails.</param>
    /// <returns>The header.</returns>
    /// <exception cref="SegmentException">The file cannot be read, or fails a check; the id tells which.</exception>
    /// <exception cref="System.OperationCanceledException">The wait was cancelled.</exception>
    public SegmentHeader ReadHeader(string path, bool force = false)
    {
        try
        {
            return ReadOnce(path, force);
        }
        catch (SegmentException e)
        {
            if (!_wait.IsWorthASecondLook(e))
            {
                throw;
            }
        }

        return ReadOnce(path, force);
    }

    private SegmentHeader ReadOnce(string path, bool force)
    {
        using SegmentFile file = SegmentFile.OpenRead(path);
        if (force)
        {
            int read = file.Read(0, _header, 0, HeaderLayout.Size);
            if (read < HeaderLayout.Size)
            {
                throw SegmentErrors.TooShort(path, read);
            }
        }
        else
        {
            _ = AttachChecks.ReadHeader(file, _header);
            AttachChecks.CheckHeader(file, _header);
            AttachChecks.CheckPool(file, _header, ref _classes);
        }

        var header = new SegmentHeader();
        header.Decode(path, _header, file.Length);
        return header;
    }
}
