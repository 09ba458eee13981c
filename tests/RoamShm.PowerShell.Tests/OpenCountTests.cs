using System;
using System.IO;

namespace RoamShm.Tests;

/// <summary>
/// A command opens a segment once, so everything it reports is about the same file. Recovery and removal are exceptions: the kernel proves that nobody uses a
/// file only to a process that does not have it open for writing, so they open it twice and compare the two.
/// </summary>
public sealed class OpenCountTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();

    public void Dispose()
    {
        _prompt.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Get-RoamSegmentHeader $path")]
    [InlineData("Get-RoamPeer $path -All")]
    [InlineData("Get-RoamSlotClass $path")]
    [InlineData("Test-RoamSegment $path")]
    [InlineData("Test-RoamSegment $path -Full -Detailed")]
    [InlineData("Show-RoamSegment $path")]
    [InlineData("Find-RoamSegment $path")]
    [InlineData("Find-RoamSegment $folder")]
    [InlineData("Test-RoamHealth $path")]
    [InlineData("Test-RoamHealth $folder")]
    [InlineData("Export-RoamMetric $path")]
    [InlineData("Set-RoamGoodbye $path")]
    public void A_segment_is_opened_once(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs inotify to count opens");
        string path = _folder["a.seg"];
        _ = _prompt.Run("New-RoamSegment $path -MaxGuests 2 -SlotClass 64:4", ("path", path)).Single;
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        using var counter = new OpenCounter(path);
        Output output = _prompt.Run(command, ("path", path), ("folder", _folder.Root));
        Assert.Equal(1, counter.Count());
        Assert.Empty(output.Errors);
        Assert.NotEmpty(output.Objects);
    }

    [Fact]
    public void The_counter_counts_opens()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs inotify to count opens");
        string path = _folder["file"];
        File.WriteAllText(path, "text");
        using var counter = new OpenCounter(path);
        Assert.Equal(0, counter.Count());
        using (FileStream outer = File.OpenRead(path))
        {
            _ = outer.ReadByte();
            _ = File.ReadAllText(path);
        }

        _ = File.ReadAllText(path);
        Assert.Equal(3, counter.Count());
        Assert.Equal(0, counter.Count());
    }
}
