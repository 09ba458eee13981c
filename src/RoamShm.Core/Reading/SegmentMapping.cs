using System;

namespace RoamShm;

/// <summary>
/// The header of an open segment, mapped shared with every other process that maps the file. What hosts and guests do with a segment goes through such a mapping;
/// everything else in this library reads.
/// </summary>
/// <remarks>
/// <para>A mapped file can be truncated by whoever may write it. Touching the mapping then ends this process with SIGBUS on Unix, which no <c>catch</c> sees. Map only
/// for as long as it takes, and only files whose writers are trusted not to truncate them; <see cref="Segment.Header"/> and
/// <see cref="Segment.ReadHeader"/> read without that risk. Windows does not let a mapped file be truncated.</para>
/// <para>No view may be used after the mapping was disposed: its memory is gone.</para>
/// </remarks>
public sealed unsafe class SegmentMapping : IDisposable
{
    // Without a finalizer: a view keeps nothing alive, so one would unmap memory that is in use. A mapping that nobody disposed is a page lost.
    private readonly MappedPart _part;
    private readonly bool _isReadOnly;
    private bool _isDisposed;

    internal SegmentMapping(MappedPart part, bool isReadOnly)
    {
        _part = part;
        _isReadOnly = isReadOnly;
    }

    /// <summary>The header over the mapped memory; it refuses to store where the segment was opened for reading.</summary>
    /// <exception cref="ObjectDisposedException">The mapping was disposed.</exception>
    public MappedHeader Header => _isDisposed
        ? throw new ObjectDisposedException(nameof(SegmentMapping))
        : new MappedHeader((void*)_part.Address, _isReadOnly);

    /// <summary>Unmaps the header.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _part.Dispose();
    }
}
