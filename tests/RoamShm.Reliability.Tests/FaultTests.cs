using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>Killed creators, full disks, files that change under a reader, and long runs.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly string[] Documented =
    [
        SegmentErrorId.SegmentNotFound, SegmentErrorId.SegmentTooShort, SegmentErrorId.SegmentNotReady, SegmentErrorId.SegmentTruncated, SegmentErrorId.BadMagic,
        SegmentErrorId.UnsupportedVersion, SegmentErrorId.UnexpectedHeaderSize, SegmentErrorId.NoSlotClasses, SegmentErrorId.SlotClassTableOutOfBounds,
        SegmentErrorId.InvalidSlotClass, SegmentErrorId.PeerTableOutOfBounds, SegmentErrorId.VarPoolOutOfBounds, SegmentErrorId.InvalidLimits,
    ];

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Truncation_growth_removal_and_replacement_give_an_existing_files_header_or_a_documented_error()
    {
        string path = _folder["a.seg"];
        Create(path + ".1", 2);
        Create(path + ".2", 3);
        File.Copy(path + ".1", path);
        using var agent = new Agent();
        agent.Send("replace-churn", path, Scale.Of(20_000, 400_000).ToString(System.Globalization.CultureInfo.InvariantCulture));
        var validation = new ValidationBatch();
        int headers = 0;
        for (int i = 0; i < Scale.Of(5_000, 100_000); i++)
        {
            Read(() =>
            {
                SegmentHeader header = SegmentHeader.Read(path);
                Assert.True(header.MaxGuests is 2 or 3);
                Assert.Equal(header.MaxGuests == 2 ? 1024U : 1536U, header.MaxPayloadSize);
                headers++;
            });
            Read(() => _ = validation.Validate(path, full: i % 10 == 0, default));
            Read(() => _ = OneShot.ReadPeers(path));
        }

        Assert.Equal("churned", agent.Answer());
        Assert.True(headers > 0);
        Assert.Equal(2U, SegmentHeader.Read(path).MaxGuests);

        static void Read(Action action)
        {
            try
            {
                action();
            }
            catch (SegmentException e)
            {
                Assert.Contains(e.ErrorId, Documented);
            }
        }
    }

    [Fact]
    public void A_watch_survives_truncation_growth_removal_and_replacement()
    {
        string path = _folder["a.seg"];
        Create(path + ".1", 2);
        Create(path + ".2", 3);
        File.Copy(path + ".1", path);
        using var agent = new Agent();
        using var end = new CancellationTokenSource();
        var changes = new HashSet<string>();
        string? answer = null;
        var waiter = new Thread(() =>
        {
            answer = agent.Answer();
            end.Cancel();
        });
        foreach (SegmentEvent change in SegmentWatcher.Watch([path], new SegmentWatchOptions { Interval = TimeSpan.FromMilliseconds(1), Peers = true, WaitForFile = true }, end.Token))
        {
            // Only after the watch has seen it whole: it gives up a file that is damaged at first sight.
            if (changes.Count == 0)
            {
                agent.Send("replace-churn", path, Scale.Of(5_000, 100_000).ToString(System.Globalization.CultureInfo.InvariantCulture));
                waiter.Start();
            }

            Assert.True(change.MaxGuests is 2 or 3);
            _ = changes.Add(change.Change!.Split(',')[0]);
        }

        waiter.Join();
        Assert.Equal("churned", answer);
        Assert.Contains("Initial", changes);
        Assert.True(changes.Count > 1);
    }

    [Fact]
    public void A_killed_creator_leaves_nothing_that_looks_like_a_segment()
    {
        var random = new Random(4711);
        int kills = Scale.Of(15, 1000);
        for (int i = 0; i < kills; i++)
        {
            string last;
            using (var agent = new Agent())
            {
                agent.Send("create-forever", _folder.Root);
                last = agent.Answer();
                SpinWait.SpinUntil(() => false, TimeSpan.FromMicroseconds(random.Next(20_000)));
                agent.Kill();
                while (agent.TryAnswer() is string later)
                {
                    last = later;
                }
            }

            // Its final name holds either nothing or a complete segment; at most one recognisable file has a temporary name.
            Assert.All(Directory.GetFiles(_folder.Root, "*.seg"), made => Assert.True(SegmentValidator.Validate(made).IsValid));
            string[] others = [.. Directory.GetFileSystemEntries(_folder.Root).Where(entry => !entry.EndsWith(".seg", StringComparison.Ordinal))];
            Assert.Equal(others, SegmentLeftovers.Find(_folder.Root));
            Assert.True(others.Length <= 1);
            Assert.All(others, leftover => Assert.True(SegmentLeftovers.Remove(leftover)));
            Assert.Empty(SegmentLeftovers.Find(_folder.Root));
            foreach (string made in Directory.GetFiles(_folder.Root, "*.seg"))
            {
                File.Delete(made);
            }

            _ = Segment.Create(last, new SegmentConfiguration());
            File.Delete(last);
        }
    }

    [Fact]
    public void A_creation_in_progress_is_not_a_leftover_and_only_leftovers_are_removed()
    {
        string temporary = _folder[".roamshm-abcdef"];
        File.WriteAllText(temporary, "in the making");
        using (var agent = new Agent())
        {
            Assert.Equal("locked", agent.Do("lock", temporary));
            Assert.Empty(SegmentLeftovers.Find(_folder.Root));
            Assert.False(SegmentLeftovers.Remove(temporary));
        }

        Assert.Equal([temporary], SegmentLeftovers.Find(_folder.Root));
        string segment = _folder["a.seg"];
        Create(segment, 1);
        Assert.False(SegmentLeftovers.Remove(segment));
        Assert.True(File.Exists(segment));
        Assert.True(SegmentLeftovers.Remove(temporary));
        Assert.False(SegmentLeftovers.Remove(temporary));
    }

    [Fact]
    public void Creation_on_a_full_file_system_fails_at_every_stage_and_leaves_nothing_behind()
    {
        var configuration = new SegmentConfiguration { MaxGuests = 2, BipbufCapacity = 8192, SlotClasses = [new SlotClass(64, 1000), new SlotClass(1024, 20)] };
        long needed = (long)SegmentLayout.Compute(configuration).TotalSize;
        int made = 0;
        int refused = 0;
        for (long size = 4096; size <= needed + (16 * 4096); size += Scale.Of(5, 1) * 4096)
        {
            using SmallTmpfs? tmpfs = SmallTmpfs.TryMount(_folder["mount"], size);
            Assert.SkipWhen(tmpfs is null, "no tmpfs can be mounted here");
            foreach (bool sparse in new[] { false, true })
            {
                string path = Path.Combine(tmpfs.Root, "a.seg");
                try
                {
                    _ = Segment.Create(path, configuration, new SegmentCreateOptions { Sparse = sparse });
                    Assert.True(SegmentValidator.Validate(path, full: true).IsValid);
                    Assert.True(sparse || size >= needed);
                    File.Delete(path);
                    made++;
                }
                catch (SegmentException e)
                {
                    Assert.Equal(SegmentErrorId.InsufficientSpace, e.ErrorId);
                    refused++;
                }

                Assert.Empty(Directory.GetFileSystemEntries(tmpfs.Root));
            }
        }

        Assert.True(made > 0 && refused > 0);
    }

    [Fact]
    public void Exactly_one_of_many_creators_wins()
    {
        List<Agent> agents = [.. Enumerable.Range(0, 16).Select(_ => new Agent())];
        try
        {
            for (int round = 0; round < Scale.Of(20, 200); round++)
            {
                string path = _folder[$"{round}.seg"];
                agents.ForEach(agent => agent.Send("create", path));
                Assert.Equal(1, agents.Count(agent => agent.Answer() != SegmentErrorId.SegmentExists));
                Assert.True(SegmentValidator.Validate(path).IsValid);
            }
        }
        finally
        {
            agents.ForEach(agent => agent.Dispose());
        }
    }

    [Fact]
    public void Concurrent_goodbyes_change_four_bytes_and_every_process_sees_them()
    {
        string path = _folder["a.seg"];
        Create(path, 2);
        byte[] before = File.ReadAllBytes(path);
        List<Agent> agents = [.. Enumerable.Range(0, 8).Select(_ => new Agent())];
        using MemoryMappedFile host = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
        using MemoryMappedViewAccessor view = host.CreateViewAccessor();
        try
        {
            for (int round = 1; round <= Scale.Of(100, 10_000); round++)
            {
                view.Write(HeaderLayout.HostGoodbye, 0U);
                for (int i = 0; i < agents.Count; i++)
                {
                    agents[i].Send("goodbye", path, (1000 + i).ToString(System.Globalization.CultureInfo.InvariantCulture));
                }

                uint[] previous = [.. agents.Select(agent => uint.Parse(agent.Answer(), System.Globalization.CultureInfo.InvariantCulture))];
                uint value = SegmentHeader.Read(path).HostGoodbyeValue;
                Assert.Equal(value, view.ReadUInt32(HeaderLayout.HostGoodbye));
                Assert.Equal(0U, previous[value - 1000]);
                Assert.Equal(7, previous.Count(seen => seen == value));
            }
        }
        finally
        {
            agents.ForEach(agent => agent.Dispose());
        }

        byte[] after = File.ReadAllBytes(path);
        after.AsSpan(64, 4).Clear();
        Assert.Equal(before, after);
    }

    [Fact]
    public void The_mode_is_restrictive_from_the_first_instant_whatever_the_umask()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "only Unix has permission bits");
        uint old = Umask(0);
        try
        {
            using var end = new CancellationTokenSource();
            UnixFileMode seen = UnixFileMode.None;
            int looks = 0;
            var watcher = new Thread(() =>
            {
                while (!end.IsCancellationRequested)
                {
                    foreach (string entry in Directory.GetFileSystemEntries(_folder.Root))
                    {
                        try
                        {
                            seen |= File.GetUnixFileMode(entry);
                            looks++;
                        }
                        catch (FileNotFoundException)
                        {
                            // It has its name by now.
                        }
                    }
                }
            });
            watcher.Start();
            int wanted = Scale.Of(200, 5000);
            for (var bound = Stopwatch.StartNew(); Volatile.Read(ref looks) < wanted && bound.Elapsed < TimeSpan.FromMinutes(2);)
            {
                Create(_folder["a.seg"], 2);
            }

            end.Cancel();
            watcher.Join();
            Assert.True(looks >= wanted);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, seen);
        }
        finally
        {
            _ = Umask(old);
        }
    }

    [Fact]
    public void Nothing_is_written_outside_the_targets_folder()
    {
        _ = Directory.CreateDirectory(_folder["target"]);
        DateTime before = Directory.GetLastWriteTimeUtc(_folder.Root);
        string temporary = Path.GetTempPath();
        string[] there = Directory.GetFileSystemEntries(temporary, ".roamshm*");
        Create(_folder["target/a.seg"], 1);
        Assert.Equal([_folder["target"]], Directory.GetFileSystemEntries(_folder.Root));
        Assert.Equal(before, Directory.GetLastWriteTimeUtc(_folder.Root));
        Assert.Equal(there, Directory.GetFileSystemEntries(temporary, ".roamshm*"));
        Assert.Equal([_folder["target/a.seg"]], Directory.GetFileSystemEntries(_folder["target"]));
    }

    [Fact]
    public void A_sparse_file_of_a_petabyte_costs_no_more_than_its_metadata()
    {
        string path = _folder["petabyte.seg"];
        var configuration = new SegmentConfiguration { MaxGuests = 255, BipbufCapacity = uint.MaxValue, SlotClasses = [new SlotClass(uint.MaxValue, 300_000)] };
        try
        {
            _ = Segment.Create(path, configuration, new SegmentCreateOptions { Sparse = true });
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.InsufficientSpace)
        {
            Assert.Skip("the file system has no files of that size: " + e.Message);
        }

        long memory = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(new FileInfo(path).Length > 1000L << 40);
        Assert.True(SegmentValidator.Validate(path, full: true).IsValid);
        Assert.Equal(255, OneShot.ReadPeers(path).Count);
        Assert.Equal(300_000, OneShot.ReadSlotClasses(path)[0].Free);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - memory, 0, 64L << 20);
    }

    [Fact]
    public void A_long_watch_leaks_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc to count");
        string[] paths = [.. Enumerable.Range(0, 20).Select(i => _folder[$"{i}.seg"])];
        Array.ForEach(paths, path => Create(path, 2));
        int looks = 0;
        int wanted = Scale.Of(2_000, 200_000);
        using var end = new CancellationTokenSource();
        (int Files, int Mappings, long Memory) start = default;
        var options = new SegmentWatchOptions
        {
            Interval = TimeSpan.FromMilliseconds(1),
            Peers = true,
            WaitForFile = true,
            Discover = () =>
            {
                if (looks == wanted / 10)
                {
                    start = Measure();
                }

                if (++looks == wanted)
                {
                    end.Cancel();
                }

                // Change something occasionally.
                if (looks % 50 == 0)
                {
                    Create(paths[looks / 50 % paths.Length], 2);
                }

                return [];
            },
        };
        int changes = SegmentWatcher.Watch(paths, options, end.Token).Count();
        (int files, int mappings, long memory) = Measure();
        Assert.True(changes > wanted / 100);
        Assert.InRange(files, 0, start.Files + 10);
        Assert.InRange(mappings, 0, start.Mappings);
        Assert.InRange(memory, 0, start.Memory + (8 << 20));
    }

    [Fact]
    public void Operations_release_every_handle_and_mapping()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc to count");
        string path = _folder["a.seg"];
        Create(path, 2);
        (int Files, int Mappings, long Memory) start = Measure();
        for (int i = 0; i < Scale.Of(200, 1000); i++)
        {
            _ = OneShot.RaiseGoodbye(path, 1);
            _ = OneShot.RecoverPeer(path, 1, force: true);
            Patch.UInt32(path, HeaderLayout.Size, 2);
            _ = OneShot.RecoverPeer(path, 1, force: true);
            _ = new SegmentUsers().ProcessesOf(path);
            _ = Assert.Throws<SegmentException>(() => OneShot.RecoverPeer(path, 9, force: true));
            _ = SegmentWatcher.Watch([path]).First();
            Create(path, 2);
        }

        (int files, int mappings, _) = Measure();
        Assert.InRange(files, 0, start.Files + 10);
        Assert.InRange(mappings, 0, start.Mappings);
    }

    [Fact]
    public void Heartbeats_depend_on_the_monotonic_clock_and_not_on_the_time_of_day()
    {
        // Read between two readings of the same clock by the runtime; the time of day is 50 years away from it.
        ulong before = (ulong)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
        ulong now = MonotonicClock.Now();
        ulong after = (ulong)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
        Assert.InRange(now, before - 1000, after + 1000);
    }

    [DllImport("libc", EntryPoint = "umask")]
    private static extern uint Umask(uint mask);

    private static void Create(string path, int guests) => Segment.Create(
        path,
        new SegmentConfiguration { MaxGuests = guests, BipbufCapacity = 1024, MaxPayloadSize = guests * 512, SlotClasses = [new SlotClass(64, 4)] },
        new SegmentCreateOptions { Force = true });

    /// <summary>Counts open files, mappings of this test's files, and live managed memory.</summary>
    private (int Files, int Mappings, long Memory) Measure() => (
        Directory.GetFileSystemEntries("/proc/self/fd").Length,
        File.ReadLines("/proc/self/maps").Count(line => line.Contains(_folder.Root, StringComparison.Ordinal)),
        GC.GetTotalMemory(forceFullCollection: true));
}
