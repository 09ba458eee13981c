using System.Collections.Generic;

namespace RoamShm;

/// <summary>A folder in which the kernel reports changes of names, and the held files in it.</summary>
internal sealed class HeldFolder
{
    private readonly byte[] _path;
    private FileIdentity _identity;

    internal HeldFolder(string path) => _path = UnixSegmentFile.Encode(path);

    /// <summary>The id that its events carry; negative if it is not watched.</summary>
    internal int Id { get; private set; } = -1;

    internal Dictionary<string, HeldFile> Files { get; } = new(System.StringComparer.Ordinal);

    internal bool TryWatch(NameEvents events)
    {
        if (Id >= 0)
        {
            return true;
        }

        // If another folder takes the path in between, the next check of the identity would not notice.
        if (TryLook(out _identity) && (Id = events.Add(_path)) >= 0 && !IsStillThere())
        {
            events.Remove(Id);
            Id = -1;
        }

        return Id >= 0;
    }

    /// <summary>
    /// Whether the path still leads to the watched folder: there is no event if a folder above it is renamed, or if a symbolic link on the path changes.
    /// </summary>
    internal bool IsStillThere() => TryLook(out FileIdentity now) && now == _identity;

    internal void Forget()
    {
        Id = -1;
        foreach (HeldFile file in Files.Values)
        {
            file.Changes++;
            file.LetGo();
        }
    }

    private bool TryLook(out FileIdentity identity)
    {
        bool isThere = UnixStat.TryOfName(_path, out FileStatus status);
        identity = status.Identity;
        return isThere;
    }
}
