using System;
using System.IO;
using System.Linq;

namespace RoamShm.Tests;

/// <summary>File names, file ids and mapped files on Windows. Tests that only check a name or an id run everywhere.</summary>
public sealed partial class WindowsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(@"C:\x\a.seg", false)]
    [InlineData("a.seg", false)]
    [InlineData("C:a.seg", false)]
    [InlineData(@"\\?\C:\x\a.seg", false)]
    [InlineData(@"\\server\share\a.seg", false)]
    [InlineData(@"C:\x\a.seg:x", true)]
    [InlineData("C:/x/a.seg::$DATA", true)]
    [InlineData("C:a.seg:x", true)]
    [InlineData("a.seg:x", true)]
    [InlineData(@"\\?\C:\x\a.seg:x", true)]
    public void An_alternate_data_stream_is_not_a_segment(string path, bool isStream) => Assert.Equal(isStream, WindowsPath.WhyNoFile(path) is not null);

    [Theory]
    [InlineData("NUL", true)]
    [InlineData(@"C:\x\nul.seg", true)]
    [InlineData("C:/x/Com1.a.seg", true)]
    [InlineData("C:aux", true)]
    [InlineData("LPT\u00B2.seg", true)]
    [InlineData("CON .seg", true)]
    [InlineData("conin$", true)]
    [InlineData("COM0", false)]
    [InlineData("COM10", false)]
    [InlineData("null.seg", false)]
    [InlineData(@"C:\nul\a.seg", false)]
    [InlineData(@"\\?\C:\x\NUL", false)]
    [InlineData(".seg", false)]
    public void Device_names_are_reserved_with_any_extension(string path, bool isReserved) => Assert.Equal(isReserved, WindowsPath.IsReserved(path));

    [Theory]
    [InlineData("a.seg")]
    [InlineData(@"C:a.seg")]
    [InlineData(@"\\server\share\a.seg")]
    [InlineData(@"\\?\C:\x\", 300)]
    [InlineData(@"\\?\UNC\server\share\", 300)]
    [InlineData(@"\\.\pipe\", 300)]
    public void A_short_path_and_one_that_is_already_extended_are_passed_on_as_they_are(string start, int rest = 0)
    {
        string path = start + new string('d', rest);
        Assert.Same(path, WindowsPath.Extend(path));
    }

    [Fact]
    public void A_file_id_that_is_never_reused_is_the_identity_without_the_creation_time()
    {
        Assert.Equal(["NTFS", "ReFS", "CSVFS"], new[] { "NTFS", "ReFS", "CSVFS", "FAT32", "exFAT", "UDF", string.Empty }.Where(WindowsFileId.IsLasting));
        var file = FileIdentity.Lasting(0xABC, 5, 1);
        Assert.Equal("volabc-id00000000000000010000000000000005", file.ToString());
        Assert.Equal(file, FileIdentity.Lasting(0xABC, 5, 1));
        Assert.All([FileIdentity.Lasting(0xABD, 5, 1), FileIdentity.Lasting(0xABC, 6, 1), FileIdentity.Lasting(0xABC, 5, 2), new FileIdentity(0xABC, 5, 0)], other => Assert.NotEqual(file, other));
    }

    [Fact]
    public void A_segment_with_a_long_path_can_be_created_read_and_removed()
    {
        string folder = _folder.Root;
        for (int i = 0; i < 3; i++)
        {
            folder = Path.Combine(folder, new string('d', 100));
        }

        _ = Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "a.seg");
        Assert.True(path.Length > 260);
        Assert.Equal(path, Segment.Create(path, Make.Configuration).Path);
        Assert.Equal((uint)Make.Configuration.MaxGuests, SegmentHeader.Read(path).MaxGuests);
        SegmentRemover.Prepare(path, force: true).Remove();
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_folder_in_place_of_a_new_segment_is_refused_as_not_a_regular_file()
    {
        string path = Directory.CreateDirectory(_folder["a.seg"]).FullName;
        Assert.Equal(SegmentErrorId.NotARegularFile, Id(() => Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true })));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    private static string Id(Action action) => Assert.Throws<SegmentException>(action).ErrorId;
}
