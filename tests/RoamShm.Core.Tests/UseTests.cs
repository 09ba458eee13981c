using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace RoamShm.Tests;

/// <summary>
/// Who uses a segment, as seen from an operator's possible vantage points: other namespaces, other users, other file systems. Each test also removes an unused
/// segment from the same vantage point, to show that a refusal is not caused by the vantage point.
/// </summary>
public sealed class UseTests : IDisposable
{
    private const string Nobody = "65534";
    private static readonly string[] AsNobody = ["setpriv", "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups"];
    private static readonly string[] InOtherPidNamespace = ["unshare", "-p", "-f", "-m", "--mount-proc"];

    private readonly TestFolder _folder = new();

    public UseTests()
    {
        Assert.SkipWhen(Mapper.WhyNot is not null, Mapper.WhyNot ?? string.Empty);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--read-only", SegmentUse.Free)]
    [InlineData("--open", SegmentUse.Used)]
    [InlineData("--ended", SegmentUse.Used)]
    [InlineData(null, SegmentUse.Used)]
    public void A_process_that_could_write_counts_as_a_user_and_a_reader_does_not(string? how, string expected)
    {
        string path = Make.Segment(_folder);
        using Mapper mapper = how is null ? Mapper.Start(path) : Mapper.Start(how, path);
        var users = new SegmentUsers();
        SegmentUse use = users.Ask(path);
        Assert.Equal(expected, use.State);
        if (expected == SegmentUse.Free)
        {
            Assert.Equal(0, users.Scans);
            SegmentRemover.Prepare(path, force: false).Remove();
            Assert.False(File.Exists(path));
            return;
        }

        Assert.Equal(how == "--open" ? [] : [mapper.Id], use.ProcessIds);
        Assert.Equal(SegmentErrorId.SegmentInUse, Assert.Throws<SegmentException>(() => SegmentRemover.Prepare(path, force: false)).ErrorId);
        mapper.Dispose();
        SegmentRemover.Prepare(path, force: false).Remove();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_process_whose_main_thread_has_ended_is_listed()
    {
        string path = Make.Segment(_folder);
        using Mapper mapper = Mapper.Start("--ended", path);
        Assert.Equal([mapper.Id], new SegmentUsers().ProcessesOf(path));
    }

    [Fact]
    public void A_guest_outside_the_operators_PID_namespace_protects_its_segment()
    {
        string path = Make.Segment(_folder, "used.seg");
        string unused = Make.Segment(_folder, "unused.seg");
        using Mapper mapper = Mapper.Start(path);
        using Agent? operatorThere = Agent.TryStartBy(InOtherPidNamespace);
        Assert.SkipWhen(operatorThere is null, "a PID namespace cannot be made here");
        Assert.StartsWith("Vantage point: PID namespace another", operatorThere.Do("vantage", path));
        Assert.Equal("Used: a process that cannot be seen from here maps it, or has it open for writing", operatorThere.Do("use", path));
        Assert.Equal("SegmentInUse", operatorThere.Do("remove", path));
        Assert.True(File.Exists(path));
        Assert.Equal("removed", operatorThere.Do("remove", unused));
        Assert.False(File.Exists(unused));
    }

    [Fact]
    public void A_guest_in_its_own_PID_namespace_protects_its_segment()
    {
        string path = Make.Segment(_folder);
        using (Mapper? mapper = Mapper.TryStartBy(InOtherPidNamespace, path))
        {
            Assert.SkipWhen(mapper is null, "a PID namespace cannot be made here");
            Assert.Equal(SegmentUse.Used, new SegmentUsers().Ask(path).State);
        }

        Assert.Equal(SegmentUse.Free, new SegmentUsers().Ask(path).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Root_of_a_user_namespace_is_not_treated_as_root(bool isOwner)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs the privilege to mount a /proc that hides processes");
        string path = Make.Segment(_folder, "used.seg");
        string unused = Make.Segment(_folder, "unused.seg");
        Run("chmod", "0777", _folder.Root);
        Run("chmod", "0666", path, unused);
        if (isOwner)
        {
            Run("chown", Nobody, path, unused);
        }

        using Mapper mapper = Mapper.Start(path);
        using Agent? operatorThere = Agent.TryStartByScript(
            "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Ur \"$@\"", "unshare", "-m", "--propagation", "private");
        Assert.SkipWhen(operatorThere is null, "a user namespace cannot be made here");
        Assert.Contains("user namespace another", operatorThere.Do("vantage", path));
        Assert.Contains("which applies here; rights over the whole system: none", operatorThere.Do("vantage", path));
        Assert.StartsWith(isOwner ? "Used: " : "Unknown: ", operatorThere.Do("use", path));
        Assert.Equal("SegmentInUse", operatorThere.Do("remove", path));

        // A process that neither owns the file nor is privileged over the whole system may not ask, so it may not remove free files either.
        Assert.Equal(isOwner ? "removed" : "SegmentInUse", operatorThere.Do("remove", unused));
    }

    [Fact]
    public void Root_of_a_user_namespace_cannot_recover_a_peer_while_the_host_runs()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs the privilege to become another user");
        string path = Make.Segment(_folder);
        Patch.UInt32(path, HeaderLayout.Size, (uint)PeerState.Goodbye);
        Run("chmod", "0777", _folder.Root);
        Run("chown", Nobody, path);
        using Agent? operatorThere = Agent.TryStartBy([.. AsNobody, "unshare", "-Ur"]);
        Assert.SkipWhen(operatorThere is null, "a user namespace cannot be made here");
        using (Mapper host = Mapper.Start(path))
        {
            Assert.Equal("HostMayBeRunning", operatorThere.Do("recover", path, "1"));
        }

        Assert.Equal("Empty", operatorThere.Do("recover", path, "1"));
    }

    [Fact]
    public void A_deleted_file_in_another_mount_namespace_does_not_count_under_the_same_name()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs the privilege to mount a file system");
        string folder = Directory.CreateDirectory(_folder["shm"]).FullName;
        string path = Path.Combine(folder, "a.seg");
        using Mapper? theirs = Mapper.TryStartBy(["unshare", "-m", "--propagation", "private", "sh", "-c", $"mount -t tmpfs tmpfs {folder} && head -c 8192 /dev/zero > {path} && exec \"$@\"", "sh"], path);
        Assert.SkipWhen(theirs is null, "a mount namespace cannot be made here");
        Run("nsenter", "-t", theirs.Id.ToString(CultureInfo.InvariantCulture), "-m", "rm", path);
        Assert.Contains(path + " (deleted)", File.ReadAllText($"/proc/{theirs.Id}/maps"));
        Assert.Empty(new SegmentUsers().OlderProcessesOf(path));

        _ = Segment.Create(path, Make.Configuration);
        using Mapper ours = Mapper.Start(path);
        File.Delete(path);
        Assert.Equal([ours.Id], new SegmentUsers().OlderProcessesOf(path));
        Assert.Equal([ours.Id], new SegmentUsers().ProcessesOf(path));
    }

    [Fact]
    public void An_unprivileged_owner_learns_whether_root_uses_the_segment()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs the privilege to become another user");
        string path = Make.Segment(_folder);
        Run("chmod", "0777", _folder.Root);
        Run("chown", Nobody, path);
        Run("chmod", "0600", path);
        using Agent? owner = Agent.TryStartWithoutRights();
        Assert.SkipWhen(owner is null, "there is no setpriv here");
        using (Mapper root = Mapper.Start(path))
        {
            Assert.Equal("SegmentInUse", owner.Do("remove", path));
        }

        Assert.Equal("Free: nobody maps it or has it open for writing", owner.Do("use", path));
        Assert.Equal("removed", owner.Do("remove", path));
    }

    [Fact]
    public void Use_is_unknown_without_a_kernel_answer_or_a_full_view()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs the privilege to become another user");
        string path = Make.Segment(_folder);
        Run("chmod", "0777", _folder.Root);
        Run("chmod", "0666", path);
        using Agent? other = Agent.TryStartWithoutRights();
        Assert.SkipWhen(other is null, "there is no setpriv here");
        Assert.StartsWith("Unknown: whether a process uses it cannot be found out: the kernel answers only the file's owner and root, and the mappings of ", other.Do("use", path));
        Assert.Equal("SegmentInUse", other.Do("remove", path));
        Assert.True(File.Exists(path));
    }

    [Theory]
    [InlineData("ramfs")]
    [InlineData("ext4")]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public void The_kernels_answer_is_correct_on_every_trusted_file_system(string type)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs the privilege to mount a file system");
        string place = Directory.CreateDirectory(_folder["place"]).FullName;
        string image = _folder["image"];
        string make = type == "ramfs" ? $"mount -t ramfs ramfs {place}"
            : $"truncate -s 400M {image} && mkfs.{type} -q {image} >&2 && mount -o loop {image} {place}";
        using Agent? there = Agent.TryStartByScript(make + " && exec \"$@\"", "unshare", "-m", "--propagation", "private");
        Assert.SkipWhen(there is null, $"{type} cannot be mounted here");
        AssertUsedThenRemoved(there, Path.Combine(place, "a.seg"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lease_on_overlayfs_is_not_trusted(bool isInOtherPidNamespace)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs the privilege to mount a file system");
        string[] folders = [.. new[] { "lower", "upper", "work", "over" }.Select(name => Directory.CreateDirectory(_folder[name]).FullName)];
        string[] by = isInOtherPidNamespace ? [.. InOtherPidNamespace, "--kill-child"] : ["unshare", "-m", "--propagation", "private"];
        using Agent? there = Agent.TryStartByScript(
            $"mount -t overlay overlay -o lowerdir={folders[0]},upperdir={folders[1]},workdir={folders[2]} {folders[3]} && exec \"$@\"", by);
        Assert.SkipWhen(there is null, "overlayfs cannot be mounted here");
        string path = Path.Combine(folders[3], "a.seg");
        Assert.NotEqual("SegmentIOError", there.Do("create", path));
        string unused = there.Do("use", path);
        Assert.True(unused == "Free: no process maps it" || unused.StartsWith("Unknown: whether a process uses it cannot be found out: the kernel's answer proves nothing on overlayfs, and ", StringComparison.Ordinal), unused);
        Assert.False(isInOtherPidNamespace && unused.StartsWith("Free", StringComparison.Ordinal), unused);

        // From the same mount namespace, in its own process.
        Assert.Equal("mapped", there.Do("map", path));
        Assert.StartsWith("Used: process ", there.Do("use", path));
        Assert.Equal("SegmentInUse", there.Do("remove", path));

        // The lower file is on a file system whose answer is trusted, and processes that map the upper one use it.
        Assert.Equal(SegmentUse.Used, new SegmentUsers().Ask(Path.Combine(folders[1], "a.seg")).State);
    }

    [Fact]
    public void Only_a_full_view_of_all_processes_proves_a_file_unused()
    {
        string path = Make.Segment(_folder);
        using SegmentFile file = SegmentFile.OpenRead(path);
        string proc = MakeProc();
        Assert.Equal(("Free", null), Judge(proc, file));

        // A process whose mapping list may not be read.
        Run("mkdir", "-p", proc + "/31");
        Run("ln", "-s", "maps", proc + "/31/maps");
        Assert.Contains("the mappings of 1 process of other users cannot be read", Judge(proc, file).WhyIncomplete);
        Directory.Delete(proc + "/31", recursive: true);
        Assert.Equal(("Free", null), Judge(proc, file));

        // A process whose mapping shows only in the list of one of its threads.
        Run("mkdir", "-p", proc + "/32/task/32", proc + "/32/task/33");
        File.WriteAllText(proc + "/32/maps", string.Empty);
        File.WriteAllText(proc + "/32/task/32/maps", string.Empty);
        FileIdentity identity = file.Status.Identity;
        File.WriteAllText(proc + "/32/task/33/maps", string.Create(CultureInfo.InvariantCulture,
            $"7f0000000000-7f0000002000 rw-s 00000000 {identity.Volume >> 32:x2}:{identity.Volume & 0xFFFFFFFF:x2} {identity.File}                     /dev/shm/a b.seg\n"));
        ProcessMaps maps = ProcessMaps.Read(new Vantage(proc), default);
        Assert.Equal([32], maps.Of(maps.KeyOf(file)));
    }

    [Fact]
    public void A_new_user_is_noticed_before_anything_is_destroyed()
    {
        string path = Make.Segment(_folder);
        using SegmentFile file = SegmentFile.OpenRead(path);
        var maps = ProcessMaps.Read(Vantage.Here, default);
        FileKey key = maps.KeyOf(file);
        Assert.Empty(maps.LookAgain(key));
        using Mapper mapper = Mapper.Start(path);
        Assert.Empty(maps.Of(key));
        Assert.Equal([mapper.Id], maps.LookAgain(key));
    }

    [Fact]
    public void Processes_are_listed_once_for_many_segments_and_not_at_all_for_free_ones()
    {
        var users = new SegmentUsers();
        for (int i = 0; i < 20; i++)
        {
            SegmentRemover.Prepare(Make.Segment(_folder, $"{i}.seg"), force: false, users).Remove();
        }

        Assert.Equal(0, users.Scans);
        string path = Make.Segment(_folder);
        using Mapper mapper = Mapper.Start(path);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal([mapper.Id], users.Ask(path).ProcessIds);
        }

        Assert.Equal(1, users.Scans);
    }

    [Fact]
    public async Task A_removal_gives_way_to_a_process_waiting_to_open_the_file()
    {
        string path = Make.Segment(_folder);
        SegmentRemover remover = SegmentRemover.Prepare(path, force: false);
        Task<Mapper> opener;
        using (SegmentFile file = SegmentFile.OpenRead(path))
        {
            Assert.Equal(LeaseAnswer.Granted, FileLease.TryTakeRead(file, out FileLease? lease));
            using (lease)
            {
                opener = Task.Run(() => Mapper.Start(path), TestContext.Current.CancellationToken);
                Assert.True(SpinWait.SpinUntil(() => lease!.IsSomebodyWaiting, 5000));
                string aside = remover.MoveAside((UnixSegmentFile)file);
                Assert.False(File.Exists(path));
                SegmentException error = Assert.Throws<SegmentException>(() => remover.RemoveAside(lease!, aside));
                Assert.Equal((SegmentErrorId.SegmentInUse, $"'{path}' is in use: a process is just opening it."), (error.ErrorId, error.Message));
                Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
            }
        }

        using Mapper mapper = await opener;
        Assert.Equal([mapper.Id], new SegmentUsers().ProcessesOf(path));
    }

    [Fact]
    public async Task A_removal_never_restores_a_name_over_another_file()
    {
        string path = Make.Segment(_folder);
        SegmentRemover remover = SegmentRemover.Prepare(path, force: false);
        using SegmentFile file = SegmentFile.OpenRead(path);
        Assert.Equal(LeaseAnswer.Granted, FileLease.TryTakeRead(file, out FileLease? lease));
        Task<Mapper> opener;
        string aside;
        using (lease)
        {
            opener = Task.Run(() => Mapper.Start(path), TestContext.Current.CancellationToken);
            Assert.True(SpinWait.SpinUntil(() => lease!.IsSomebodyWaiting, 5000));
            aside = remover.MoveAside((UnixSegmentFile)file);
            File.WriteAllText(path, "another");
            Assert.Equal(SegmentErrorId.SegmentReplaced, Assert.Throws<SegmentException>(() => remover.RemoveAside(lease!, aside)).ErrorId);
        }

        Assert.Equal("another", File.ReadAllText(path));
        using Mapper mapper = await opener;
        file.Dispose();

        // Now it is a leftover, and in use as such.
        Assert.Equal([aside], SegmentLeftovers.Find(_folder.Root));
        Assert.Equal("an interrupted Remove-RoamSegment", SegmentLeftovers.OriginOf(aside));
        Assert.Equal(SegmentErrorId.SegmentInUse, Assert.Throws<SegmentException>(() => SegmentLeftovers.Remove(aside)).ErrorId);
        mapper.Dispose();
        Assert.True(SegmentLeftovers.Remove(aside));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_segment_opened_by_another_process_after_the_second_check_is_kept()
    {
        string path = Make.Segment(_folder);
        SegmentRemover remover = SegmentRemover.Prepare(path, force: false);
        Mapper mapper = Mapper.Start(path);
        int looks = 0;
        remover.AskAgain = file =>
        {
            mapper.Dispose();
            SegmentUse use = new SegmentUsers().Ask(file);
            mapper = Mapper.Start(path);
            looks++;
            return use;
        };
        SegmentException error = Assert.Throws<SegmentException>(remover.Remove);
        Assert.Equal((SegmentErrorId.SegmentInUse, $"'{path}' is in use: processes keep opening it."), (error.ErrorId, error.Message));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
        Assert.InRange(looks, 1, 10);

        // It is removed once nobody opens it any more.
        remover.AskAgain = file =>
        {
            mapper.Dispose();
            return new SegmentUsers().Ask(file);
        };
        remover.Remove();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_killed_removal_leaves_a_leftover_and_one_in_progress_does_not()
    {
        string name = new('x', 250);
        string path = Make.Segment(_folder, name);
        SegmentRemover remover = SegmentRemover.Prepare(path, force: false);
        string aside;
        using (SegmentFile file = SegmentFile.OpenRead(path))
        {
            aside = remover.MoveAside((UnixSegmentFile)file);
            Assert.Empty(SegmentLeftovers.Find(_folder.Root));
            Assert.False(SegmentLeftovers.Remove(aside));
        }

        // Its process is gone, and its lock with it.
        Assert.Equal([aside], SegmentLeftovers.Find(_folder.Root));
        Assert.True(SegmentLeftovers.Remove(aside));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Opening_a_leased_file_waits_for_the_lease()
    {
        string path = Make.Segment(_folder);
        using (SegmentFile file = SegmentFile.OpenReadWrite(path))
        {
            Assert.Equal(LeaseAnswer.Granted, FileLease.TryTakeWrite(file, out FileLease? lease));
            var holder = new Thread(() =>
            {
                _ = SpinWait.SpinUntil(() => lease!.IsSomebodyWaiting, 5000);
                lease!.Dispose();
            });
            holder.Start();
            Assert.Equal(2U, SegmentHeader.Read(path, TestContext.Current.CancellationToken).MaxGuests);
            holder.Join();
        }
    }

    [Fact]
    public void Waiting_for_a_lease_is_bounded_and_can_be_cancelled()
    {
        string path = Make.Segment(_folder);
        using SegmentFile file = SegmentFile.OpenReadWrite(path);
        Assert.Equal(LeaseAnswer.Granted, FileLease.TryTakeWrite(file, out FileLease? lease));
        using (lease)
        {
            using var stop = new CancellationTokenSource();
            stop.Cancel();
            _ = Assert.Throws<OperationCanceledException>(() => SegmentFile.OpenRead(path, new OpenWait(), stop.Token));

            var wait = new OpenWait();
            for (int i = 0; i < 2; i++)
            {
                var clock = Stopwatch.StartNew();
                SegmentException error = Assert.Throws<SegmentException>(() => SegmentFile.OpenRead(path, wait));
                Assert.Equal((SegmentErrorId.SegmentIOError, $"Cannot open '{path}': another process holds a lease on it and does not let go."), (error.ErrorId, error.Message));

                // All files of a call share one wait.
                Assert.True(i == 0 || clock.Elapsed < TimeSpan.FromSeconds(1), clock.Elapsed.ToString());
            }
        }
    }

    [Fact]
    public void A_recovery_next_to_a_reader_relies_on_the_proof_just_before_it()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, HeaderLayout.Size, (uint)PeerState.Attached);
        using Mapper reader = Mapper.Start("--read-only", path);
        string? note = null;
        var recovery = new RecoveryRun(new SegmentUsers()) { OnNote = text => note = text };
        Assert.Equal(("Attached", "Empty"), (recovery.Recover(path, 1, force: false, preview: null, TestContext.Current.CancellationToken).PreviousState, recovery.Recover(path, 1, force: false, preview: null, TestContext.Current.CancellationToken).State));
        Assert.Equal($"'{path}' is recovered without a lease, since another process has it open for reading. Right before, nobody had it open for writing.", note);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000_000)]
    public void Removal_and_recovery_never_harm_a_process_that_maps_the_segment(long heartbeatInterval)
    {
        string path = Make.Segment(_folder);
        using Mapper mapper = Mapper.Start("--loop", Scale.Of(20_000, 200_000).ToString(CultureInfo.InvariantCulture), path);
        int removed = 0, recovered = 0, refused = 0;
        for (int i = 0; i < Scale.Of(1_000, 10_000) || ((removed == 0 || recovered == 0 || refused == 0) && i < 20_000); i++)
        {
            try
            {
                if (!File.Exists(path))
                {
                    _ = Segment.Create(path, Make.Configuration);
                    Patch.UInt64(path, HeaderLayout.HeartbeatInterval, (ulong)heartbeatInterval);
                }

                if (i % 5 == 0)
                {
                    SegmentRemover.Prepare(path, force: false).Remove();
                    removed++;
                }
                else
                {
                    recovered += new RecoveryRun(new SegmentUsers()).Recover(path, 1, force: false, preview: null, TestContext.Current.CancellationToken).PreviousState == "Attached" ? 1 : 0;
                }
            }
            catch (SegmentException e)
            {
                Assert.Contains(e.ErrorId, new[] { SegmentErrorId.SegmentInUse, SegmentErrorId.HostMayBeRunning, SegmentErrorId.PeerAlive, SegmentErrorId.SegmentReplaced });
                refused++;
            }
        }

        // Kept alive until the loop has run into it often enough.
        string? answer = mapper.Answer();
        TestContext.Current.TestOutputHelper?.WriteLine($"{answer}; {removed} removed, {recovered} recovered, {refused} refused");
        Assert.EndsWith(" mapped, 0 lost, 0 freed", answer);
        Assert.True(removed > 0 && recovered > 0 && refused > 0, $"{removed} removed, {recovered} recovered, {refused} refused");
    }

    [Theory]
    [InlineData("1000")]
    [InlineData("-100")]
    public void A_peer_in_another_time_namespace_is_not_stale_by_one_clock_alone(string offset)
    {
        string path = Make.Segment(_folder);
        Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 2_000_000_000);
        using Agent? operatorThere = Agent.TryStartBy("unshare", "-T", "--monotonic", offset, "--fork");
        Assert.SkipWhen(operatorThere is null, "a time namespace cannot be made here");
        Assert.Contains("time namespace another, its clock " + offset + " s ahead", operatorThere.Do("vantage", path));
        using var guest = new Agent();
        _ = guest.Do("attach", path);
        _ = guest.Do("beat", path);
        Assert.Equal("Alive", operatorThere.Do("liveness", path));
        Assert.Equal("SegmentInUse", operatorThere.Do("remove", path));

        // A guest in the same time namespace as the operator uses that namespace's clock.
        using (Agent? there = Agent.TryStartBy("unshare", "-T", "--monotonic", offset, "--fork"))
        {
            _ = there!.Do("attach", path);
            _ = guest.Do("state", path, "0");
            _ = there.Do("state", path, "0");
            _ = there.Do("attach", path, "1");
            _ = there.Do("beat", path);
            Assert.Equal("Alive", operatorThere.Do("liveness", path));
        }

        // Stale by both clocks is stale.
        guest.Kill();
        Patch.UInt64(path, HeaderLayout.Size + 8, 1);
        Assert.Equal("Stale", operatorThere.Do("liveness", path));
        Assert.Equal("removed", operatorThere.Do("remove", path));
    }

    [Fact]
    public void No_peer_is_stale_if_the_clock_offset_is_unknown()
    {
        var clock = new HeartbeatClock(1_000_000, system: null);
        Assert.Equal(PeerLiveness.Unknown, clock.Judge(PeerState.Attached, 1, 10));
        Assert.Equal(PeerLiveness.Alive, clock.Judge(PeerState.Attached, 999_999, 10));
        var both = new HeartbeatClock(1_000_000, 500_000);
        Assert.Equal(PeerLiveness.Alive, both.Judge(PeerState.Attached, 499_999, 10));
        Assert.Equal(PeerLiveness.Alive, both.Judge(PeerState.Attached, 999_999, 10));
        Assert.Equal(PeerLiveness.Unknown, both.Judge(PeerState.Attached, 700_000, 10));
        Assert.Equal(PeerLiveness.Stale, both.Judge(PeerState.Attached, 1, 10));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000_000)]
    public void A_dead_hub_is_abandoned_whatever_its_heartbeats_and_goodbye(long heartbeatInterval)
    {
        string path = Make.Segment(_folder);
        Patch.UInt64(path, HeaderLayout.HeartbeatInterval, (ulong)heartbeatInterval);
        using (var hub = new Agent())
        {
            _ = hub.Do("attach", path);
            _ = hub.Do("beat", path);
            Assert.Equal("Live", FindOne(path).Status);
            Patch.UInt32(path, HeaderLayout.HostGoodbye, 1);
            Assert.Equal("Draining", FindOne(path).Status);
            hub.Kill();
        }

        SegmentListing listing = FindOne(path);
        Assert.Equal(("Abandoned", "Free", 1), (listing.Status, listing.Use, listing.PeersAttached));
        Patch.UInt32(path, HeaderLayout.HostGoodbye, 0);
        Assert.Equal("Abandoned", FindOne(path).Status);
    }

    [Fact]
    public void A_fresh_heartbeat_makes_an_old_segment_young()
    {
        string path = Make.Segment(_folder);
        Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 1_000_000_000);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-1));
        Assert.Equal("Stale", FindOne(path).Status);
        Patch.UInt64(path, HeaderLayout.Size + 8, MonotonicClock.Now());
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-1));
        Assert.Equal("Idle", FindOne(path).Status);
    }

    [Fact]
    public void Deleted_and_replaced_segments_are_listed_with_the_processes_that_still_map_them()
    {
        string path = Make.Segment(_folder);
        using Mapper first = Mapper.Start(path);
        File.WriteAllBytes(_folder["other"], new byte[8192]);
        using Mapper noSegment = Mapper.Start(_folder["other"]);
        File.Delete(_folder["other"]);
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        foreach (string from in new[] { _folder.Root, path })
        {
            SegmentListing[] found = [.. SegmentFinder.Find(from)];
            Assert.Equal(2, found.Length);
            Assert.Equal(("Idle", "Free"), (found[0].Status, found[0].Use));
            Assert.Equal($"an older file of this name is still in use: process {first.Id} maps it", found[0].Hint);
            Assert.Equal(("Deleted", path + " (deleted)", Make.Length), (found[1].Status, found[1].Path, found[1].FileLength));
            Assert.Equal($"{first.Id}", found[1].MappedBy);
            Assert.NotEqual(found[0].FileId, found[1].FileId);
        }

        File.Delete(path);
        Assert.Equal("Deleted", FindOne(path).Status);
        Assert.Empty(SegmentFinder.Find(_folder.Root, new SegmentFindOptions { IncludeDeleted = false }));
        first.Dispose();
        Assert.Equal(SegmentErrorId.SegmentNotFound, Assert.Throws<SegmentException>(() => SegmentFinder.Find(path).ToArray()).ErrorId);
    }

    [Fact]
    public void As_many_users_as_attached_peers_hint_that_the_host_has_ended()
    {
        string path = Make.Segment(_folder);
        using var guest = new Agent();
        _ = guest.Do("attach", path);
        Assert.Equal("as many processes map it as peers are attached, so its host may have ended", FindOne(path).Hint);
        using var host = new Agent();
        _ = host.Do("map", path);
        Assert.Null(FindOne(path).Hint);
    }

    [Theory]
    [InlineData("zero", true)]
    [InlineData("magic", true)]
    [InlineData("all but the magic", true)]
    [InlineData("empty", false)]
    [InlineData("begins with zeros", false)]
    [InlineData("text", false)]
    public void A_half_made_file_is_removed_if_unused_and_other_files_never_are(string what, bool isHalfMade)
    {
        string path = Make.Segment(_folder);
        switch (what)
        {
            case "zero":
                File.WriteAllBytes(path, new byte[100_000]);
                break;
            case "magic":
                byte[] magic = new byte[100_000];
                BitConverter.GetBytes(SegmentFormat.Magic).CopyTo(magic, 0);
                File.WriteAllBytes(path, magic);
                break;
            case "all but the magic":
                Patch.UInt64(path, 0, 0);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "begins with zeros":
                byte[] bytes = new byte[100_000];
                bytes[^1] = 1;
                File.WriteAllBytes(path, bytes);
                break;
            default:
                File.WriteAllText(path, new string('x', 300));
                break;
        }

        if (!isHalfMade)
        {
            Assert.Contains(Assert.Throws<SegmentException>(() => SegmentRemover.Prepare(path, force: true)).ErrorId, new[] { SegmentErrorId.BadMagic, SegmentErrorId.SegmentNotReady });
            return;
        }

        // A process that is still creating the file keeps it, even with force.
        using (Mapper host = Mapper.Start("--open", path))
        {
            foreach (bool force in new[] { false, what == "magic" })
            {
                Assert.Equal(SegmentErrorId.SegmentInUse, Assert.Throws<SegmentException>(() => SegmentRemover.Prepare(path, force)).ErrorId);
            }
        }

        SegmentRemover.Prepare(path, force: false).Remove();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Two_files_of_the_same_name_have_different_identities()
    {
        string path = Make.Segment(_folder);
        string id = SegmentHeader.Read(path).FileId!;
        Assert.Matches(@"^dev[0-9a-f]+-ino\d+-(born[0-9a-f]+|boot[0-9a-f]{32})$", id);
        Assert.Equal(id, FindOne(path).FileId);
        Assert.Equal(id, OneShot.ReadPeers(path)[0].FileId);
        Assert.Equal(id, OneShot.ReadSlotClasses(path)[0].FileId);
        Assert.Equal(id, SegmentValidator.Validate(path).FileId);
        Assert.EndsWith("-boot" + File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim().Replace("-", string.Empty, StringComparison.Ordinal), new FileIdentity(1, 2, 0).ToString(), StringComparison.Ordinal);
        SegmentHeader again = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        Assert.NotEqual(id, again.FileId);
        Assert.Equal(again.FileId, SegmentHeader.Read(path).FileId);
    }

    private static SegmentListing FindOne(string path) => Assert.Single(SegmentFinder.Find(path));

    private static void AssertUsedThenRemoved(Agent there, string path)
    {
        _ = there.Do("create", path);
        Assert.Equal("Free: nobody maps it or has it open for writing", there.Do("use", path));
        Assert.Equal("mapped", there.Do("map", path));
        Assert.StartsWith("Used: ", there.Do("use", path));
        Assert.Equal("SegmentInUse", there.Do("remove", path));
        Assert.Equal("unmapped", there.Do("unmap", path));
        Assert.Equal("removed", there.Do("remove", path));
    }

    private static (string State, string? WhyIncomplete) Judge(string proc, SegmentFile file)
    {
        var vantage = new Vantage(proc);
        ProcessMaps maps = ProcessMaps.Read(vantage, default);
        return (maps.Of(maps.KeyOf(file)).Count > 0 ? "Used" : maps.WhyIncomplete is null ? "Free" : "Unknown", maps.WhyIncomplete);
    }

    /// <summary>Creates a folder like /proc, as seen from the initial namespaces.</summary>
    private string MakeProc()
    {
        string proc = Directory.CreateDirectory(_folder["proc"]).FullName;
        Run("ln", "-s", "/proc/self", proc + "/self");
        Assert.SkipUnless(new Vantage("/proc").WhyViewIsNotWhole is null, "this process does not see all others");
        return proc;
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
