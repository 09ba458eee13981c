using System;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace RoamShm.Tests;

/// <summary>The queries that completion and pictures make.</summary>
public sealed class PictureTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _path;

    public PictureTests() => _path = Make.Segment(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_a_file_that_begins_with_the_magic_is_a_segment()
    {
        Assert.True(Segment.IsSegment(_path));
        File.WriteAllBytes(_folder["magic"], File.ReadAllBytes(_path)[..8]);
        Assert.True(Segment.IsSegment(_folder["magic"]));
        File.WriteAllBytes(_folder["torn"], File.ReadAllBytes(_path)[..7]);
        File.WriteAllBytes(_folder["empty"], []);
        File.WriteAllText(_folder["text"], new string('x', 1000));
        Patch.Bytes(_path, 0, "TELXHUB\u0007"u8.ToArray());
        foreach (string? path in new[] { _folder["torn"], _folder["empty"], _folder["text"], _path, _folder["none"], _folder["none/x"], _folder.Root, string.Empty, "a\0b", "\ud800", new string('n', 10_000), "/dev/null", "/dev/tty", null })
        {
            Assert.False(Segment.IsSegment(path), path);
        }
    }

    [Fact]
    public void Links_are_followed_and_a_FIFO_is_not_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs links and FIFOs");
        _ = File.CreateSymbolicLink(_folder["link"], _path);
        _ = File.CreateSymbolicLink(_folder["nowhere"], _folder["none"]);
        _ = File.CreateSymbolicLink(_folder["loop"], _folder["loop"]);
        string fifo = _folder["fifo"];
        using (Process make = Process.Start("mkfifo", fifo))
        {
            make.WaitForExit();
        }

        _ = File.CreateSymbolicLink(_folder["to-fifo"], fifo);
        using Process writer = Process.Start(new ProcessStartInfo("sh", ["-c", $"echo x > '{fifo}'"]))!;

        // It blocks in open(2) until there is a reader.
        Assert.False(writer.WaitForExit(500));
        Assert.True(Segment.IsSegment(_folder["link"]));
        foreach (string name in new[] { "nowhere", "loop", "fifo", "to-fifo" })
        {
            Assert.False(Segment.IsSegment(_folder[name]), name);
        }

        Assert.False(writer.WaitForExit(200));
        Assert.Equal("x\n", File.ReadAllText(fifo));
        writer.WaitForExit();
    }

    [Fact]
    public void Peer_states_can_be_read_without_rings_and_slots()
    {
        using var guest = new Agent();
        _ = guest.Do("attach", _path);
        _ = guest.Do("beat", _path);
        _ = guest.Do("queue", _path, "g2h", "5");
        _ = guest.Do("allocate", _path, "0", "1");
        SegmentPeer full = OneShot.ReadPeers(_path)[0];
        SegmentPeer state = OneShot.ReadPeers(_path, PeerDetail.States)[0];
        Assert.Equal((full.PeerId, full.State, full.Epoch, full.LastHeartbeat, full.RingOffset, full.Path), (state.PeerId, state.State, state.Epoch, state.LastHeartbeat, state.RingOffset, state.Path));
        Assert.Equal((0L, null, 0L), (state.GuestToHostQueued, state.GuestToHostEntries, state.SlotsOwned));
        SegmentPeer uncounted = OneShot.ReadPeers(_path, PeerDetail.Rings)[0];
        Assert.Equal((1L, 0L, 16L), (full.SlotsOwned, uncounted.SlotsOwned, uncounted.GuestToHostQueued));
    }

    [Fact]
    public void The_parts_of_a_segment_are_contiguous()
    {
        SegmentHeader header = SegmentHeader.Read(_path);
        Assert.Equal(
            [("header", 0UL, 128UL), ("peer table", 128UL, 128UL), ("rings", Make.RingBase, Make.PoolOffset - Make.RingBase), ("slot pool", Make.PoolOffset, (ulong)Make.Length - Make.PoolOffset)],
            SegmentPart.Of(header).Select(part => (part.Name, part.Offset, part.Size)));
        header.CurrentSize += 4096;
        Assert.Equal(("extents", (ulong)Make.Length, 4096UL), SegmentPart.Of(header).Select(part => (part.Name, part.Offset, part.Size)).Last());
        header.MaxGuests = uint.MaxValue;
        header.PeerTableOffset = ulong.MaxValue;
        header.VarPoolOffset = ulong.MaxValue;
        Assert.Equal([128UL, 0UL, 0UL, 0UL, 4096UL], SegmentPart.Of(header).Select(part => part.Size));
    }
}
