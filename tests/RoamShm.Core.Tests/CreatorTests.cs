using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

namespace RoamShm.Tests;

public sealed class CreatorTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Exactly_one_of_many_creating_processes_wins()
    {
        const int rounds = 25;
        List<Agent> agents = Enumerable.Range(0, 16).Select(_ => new Agent()).ToList();
        try
        {
            for (int round = 0; round < rounds; round++)
            {
                string path = _folder[$"race{round}.seg"];
                agents.ForEach(agent => agent.Send("create", path));
                string[] answers = agents.Select(agent => agent.Answer()).ToArray();
                Assert.Equal(1, answers.Count(answer => ulong.TryParse(answer, out _)));
                Assert.Equal(15, answers.Count(answer => answer == SegmentErrorId.SegmentExists));
                Assert.True(SegmentValidator.Validate(path).IsValid);
            }
        }
        finally
        {
            agents.ForEach(agent => agent.Dispose());
        }

        Assert.Equal(rounds, Directory.GetFileSystemEntries(_folder.Root).Length);
    }

    [Fact]
    public void An_existing_file_is_kept_without_force()
    {
        string path = Make.Segment(_folder);
        byte[] before = File.ReadAllBytes(path);
        Assert.Equal(SegmentErrorId.SegmentExists, Id(() => Segment.Create(path, Make.Configuration)));
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Force_leaves_the_old_file_to_processes_that_map_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not allow a mapped file to be replaced");
        string path = Make.Segment(_folder);
        using var agent = new Agent();
        Assert.Equal("mapped", agent.Do("map", path));
        _ = OneShot.RaiseGoodbye(path, 7);
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        Assert.Equal("7", agent.Do("mapped-goodbye", path));
        Assert.False(SegmentHeader.Read(path).HostGoodbye);
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_symbolic_link_is_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows requires a privilege for symbolic links");
        string victim = _folder["victim"];
        File.WriteAllText(victim, "precious");
        string path = _folder["link.seg"];
        _ = File.CreateSymbolicLink(path, victim);
        Assert.Equal(SegmentErrorId.SegmentExists, Id(() => Segment.Create(path, Make.Configuration)));
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Null(new FileInfo(path).LinkTarget);

        string dangling = _folder["dangling.seg"];
        _ = File.CreateSymbolicLink(dangling, _folder["nowhere"]);
        Assert.Equal(SegmentErrorId.SegmentExists, Id(() => Segment.Create(dangling, Make.Configuration)));
        Assert.False(File.Exists(_folder["nowhere"]));
    }

    [Theory]
    [InlineData(null, "0600")]
    [InlineData(0x1B6, "0666")]
    [InlineData(0x1B0, "0660")]
    [InlineData(0x100, "0400")]
    public void The_mode_is_exactly_as_requested(int? mode, string octal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "only Unix has permission bits");
        string path = _folder["mode.seg"];
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Mode = mode });
        Assert.Equal(octal, Convert.ToString((int)File.GetUnixFileMode(path), 8).PadLeft(4, '0'));
    }

    [Fact]
    public void A_mode_out_of_range_is_refused() =>
        Assert.Equal(SegmentErrorId.InvalidConfiguration, Id(() => Segment.Create(_folder["x"], Make.Configuration, new SegmentCreateOptions { Mode = 0x200 })));

    [Fact]
    public void Storage_is_reserved_unless_sparse()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs du");
        var configuration = new SegmentConfiguration { MaxGuests = 1, SlotClasses = [new SlotClass(1 << 20, 8)] };
        string full = _folder["full.seg"];
        string sparse = _folder["sparse.seg"];
        _ = Segment.Create(full, configuration);
        _ = Segment.Create(sparse, configuration, new SegmentCreateOptions { Sparse = true });
        Assert.True(KilobytesUsed(full) >= 8 * 1024);
        Assert.True(KilobytesUsed(sparse) < 1024);
        Assert.Equal(File.ReadAllBytes(full), File.ReadAllBytes(sparse));

        static long KilobytesUsed(string path)
        {
            using Process du = Process.Start(new ProcessStartInfo("du", ["-k", path]) { RedirectStandardOutput = true })!;
            return long.Parse(du.StandardOutput.ReadToEnd().Split('\t')[0], null);
        }
    }

    [Fact]
    public void A_segment_larger_than_the_file_system_fails_and_leaves_nothing_behind()
    {
        var configuration = new SegmentConfiguration { SlotClasses = [new SlotClass(uint.MaxValue, 1 << 20)] };
        SegmentException error = Assert.Throws<SegmentException>(() => Segment.Create(_folder["huge.seg"], configuration));
        Assert.True(error.ErrorId == SegmentErrorId.InsufficientSpace, error.ToString());
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Creation_on_a_full_tmpfs_fails_at_every_stage_and_leaves_nothing_behind()
    {
        using SmallTmpfs? tmpfs = SmallTmpfs.TryMount(_folder["mount"], 256 * 1024);
        Assert.SkipWhen(tmpfs is null, "no tmpfs can be mounted here");
        string path = Path.Combine(tmpfs.Root, "a.seg");
        SegmentConfiguration tooLarge = new() { MaxGuests = 4, BipbufCapacity = 65536, SlotClasses = [new SlotClass(1024, 4)] };

        // Reserved: checked beforehand.
        Assert.Equal(SegmentErrorId.InsufficientSpace, Id(() => Segment.Create(path, tooLarge)));
        Assert.Empty(Directory.GetFileSystemEntries(tmpfs.Root));

        // Sparse: not even the metadata fits.
        SegmentConfiguration manySlots = new() { MaxGuests = 1, BipbufCapacity = 4096, SlotClasses = [new SlotClass(64, 100_000)] };
        Assert.Equal(SegmentErrorId.InsufficientSpace, Id(() => Segment.Create(path, manySlots, new SegmentCreateOptions { Sparse = true })));
        Assert.Empty(Directory.GetFileSystemEntries(tmpfs.Root));

        // A smaller one fits.
        _ = Segment.Create(path, Make.Configuration);
        Assert.True(SegmentValidator.Validate(path).IsValid);
    }

    [Fact]
    public void A_missing_folder_and_a_folder_of_the_same_name_are_errors()
    {
        Assert.Equal(SegmentErrorId.SegmentNotFound, Id(() => Segment.Create(_folder["no/such/a.seg"], Make.Configuration)));
        _ = Directory.CreateDirectory(_folder["d"]);
        Assert.Equal(SegmentErrorId.NotARegularFile, Id(() => Segment.Create(_folder["d"], Make.Configuration, new SegmentCreateOptions { Force = true })));
    }

    [Fact]
    public void A_name_too_long_for_the_file_system_leaves_nothing_behind()
    {
        _ = Assert.Throws<SegmentException>(() => Segment.Create(_folder[new string('x', 300)], Make.Configuration));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
        _ = Segment.Create(_folder[new string('x', 255)], Make.Configuration);
    }

    [Fact]
    public void A_cancelled_creation_leaves_nothing_behind()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        _ = Assert.Throws<OperationCanceledException>(() => Segment.Create(_folder["a.seg"], Make.Configuration, null, cancelled.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_million_slots_are_linked_to_the_last()
    {
        string path = _folder["million.seg"];
        var configuration = new SegmentConfiguration { MaxGuests = 1, SlotClasses = [new SlotClass(1024, 1_000_000)] };
        SegmentLayout layout = SegmentLayout.Compute(configuration);
        _ = Segment.Create(path, configuration, new SegmentCreateOptions { Sparse = true });
        using FileStream file = File.OpenRead(path);
        byte[] slot = new byte[16];
        foreach (int index in new[] { 0, 65535, 65536, 999_998, 999_999 })
        {
            file.Position = (long)layout.Pool.MetaOffset(0) + (16L * index);
            file.ReadExactly(slot);
            Assert.Equal(index == 999_999 ? uint.MaxValue : (uint)index + 1, BitConverter.ToUInt32(slot, 12));
            Assert.All(slot[..12], value => Assert.Equal(0, value));
        }
    }

    private static string Id(Action action) => Assert.Throws<SegmentException>(action).ErrorId;
}
