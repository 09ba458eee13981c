using System;

namespace RoamShm;

/// <summary>
/// Removes the files of segments that nobody uses (<c>r[shm.file.cleanup]</c>), and of segments that a host died over while making them. That nobody uses them is
/// proved, or doubt refuses.
/// </summary>
internal sealed class SegmentRemover
{
    private const int LongestName = 255;

    /// <summary>How often the kernel is asked for a lease on a file that processes open and close again meanwhile.</summary>
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

    /// <summary>Whether a host died over the file while making it.</summary>
    internal bool IsHalfMade { get; }

    /// <summary>Asks who uses the file, right before it is removed. Tests put themselves in between.</summary>
    internal Func<SegmentFile, SegmentUse> AskAgain { get; set; }

    /// <summary>Which file is meant.</summary>
    internal FileIdentity Identity => _identity;

    /// <summary>Whether this file, not another one of that name, can be removed now.</summary>
    /// <param name="path">The file; one that neither begins with the magic of a segment nor is a half-made one is never removed.</param>
    /// <param name="force">Whether to remove it in spite of being in use. A half-made one that may be in use is not removed all the same.</param>
    /// <param name="users">Who uses segments, for one call on many files; <see langword="null"/> for this one alone.</param>
    /// <returns>What removes it.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentInUse"/> with who uses it, or why that cannot be told; or the file is
    /// none, or no segment.</exception>
    internal static SegmentRemover Prepare(string path, bool force, SegmentUsers? users = null)
    {
        FileStatus named = SegmentFile.Peek(path) ?? throw SegmentErrors.NotFound(path);
        named.RequireRegular(path);
        using SegmentFile file = SegmentFile.OpenRead(path);
        bool isHalfMade = HalfMade.Is(file);
        // With the version, which the error tells where another format has its own.
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
    /// Removes the file, if it is still the one that was prepared, and still unused: whoever asked may have taken a while to confirm. Where the kernel says that
    /// nobody uses it, nobody can begin to until the name is gone.
    /// </summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentReplaced"/>, <see cref="SegmentErrorId.SegmentInUse"/>, or the system does not let it be
    /// removed.</exception>
    internal void Remove()
    {
        // Opened again rather than looked at: on Windows only an open file has an identity.
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
                    // The kernel does not answer here, and the list of processes does.
                    break;
                }

                // Whoever used it a moment ago is gone, but the next one may be about to open it: only under a lease is it removed.
                if (round == Rounds)
                {
                    throw SegmentErrors.InUse(_path, "processes keep opening it");
                }
            }
        }

        SegmentFile.Delete(_path);
    }

    /// <summary>Refuses another file than the one meant.</summary>
    internal void RequireSame(FileIdentity identity)
    {
        if (identity != _identity)
        {
            throw SegmentErrors.Replaced(_path);
        }
    }

    /// <summary>The name that a file has while it is being removed: the prefix, letters of its own, and as much of the old name as fits.</summary>
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

    /// <summary>Takes the name away from a file on which a lease is held, so that nobody else finds it. Who has found it already waits for the lease.</summary>
    /// <returns>The name that it has now: its own where it cannot be moved aside.</returns>
    internal string MoveAside(UnixSegmentFile file)
    {
        // So that nobody takes the name for one that a killed removal left.
        _ = file.TryLock();
        string aside = AsideOf(_path);
        int error = UnixSegmentFile.MoveTo(_path, aside);
        return error == 0 ? aside : UnixSegmentFile.IsMoveUnsupported(error) ? _path : throw UnixFault.Of(_path, FileOperation.Remove, error);
    }

    /// <summary>Removes the file that was moved aside; or puts its name back, where somebody waits for it or it is another one.</summary>
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
