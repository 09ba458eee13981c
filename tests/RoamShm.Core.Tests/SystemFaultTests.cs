using System;
using System.IO;
using System.Linq;

namespace RoamShm.Tests;

/// <summary>The operating system's errors: what each means for an operation, and its remedy.</summary>
public sealed class SystemFaultTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The numbers are those that the Linux manual pages list for the calls of each operation.
    [Theory]
    [InlineData("open", 2, "SegmentNotFound", null)]
    [InlineData("open", 5, "SegmentIOError", null)]
    [InlineData("open", 11, "SegmentIOError", "lease")]
    [InlineData("open", 12, "SegmentIOError", "ulimit -v")]
    [InlineData("open", 13, "SegmentAccessDenied", null)]
    [InlineData("open", 20, "SegmentNotFound", "is a file")]
    [InlineData("open", 23, "SegmentIOError", "fs.file-max")]
    [InlineData("open", 24, "SegmentIOError", "ulimit -n")]
    [InlineData("open", 36, "NotAFileSystemPath", "shorter name")]
    [InlineData("open", 40, "SegmentIOError", "Symbolic links")]
    [InlineData("open", 75, "SegmentIOError", "larger")]
    [InlineData("open", 116, "SegmentIOError", "network")]
    [InlineData("open for writing", 1, "SegmentAccessDenied", "immutable")]
    [InlineData("open for writing", 13, "SegmentAccessDenied", null)]
    [InlineData("open for writing", 26, "SegmentAccessDenied", "running")]
    [InlineData("open for writing", 30, "SegmentAccessDenied", "mounted for writing")]
    [InlineData("look at", 13, "SegmentAccessDenied", "enter every folder")]
    [InlineData("look at", 36, "NotAFileSystemPath", "shorter name")]
    [InlineData("look at", 40, "SegmentIOError", "Symbolic links")]
    [InlineData("read", 5, "SegmentIOError", null)]
    [InlineData("map", 11, "SegmentIOError", "ulimit -l")]
    [InlineData("map", 12, "SegmentIOError", "ulimit -v")]
    [InlineData("map", 14, "InsufficientSpace", "never stored")]
    [InlineData("map", 19, "SegmentIOError", "/dev/shm")]
    [InlineData("map", 22, "SegmentIOError", "/dev/shm")]
    [InlineData("create", 2, "SegmentNotFound", "Make the folder")]
    [InlineData("create", 13, "SegmentAccessDenied", "write to the folder")]
    [InlineData("create", 20, "SegmentNotFound", "a part of the path is a file")]
    [InlineData("create", 24, "SegmentIOError", "ulimit -n")]
    [InlineData("create", 28, "InsufficientSpace", "inode")]
    [InlineData("create", 30, "SegmentAccessDenied", "mounted for writing")]
    [InlineData("create", 36, "NotAFileSystemPath", "shorter name")]
    [InlineData("create", 122, "InsufficientSpace", "quota")]
    [InlineData("reserve", 27, "InsufficientSpace", "ulimit -f")]
    [InlineData("reserve", 28, "InsufficientSpace", "smaller segment")]
    [InlineData("reserve", 122, "InsufficientSpace", "quota")]
    [InlineData("lengthen", 27, "InsufficientSpace", "ulimit -f")]
    [InlineData("write", 5, "SegmentIOError", null)]
    [InlineData("write", 28, "InsufficientSpace", "Free space")]
    [InlineData("set the mode of", 1, "SegmentAccessDenied", "permission bits")]
    [InlineData("name", 1, "SegmentAccessDenied", "sticky")]
    [InlineData("name", 2, "SegmentNotFound", "meanwhile")]
    [InlineData("name", 13, "SegmentAccessDenied", "write to the folder")]
    [InlineData("name", 16, "SegmentIOError", "mounted")]
    [InlineData("name", 18, "SegmentIOError", "mounted")]
    [InlineData("name", 28, "InsufficientSpace", "grow")]
    [InlineData("name", 36, "NotAFileSystemPath", "shorter name")]
    [InlineData("remove", 1, "SegmentAccessDenied", "sticky")]
    [InlineData("remove", 13, "SegmentAccessDenied", "change of its folder")]
    [InlineData("remove", 16, "SegmentIOError", "mounted")]
    [InlineData("remove", 30, "SegmentAccessDenied", "mounted for writing")]
    public void The_remedy_follows_the_cause(string operation, int error, string id, string? remedy)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs the error numbers of Linux");
        SegmentException fault = UnixFault.Of("/dev/shm/x.seg", operation, error);
        Assert.Equal(id, fault.ErrorId);
        Assert.Contains("/dev/shm/x.seg", fault.Message, StringComparison.Ordinal);
        if (remedy is null)
        {
            Assert.Null(fault.Remedy);
        }
        else
        {
            Assert.Contains(remedy, fault.Remedy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("open", 2, "SegmentNotFound", null)]
    [InlineData("open", 32, "SegmentIOError", "does not share")]
    [InlineData("create", 3, "SegmentNotFound", "Make the folder")]
    [InlineData("create", 123, "NotAFileSystemPath", "name that Windows allows")]
    [InlineData("create", 206, "NotAFileSystemPath", "shorter path")]
    [InlineData("reserve", 112, "InsufficientSpace", "Free space")]
    [InlineData("reserve", 223, "InsufficientSpace", "NTFS")]
    [InlineData("name", 5, "SegmentAccessDenied", "replace")]
    [InlineData("name", 183, "SegmentExists", null)]
    [InlineData("remove", 1224, "SegmentIOError", "maps the file")]
    public void The_remedy_follows_the_cause_on_Windows_too(string operation, int code, string id, string? remedy)
    {
        SegmentException fault = WindowsFault.Of(@"C:\x.seg", operation, code, "reason")!;
        Assert.Equal(id, fault.ErrorId);
        Assert.Contains(remedy ?? string.Empty, fault.Remedy ?? string.Empty, StringComparison.Ordinal);
        Assert.Equal(remedy is null, fault.Remedy is null);
    }

    [Fact]
    public void Each_remedy_is_a_sentence_and_each_cause_has_one_remedy()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the words for the causes are libc's");
        string?[] remedies = [.. UnixFault.Known.SelectMany(error => new[] { "open", "create", "map", "name", "remove" }.Select(operation => UnixFault.Of("x", operation, error).Remedy))];
        Assert.All(remedies, remedy => Assert.True(remedy is null || (char.IsUpper(remedy[0]) && remedy.EndsWith('.')), remedy));
    }

    [Fact]
    public void A_name_that_is_too_long_is_reported_as_such()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs the limits of Linux");
        string path = _folder[new string('x', 300)];
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Assert.Throws<SegmentException>(() => Segment.Create(path, Make.Configuration)).ErrorId);
        Assert.Equal(SegmentErrorId.NotAFileSystemPath, Assert.Throws<SegmentException>(() => Segment.Open(path)).ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void An_unwritten_page_on_a_full_file_system_is_an_error_and_does_not_kill_the_process()
    {
        using SmallTmpfs? tmpfs = SmallTmpfs.TryMount(_folder["mount"], 256 * 1024);
        Assert.SkipWhen(tmpfs is null, "a tmpfs cannot be mounted here");
        string path = Path.Combine(tmpfs.Root, "sparse");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(1 << 20);
        }

        using (FileStream filler = File.Create(Path.Combine(tmpfs.Root, "filler")))
        {
            _ = Assert.Throws<IOException>(() =>
            {
                for (int i = 0; i < 1024; i++)
                {
                    filler.Write(new byte[4096], 0, 4096);
                    filler.Flush();
                }
            });
        }

        using SegmentFile segment = SegmentFile.OpenReadWrite(path);
        SegmentException error = Assert.Throws<SegmentException>(() =>
        {
            using MappedPart part = segment.Map(4096, 64);
            unsafe
            {
                *part.Address = 1;
            }
        });
        Assert.Equal(SegmentErrorId.InsufficientSpace, error.ErrorId);
        Assert.Contains("never stored", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_beyond_the_end_of_a_truncated_file_is_an_error_and_does_not_kill_the_process()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems cannot reserve a page");
        string path = _folder["short"];
        File.WriteAllBytes(path, new byte[16384]);
        using SegmentFile segment = SegmentFile.OpenReadWrite(path);
        File.WriteAllBytes(path, new byte[100]);
        Assert.Equal(SegmentErrorId.SegmentTruncated, Assert.Throws<SegmentException>(() => segment.Map(8192, 64)).ErrorId);
    }
}
