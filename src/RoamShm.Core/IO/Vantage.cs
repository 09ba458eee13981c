using System;
using System.Collections.Generic;
using System.Globalization;

namespace RoamShm;

/// <summary>
/// Where this process stands: which namespaces it is in, what /proc hides from it, and which of root's rights it really has. Being user 0 says none of that: the
/// root of a user namespace is user 0 too. Found out once.
/// </summary>
internal sealed class Vantage
{
    // The kernel's own numbers of the namespaces that exist from the start.
    private const ulong InitialUserNamespace = 0xEFFFFFFD;
    private const ulong InitialPidNamespace = 0xEFFFFFFC;
    private const ulong InitialTimeNamespace = 0xEFFFFFFA;

    private const int CapDacReadSearch = 2;
    private const int CapSysPtrace = 19;
    private const int CapLease = 28;

    private static readonly Lazy<Vantage> Found = new(() => new Vantage("/proc"));

    private readonly ulong _capabilities;

    /// <summary>Looks from a folder that is, or is made like, /proc.</summary>
    internal Vantage(string proc)
    {
        Proc = proc;
        if (!LibC.IsLinux)
        {
            return;
        }

        var file = new ProcFile();
        UserNamespace = FindNamespace("self", "user");
        PidNamespace = FindNamespace("self", "pid");
        MountNamespace = FindNamespace("self", "mnt");
        TimeNamespace = FindNamespace("self", "time");
        _capabilities = ProcFile.ParseHex(ProcFile.FindField(file.ReadText(proc + "/self/status"), "CapEff")) ?? 0;
        Hidepid = FindHidepid(file.ReadText(proc + "/self/mountinfo"));
        MonotonicOffset = FindMonotonicOffset(file);
    }

    /// <summary>Where this process stands.</summary>
    internal static Vantage Here => Found.Value;

    /// <summary>The folder that is looked from, /proc.</summary>
    internal string Proc { get; }

    /// <summary>The number of the mount namespace; 0 where it cannot be found out.</summary>
    internal ulong MountNamespace { get; }

    /// <summary>Whether processes of every PID namespace are seen. A /proc in which a process of the first namespace finds itself shows all of them.</summary>
    internal bool IsInitialPidNamespace => PidNamespace == InitialPidNamespace;

    /// <summary>Whether the rights of root, where this process has some, are those over the system and not over a user namespace.</summary>
    internal bool IsInitialUserNamespace => UserNamespace == InitialUserNamespace;

    /// <summary>Whether the monotonic clock of this process is the system's. A kernel without time namespaces has one clock.</summary>
    internal bool IsInitialTimeNamespace => TimeNamespace is InitialTimeNamespace or 0;

    /// <summary>How far the monotonic clock of this process is ahead of the system's, in nanoseconds; null where that cannot be found out.</summary>
    internal long? MonotonicOffset { get; }

    /// <summary>Whether /proc hides, or does not let be read, other users' processes from this process.</summary>
    internal bool AreProcessesHidden => Hidepid is not null && !CanTraceAll;

    /// <summary>Whether nothing about this process keeps /proc from showing every process on the system. Each still has to be readable.</summary>
    internal bool IsViewWhole => LibC.IsLinux && IsInitialPidNamespace && !AreProcessesHidden;

    /// <summary>Whether the mappings of all users' processes may be read.</summary>
    internal bool CanTraceAll => Has(CapSysPtrace);

    private ulong UserNamespace { get; }

    private ulong PidNamespace { get; }

    private ulong TimeNamespace { get; }

    /// <summary>The value of the option hidepid of /proc, where it hides anything.</summary>
    private string? Hidepid { get; }

    /// <summary>Why processes may be missing from /proc, as part of a sentence; null where none can be.</summary>
    internal string? WhyViewIsNotWhole =>
        !LibC.IsLinux ? "only Linux lists who maps a file"
        : !IsInitialPidNamespace ? "processes outside this PID namespace cannot be seen"
        : AreProcessesHidden ? "other users' processes are hidden (hidepid)"
        : null;

    /// <summary>All of it as one sentence, for who wants to know why an answer is what it is.</summary>
    internal string Describe()
    {
        if (!LibC.IsLinux)
        {
            return "Vantage point: not Linux; who uses a segment cannot be found out.";
        }

        var rights = new List<string>();
        AddRight(rights, CapLease, "CAP_LEASE");
        AddRight(rights, CapSysPtrace, "CAP_SYS_PTRACE");
        AddRight(rights, CapDacReadSearch, "CAP_DAC_READ_SEARCH");
        string clock = IsInitialTimeNamespace ? "initial"
            : MonotonicOffset is long offset ? string.Format(CultureInfo.InvariantCulture, "another, its clock {0:0.###} s ahead", offset / 1e9)
            : "another, its offset unknown";
        return FormattableString.Invariant($"Vantage point: PID namespace {Name(IsInitialPidNamespace)}, user namespace {Name(IsInitialUserNamespace)}, time namespace {clock}, mount namespace {MountNamespace}; ")
            + FormattableString.Invariant($"hidepid {(Hidepid is null ? "off" : AreProcessesHidden ? Hidepid + ", which applies here" : Hidepid + ", which does not apply here")}; ")
            + FormattableString.Invariant($"rights over the whole system: {(rights.Count == 0 ? "none" : string.Join(", ", rights))}.");
    }

    /// <summary>The number of a process's namespace; 0 where it cannot be found out.</summary>
    internal ulong FindNamespace(string process, string kind) =>
        LibC.IsLinux && UnixStat.TryOfName(UnixSegmentFile.Encode(Proc + "/" + process + "/ns/" + kind), out FileStatus status) ? status.Identity.File : 0;

    private static string Name(bool isInitial) => isInitial ? "initial" : "another";

    private void AddRight(List<string> rights, int capability, string name)
    {
        if (Has(capability))
        {
            rights.Add(name);
        }
    }

    /// <summary>Whether this process has a right over the whole system.</summary>
    private bool Has(int capability) => IsInitialUserNamespace && ((_capabilities >> capability) & 1) != 0;

    /// <summary>The value of hidepid of the /proc that is seen, the last that was mounted there; null where nothing is hidden.</summary>
    private static string? FindHidepid(string? mountInfo)
    {
        if (mountInfo is null)
        {
            return "unknown";
        }

        string? found = null;
        foreach (string line in mountInfo.Split('\n'))
        {
            string[] fields = line.Split(' ');
            if (fields.Length < 10 || fields[4] != "/proc")
            {
                continue;
            }

            found = null;
            foreach (string option in fields[fields.Length - 1].Split(','))
            {
                const string prefix = "hidepid=";
                if (option.StartsWith(prefix, StringComparison.Ordinal) && option.Substring(prefix.Length) is not ("0" or "off"))
                {
                    found = option.Substring(prefix.Length);
                }
            }
        }

        return found;
    }

    /// <summary>
    /// /proc/self/timens_offsets has the offsets of the namespace that children will be in. They are this process's own where that is the
    /// same one.
    /// </summary>
    private long? FindMonotonicOffset(ProcFile file)
    {
        if (IsInitialTimeNamespace)
        {
            return 0;
        }

        if (FindNamespace("self", "time_for_children") != TimeNamespace)
        {
            return null;
        }

        foreach (string line in (file.ReadText(Proc + "/self/timens_offsets") ?? string.Empty).Split('\n'))
        {
            string[] fields = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 3 && fields[0] is "monotonic" or "1"
                && long.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
                && long.TryParse(fields[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long nanoseconds)
                && Math.Abs(seconds) < long.MaxValue / 2_000_000_000)
            {
                return (seconds * 1_000_000_000) + nanoseconds;
            }
        }

        return null;
    }
}
