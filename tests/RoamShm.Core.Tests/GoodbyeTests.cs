using System;
using System.IO;
using System.Linq;
using System.Threading;

namespace RoamShm.Tests;

public sealed class GoodbyeTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_four_bytes_change()
    {
        string path = Make.Segment(_folder);
        byte[] before = File.ReadAllBytes(path);
        using Segment segment = Segment.OpenReadWrite(path);
        Assert.Equal(0U, segment.RaiseGoodbye(0x01020304));
        Assert.Equal(0x01020304U, segment.Header.HostGoodbyeValue);
        byte[] after = Patch.Read(path);
        Assert.Equal([4, 3, 2, 1], after[64..68]);
        Assert.Equal(before[..64], after[..64]);
        Assert.Equal(before[68..], after[68..]);
    }

    [Fact]
    public void A_raised_flag_keeps_its_value()
    {
        string path = Make.Segment(_folder);
        _ = OneShot.RaiseGoodbye(path, 5);
        using Segment segment = Segment.OpenReadWrite(path);
        Assert.Equal(5U, segment.RaiseGoodbye(9));
        Assert.Equal(5U, segment.Header.HostGoodbyeValue);
        Assert.Equal(5U, SegmentHeader.Read(path).HostGoodbyeValue);
    }

    [Fact]
    public void One_of_many_concurrent_calls_sets_the_flag_and_all_agree()
    {
        string path = Make.Segment(_folder);
        uint[] previous = new uint[16];
        var threads = Enumerable.Range(0, 16).Select(i => new Thread(() => previous[i] = OneShot.RaiseGoodbye(path, (uint)i + 1))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        uint value = SegmentHeader.Read(path).HostGoodbyeValue;
        Assert.Equal(0U, previous[value - 1]);
        Assert.Equal(15, previous.Count(seen => seen == value));
    }

    [Fact]
    public void Goodbyes_are_visible_between_processes_in_both_directions()
    {
        string path = Make.Segment(_folder);
        using var agent = new Agent();
        Assert.Equal("mapped", agent.Do("map", path));
        Assert.Equal("0", agent.Do("mapped-goodbye", path));
        _ = OneShot.RaiseGoodbye(path, 3);
        Assert.Equal("3", agent.Do("mapped-goodbye", path));

        string second = Make.Segment(_folder, "b.seg");
        Assert.Equal("0", agent.Do("goodbye", second, "4"));
        Assert.Equal(4U, SegmentHeader.Read(second).HostGoodbyeValue);
    }

    [Fact]
    public void Zero_is_not_a_valid_goodbye() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => OneShot.RaiseGoodbye(Make.Segment(_folder), 0));

    [Fact]
    public void A_segment_smaller_than_a_page_works()
    {
        string path = _folder["tiny.seg"];
        _ = Segment.Create(path, new SegmentConfiguration { MaxGuests = 1, BipbufCapacity = 64, MaxPayloadSize = 64, SlotClasses = [new SlotClass(64, 1)] });
        Assert.Equal(0U, OneShot.RaiseGoodbye(path, 1));
        Assert.Equal(768, new FileInfo(path).Length);
    }

    [Fact]
    public void A_file_that_is_not_a_segment_is_left_unchanged()
    {
        string path = _folder["text"];
        File.WriteAllText(path, new string('x', 5000));
        Assert.Equal(SegmentErrorId.BadMagic, Assert.Throws<SegmentException>(() => OneShot.RaiseGoodbye(path, 1)).ErrorId);
        Assert.Equal(new string('x', 5000), File.ReadAllText(path));
    }
}
