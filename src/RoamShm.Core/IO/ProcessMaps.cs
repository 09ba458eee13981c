using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Which processes map which files, read once from /proc on Linux. Files are identified by device and inode, so other names of a file and bind mounts count.
/// If the main thread of a process has ended, the mapping list of the process is empty, and those of its other threads are read.
/// </summary>
internal sealed class ProcessMaps
{
    private readonly Vantage _vantage;
    private readonly ProcFile _file = new();
    private readonly Dictionary<FileKey, List<int>> _byFile = [];
    private readonly Dictionary<ulong, HashSet<int>> _sharersByDevice = [];
    private readonly HashSet<int> _processes = [];
    private readonly List<DeletedMapping> _deleted = [];
    private readonly Dictionary<int, bool> _isInOurMountNamespace = [];
    private readonly Stopwatch _sinceRead = Stopwatch.StartNew();

    // Whether stat shows the same device as the mapping lists; some file systems show another one.
    private readonly Dictionary<ulong, bool> _isDevicePlain = [];

    private bool _isInitUnreadable;

    /// <summary>Whether this operating system lists which processes map a file.</summary>
    internal static bool IsSupported => LibC.IsLinux;

    private ProcessMaps(Vantage vantage) => _vantage = vantage;

    /// <summary>The number of processes whose mappings may not be read: those of other users.</summary>
    internal int UnreadableProcesses { get; private set; }

    /// <summary>
    /// Whether process 1 is the only unreadable one, although we are root: the init process of a sandbox, which is never a host or guest. This is still not
    /// proof.
    /// </summary>
    internal bool IsOnlyInitUnreadable => UnreadableProcesses == 1 && _isInitUnreadable;

    /// <summary>The time since the mappings were read.</summary>
    internal TimeSpan Age => _sinceRead.Elapsed;

    /// <summary>Why processes may be missing, as part of a sentence; <see langword="null"/> if none can be.</summary>
    internal string? WhyIncomplete => _vantage.WhyViewIsNotWhole
        ?? (UnreadableProcesses == 0 ? null
            : FormattableString.Invariant($"the mappings of {UnreadableProcesses} {(UnreadableProcesses == 1 ? "process" : "processes")} of other users cannot be read"));

    /// <summary>The deleted files that are mapped, of any former name, with one entry for each process.</summary>
    internal IReadOnlyList<DeletedMapping> Deleted => _deleted;

    /// <summary>Reads the mappings of all processes.</summary>
    internal static ProcessMaps Read(Vantage vantage, CancellationToken cancellation)
    {
        var maps = new ProcessMaps(vantage);
        foreach (int processId in maps.List())
        {
            cancellation.ThrowIfCancellationRequested();
            _ = maps._processes.Add(processId);
            maps.ReadProcess(processId);
        }

        return maps;
    }

    /// <summary>Returns the processes that map a file, in the order of the process list, which is usually ascending.</summary>
    internal IReadOnlyList<int> Of(FileKey key) => _byFile.TryGetValue(key, out List<int>? processes) ? processes : [];

    /// <summary>Checks again who maps a file: the processes that mapped it, those that map files on its file system, and new ones.</summary>
    internal IReadOnlyList<int> LookAgain(FileKey key)
    {
        var again = new ProcessMaps(_vantage);
        foreach (int processId in List())
        {
            if (!_processes.Contains(processId) || (_sharersByDevice.TryGetValue(key.Device, out HashSet<int>? sharers) && sharers.Contains(processId)))
            {
                again.ReadProcess(processId);
            }
        }

        return again.Of(key);
    }

    /// <summary>Determines whether a process is in our mount namespace, so that its name for a deleted file means the same here.</summary>
    internal bool IsInOurMountNamespace(int processId)
    {
        if (!_isInOurMountNamespace.TryGetValue(processId, out bool isInOurs))
        {
            ulong theirs = _vantage.FindNamespace(processId.ToString(CultureInfo.InvariantCulture), "mnt");
            isInOurs = theirs != 0 && theirs == _vantage.MountNamespace;
            _isInOurMountNamespace.Add(processId, isInOurs);
        }

        return isInOurs;
    }

    /// <summary>Returns the device and inode that identify the file in mapping lists.</summary>
    internal FileKey KeyOf(SegmentFile file)
    {
        FileIdentity identity = file.Status.Identity;
        var plain = new FileKey(identity.Volume, identity.File);
        if (_isDevicePlain.TryGetValue(identity.Volume, out bool isPlain) && isPlain)
        {
            return plain;
        }

        // Found by creating a mapping of our own, which is gone before anybody else is asked.
        FileKey? shown = null;
        ((UnixSegmentFile)file).WithMarkedMapping(address => shown = FindOwn((ulong)address.ToInt64()));
        _isDevicePlain[identity.Volume] = shown is null || shown.Value.Equals(plain);
        return shown ?? plain;
    }

    private IEnumerable<int> List()
    {
        foreach (string folder in Folder.ListFolders(_vantage.Proc))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int processId))
            {
                yield return processId;
            }
        }
    }

    private void ReadProcess(int processId)
    {
        string folder = FormattableString.Invariant($"{_vantage.Proc}/{processId}");
        switch (_file.Read(folder + "/maps"))
        {
            case 0 when _file.Count > 0:
                Add(processId);
                break;
            case 0 or LibC.ESRCH:
                // A kernel thread, a process that has ended, or one whose main thread has ended while others live on.
                ReadThreads(processId, folder + "/task");
                break;
            case LibC.ENOENT:
                break;
            default:
                UnreadableProcesses++;
                _isInitUnreadable |= processId == 1 && _vantage.CanTraceAll;
                break;
        }
    }

    private void ReadThreads(int processId, string folder)
    {
        try
        {
            foreach (string thread in Directory.EnumerateDirectories(folder))
            {
                int error = _file.Read(thread + "/maps");
                if (error == 0 && _file.Count > 0)
                {
                    // All threads of a process share one list.
                    Add(processId);
                    return;
                }

                if (error is not (0 or LibC.ESRCH or LibC.ENOENT))
                {
                    UnreadableProcesses++;
                    return;
                }
            }
        }
        catch (UnauthorizedAccessException)
        {
            UnreadableProcesses++;
        }
        catch (IOException e) when (e is DirectoryNotFoundException || e.HResult == LibC.ESRCH)
        {
            // The process has ended, so it maps nothing.
        }
        catch (IOException)
        {
            UnreadableProcesses++;
        }
    }

    /// <summary>Adds the lines read: <c>start-end permissions offset major:minor inode   name</c>.</summary>
    private void Add(int processId)
    {
        var lines = new MapLines(_file.Bytes, _file.Count);
        while (lines.MoveNext())
        {
            // A mapping without access is how KeyOf, in another thread or process, looks up its file. It does not count as use.
            if (lines.Inode == 0 || lines.IsUntouchable)
            {
                continue;
            }

            Add(_byFile, lines.File, processId);
            if (lines.IsShared)
            {
                if (!_sharersByDevice.TryGetValue(lines.File.Device, out HashSet<int>? sharers))
                {
                    _sharersByDevice.Add(lines.File.Device, sharers = []);
                }

                _ = sharers.Add(processId);
                if (lines.DeletedName is string name)
                {
                    AddDeleted(processId, name, lines);
                }
            }
        }
    }

    private void AddDeleted(int processId, string name, MapLines line)
    {
        DeletedMapping? mapping = null;
        for (int i = _deleted.Count - 1; i >= 0 && mapping is null && _deleted[i].ProcessId == processId; i--)
        {
            mapping = _deleted[i].File.Equals(line.File) ? _deleted[i] : null;
        }

        if (mapping is null)
        {
            _deleted.Add(mapping = new DeletedMapping(line.File, processId, name));
        }

        mapping.Bytes += line.End - line.Start;
        if (line.Offset == 0 && mapping.First is null)
        {
            mapping.First = FormattableString.Invariant($"{line.Start:x}-{line.End:x}");
            mapping.FirstAddress = line.Start;
            mapping.FirstLength = line.End - line.Start;
        }
    }

    private static void Add(Dictionary<FileKey, List<int>> index, FileKey key, int processId)
    {
        if (!index.TryGetValue(key, out List<int>? processes))
        {
            index.Add(key, processes = []);
        }

        if (processes.Count == 0 || processes[processes.Count - 1] != processId)
        {
            processes.Add(processId);
        }
    }

    private static FileKey? FindOwn(ulong address)
    {
        var file = new ProcFile();
        if (file.Read("/proc/self/maps") != 0)
        {
            return null;
        }

        var lines = new MapLines(file.Bytes, file.Count);
        while (lines.MoveNext())
        {
            if (lines.Start == address)
            {
                return lines.File;
            }
        }

        return null;
    }
}
