using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace RoamShm;

/// <summary>
/// Which processes map which files, from /proc on Linux, read once. By device and inode, so that other names of a file and bind mounts count. Processes in
/// PID namespaces that this one does not see are not in it.
/// </summary>
internal sealed class SegmentMappings
{
    private readonly Dictionary<(ulong Device, ulong Inode), List<int>> _byFile = [];
    private readonly Dictionary<string, List<int>> _byDeletedName = new(StringComparer.Ordinal);

    // Whether the device that stat tells is the one in the lists of mappings; some file systems show another there.
    private readonly Dictionary<ulong, bool> _isDevicePlain = [];

    private SegmentMappings()
    {
    }

    /// <summary>Whether this system can tell who maps a file.</summary>
    internal static bool IsSupported => LibC.IsLinux;

    /// <summary>Number of processes whose mappings may not be read, those of other users.</summary>
    internal int UnreadableProcesses { get; private set; }

    /// <summary>Whether /proc hides other users' processes altogether (hidepid).</summary>
    internal bool AreProcessesHidden { get; private set; }

    /// <summary>Whether there may be processes that are not in it.</summary>
    internal bool IsIncomplete => UnreadableProcesses > 0 || AreProcessesHidden;

    /// <summary>Why the answer is incomplete, as part of a sentence.</summary>
    internal string Incompleteness => UnreadableProcesses > 0
        ? FormattableString.Invariant($"the mappings of {UnreadableProcesses} {(UnreadableProcesses == 1 ? "process" : "processes")} of other users cannot be read")
        : "other users' processes are hidden (hidepid)";

    /// <summary>Reads the mappings of all processes.</summary>
    /// <returns>The mappings now.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.NotSupportedOnPlatform"/> where the system is not Linux.</exception>
    internal static SegmentMappings Read()
    {
        if (!IsSupported)
        {
            throw SegmentErrors.NotSupported("Which processes map a file can be told on Linux only.");
        }

        var mappings = new SegmentMappings { AreProcessesHidden = IsHidepidOn() };
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int processId))
            {
                mappings.ReadProcess(processId);
            }
        }

        return mappings;
    }

    /// <summary>The processes that map a file; where nothing has the name, those that map the deleted file that had it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Process ids in ascending order.</returns>
    /// <exception cref="SegmentException">The file cannot be opened, and nobody maps one of that name.</exception>
    internal IReadOnlyList<int> Of(string path)
    {
        try
        {
            using SegmentFile file = SegmentFile.OpenRead(path);
            return Of(file);
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.SegmentNotFound && _byDeletedName.TryGetValue(path, out List<int>? processes))
        {
            return processes;
        }
    }

    internal IReadOnlyList<int> Of(SegmentFile file) =>
        _byFile.TryGetValue(KeyOf(file), out List<int>? processes) ? processes : [];

    /// <summary>Processes other than this one.</summary>
    internal static List<int> Others(IReadOnlyList<int> processes)
    {
        var others = new List<int>(processes);
        _ = others.Remove(System.Diagnostics.Process.GetCurrentProcess().Id);
        return others;
    }

    /// <summary>Process ids as part of a sentence.</summary>
    internal static string Describe(IReadOnlyList<int> processes) =>
        (processes.Count == 1 ? "process " : "processes ") + string.Join(", ", processes) + (processes.Count == 1 ? " maps it" : " map it");

    private static bool IsHidepidOn()
    {
        if (LibC.GetEUid() == 0)
        {
            return false;
        }

        try
        {
            foreach (string line in File.ReadAllLines("/proc/self/mountinfo"))
            {
                string[] fields = line.Split(' ');
                if (fields.Length > 4 && fields[4] == "/proc" && line.Contains("hidepid=") && !line.Contains("hidepid=0") && !line.Contains("hidepid=off"))
                {
                    return true;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }

        return false;
    }

    private void ReadProcess(int processId)
    {
        string? name;
        try
        {
            // Kept as bytes of one character each: a mapping's name need not be valid text.
            using var reader = new StreamReader(FormattableString.Invariant($"/proc/{processId}/maps"), Encoding.GetEncoding(28591));
            while ((name = reader.ReadLine()) is not null)
            {
                Add(processId, name);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // Root is refused only by what has more rights than itself, as the init process of a container or sandbox has. A host
            // that is itself process 1 has the rights of whoever enters its container, and can be read.
            bool isInitOfRoot = processId == 1 && LibC.GetEUid() == 0;
            UnreadableProcesses += isInitOfRoot ? 0 : 1;
        }
        catch (IOException)
        {
            // The process has ended; it maps nothing.
        }
    }

    /// <summary>A line is <c>start-end permissions offset major:minor inode   name</c>.</summary>
    private void Add(int processId, string line)
    {
        if (!TryParse(line, out (ulong Device, ulong Inode) key, out int nameStart))
        {
            return;
        }

        // A mapping that nobody can touch is how KeyOf of another thread or process looks up its file: it uses nothing.
        const string untouchable = "---s";
        if (string.CompareOrdinal(line, IndexOfField(line, 1), untouchable, 0, untouchable.Length) == 0)
        {
            return;
        }

        Add(_byFile, key, processId);
        const string deleted = " (deleted)";
        if (line.EndsWith(deleted, StringComparison.Ordinal) && nameStart < line.Length - deleted.Length)
        {
            byte[] bytes = Encoding.GetEncoding(28591).GetBytes(line.Substring(nameStart, line.Length - deleted.Length - nameStart));
            Add(_byDeletedName, Encoding.UTF8.GetString(bytes), processId);
        }
    }

    private static void Add<TKey>(Dictionary<TKey, List<int>> index, TKey key, int processId)
        where TKey : notnull
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

    private static bool TryParse(string line, out (ulong Device, ulong Inode) key, out int nameStart)
    {
        key = default;
        nameStart = line.Length;
        int device = IndexOfField(line, 3);
        int inode = IndexOfField(line, 4);
        if (device < 0 || inode < 0)
        {
            return false;
        }

        int colon = line.IndexOf(':', device);
        int inodeEnd = line.IndexOf(' ', inode);
        inodeEnd = inodeEnd < 0 ? line.Length : inodeEnd;
        if (colon < 0 || !ulong.TryParse(line.Substring(inode, inodeEnd - inode), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inodeNumber) || inodeNumber == 0
            || !uint.TryParse(line.Substring(device, colon - device), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint major)
            || !uint.TryParse(line.Substring(colon + 1, inode - colon - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint minor))
        {
            return false;
        }

        key = (((ulong)major << 32) | minor, inodeNumber);
        for (nameStart = inodeEnd; nameStart < line.Length && line[nameStart] == ' ';)
        {
            nameStart++;
        }

        return true;
    }

    private static int IndexOfField(string line, int field)
    {
        int at = 0;
        for (int i = 0; i < field && at >= 0; i++)
        {
            at = line.IndexOf(' ', at);
            at = at < 0 ? at : at + 1;
        }

        return at;
    }

    /// <summary>The device and inode under which the lists of mappings have a file.</summary>
    private (ulong Device, ulong Inode) KeyOf(SegmentFile file)
    {
        FileIdentity identity = file.Status.Identity;
        (ulong Device, ulong Inode) plain = (identity.Volume, identity.File);
        if (_isDevicePlain.TryGetValue(identity.Volume, out bool isPlain) && isPlain)
        {
            return plain;
        }

        // Found out from a mapping of our own, which is gone before anybody is asked.
        (ulong Device, ulong Inode)? shown = null;
        ((UnixSegmentFile)file).WithMarkedMapping(address => shown = FindOwn(address));
        _isDevicePlain[identity.Volume] = shown is null || shown == plain;
        return shown ?? plain;
    }

    private static (ulong Device, ulong Inode)? FindOwn(IntPtr address)
    {
        string start = address.ToInt64().ToString("x", CultureInfo.InvariantCulture) + "-";
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            if (line.TrimStart('0').StartsWith(start, StringComparison.Ordinal) && TryParse(line, out (ulong Device, ulong Inode) key, out _))
            {
                return key;
            }
        }

        return null;
    }
}
