using System;
using System.Collections.Generic;
using System.Globalization;

namespace RoamShm;

/// <summary>
/// The vantage point of this process: its namespaces, what /proc hides from it, and which of root's privileges it really has. Being user 0 answers none of
/// that, because root of a user namespace is user 0 too. Determined once.
/// </summary>
internal sealed class Vantage
{
    // The kernel's fixed numbers for the initial namespaces.
    private const ulong InitialUserNamespace = 0xEFFFFFFD;
    private const ulong InitialPidNamespace = 0xEFFFFFFC;
    private const ulong InitialTimeNamespace = 0xEFFFFFFA;

    private const int CapDacReadSearch = 2;
    private const int CapSysPtrace = 19;
    private const int CapLease = 28;

    private static readonly Lazy<Vantage> Found = new(() => new Vantage("/proc"));

    private readonly ulong _capabilities;

    /// <summary>Determines the vantage point from /proc, or from a folder made to look like it.</summary>
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

    /// <summary>The vantage point of this process.</summary>
    internal static Vantage Here => Found.Value;

    /// <summary>The folder used, normally /proc.</summary>
    internal string Proc { get; }

    /// <summary>The number of the mount namespace; 0 if unknown.</summary>
    internal ulong MountNamespace { get; }

    /// <summary>
    /// Whether processes of every PID namespace are visible. A /proc in which a process of the initial namespace finds itself shows them all.
    /// </summary>
    internal bool IsInitialPidNamespace => PidNamespace == InitialPidNamespace;

    /// <summary>Whether root's privileges, if this process has any, apply to the whole system and not only to a user namespace.</summary>
    internal bool IsInitialUserNamespace => UserNamespace == InitialUserNamespace;

    /// <summary>Whether the monotonic clock of this process is the system's. A kernel without time namespaces has only one.</summary>
    internal bool IsInitialTimeNamespace => TimeNamespace is InitialTimeNamespace or 0;

    /// <summary>How far the monotonic clock of this process is ahead of the system's, in nanoseconds; <see langword="null"/> if unknown.</summary>
    internal long? MonotonicOffset { get; }

    /// <summary>Whether /proc hides other users' processes from this process, or denies access to them.</summary>
    internal bool AreProcessesHidden => Hidepid is not null && !CanTraceAll;

    /// <summary>Whether /proc shows this process every process on the system. Each must still be readable.</summary>
    internal bool IsViewWhole => LibC.IsLinux && IsInitialPidNamespace && !AreProcessesHidden;

    /// <summary>Whether the mappings of all users' processes may be read.</summary>
    internal bool CanTraceAll => Has(CapSysPtrace);

    private ulong UserNamespace { get; }

    private ulong PidNamespace { get; }

    private ulong TimeNamespace { get; }

    /// <summary>The value of the hidepid option of /proc, if it hides anything.</summary>
    private string? Hidepid { get; }

    /// <summary>Why processes may be missing from /proc, as part of a sentence; <see langword="null"/> if none can be.</summary>
    internal string? WhyViewIsNotWhole =>
        !LibC.IsLinux ? "only Linux lists who maps a file"
        : !IsInitialPidNamespace ? "processes outside this PID namespace cannot be seen"
        : AreProcessesHidden ? "other users' processes are hidden (hidepid)"
        : null;

    /// <summary>Describes the vantage point in a sentence, to explain an answer.</summary>
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

    /// <summary>Returns the number of a namespace of a process; 0 if unknown.</summary>
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

    /// <summary>Whether this process has a privilege over the whole system.</summary>
    private bool Has(int capability) => IsInitialUserNamespace && ((_capabilities >> capability) & 1) != 0;

    /// <summary>Returns the hidepid value of the visible /proc, the last one mounted there; <see langword="null"/> if nothing is hidden.</summary>
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
    /// Reads /proc/self/timens_offsets, which has the offsets of the namespace of future children. They apply to this process only if its own namespace is the
    /// same.
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
