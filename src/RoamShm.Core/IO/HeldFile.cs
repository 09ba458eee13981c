using System;

namespace RoamShm;

/// <summary>A file of a <see cref="FileHolder"/>, kept open between polls where that is allowed.</summary>
internal sealed class HeldFile
{
    private readonly FileHolder _holder;
    private UnixSegmentFile? _file;

    internal HeldFile(FileHolder holder, string path)
    {
        _holder = holder;
        Path = path;
        Name = UnixSegmentFile.Encode(path);
    }

    internal string Path { get; }

    /// <summary>The path, encoded for the operating system.</summary>
    internal byte[] Name { get; }

    /// <summary>The number of times that something happened to the name.</summary>
    internal int Changes { get; set; }

    /// <summary>The id that the events of the open file carry; negative if the kernel does not report changes of its length.</summary>
    internal int EventId { get; set; } = -1;

    /// <summary>The second in the life of the holder for which the length that was read last is that of the open file; -1 if it may have changed.</summary>
    internal int LengthKnownFor { get; set; } = -1;

    /// <summary>The time before which the file must not be held again.</summary>
    internal TimeSpan NotBefore { get; set; }

    /// <summary>Whether the file is open now.</summary>
    internal bool IsOpen => _file is not null;

    /// <summary>Takes the open file for one poll, with its length up to date. Nobody can release it until <see cref="Return"/>.</summary>
    /// <returns>The file; <see langword="null"/> if it is not held, or if the name leads to another file or to none.</returns>
    internal SegmentFile? Borrow()
    {
        _holder.Enter();
        if (_file is not null && !_holder.IsCurrent(this, _file))
        {
            LetGo();
        }

        if (_file is null)
        {
            _holder.Leave();
        }

        return _file;
    }

    internal void Return() => _holder.Leave();

    /// <summary>Closes the held file, which is about to be opened by its name.</summary>
    /// <returns>The number of times that something has happened to the name so far.</returns>
    internal int BeginOpen()
    {
        _holder.Enter();
        LetGo();
        int changes = Changes;
        _holder.Leave();
        return changes;
    }

    /// <summary>Holds a file that was opened by its name after <paramref name="changes"/> were counted, or closes it if it must not be held.</summary>
    internal void KeepOrClose(SegmentFile file, int changes)
    {
        _holder.Enter();
        try
        {
            if (file is UnixSegmentFile unix && _holder.TryKeep(this, unix, changes))
            {
                _file = unix;
            }
            else
            {
                file.Dispose();
            }
        }
        finally
        {
            _holder.Leave();
        }
    }

    /// <summary>Closes the file. Call it only under the holder's lock.</summary>
    internal void LetGo()
    {
        if (_file is not null)
        {
            _file.Dispose();
            _file = null;
            _holder.OnLetGo(this);
        }
    }
}
