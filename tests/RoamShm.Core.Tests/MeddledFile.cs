using System;

namespace RoamShm.Tests;

/// <summary>An open file that another process changes between two reads, when the test says so.</summary>
internal sealed class MeddledFile : SegmentFile
{
    private readonly SegmentFile _file;

    internal MeddledFile(SegmentFile file)
        : base(file.Path, file.Status, isWritable: false) => _file = file;

    /// <summary>Gets or sets a callback that runs after each read, with the offset and the number of bytes read.</summary>
    internal Action<ulong, int>? OnRead { get; set; }

    public override void Dispose() => _file.Dispose();

    internal override int Read(ulong offset, byte[] buffer, int index, int count)
    {
        int read = _file.Read(offset, buffer, index, count);
        OnRead?.Invoke(offset, read);
        return read;
    }

    internal override void Refresh()
    {
        _file.Refresh();
        Status = _file.Status;
    }

    internal override MappedPart Map(ulong offset, ulong length) => _file.Map(offset, length);
}
