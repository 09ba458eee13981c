using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Finds out who uses segments. It first asks the kernel for a lease, which takes microseconds, covers every namespace, and answers whether anybody does. It
/// reads /proc only if the kernel gives no answer, or to find out who, and only once per instance; use one instance for one call on many files.
/// </summary>
public sealed class SegmentUsers
{
    /// <summary>The maximum age of a mapping list that may justify destroying something.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Vantage _vantage;
    private readonly CancellationToken _cancellation;
    private readonly OpenWait _wait;
    private ProcessMaps? _maps;

    /// <summary>Creates an instance for one call on many files.</summary>
    /// <param name="cancellation">The token to monitor for cancellation while the mappings of many processes are read.</param>
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

    /// <summary>Gets a value indicating whether this operating system lists the processes that map a file.</summary>
    public static bool CanListProcesses => ProcessMaps.IsSupported;

    /// <summary>
    /// Gets the reason why processes may be missing from lists, as part of a sentence; <see langword="null"/> if no host or guest can be missing.
    /// </summary>
    public string? WhyIncomplete => CanListProcesses && _vantage.IsViewWhole && Maps.IsOnlyInitUnreadable ? null
        : CanListProcesses ? Maps.WhyIncomplete
        : _vantage.WhyViewIsNotWhole;

    /// <summary>The number of times the mappings of all processes were read.</summary>
    internal int Scans { get; private set; }

    private ProcessMaps Maps => _maps ??= Scan();

    /// <summary>The answer if the kernel has granted a lease.</summary>
    internal static SegmentUse ProvedFree { get; } = new(SegmentUse.Free, "nobody maps it or has it open for writing", []);

    /// <summary>Describes the vantage point of this process in a sentence: namespaces, hidepid and privileges.</summary>
    /// <returns>The sentence.</returns>
    public static string DescribeVantage() => Vantage.Here.Describe();

    /// <summary>Determines whether anybody uses a segment.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="SegmentException">The file cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SegmentUse Ask(string path)
    {
        using SegmentFile file = SegmentFile.OpenRead(path, _wait, _cancellation);
        return Ask(file);
    }

    /// <summary>Returns the processes that map a file. If the file does not exist, returns those that map a deleted file of that name.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The process ids, in ascending order.</returns>
    /// <exception cref="SegmentException">The file cannot be opened, and nobody maps a file that had its name; or
    /// <see cref="SegmentErrorId.NotSupportedOnPlatform"/>: the operating system is not Linux.</exception>
    public IReadOnlyList<int> ProcessesOf(string path) => ProcessesOf(path, out _);

    /// <summary>The same as the other overload, and reports whether the file is a deleted one.</summary>
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

    /// <summary>Returns the processes that map an older file of that name, one that was deleted or replaced.</summary>
    /// <param name="path">The name.</param>
    /// <returns>The process ids; empty if this operating system does not list them.</returns>
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

    /// <summary>Determines whether anybody uses a file. The file must be open for reading only: our own writable descriptor would count as a user.</summary>
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

    /// <summary>Determines whether anybody uses a file, without finding out who if the kernel answers. For displays that are redrawn often.</summary>
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
    /// Determines whether anybody uses a file, right before something is destroyed because of the answer. If only /proc answers, the list is read anew if it
    /// is older than a second; otherwise only processes that could have arrived since are checked again.
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
    /// Determines whether anybody else uses a file that is open for writing here, after the kernel refused a write lease: somebody has the file open, but may
    /// only be reading it.
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

    /// <summary>Returns mapped files that lost their name in a folder, or in its subfolders down to a depth.</summary>
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

    /// <summary>Returns mapped files that lost the given name.</summary>
    internal IReadOnlyList<DeletedFile> FindDeletedNamed(string path) => FindDeleted(name => string.Equals(name, path, StringComparison.Ordinal));

    /// <summary>
    /// Finds deleted files by name. A name counts only if it is valid here: in this mount namespace, and on the device of its folder. In another mount
    /// namespace the same name means another file.
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

    /// <summary>Whether an existing file has the name that a mapping list shows for a deleted file.</summary>
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
