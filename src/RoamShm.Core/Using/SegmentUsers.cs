using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Finds out who uses segments. The kernel is asked first, by a lease, which takes microseconds and sees every namespace: it says whether. /proc is read only
/// where that does not answer, or to find out who; once for one object of this class, which serves one call on many files.
/// </summary>
public sealed class SegmentUsers
{
    /// <summary>How old a list of mappings may be for something to be destroyed on its word.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Vantage _vantage;
    private readonly CancellationToken _cancellation;
    private readonly OpenWait _wait;
    private ProcessMaps? _maps;

    /// <summary>Makes an object that serves one call on many files.</summary>
    /// <param name="cancellation">Ends reading the mappings of many processes.</param>
    public SegmentUsers(CancellationToken cancellation = default)
        : this(Vantage.Here, cancellation)
    {
    }

    internal SegmentUsers(Vantage vantage, CancellationToken cancellation = default)
    {
        _vantage = vantage;
        _cancellation = cancellation;
        _wait = new OpenWait();
    }

    /// <summary>Whether this system lists the processes that map a file.</summary>
    public static bool CanListProcesses => ProcessMaps.IsSupported;

    /// <summary>Why processes may be missing from lists of them, as part of a sentence; <see langword="null"/> where no host or guest can be.</summary>
    public string? WhyIncomplete => CanListProcesses && _vantage.IsViewWhole && Maps.IsOnlyInitUnreadable ? null
        : CanListProcesses ? Maps.WhyIncomplete
        : _vantage.WhyViewIsNotWhole;

    /// <summary>How often the mappings of all processes were read.</summary>
    internal int Scans { get; private set; }

    private ProcessMaps Maps => _maps ??= Scan();

    /// <summary>The answer where the kernel has granted a lease.</summary>
    internal static SegmentUse ProvedFree { get; } = new(SegmentUse.Free, "nobody maps it or has it open for writing", []);

    /// <summary>Where this process looks from, as one sentence: namespaces, hidepid, rights.</summary>
    /// <returns>The sentence.</returns>
    public static string DescribeVantage() => Vantage.Here.Describe();

    /// <summary>Whether anybody uses a segment.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="SegmentException">The file cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SegmentUse Ask(string path)
    {
        using SegmentFile file = SegmentFile.OpenRead(path, _wait, _cancellation);
        return Ask(file);
    }

    /// <summary>The processes that map a file; where nothing has the name, those that map a deleted file that had it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Process ids in ascending order.</returns>
    /// <exception cref="SegmentException">The file cannot be opened, and nobody maps one that had its name; or
    /// <see cref="SegmentErrorId.NotSupportedOnPlatform"/> where the system is not Linux.</exception>
    public IReadOnlyList<int> ProcessesOf(string path) => ProcessesOf(path, out _);

    /// <summary>As the other one, and whether it was a deleted file's.</summary>
    internal IReadOnlyList<int> ProcessesOf(string path, out bool isDeleted)
    {
        RequireSupported();
        isDeleted = false;
        try
        {
            using SegmentFile file = SegmentFile.OpenRead(path, _wait, _cancellation);
            return Maps.Of(Maps.KeyOf(file));
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.SegmentNotFound && OlderProcessesOf(path) is { Count: > 0 } processes)
        {
            isDeleted = true;
            return processes;
        }
    }

    /// <summary>The processes that map an older file of that name, one that was deleted or replaced.</summary>
    /// <param name="path">The name.</param>
    /// <returns>Process ids; none where this system does not list them.</returns>
    public IReadOnlyList<int> OlderProcessesOf(string path)
    {
        var processes = new List<int>();
        foreach (DeletedFile file in FindDeleted(name => string.Equals(name, path, StringComparison.Ordinal)))
        {
            processes.AddRange(file.ProcessIds);
        }

        processes.Sort();
        return processes;
    }

    /// <summary>Whether anybody uses a file that is open for reading alone: with a writer of one's own, the answer would be that one.</summary>
    internal SegmentUse Ask(SegmentFile file)
    {
        if (!CanListProcesses)
        {
            return Unknown("on this system neither the kernel nor a list of processes says so");
        }

        LeaseAnswer answer = FileLease.TryTakeRead(file, out FileLease? lease);
        lease?.Dispose();
        return answer switch
        {
            LeaseAnswer.Granted => ProvedFree,
            LeaseAnswer.Refused => UsedBy(Maps.Of(Maps.KeyOf(file))),
            _ => Seen(file, answer, Maps.Of(Maps.KeyOf(file))),
        };
    }

    /// <summary>Whether anybody uses a file, without who, where the kernel answers: for a picture that is drawn again and again.</summary>
    internal SegmentUse AskWhether(SegmentFile file)
    {
        LeaseAnswer answer = FileLease.TryTakeRead(file, out FileLease? lease);
        lease?.Dispose();
        return answer switch
        {
            LeaseAnswer.Granted => ProvedFree,
            LeaseAnswer.Refused => new SegmentUse(SegmentUse.Used, "a process maps it or has it open for writing", []),
            _ => Ask(file),
        };
    }

    /// <summary>
    /// Whether anybody uses a file, right before something is destroyed on the answer's word. Where only /proc answers, the list is read anew if it is older than a
    /// second, and else who could have come since is looked at again.
    /// </summary>
    internal SegmentUse AskAgain(SegmentFile file)
    {
        if (_maps is null || !CanListProcesses)
        {
            return Ask(file);
        }

        LeaseAnswer answer = FileLease.TryTakeRead(file, out FileLease? lease);
        lease?.Dispose();
        if (answer == LeaseAnswer.Granted)
        {
            return ProvedFree;
        }

        if (_maps.Age > Fresh)
        {
            _maps = Scan();
        }

        FileKey key = _maps.KeyOf(file);
        IReadOnlyList<int> processes = _maps.Of(key) is { Count: > 0 } known ? known : _maps.LookAgain(key);
        return answer == LeaseAnswer.Refused ? UsedBy(processes) : Seen(file, answer, processes);
    }

    /// <summary>
    /// Whether anybody else uses a file that is open for writing here, where the kernel has refused a write lease: somebody has it open, who may only read.
    /// </summary>
    internal SegmentUse AskOfOthers(SegmentFile file)
    {
        if (!CanListProcesses)
        {
            return Ask(file);
        }

        var others = new List<int>(Maps.Of(Maps.KeyOf(file)));
        _ = others.Remove(System.Diagnostics.Process.GetCurrentProcess().Id);
        return others.Count > 0 ? UsedBy(others)
            : FileLease.IsTrustedOn(file) ? Unknown("another process has it open, and it may be for writing")
            : Seen(file, LeaseAnswer.NotTrusted, others);
    }

    /// <summary>Mapped files that lost a name in a folder, or in one some levels below it.</summary>
    internal IReadOnlyList<DeletedFile> FindDeletedIn(string folder, int depth)
    {
        string start = folder.Length > 1 ? folder.TrimEnd('/') + "/" : folder;
        return FindDeleted(name =>
        {
            if (!name.StartsWith(start, StringComparison.Ordinal))
            {
                return false;
            }

            long levels = 0;
            for (int i = start.Length; i < name.Length; i++)
            {
                levels += name[i] == '/' ? 1 : 0;
            }

            return levels <= depth;
        });
    }

    /// <summary>Mapped files that lost a name.</summary>
    internal IReadOnlyList<DeletedFile> FindDeletedNamed(string path) => FindDeleted(name => string.Equals(name, path, StringComparison.Ordinal));

    /// <summary>
    /// A name counts only where it is one of those that are seen from here: in this mount namespace, and of a file on the device that
    /// the name's folder is on. In another mount namespace the same name means another file.
    /// </summary>
    private List<DeletedFile> FindDeleted(Func<string, bool> isMeant)
    {
        var found = new List<DeletedFile>();
        var byKey = new Dictionary<FileKey, DeletedFile>();
        foreach (DeletedMapping mapping in CanListProcesses ? Maps.Deleted : [])
        {
            if (byKey.TryGetValue(mapping.File, out DeletedFile? known))
            {
                known.Add(mapping);
            }
            else if (isMeant(mapping.Name) && Maps.IsInOurMountNamespace(mapping.ProcessId) && IsOnDeviceOfFolder(mapping) && !HasName(mapping))
            {
                byKey.Add(mapping.File, known = new DeletedFile(mapping.Name));
                known.Add(mapping);
                found.Add(known);
            }
        }

        return found;
    }

    private static bool IsOnDeviceOfFolder(DeletedMapping mapping)
    {
        string? folder = Path.GetDirectoryName(mapping.Name);
        return folder is { Length: > 0 } && TryPeek(folder) is FileStatus status && status.Identity.Volume == mapping.File.Device;
    }

    /// <summary>Whether a file has just the name that else is a deleted file's.</summary>
    private static bool HasName(DeletedMapping mapping) =>
        TryPeek(mapping.Name + " (deleted)") is FileStatus status && status.Identity.File == mapping.File.Inode;

    private static FileStatus? TryPeek(string path)
    {
        try
        {
            return SegmentFile.Peek(path);
        }
        catch (SegmentException)
        {
            return null;
        }
    }

    private ProcessMaps Scan()
    {
        Scans++;
        return ProcessMaps.Read(_vantage, _cancellation);
    }

    private static void RequireSupported()
    {
        if (!CanListProcesses)
        {
            throw SegmentErrors.NotSupported("Only Linux lists the processes that map a file.");
        }
    }


    private static SegmentUse Unknown(string why) =>
        new(SegmentUse.Unknown, "whether a process uses it cannot be found out: " + why, []);

    private SegmentUse UsedBy(IReadOnlyList<int> processes) => new(
        SegmentUse.Used,
        processes.Count > 0 ? SegmentUse.Describe(processes)
            : Maps.WhyIncomplete is null ? "a process has it open for writing"
            : "a process that cannot be seen from here maps it, or has it open for writing",
        processes);

    private SegmentUse Seen(SegmentFile file, LeaseAnswer answer, IReadOnlyList<int> processes) =>
        processes.Count > 0 ? UsedBy(processes)
        : Maps.WhyIncomplete is string why ? Unknown(FileLease.WhyNoAnswer(file, answer) + ", and " + why)
        : new SegmentUse(SegmentUse.Free, "no process maps it", []);
}
