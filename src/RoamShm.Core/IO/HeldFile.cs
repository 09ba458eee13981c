using System;

namespace RoamShm;

/// <summary>A file of a <see cref="FileHolder"/>, open from one look to the next where that is allowed.</summary>
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

    /// <summary>The path as the system takes it.</summary>
    internal byte[] Name { get; }

    /// <summary>How often something happened to the name.</summary>
    internal int Changes { get; set; }

    /// <summary>Not before this time is it held again.</summary>
    internal TimeSpan NotBefore { get; set; }

    /// <summary>Whether it is open now.</summary>
    internal bool IsOpen => _file is not null;

    /// <summary>
    /// Takes the open file for one look, with its length as it is now. Until <see cref="Return"/> nobody lets it go.
    /// </summary>
    /// <returns>Null where it is not held, or the name leads to another file or to none.</returns>
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

    /// <summary>Closes what is held, since the file is about to be opened by its name.</summary>
    /// <returns>How often something has happened to the name so far.</returns>
    internal int BeginOpen()
    {
        _holder.Enter();
        LetGo();
        int changes = Changes;
        _holder.Leave();
        return changes;
    }

    /// <summary>Holds a file that was opened by the name since <paramref name="changes"/> were counted, if it may be held; else closes it.</summary>
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

    /// <summary>Closes it. Only within the holder's lock.</summary>
    internal void LetGo()
    {
        if (_file is not null)
        {
            _file.Dispose();
            _file = null;
            _holder.OnLetGo();
        }
    }
}
