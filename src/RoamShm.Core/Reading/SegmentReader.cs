using System;
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
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
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

    /// <summary>
    /// Whether a file begins as a roam v7 segment does (<c>r[shm.segment.magic.v7]</c>). For looking through many files quickly: 8 bytes are read of a regular
    /// file, and nothing is opened of anything else, so that no FIFO, socket or device takes notice. Whether a guest could attach is another question.
    /// </summary>
    /// <param name="path">The file; symbolic links are followed.</param>
    /// <returns>Whether it does; <see langword="false"/> too for what cannot be read or does not exist. Nothing is thrown.</returns>
    public static bool IsSegment(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return false;
        }

        try
        {
            if (!SegmentFile.IsRegular(path!))
            {
                return false;
            }

            using SegmentFile file = SegmentFile.OpenRead(path!);
            byte[] magic = new byte[sizeof(ulong)];
            return file.Read(HeaderLayout.Magic, magic, 0, magic.Length) == magic.Length && BitConverter.ToUInt64(magic, 0) == SegmentFormat.Magic;
        }
        catch (SegmentException)
        {
            return false;
        }
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
