using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>The scripts in examples/runbooks, each in the embedded shell, with other processes as hosts and guests.</summary>
public sealed class RunbookTests : IDisposable
{
    private const int HostGoodbye = 64;
    private const int PeerTable = 128;
    private const int PeerEntry = 64;
    private const uint Empty = 0;
    private const uint Attached = 1;
    private const string PeerInGoodbye = "2";
    private const string LongAgo = "10000";
    private static readonly TimeSpan UpperBound = TimeSpan.FromMinutes(2);
    private static readonly string Program = Prompt.Shell;
    private static readonly Lazy<string?> WhyNot = new(FindWhyNot);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Hub_that_everybody_leaves_is_removed()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using var host = new Agent();
        using var guest = new Agent();
        _ = host.Do("map", path);
        Assert.Equal("1", guest.Do("attach", path));
        _ = guest.Do("beat", path);
        using Running runbook = Start("Remove-RoamHub", path, "-Timeout", "100s");
        WaitUntil(() => host.Do("mapped-goodbye", path) != "0");
        _ = guest.Do("state", path, PeerInGoodbye);
        guest.Kill();

        // Drained; while the host maps the file, the runbook waits. The pause only gives one that does not a chance to show it.
        WaitUntil(() => runbook.HasWritten($"== {path}{Environment.NewLine}"));
        Thread.Sleep(500);
        Assert.True(File.Exists(path));
        host.Kill();
        Result result = runbook.End();
        Assert.Equal(string.Empty, result.ExitCode == 0 ? string.Empty : result.Everything);
        Assert.Contains("Removed.", result.Output, StringComparison.Ordinal);
        Assert.Contains(Digits(guest.Id), result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Hub_that_its_host_removes_is_as_good()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using var host = new Agent();
        _ = host.Do("map", path);
        using Running runbook = Start("Remove-RoamHub", path, "-Timeout", "100s");
        WaitUntil(() => host.Do("mapped-goodbye", path) != "0");
        File.Delete(path);
        Result result = runbook.End();
        Assert.Equal(string.Empty, result.ExitCode == 0 ? string.Empty : result.Everything);
    }

    [Fact]
    public void Hub_that_is_started_again_meanwhile_is_not_touched_and_needs_a_human()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using var host = new Agent();
        _ = host.Do("map", path);
        Assert.Equal("1", host.Do("attach", path));
        using Running runbook = Start("Remove-RoamHub", path, "-Timeout", "100s");
        WaitUntil(() => host.Do("mapped-goodbye", path) != "0");
        _ = host.Do("replace", path);
        Result result = runbook.End();
        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("A new segment has the name", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        Assert.Equal(0U, ReadUInt32(path, HostGoodbye));
    }

    [Fact]
    public void Hub_with_a_guest_that_stays_is_kept_and_the_guest_is_named()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        string other = Make("other.seg");
        using var guest = new Agent();
        Assert.Equal("1", guest.Do("attach", path));
        _ = guest.Do("beat", path);
        Result result = Run("Remove-RoamHub", _folder["*.seg"], "-Timeout", "1s");
        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("DrainTimeout: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("SegmentInUse: ", result.Output, StringComparison.Ordinal);
        string left = result.Output[result.Output.IndexOf("Who is left:", StringComparison.Ordinal)..];
        Assert.Matches(@"(?m)^ +1 Attached ", left);
        Assert.Matches($@"(?m)^ *{guest.Id} ", left);
        Assert.Contains("Needs a human: 1 of 2.", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        Assert.Equal(1U, ReadUInt32(path, HostGoodbye));
        Assert.Equal(Attached, PeerState(path, 1));
        Assert.False(File.Exists(other));
    }

    [Fact]
    public void Hub_that_nobody_maps_is_removed_without_waiting_for_its_dead_guests()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using var guest = new Agent();
        _ = guest.Do("attach", path);
        _ = guest.Do("beat", path, LongAgo);
        guest.Kill();
        Result preview = Run("Remove-RoamHub", path, "-WhatIf");
        Assert.True(preview.ExitCode == 0, preview.Everything);
        Assert.Contains("What if: ", preview.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ +1 Attached Stale ", preview.Output);
        Assert.True(File.Exists(path));
        Assert.Equal(0U, ReadUInt32(path, HostGoodbye));
        Result result = Run("Remove-RoamHub", path, "-Timeout", "10d");
        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Hub_that_is_missing_or_damaged_needs_a_human()
    {
        Result missing = Run("Remove-RoamHub", _folder["none.seg"]);
        Assert.True(missing.ExitCode == 1, missing.Everything);
        Assert.Contains("SegmentNotFound: ", missing.Output, StringComparison.Ordinal);
        string path = Make("hub.seg");
        Patch.UInt32(path, 8, 6);
        Result damaged = Run("Remove-RoamHub", path);
        Assert.True(damaged.ExitCode == 1, damaged.Everything);
        Assert.Contains("UnsupportedVersion: ", damaged.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        Result none = Run("Remove-RoamHub", _folder["none*.seg"]);
        Assert.True(none.ExitCode == 0, none.Everything);
    }

    [Fact]
    public void Guest_that_crashed_is_recovered_and_its_slots_are_free()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using var guest = new Agent();
        Assert.Equal("1", guest.Do("attach", path));
        Assert.Equal("2", guest.Do("attach", path));
        _ = guest.Do("beat", path, LongAgo);
        _ = guest.Do("queue-slot", path, "h2g", "0", "0");
        _ = guest.Do("allocate", path, "0", "2");
        Assert.Equal("3", guest.Do("attach", path));
        _ = guest.Do("state", path, PeerInGoodbye);
        guest.Kill();
        Assert.Equal("62", Ask(path, "Get-RoamSlotClass", "Free"));
        Result preview = Run("Repair-RoamGuest", path, "-WhatIf");
        Assert.Contains("now Attached", preview.Output, StringComparison.Ordinal);
        Assert.Contains("now Goodbye", preview.Output, StringComparison.Ordinal);
        Assert.Equal(Attached, PeerState(path, 2));
        Assert.Equal("62", Ask(path, "Get-RoamSlotClass", "Free"));

        // While somebody uses the segment, peer 1, which has never beaten, may be alive.
        using (var host = new Agent())
        {
            _ = host.Do("map", path);
            Result refused = Run("Repair-RoamGuest", path, "-PeerId", "1");
            Assert.True(refused.ExitCode == 1, refused.Everything);
            Assert.Contains("PeerAlive: ", refused.Output, StringComparison.Ordinal);
            Assert.Equal(Attached, PeerState(path, 1));
        }

        // Nobody uses it any more: whoever is attached is dead.
        Result result = Run("Repair-RoamGuest", path);
        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("Peer 2: now Empty, 1 entries to it and 0 from it dropped, 2 slots freed.", result.Output, StringComparison.Ordinal);
        Assert.Contains("3 recovered.", result.Output, StringComparison.Ordinal);
        Assert.Equal(Empty, PeerState(path, 1));
        Assert.Equal(Empty, PeerState(path, 2));
        Assert.Equal(Empty, PeerState(path, 3));
        Assert.Equal("64", Ask(path, "Get-RoamSlotClass", "Free"));
        Result again = Run("Repair-RoamGuest", path);
        Assert.True(again.ExitCode == 0, again.Everything);
        Assert.Contains("Nothing to recover.", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_of_a_hub_that_runs_on_is_left_to_it_unless_forced()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using var host = new Agent();
        using var guest = new Agent();
        _ = host.Do("map", path);
        _ = guest.Do("attach", path);
        _ = guest.Do("beat", path, LongAgo);
        guest.Kill();
        using var alive = new Agent();
        Assert.Equal("2", alive.Do("attach", path));
        Result refused = Run("Repair-RoamGuest", path);
        Assert.True(refused.ExitCode == 1, refused.Everything);
        Assert.Contains("HostMayBeRunning: ", refused.Output, StringComparison.Ordinal);
        Assert.Equal(Attached, PeerState(path, 1));
        Result preview = Run("Repair-RoamGuest", path, "-Force", "-WhatIf");
        Assert.True(preview.ExitCode == 0, preview.Everything);
        Assert.Contains("What if: ", preview.Output, StringComparison.Ordinal);
        Assert.Equal(Attached, PeerState(path, 1));
        Result forced = Run("Repair-RoamGuest", path, "-Force");
        Assert.True(forced.ExitCode == 0, forced.Everything);
        Assert.Equal(Empty, PeerState(path, 1));
        Assert.Equal(Attached, PeerState(path, 2));
    }

    [Fact]
    public void Damage_is_left_as_it_is_and_needs_a_human()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using var guest = new Agent();
        _ = guest.Do("attach", path);
        _ = guest.Do("queue", path, "h2g", "16");
        _ = guest.Do("state", path, PeerInGoodbye);
        guest.Kill();
        const int hostToGuestRing = PeerTable + (4 * PeerEntry) + 128 + 4096;
        Patch.UInt32(path, hostToGuestRing + 128, 3);
        Result result = Run("Repair-RoamGuest", path);
        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("Peer 1: left as it was, damaged: ", result.Output, StringComparison.Ordinal);
        Assert.Equal(Empty, PeerState(path, 1));
    }

    [Fact]
    public void Usage_without_anything_left_behind_is_fine()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        _ = Make("new.seg");
        using var host = new Agent();
        _ = host.Do("map", path);
        Result result = Run("Get-RoamShmUsage", _folder.Root);
        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("== 2 segments, ", result.Output, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^\S+ +Live .* {host.Id} ", result.Output);
        Assert.Matches(@"(?m)^Idle ", result.Output);
        Assert.Matches($@"(?m)^ *{host.Id} ", result.Output);
        Assert.Contains("Nothing was left behind.", result.Output, StringComparison.Ordinal);
        Result empty = Run("Get-RoamShmUsage", _folder["none*"]);
        Assert.True(empty.ExitCode == 0, empty.Everything);
        Assert.Contains("== 0 segments, 0 B", empty.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Usage_names_what_was_left_behind_and_removes_the_stale_by_order()
    {
        SkipWhereMappingsCannotBeTold();
        string live = Make("live.seg");
        string stale = Make("stale.seg", "1KB:128");
        _ = Make("young.seg");
        string below = Path.Combine(Directory.CreateDirectory(_folder["below"]).FullName, "stale.seg");
        File.Copy(stale, below);
        Age(stale);
        Age(below);
        Age(live);
        using var host = new Agent();
        _ = host.Do("map", live);
        Result seen = Run("Get-RoamShmUsage", _folder.Root, "-Recurse");
        Assert.True(seen.ExitCode == 1, seen.Everything);
        Assert.Contains("== 2 stale, ", seen.Output, StringComparison.Ordinal);
        Assert.Contains("Needs a human: 2.", seen.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?s) Stale .* Stale .*( Live .* Idle | Idle .* Live )", seen.Output);
        Result preview = Run("Get-RoamShmUsage", _folder.Root, "-RemoveStale", "-WhatIf");
        Assert.True(preview.ExitCode == 1, preview.Everything);
        Assert.Contains("What if: ", preview.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(stale));
        Result young = Run("Get-RoamShmUsage", _folder.Root, "-RemoveStale", "-MinimumAge", "1000d");
        Assert.True(young.ExitCode == 0, young.Everything);
        Assert.True(File.Exists(stale));
        Result removed = Run("Get-RoamShmUsage", _folder.Root, "-RemoveStale");
        Assert.True(removed.ExitCode == 0, removed.Everything);
        Assert.Contains("stale.seg: removed.", removed.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(stale));
        Assert.True(File.Exists(below));
        Assert.True(File.Exists(live));
    }

    [Fact]
    public void Usage_leaves_what_is_in_goodbye_or_damaged_to_a_human()
    {
        SkipWhereMappingsCannotBeTold();
        string drained = Make("drained.seg");
        string damaged = Make("damaged.seg");
        Patch.UInt32(drained, HostGoodbye, 1);
        Patch.UInt32(damaged, 32, 0);
        Age(drained);
        Age(damaged);
        Result result = Run("Get-RoamShmUsage", _folder.Root, "-RemoveStale");
        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("== 1 damaged", result.Output, StringComparison.Ordinal);
        Assert.Contains("== 1 in goodbye, and nobody uses them", result.Output, StringComparison.Ordinal);
        Assert.Contains("Needs a human: 2.", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(drained));
        Assert.True(File.Exists(damaged));
    }

    [Fact]
    public void Usage_names_what_killed_creations_left_and_removes_it_by_order()
    {
        SkipWhereMappingsCannotBeTold();
        string leftover = _folder[".roamshm-1f"];
        File.WriteAllBytes(leftover, new byte[4096]);
        Result seen = Run("Get-RoamShmUsage", _folder.Root);
        Assert.True(seen.ExitCode == 1, seen.Everything);
        Assert.Contains("== 1 files of killed creations and removals", seen.Output, StringComparison.Ordinal);
        Assert.Contains(leftover, seen.Output, StringComparison.Ordinal);
        Result preview = Run("Get-RoamShmUsage", _folder.Root, "-RemoveStale", "-WhatIf");
        Assert.True(preview.ExitCode == 1, preview.Everything);
        Assert.True(File.Exists(leftover));
        Result removed = Run("Get-RoamShmUsage", _folder.Root, "-RemoveStale");
        Assert.True(removed.ExitCode == 0, removed.Everything);
        Assert.False(File.Exists(leftover));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Usage_names_a_dead_hub_whatever_it_said_before_it_died(bool saidGoodbye)
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using (var hub = new Agent())
        {
            _ = hub.Do("map", path);
            _ = hub.Do("attach", path);
            Patch.UInt32(path, HostGoodbye, saidGoodbye ? 1U : 0);
            Result running = Run("Get-RoamShmUsage", _folder.Root);
            Assert.DoesNotContain("abandoned", running.Output, StringComparison.Ordinal);
            hub.Kill();
        }

        Result seen = Run("Get-RoamShmUsage", _folder.Root);
        Assert.True(seen.ExitCode == 1, seen.Everything);
        Assert.Contains(", 1 of them abandoned", seen.Output, StringComparison.Ordinal);

        // It is not old enough yet to be removed.
        Result young = Run("Get-RoamShmUsage", _folder.Root, "-RemoveStale");
        Assert.True(young.ExitCode == 1, young.Everything);
        Assert.True(File.Exists(path));
        Age(path);
        Result removed = Run("Get-RoamShmUsage", _folder.Root, "-RemoveStale");
        Assert.True(removed.ExitCode == 0, removed.Everything);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Usage_and_inventory_never_say_that_all_is_well_where_they_could_not_look()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "becomes a user who may not read");
        string closed = Make("closed.seg");
        string folder = Directory.CreateDirectory(_folder["closed"]).FullName;
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0x1FF);
        File.SetUnixFileMode(folder, UnixFileMode.None);
        using (var odd = new Process { StartInfo = new ProcessStartInfo("bash", ["-c", "head -c 200 /dev/zero > \"$1\"/$'bad\\xff.seg'", "bash", _folder.Root]) })
        {
            _ = odd.Start();
            odd.WaitForExit();
        }

        Result usage = RunAsNobody("runbooks/Get-RoamShmUsage", _folder.Root, "-Recurse");
        Assert.SkipWhen(usage.Everything.Contains("setpriv", StringComparison.Ordinal), "there is no setpriv here");
        Assert.True(usage.ExitCode == 1, usage.Everything);
        Assert.Contains("== 3 could not be read", usage.Output, StringComparison.Ordinal);
        Assert.Contains(closed + ": Access denied", usage.Output, StringComparison.Ordinal);
        Assert.Contains(folder + ": Access denied", usage.Output, StringComparison.Ordinal);
        Assert.Contains("its name is not valid UTF-8", usage.Output, StringComparison.Ordinal);
        Assert.Contains("Needs a human: 3.", usage.Output, StringComparison.Ordinal);
        Result inventory = RunAsNobody("Export-RoamInventory", _folder.Root, "-Path", _folder.Root);
        Assert.True(inventory.ExitCode == 1, inventory.Everything);
        Assert.Contains("0 segments, 2 problems.", inventory.Output, StringComparison.Ordinal);
        Assert.Contains("Unreadable", File.ReadAllText(Directory.GetFiles(_folder.Root, "roam-*.csv")[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Usage_names_who_holds_the_memory_of_deleted_segments()
    {
        SkipWhereMappingsCannotBeTold();
        string path = Make("hub.seg");
        using var host = new Agent();
        _ = host.Do("map", path);
        File.Delete(path);
        Result result = Run("Get-RoamShmUsage", _folder.Root);
        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("== 1 deleted, ", result.Output, StringComparison.Ordinal);
        Assert.Contains($"hub.seg (deleted), ", result.Output, StringComparison.Ordinal);
        Assert.Contains($": {Digits(host.Id)}", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Usage_of_a_folder_that_is_missing_needs_a_human()
    {
        Result result = Run("Get-RoamShmUsage", _folder["none"]);
        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("SegmentNotFound: ", result.Output, StringComparison.Ordinal);
    }

    private static void SkipWhereMappingsCannotBeTold() => Assert.SkipWhen(WhyNot.Value is not null, WhyNot.Value ?? string.Empty);

    private static string? FindWhyNot()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "which processes map a file can be told on Linux only";
        }

        using var tests = new RunbookTests();
        return tests.Ask(tests.Make("idle.seg"), "Find-RoamSegment", "Status") == "Unknown" ? "the mappings of other users' processes cannot be read here" : null;
    }

    private static void Age(string path) => File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));

    private static uint PeerState(string path, int peerId) => ReadUInt32(path, PeerTable + (PeerEntry * (peerId - 1)));

    private static uint ReadUInt32(string path, int offset)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = offset;
        byte[] bytes = new byte[sizeof(uint)];
        file.ReadExactly(bytes);
        return BitConverter.ToUInt32(bytes);
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void WaitUntil(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < UpperBound, "what was waited for has not happened");
            Thread.Sleep(20);
        }
    }

    /// <summary>Makes a segment for four guests, with a heartbeat each second.</summary>
    private string Make(string name, string slotClass = "1KB:64")
    {
        string path = _folder[name];
        using Running shell = Shell("-Command", $"$null = New-RoamSegment '{path}' -MaxGuests 4 -BipbufCapacity 4KB -HeartbeatInterval 1s -SlotClass {slotClass}");
        Result result = shell.End();
        Assert.True(result.ExitCode == 0, result.Everything);
        return path;
    }

    private string Ask(string path, string cmdlet, string property)
    {
        using Running shell = Shell("-Command", $"({cmdlet} -LiteralPath '{path}' -WarningAction SilentlyContinue).{property}");
        return shell.End().Output.Trim();
    }

    private Result Run(string runbook, params string[] arguments)
    {
        using Running running = Start(runbook, arguments);
        return running.End();
    }

    private Result RunAsNobody(string script, params string[] arguments)
    {
        string path = Path.Combine(Prompt.RepositoryRoot, "examples", script + ".ps1");
        using var running = new Running(Process.Start(new ProcessStartInfo(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", Program, "-File", path, .. arguments])
        {
            WorkingDirectory = _folder.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment = { ["HOME"] = _folder.Root },
        })!);
        return running.End();
    }

    private Running Start(string runbook, params string[] arguments) =>
        Shell(["-File", Path.Combine(Prompt.RepositoryRoot, "examples", "runbooks", runbook + ".ps1"), .. arguments]);

    private Running Shell(params string[] arguments) => new(Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments])
    {
        WorkingDirectory = _folder.Root,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!);

    private sealed class Running : IDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _output = new();
        private readonly StringBuilder _error = new();

        internal Running(Process process)
        {
            _process = process;

            // Nobody answers: a runbook that asks something fails.
            process.StandardInput.Close();
            process.OutputDataReceived += (_, line) => Append(_output, line.Data);
            process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        internal bool HasWritten(string text)
        {
            lock (_output)
            {
                return _output.ToString().Contains(text, StringComparison.Ordinal);
            }
        }

        internal Result End()
        {
            Assert.True(_process.WaitForExit(UpperBound), "the runbook does not end");

            // Until everything that it has written is here.
            _process.WaitForExit();
            return new Result(_process.ExitCode, _output.ToString(), _error.ToString());
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }

        private static void Append(StringBuilder text, string? line)
        {
            lock (text)
            {
                _ = line is null ? text : text.AppendLine(line);
            }
        }
    }

    private sealed record Result(int ExitCode, string Output, string Error)
    {
        internal string Everything => $"exit code {ExitCode}\n{Output}{Error}";
    }
}
