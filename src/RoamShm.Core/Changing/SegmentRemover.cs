using System;

namespace RoamShm;

/// <summary>
/// Removes the files of unused segments (<c>r[shm.file.cleanup]</c>), and files left by a host that died while creating a segment. A segment must be proved
/// unused; if in doubt, the removal is refused.
/// </summary>
internal sealed class SegmentRemover
{
    private const int LongestName = 255;

    /// <summary>How many times to ask the kernel for a lease on a file that processes keep opening and closing.</summary>
    private const int Rounds = 3;

    private readonly string _path;
    private readonly FileIdentity _identity;
    private readonly bool _force;

    private SegmentRemover(string path, FileIdentity identity, SegmentUsers users, bool force, bool isHalfMade)
    {
        _path = path;
        _identity = identity;
        AskAgain = users.AskAgain;
        _force = force && !isHalfMade;
        IsHalfMade = isHalfMade;
    }

    /// <summary>Whether the host died while creating the file.</summary>
    internal bool IsHalfMade { get; }

    /// <summary>Asks who uses the file, right before it is removed. A hook for tests.</summary>
    internal Func<SegmentFile, SegmentUse> AskAgain { get; set; }

    /// <summary>The identity of the file to remove.</summary>
    internal FileIdentity Identity => _identity;

    /// <summary>Checks whether this file, and not another of the same name, can be removed now.</summary>
    /// <param name="path">The file. It is never removed unless it begins with the magic of a segment or is half-made.</param>
    /// <param name="force">Whether to remove it even if it is in use. A half-made file that may be in use is refused even so.</param>
    /// <param name="users">Who uses segments, shared by one call on many files; <see langword="null"/> for this file alone.</param>
    /// <returns>The object that removes the file.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentInUse"/>, with who uses it or why that is unknown; or the file does not exist or is
    /// not a segment.</exception>
    internal static SegmentRemover Prepare(string path, bool force, SegmentUsers? users = null)
    {
        FileStatus named = SegmentFile.Peek(path) ?? throw SegmentErrors.NotFound(path);
        named.RequireRegular(path);
        using SegmentFile file = SegmentFile.OpenRead(path);
        bool isHalfMade = HalfMade.Is(file);
        // Read up to the version: the error reports it if the magic is that of another format.
        byte[] start = new byte[HeaderLayout.HeaderSize];
        if (!isHalfMade && (file.Read(0, start, 0, start.Length) < sizeof(ulong) || BitConverter.ToUInt64(start, 0) != SegmentFormat.Magic))
        {
            throw file.Length == 0 ? SegmentErrors.NotReady(path, "it is empty")
                : SegmentErrors.WrongMagic(path, BitConverter.ToUInt64(start, 0), BitConverter.ToUInt32(start, HeaderLayout.Version));
        }

        users ??= new SegmentUsers();
        var remover = new SegmentRemover(path, file.Status.Identity, users, force, isHalfMade);
        remover.RequireFree(users.Ask(file));
        return remover;
    }

    /// <summary>
    /// Removes the file if it is still the one that was prepared and is still unused: the user may have taken a while to confirm. If the kernel grants a
    /// lease, nobody can start to use the file before its name is gone.
    /// </summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentReplaced"/>, <see cref="SegmentErrorId.SegmentInUse"/>, or the operating system
    /// refuses to remove it.</exception>
    internal void Remove()
    {
        // Open the file again instead of querying its name: on Windows only an open file has an identity.
        using (SegmentFile file = SegmentFile.OpenRead(_path))
        {
            RequireSame(file.Status.Identity);
            if (IsHalfMade && !HalfMade.Is(file))
            {
                throw SegmentErrors.InUse(_path, "its host has just finished making it");
            }

            for (int round = 1; !_force; round++)
            {
                LeaseAnswer answer = FileLease.TryTakeRead(file, out FileLease? lease);
                if (answer == LeaseAnswer.Granted)
                {
                    using (lease)
                    {
                        RemoveAside(lease!, MoveAside((UnixSegmentFile)file));
                    }

                    return;
                }

                RequireFree(AskAgain(file));
                if (answer != LeaseAnswer.Refused)
                {
                    // The kernel gives no answer here, but the process list has.
                    break;
                }

                // The process that used it a moment ago is gone, but another may be about to open it: remove it only under a lease.
                if (round == Rounds)
                {
                    throw SegmentErrors.InUse(_path, "processes keep opening it");
                }
            }
        }

        SegmentFile.Delete(_path);
    }

    /// <summary>Throws if the file is not the one that was prepared.</summary>
    internal void RequireSame(FileIdentity identity)
    {
        if (identity != _identity)
        {
            throw SegmentErrors.Replaced(_path);
        }
    }

    /// <summary>Returns the name of a file during its removal: the prefix, random letters, and as much of the old name as fits.</summary>
    private static string AsideOf(string path)
    {
        int slash = path.LastIndexOf('/');
        string start = NewFile.AsidePrefix + Guid.NewGuid().ToString("N").Substring(0, 8) + "-";
        string name = path.Substring(slash + 1);
        while (UnixSegmentFile.Encode(start + name).Length - 1 > LongestName)
        {
            name = name.Substring(0, name.Length - (name.Length > 1 && char.IsLowSurrogate(name[name.Length - 1]) ? 2 : 1));
        }

        return path.Substring(0, slash + 1) + start + name;
    }

    /// <summary>Moves a leased file aside so that nobody else finds it. A process that has already found it is waiting for the lease.</summary>
    /// <returns>The file's new name, or its own name if it cannot be moved aside.</returns>
    internal string MoveAside(UnixSegmentFile file)
    {
        // The lock keeps others from taking the file for a leftover of a killed removal.
        _ = file.TryLock();
        string aside = AsideOf(_path);
        int error = UnixSegmentFile.MoveTo(_path, aside);
        return error == 0 ? aside : UnixSegmentFile.IsMoveUnsupported(error) ? _path : throw UnixFault.Of(_path, FileOperation.Remove, error);
    }

    /// <summary>Removes the file that was moved aside, or restores its name if somebody waits for it or it is another file.</summary>
    internal void RemoveAside(FileLease lease, string aside)
    {
        bool isSame = SegmentFile.Peek(aside) is FileStatus moved && moved.Identity == _identity;
        if (isSame && !lease.IsSomebodyWaiting)
        {
            try
            {
                SegmentFile.Delete(aside);
                return;
            }
            catch (SegmentException)
            {
                _ = PutBack(aside);
                throw;
            }
        }

        bool isBack = PutBack(aside);
        throw !isSame ? SegmentErrors.Replaced(_path)
            : isBack ? SegmentErrors.InUse(_path, "a process is just opening it")
            : SegmentErrors.ReplacedWhileRemoved(_path, aside);
    }

    private bool PutBack(string aside) => aside == _path || UnixSegmentFile.MoveTo(aside, _path) == 0;

    private void RequireFree(SegmentUse use)
    {
        if (!_force && !use.IsFree)
        {
            throw use.State == SegmentUse.Unknown ? SegmentErrors.MayBeInUse(_path, use.Reason) : SegmentErrors.InUse(_path, use.Reason);
        }
    }
}
