using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace RoamShm.Tests;

public sealed class FinderTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_status_is_reported()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who maps a segment");
        using var guest = new Agent();
        string live = Make.Segment(_folder, "live.seg");
        _ = guest.Do("map", live);
        string draining = Make.Segment(_folder, "draining.seg");
        Patch.UInt32(draining, HeaderLayout.Size, 1);
        Patch.UInt32(draining, HeaderLayout.HostGoodbye, 1);
        _ = guest.Do("map", draining);
        string told = Make.Segment(_folder, "told.seg");
        Patch.UInt32(told, HeaderLayout.Size, 1);
        Patch.UInt32(told, HeaderLayout.HostGoodbye, 1);
        string drained = Make.Segment(_folder, "drained.seg");
        Patch.UInt32(drained, HeaderLayout.HostGoodbye, 1);
        string idle = Make.Segment(_folder, "idle.seg");
        string stale = Make.Segment(_folder, "stale.seg");
        File.SetLastWriteTimeUtc(stale, DateTime.UtcNow.AddHours(-1));
        string stalePeer = Make.Segment(_folder, "stalepeer.seg");
        Patch.UInt64(stalePeer, HeaderLayout.HeartbeatInterval, 1000);
        Patch.UInt32(stalePeer, HeaderLayout.Size, 1);
        Patch.UInt64(stalePeer, HeaderLayout.Size + 8, 1);
        File.SetLastWriteTimeUtc(stalePeer, DateTime.UtcNow.AddHours(-1));
        string unknownPeer = Make.Segment(_folder, "unknownpeer.seg");
        Patch.UInt32(unknownPeer, HeaderLayout.Size, 1);
        File.SetLastWriteTimeUtc(unknownPeer, DateTime.UtcNow.AddHours(-1));
        string invalid = Make.Segment(_folder, "invalid.seg");
        Patch.UInt32(invalid, HeaderLayout.MaxGuests, 0);
        File.WriteAllText(_folder["text"], new string('x', 300));
        File.WriteAllBytes(_folder["empty"], []);
        Dictionary<string, SegmentListing> found = Find().ToDictionary(listing => listing.Path!);
        Assert.Equal(9, found.Count);
        Assert.Equal(SegmentStatus.Live, found[live].Status);
        Assert.Equal($"{guest.Id}", found[live].MappedBy);
        Assert.Equal((SegmentStatus.Draining, 1), (found[draining].Status, found[draining].PeersAttached));
        Assert.Equal((SegmentStatus.Abandoned, 1), (found[told].Status, found[told].PeersAttached));
        Assert.Equal(SegmentStatus.Drained, found[drained].Status);
        Assert.Equal(SegmentStatus.Idle, found[idle].Status);
        Assert.Equal(SegmentStatus.Stale, found[stale].Status);
        Assert.Equal(SegmentStatus.Abandoned, found[stalePeer].Status);
        Assert.Equal(SegmentStatus.Abandoned, found[unknownPeer].Status);
        Assert.Equal(SegmentStatus.Invalid, found[invalid].Status);
        Assert.Equal("0600", found[idle].Mode);
        Assert.Equal(Environment.UserName, found[idle].Owner);
        Assert.Equal(2U, found[idle].MaxGuests);
        Assert.Equal(SegmentStatus.Idle, Find(new SegmentFindOptions { MinimumAge = TimeSpan.FromHours(2) }).Single(listing => listing.Path == stale).Status);
    }

    [Fact]
    public void Status_is_unknown_if_mappings_cannot_be_listed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs an unprivileged process");
        using Agent? agent = Agent.TryStartWithoutRights();
        Assert.SkipWhen(agent is null, "no unprivileged process can be started");
        string path = Make.Segment(_folder);
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0x1FF);
        File.SetUnixFileMode(path, (UnixFileMode)0x1B6);
        Assert.Equal(SegmentStatus.Unknown, agent.Do("find", path));
        Assert.Equal(SegmentErrorId.SegmentInUse, agent.Do("remove", path));
        Assert.True(File.Exists(path));
        Patch.UInt32(path, HeaderLayout.Size, (uint)PeerState.Goodbye);
        Assert.Equal(SegmentErrorId.HostMayBeRunning, agent.Do("recover", path, "1"));
        using var host = new Agent();
        _ = host.Do("map", path);
        Assert.Equal("Unknown", agent.Do("find", path));
    }

    [Fact]
    public void An_unreadable_path_is_an_error_only_if_it_was_requested()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "only Unix has permission bits");
        string path = Make.Segment(_folder);
        string folder = Directory.CreateDirectory(_folder["closed"]).FullName;
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0x1ED);
        using Agent? agent = Environment.IsPrivilegedProcess ? Agent.TryStartWithoutRights() : new Agent();
        Assert.SkipWhen(agent is null, "the tests run as root, which may read everything, and cannot start a process as another user");
        File.SetUnixFileMode(path, UnixFileMode.None);
        File.SetUnixFileMode(folder, UnixFileMode.None);
        try
        {
            Assert.Equal(SegmentErrorId.SegmentAccessDenied, agent.Do("find", path));
            Assert.Equal(SegmentErrorId.SegmentAccessDenied, agent.Do("find", folder));
            Assert.Equal("Unreadable", agent.Do("find", _folder.Root));
        }
        finally
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0x1C0);
        }
    }

    [Fact]
    public async Task Fifos_links_sockets_and_proc_never_hang_a_search()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs FIFOs and /proc");
        string real = Make.Segment(_folder);
        _ = Directory.CreateDirectory(_folder["sub"]);
        _ = Directory.CreateSymbolicLink(_folder["sub/loop"], _folder.Root);
        _ = File.CreateSymbolicLink(_folder["sub/link.seg"], real);
        using (Process mkfifo = Process.Start("mkfifo", _folder["fifo"]))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Task<string?[]> search = Task.Run(() => Find(new SegmentFindOptions { Depth = int.MaxValue }).Select(listing => listing.Path).ToArray());
        Assert.Equal(real, Assert.Single(await search.WaitAsync(TimeSpan.FromSeconds(60))));
        Task<int> proc = Task.Run(() => SegmentFinder.Find("/proc", new SegmentFindOptions { Depth = 3 }).Count());
        Assert.Equal(0, await proc.WaitAsync(TimeSpan.FromSeconds(60)));
        Task<int> dev = Task.Run(() => SegmentFinder.Find("/dev", new SegmentFindOptions { Depth = 1 }).Count(listing => listing.Path == "/dev/null"));
        Assert.Equal(0, await dev.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void Depth_limits_a_search()
    {
        _ = Directory.CreateDirectory(_folder["1/2/3"]);
        foreach (string name in new[] { "a.seg", "1/a.seg", "1/2/a.seg", "1/2/3/a.seg" })
        {
            _ = Make.Segment(_folder, name);
        }

        for (int depth = 0; depth <= 3; depth++)
        {
            Assert.Equal(depth + 1, Find(new SegmentFindOptions { Depth = depth }).Count());
        }

        Assert.Equal(_folder["1/a.seg"], Assert.Single(SegmentFinder.Find(_folder["1/a.seg"])).Path);
        Assert.Equal(SegmentErrorId.SegmentNotFound, Assert.Throws<SegmentException>(() => SegmentFinder.Find(_folder["no"]).Count()).ErrorId);
    }

    [Fact]
    public void A_search_can_be_cancelled()
    {
        _ = Make.Segment(_folder);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        _ = Assert.Throws<OperationCanceledException>(() => SegmentFinder.Find(_folder.Root, null, cancelled.Token).Count());
    }

    [Fact]
    public void A_mapping_counts_under_every_name_of_the_file_even_a_deleted_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who maps a segment");
        string path = Make.Segment(_folder, "ä [1].seg");
        using var guest = new Agent();
        _ = guest.Do("map", path);
        using (Process ln = Process.Start(new ProcessStartInfo("ln", [path, _folder["other name"]]))!)
        {
            ln.WaitForExit();
        }

        Assert.Contains(guest.Id, new SegmentUsers().ProcessesOf(_folder["other name"]));
        Assert.Equal(SegmentErrorId.SegmentInUse, Assert.Throws<SegmentException>(() => SegmentRemover.Prepare(_folder["other name"], force: false)).ErrorId);
        File.Delete(path);
        Assert.Contains(guest.Id, new SegmentUsers().ProcessesOf(path));
        _ = Make.Segment(_folder, "ä [1].seg");
        Assert.Empty(new SegmentUsers().ProcessesOf(path));
        Assert.Contains(guest.Id, new SegmentUsers().ProcessesOf(_folder["other name"]));
        Assert.Equal(SegmentErrorId.SegmentNotFound, Assert.Throws<SegmentException>(() => new SegmentUsers().ProcessesOf(_folder["never"])).ErrorId);
    }

    [Fact]
    public void A_concurrent_search_for_mappings_does_not_count_as_use()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who maps a segment");
        string path = Make.Segment(_folder);
        using var file = (UnixSegmentFile)SegmentFile.OpenReadWrite(path);
        int[] own = [Environment.ProcessId];
        bool hasLooked = false;
        file.WithMarkedMapping(address =>
        {
            string start = address.ToInt64().ToString("x", System.Globalization.CultureInfo.InvariantCulture);
            Assert.Contains(File.ReadAllLines("/proc/self/maps"), line => line.StartsWith(start, StringComparison.Ordinal));
            Assert.Empty(new SegmentUsers().ProcessesOf(path).Intersect(own));
            hasLooked = true;
        });
        Assert.True(hasLooked);
        using (file.Map(0, HeaderLayout.Size))
        {
            Assert.Equal(own, new SegmentUsers().ProcessesOf(path));
        }
    }

    [Fact]
    public void Removal_refuses_segments_in_use_and_files_that_are_not_segments()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who maps a segment");
        string path = Make.Segment(_folder);
        Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 30_000_000_000);
        using (var guest = new Agent())
        {
            _ = guest.Do("attach", path);
            _ = guest.Do("beat", path);
            Assert.Equal(SegmentErrorId.SegmentInUse, Id(() => SegmentRemover.Prepare(path, force: false)));
            guest.Kill();
        }

        // Its heartbeat is fresh, but nobody uses the segment any more.
        SegmentRemover.Prepare(path, force: false).Remove();
        Assert.False(File.Exists(path));

        string text = _folder["text"];
        File.WriteAllText(text, new string('x', 300));
        Assert.Equal(SegmentErrorId.BadMagic, Id(() => SegmentRemover.Prepare(text, force: true)));
        Assert.Equal(SegmentErrorId.SegmentNotFound, Id(() => SegmentRemover.Prepare(path, force: true)));
        Assert.Equal(SegmentErrorId.NotARegularFile, Id(() => SegmentRemover.Prepare(_folder.Root, force: true)));
        string other = Make.Segment(_folder, "other.seg");
        Patch.UInt64(other, HeaderLayout.Magic, SegmentFormat.PredecessorMagic);
        Patch.UInt32(other, HeaderLayout.Version, 2);
        SegmentException error = Assert.Throws<SegmentException>(() => SegmentRemover.Prepare(other, force: true));
        Assert.Equal(SegmentErrorId.PredecessorFormat, error.ErrorId);
        Assert.Contains("version 2)", error.Message, StringComparison.Ordinal);
        string link = _folder["link.seg"];
        _ = File.CreateSymbolicLink(link, Make.Segment(_folder, "b.seg"));
        Assert.Equal(SegmentErrorId.NotARegularFile, Id(() => SegmentRemover.Prepare(link, force: true)));
    }

    [Fact]
    public void A_replaced_file_is_not_removed()
    {
        string path = Make.Segment(_folder);
        SegmentRemover remover = SegmentRemover.Prepare(path, force: true);
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        Assert.Equal(SegmentErrorId.SegmentReplaced, Id(remover.Remove));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_drain_ends_when_the_last_guest_leaves_or_the_file_is_gone()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, HeaderLayout.Size, 1);
        Patch.UInt32(path, HeaderLayout.Size + 64, 1);
        SegmentDrain drain = StartDrain(path);
        Assert.False(drain.Look(default));
        Assert.Equal([1, 2], drain.PeersLeft);
        SegmentException error = Assert.Throws<SegmentException>(() => drain.Wait(TimeSpan.Zero, default));
        Assert.Equal(SegmentErrorId.DrainTimeout, error.ErrorId);
        Assert.Contains("peers 1, 2 are", error.Message, StringComparison.Ordinal);
        Patch.UInt32(path, HeaderLayout.Size, 2);
        Assert.False(drain.Look(default));
        Assert.Contains("peer 2 is", Assert.Throws<SegmentException>(() => drain.Wait(TimeSpan.Zero, default)).Message, StringComparison.Ordinal);
        Patch.UInt32(path, HeaderLayout.Size + 64, 0);
        Assert.True(drain.Look(default));
        Assert.False(drain.IsGone);

        // The host restarts under the same name, and guests attach to the new segment.
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        Patch.UInt32(path, HeaderLayout.Size, 1);
        Assert.True(drain.Look(default));
        Assert.True(drain.IsGone);
        Assert.False(drain.Remove(TimeSpan.Zero, force: true, onInUse: null, default));
        Assert.True(File.Exists(path));
        File.Delete(path);
        Assert.True(drain.Look(default));
    }

    [Fact]
    public void A_drain_follows_the_file_whose_goodbye_it_raised()
    {
        string path = Make.Segment(_folder);
        SegmentDrain drain = StartDrain(path);
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        Assert.True(drain.Look(default));
        Assert.True(drain.IsGone);
        Assert.False(drain.Remove(TimeSpan.Zero, force: true, onInUse: null, default));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_drain_raises_the_goodbye_and_names_the_peers_that_stay()
    {
        string path = Make.Segment(_folder);
        using (Segment segment = Segment.OpenReadWrite(path))
        {
            SegmentDrain drain = segment.Drain(TimeSpan.Zero);
            Assert.Equal((true, false, 0), (drain.Header.HostGoodbye, drain.IsGone, drain.PeersLeft.Count));
            Patch.UInt32(path, HeaderLayout.Size, 1);
            Assert.Contains("peer 1 is still attached", Assert.Throws<SegmentException>(() => segment.Drain(TimeSpan.Zero)).Message, StringComparison.Ordinal);
        }

        using Segment readOnly = Segment.Open(path);
        _ = Assert.Throws<InvalidOperationException>(() => readOnly.Drain(TimeSpan.Zero));
    }

    [Fact]
    public void A_segment_that_comes_into_use_before_its_removal_is_kept()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux shows who maps a segment");
        string path = Make.Segment(_folder);
        SegmentRemover remover = SegmentRemover.Prepare(path, force: false);
        using var guest = new Agent();
        _ = guest.Do("map", path);
        Assert.Equal(SegmentErrorId.SegmentInUse, Id(remover.Remove));
        Assert.True(File.Exists(path));
    }

    private static SegmentDrain StartDrain(string path)
    {
        using Segment segment = Segment.Open(path);
        return new SegmentDrain(segment);
    }

    private static string Id(Action action) => Assert.Throws<SegmentException>(action).ErrorId;

    private IEnumerable<SegmentListing> Find(SegmentFindOptions? options = null) => SegmentFinder.Find(_folder.Root, options);
}
