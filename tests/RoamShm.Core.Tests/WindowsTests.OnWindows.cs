using System;
using System.IO;

namespace RoamShm.Tests;

// Compiled for Windows alone: elsewhere there is nothing to test.
public sealed partial class WindowsTests
{
    [Fact]
    public void A_file_stays_the_same_when_its_time_of_creation_is_set_and_a_new_one_is_another_even_with_the_old_time()
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
    public void A_stream_and_a_devices_name_are_refused_and_nothing_is_left_behind()
    {
        string path = Make.Segment(_folder);
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Id(() => SegmentHeader.Read(path + ":x")));
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Id(() => Segment.Create(path + ":x", Make.Configuration)));
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Id(() => Segment.Create(_folder["nul.seg"], Make.Configuration)));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_file_that_is_read_only_says_so_when_it_cannot_be_removed()
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
}
