using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

namespace RoamShm.Tests;

// Compiled only for Windows: elsewhere there is nothing to test.
public sealed partial class WindowsTests
{
    [Fact]
    public void A_file_keeps_its_id_when_its_creation_time_changes_and_a_new_file_with_that_time_has_another()
    {
        string path = Make.Segment(_folder);
        string id = SegmentHeader.Read(path).FileId!;
        File.SetCreationTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(id, SegmentHeader.Read(path).FileId);
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        File.SetCreationTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.NotEqual(id, SegmentHeader.Read(path).FileId);
    }

    [Fact]
    public void Streams_and_device_names_are_refused_and_leave_nothing_behind()
    {
        string path = Make.Segment(_folder);
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Id(() => SegmentHeader.Read(path + ":x")));
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Id(() => Segment.Create(path + ":x", Make.Configuration)));
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Id(() => Segment.Create(_folder["nul.seg"], Make.Configuration)));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData(@"C:\x\..\", @"\\?\C:\")]
    [InlineData("C:/x/", @"\\?\C:\x\")]
    [InlineData(@"\\server\share\", @"\\?\UNC\server\share\")]
    [InlineData("//server/share/x/../", @"\\?\UNC\server\share\")]
    public void A_long_path_is_made_absolute_and_extended(string start, string extended)
    {
        string rest = new('d', 250);
        Assert.Equal(extended + rest, WindowsPath.Extend(start + rest));
    }

    [Fact]
    public void A_long_path_without_a_drive_is_extended_from_the_current_folder()
    {
        string rest = new('d', 250);
        string folder = Directory.GetCurrentDirectory();
        Assert.Equal(@"\\?\" + Path.Combine(folder, rest), WindowsPath.Extend(rest));
        Assert.Equal(@"\\?\" + Path.Combine(folder, rest), WindowsPath.Extend(folder.Substring(0, 2) + rest));
        Assert.Equal(@"\\?\" + Path.GetPathRoot(folder) + rest, WindowsPath.Extend(@"\" + rest));
    }

    [Fact]
    public void A_segment_can_be_created_found_and_removed_by_an_extended_path()
    {
        string path = @"\\?\" + _folder["a.seg"];
        Assert.Equal(path, Segment.Create(path, Make.Configuration).Path);
        Assert.Equal(path, Assert.Single(SegmentFinder.Find(@"\\?\" + _folder.Root)).Path);
        SegmentRemover.Prepare(path, force: true).Remove();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_segment_on_a_share_can_be_created_found_and_removed()
    {
        string folder = @"\\localhost\" + _folder.Root.Replace(':', '$');
        Assert.SkipUnless(Directory.Exists(folder), "the administrative share of this drive cannot be reached");
        foreach (string root in new[] { folder, @"\\?\UNC\" + folder.Substring(2) })
        {
            string path = Path.Combine(root, "a.seg");
            Assert.Equal(path, Segment.Create(path, Make.Configuration).Path);
            Assert.Equal(path, Assert.Single(SegmentFinder.Find(root)).Path);
            Assert.Equal(2U, SegmentHeader.Read(path).MaxGuests);
            SegmentRemover.Prepare(path, force: true).Remove();
            Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
        }
    }

    [Fact]
    public void Names_that_differ_only_in_case_are_one_file()
    {
        string path = Make.Segment(_folder);
        string other = _folder["A.SEG"];
        Assert.Equal(SegmentErrorId.SegmentExists, Id(() => Segment.Create(other, Make.Configuration)));
        SegmentEvent[] events = [.. SegmentWatcher.Watch([path, other], new SegmentWatchOptions { Timeout = TimeSpan.Zero })];
        Assert.Equal(path, Assert.Single(events).Path);
        var metrics = new SegmentMetrics();
        foreach (string name in new[] { path, other })
        {
            metrics.Add(new SegmentSurveyor().Survey(name).Single());
        }

        Assert.Contains("roam_segments 1", metrics.Lines());
        SegmentRemover.Prepare(other, force: true).Remove();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("junction")]
    [InlineData("symbolic link")]
    public void Searches_do_not_follow_a_link_to_a_folder_and_removal_refuses_it(string kind)
    {
        string path = Make.Segment(_folder);
        _ = Directory.CreateDirectory(_folder["target"]);
        string inside = Make.Segment(_folder, @"target\b.seg");
        string link = _folder["link"];
        Assert.SkipUnless(kind == "junction" ? TryLink("/J", "link", "target") : TryLink("/D", "link", "target") || TryLinkInWine("link", "target"), $"a {kind} cannot be created here");
        try
        {
            Assert.Equal([path, inside], SegmentFinder.Find(_folder.Root, new SegmentFindOptions { Depth = 5 }).Select(listing => listing.Path));
            SegmentException error = Assert.Throws<SegmentException>(() => SegmentRemover.Prepare(link, force: true));
            Assert.Equal(SegmentErrorId.NotARegularFile, error.ErrorId);
            Assert.Contains("a symbolic link", error.Message, StringComparison.Ordinal);

            // A link in the middle of a path is followed.
            Assert.Equal(SegmentHeader.Read(inside).FileId, SegmentHeader.Read(Path.Combine(link, "b.seg")).FileId);
        }
        finally
        {
            Unlink("link");
        }
    }

    [Fact]
    public void A_symbolic_link_to_a_segment_is_read_but_neither_removed_nor_written_through()
    {
        string path = Make.Segment(_folder);
        string link = _folder["link.seg"];
        Assert.SkipUnless(TryLink(null, "link.seg", "a.seg"), "symbolic links to files cannot be created here");
        Assert.Equal(SegmentHeader.Read(path).FileId, SegmentHeader.Read(link).FileId);
        Assert.Equal(SegmentErrorId.NotARegularFile, Id(() => SegmentRemover.Prepare(link, force: true)));
        Assert.Equal(SegmentErrorId.SegmentExists, Id(() => Segment.Create(link, Make.Configuration)));
        _ = Segment.Create(link, Make.Configuration, new SegmentCreateOptions { Force = true });
        Assert.Equal(default, File.GetAttributes(link) & FileAttributes.ReparsePoint);
        Assert.NotEqual(SegmentHeader.Read(path).FileId, SegmentHeader.Read(link).FileId);
    }

    [Fact]
    public void The_error_for_a_file_that_another_process_does_not_share_says_so()
    {
        string path = Make.Segment(_folder);
        SegmentRemover remover = SegmentRemover.Prepare(path, force: true);
        using var agent = new Agent();
        Assert.Equal("locked", agent.Do("lock", path));
        Assert.All(
            new Action[]
            {
                () => SegmentHeader.Read(path),
                () => OneShot.RaiseGoodbye(path, 1),
                remover.Remove,
                () => Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true }),
            },
            action =>
            {
                SegmentException error = Assert.Throws<SegmentException>(action);
                Assert.Equal(SegmentErrorId.SegmentIOError, error.ErrorId);
                Assert.Contains("does not share it", error.Remedy, StringComparison.Ordinal);
            });
    }

    [Fact]
    public void The_error_for_a_part_of_a_file_that_is_locked_says_so()
    {
        string path = Make.Segment(_folder);
        // A lock belongs to one handle, so another handle of the same process is kept out too.
        using var other = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        other.Lock(0, 4096);
        SegmentException error = Assert.Throws<SegmentException>(() => SegmentHeader.Read(path));
        Assert.Equal(SegmentErrorId.SegmentIOError, error.ErrorId);
        Assert.Contains("locked a part of the file", error.Remedy, StringComparison.Ordinal);
        other.Unlock(0, 4096);
        Assert.Equal(2U, SegmentHeader.Read(path).MaxGuests);
    }

    [Fact]
    public void A_read_only_file_can_be_read_but_not_changed()
    {
        string path = Make.Segment(_folder);
        File.SetAttributes(path, FileAttributes.ReadOnly);
        try
        {
            Assert.Equal(2U, SegmentHeader.Read(path).MaxGuests);
            Assert.Equal(SegmentErrorId.SegmentAccessDenied, Id(() => OneShot.RaiseGoodbye(path, 1)));
        }
        finally
        {
            File.SetAttributes(path, FileAttributes.Normal);
        }
    }

    [Fact]
    public void The_error_for_a_read_only_file_that_cannot_be_replaced_says_that_it_is_read_only()
    {
        string path = Make.Segment(_folder);
        File.SetAttributes(path, FileAttributes.ReadOnly);
        try
        {
            SegmentException error = Assert.Throws<SegmentException>(() => Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true }));
            Assert.Equal(SegmentErrorId.SegmentAccessDenied, error.ErrorId);
            Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.SetAttributes(path, FileAttributes.Normal);
        }

        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_file_that_is_open_for_a_moment_is_replaced_when_its_reader_closes_it()
    {
        string path = _folder["roam.prom"];
        byte[] content = [1, 2, 3];
        File.WriteAllText(path, "old");
        FileStream reader = File.OpenRead(path);
        int pauses = 0;
        using (WindowsNewFile file = WindowsNewFile.Create(path, 3))
        {
            file.Write(0, content, 0, content.Length);
            file.Pause = () =>
            {
                if (++pauses == 3)
                {
                    reader.Dispose();
                }
            };
            file.Publish(replace: true);
        }

        Assert.Equal(3, pauses);
        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_metrics_file_that_stays_open_is_kept_and_the_error_says_why()
    {
        string path = _folder["roam.prom"];
        MetricFile.Replace(path, ["one 1"]);
        using (File.OpenRead(path))
        {
            SegmentException error = Assert.Throws<SegmentException>(() => MetricFile.Replace(path, ["two 2"]));
            Assert.Equal(SegmentErrorId.SegmentIOError, error.ErrorId);
            Assert.StartsWith($"Cannot replace '{path}': ", error.Message, StringComparison.Ordinal);
            Assert.Contains("does not share it", error.Remedy, StringComparison.Ordinal);
        }

        Assert.Equal("one 1\n", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Root));
        MetricFile.Replace(path, ["two 2"]);
        Assert.Equal("two 2\n", File.ReadAllText(path));
    }

    [Fact]
    public void The_error_for_a_read_only_file_that_cannot_be_removed_says_that_it_is_read_only()
    {
        string path = Make.Segment(_folder);
        SegmentRemover remover = SegmentRemover.Prepare(path, force: true);
        File.SetAttributes(path, FileAttributes.ReadOnly);
        SegmentException error = Assert.Throws<SegmentException>(remover.Remove);
        File.SetAttributes(path, FileAttributes.Normal);
        Assert.Equal(SegmentErrorId.SegmentAccessDenied, error.ErrorId);
        Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_another_process_maps_is_not_removed_and_the_error_says_why()
    {
        string path = Make.Segment(_folder);
        using var guest = new Agent();
        _ = guest.Do("map", path);
        SegmentException error = Assert.Throws<SegmentException>(SegmentRemover.Prepare(path, force: true).Remove);
        Assert.Equal(SegmentErrorId.SegmentInUse, error.ErrorId);
        Assert.Contains("a process maps it", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    /// <summary>Creates a link in the test's folder. In Wine, mklink reports success and creates none.</summary>
    private bool TryLink(string? kind, string link, string target)
    {
        string[] kinds = kind is null ? [] : [kind];
        return TryRun("cmd.exe", ["/c", "mklink", .. kinds, link, target]) && (File.Exists(_folder[link]) || Directory.Exists(_folder[link]));
    }

    /// <summary>Creates a symbolic link of Unix, which Wine passes on if it leads to a folder.</summary>
    private bool TryLinkInWine(string link, string target) =>
        TryRun(@"Z:\bin\ln", "-s", target, link) && SpinWait.SpinUntil(() => Directory.Exists(_folder[link]), TimeSpan.FromSeconds(10));

    private void Unlink(string link)
    {
        try
        {
            Directory.Delete(_folder[link]);
        }
        catch (IOException)
        {
            // Wine removes the folder that a link of Unix leads to, if it is empty.
            Assert.True(TryRun(@"Z:\bin\rm", link) && SpinWait.SpinUntil(() => !Directory.Exists(_folder[link]), TimeSpan.FromSeconds(10)));
        }
    }

    private bool TryRun(string program, params string[] arguments)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.Root, RedirectStandardOutput = true, RedirectStandardError = true });
            process?.WaitForExit();
            // Wine starts a program of Unix without a process to wait for.
            return process is null || process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
