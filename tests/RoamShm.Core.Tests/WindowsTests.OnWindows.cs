using System;
using System.IO;

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
}
