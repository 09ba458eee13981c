using System;

namespace RoamShm;

/// <summary>
/// The header of an open segment, mapped shared with every other process that maps the file. Hosts and guests work on a segment through such a mapping;
/// everything else in this library only reads.
/// </summary>
/// <remarks>
/// <para>Any process that may write to a mapped file can truncate it. On Unix, touching the mapping then kills this process with SIGBUS, which no <c>catch</c>
/// sees. Map only for as long as necessary, and only files whose writers you trust not to truncate them. <see cref="Segment.Header"/> and
/// <see cref="Segment.ReadHeader"/> read without that risk. Windows does not allow a mapped file to be truncated.</para>
/// <para>Do not use a view after the mapping is disposed: its memory is gone.</para>
/// </remarks>
public sealed unsafe class SegmentMapping : IDisposable
{
    // No finalizer: a view keeps nothing alive, so a finalizer could unmap memory in use. A mapping that is never disposed wastes a page.
    private readonly MappedPart _part;
    private readonly bool _isReadOnly;
    private bool _isDisposed;

    internal SegmentMapping(MappedPart part, bool isReadOnly)
    {
        _part = part;
        _isReadOnly = isReadOnly;
    }

    /// <summary>Gets the header in the mapped memory. It refuses to store if the segment was opened for reading.</summary>
    /// <exception cref="ObjectDisposedException">The mapping has been disposed.</exception>
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
