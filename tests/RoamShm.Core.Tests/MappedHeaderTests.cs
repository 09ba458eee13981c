using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace RoamShm.Tests;

/// <summary>The header over memory: the bytes of the reference, its checks in order, and a mapping that another process changes concurrently.</summary>
public sealed unsafe class MappedHeaderTests : IDisposable
{
    private const string Zeros = "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    private readonly TestFolder _folder = new();
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(4096, 64);

    public MappedHeaderTests() => new Span<byte>(_memory, 4096).Clear();

    /// <summary>The configuration, the goodbye, and the first 80 bytes that the reference wrote; the other 48 are zero.</summary>
    public static TheoryData<string, long, long, long, long, ulong, string, uint, string> Golden => new()
    {
        { "classes5", 3, 8192, 1048576, 512, 500000000, "64:32,256:16,4096:8,65536:4,1048576:2", 0, "524f414d485542070700000080000000806125000000000000001000000200000300000000200000800000000000000040c40000000000000065cd1d0000000000000000050000008061250000000000" },
        { "docs_example", 1, 65536, 4096, 256, 0, "4096:16", 0, "524f414d4855420707000000800000000003030000000000001000000001000001000000000001008000000000000000c001020000000000000000000000000000000000010000000003030000000000" },
        { "guests255", 255, 256, 1024, 128, 1000000000, "64:4", 0, "524f414d485542070700000080000000c03e0300000000000004000080000000ff000000000100008000000000000000403d03000000000000ca9a3b000000000000000001000000c03e030000000000" },
        { "inline0_hb1s", 2, 4096, 65536, 0, 1000000000, "4096:4", 0, "524f414d4855420707000000800000008083000000000000000001000000000002000000001000008000000000000000004300000000000000ca9a3b0000000000000000010000008083000000000000" },
        { "odd", 3, 100, 777, 33, 12345, "100:3,1000:5", 0, "524f414d485542070700000080000000801d000000000000090300002100000003000000640000008000000000000000400700000000000039300000000000000000000002000000801d000000000000" },
        { "st_goodbye", 4, 4096, 65536, 256, 0, "1024:4,8192:2", 1, "524f414d48554207070000008000000080d600000000000000000100000100000400000000100000800000000000000080850000000000000000000000000000010000000200000080d6000000000000" },
        { "tiny", 1, 64, 64, 0, 0, "64:1", 0, "524f414d48554207070000008000000000030000000000004000000000000000010000004000000080000000000000004002000000000000000000000000000000000000010000000003000000000000" },
        { "upstream_fixture", 2, 128, 1024, 256, 1000000, "1024:4,16384:2", 0, "524f414d4855420707000000800000000096000000000000000400000001000002000000800000008000000000000000000500000000000040420f000000000000000000020000000096000000000000" },
    };

    private Span<byte> Bytes => new(_memory, HeaderLayout.Size);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Initializing_zeroed_memory_writes_the_bytes_of_the_reference(string name, long guests, long capacity, long payload, long inline, ulong heartbeat, string classes, uint goodbye, string hex)
    {
        Assert.NotEmpty(name);
        var header = new MappedHeader(_memory);
        header.Initialize(Configure(guests, capacity, payload, inline, heartbeat, classes));
        header.HostGoodbye = goodbye;
        Assert.Equal(hex + Zeros, Convert.ToHexStringLower(Bytes));
        Assert.Null(header.Validate());
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Every_field_is_read_from_its_offset(string name, long guests, long capacity, long payload, long inline, ulong heartbeat, string classes, uint goodbye, string hex)
    {
        Convert.FromHexString(hex).CopyTo(Bytes);
        SegmentConfiguration configuration = Configure(guests, capacity, payload, inline, heartbeat, classes);
        SegmentLayout layout = SegmentLayout.Compute(configuration);
        var header = new MappedHeader(_memory, isReadOnly: true);
        Assert.Equal((0x0742_5548_4D41_4F52UL, 7U, 128U), (header.Magic, header.Version, header.HeaderSize));
        Assert.Equal((layout.TotalSize, layout.TotalSize, goodbye), (header.TotalSize, header.CurrentSize, header.HostGoodbye));
        Assert.Equal((payload, inline, guests, capacity), (header.MaxPayloadSize, header.InlineThreshold, header.MaxGuests, header.BipbufCapacity));
        Assert.Equal((128UL, layout.VarPoolOffset, heartbeat), (header.PeerTableOffset, header.VarPoolOffset, header.HeartbeatInterval));
        Assert.Equal((name.Length > 0 ? (uint)configuration.SlotClasses.Count : 0, inline == 0 ? 256U : (uint)inline), (header.NumVarSlotClasses, header.EffectiveInlineThreshold));
    }

    [Fact]
    public void Memory_in_use_is_not_initialized()
    {
        var header = new MappedHeader(_memory);
        for (int i = 0; i < HeaderLayout.Size; i++)
        {
            Bytes.Clear();
            Bytes[i] = 1;
            _ = Assert.Throws<InvalidOperationException>(() => header.Initialize(Make.Configuration));
            Assert.Equal(1, Bytes.ToArray().Sum(value => value));
        }

        Bytes.Clear();
        Assert.Equal(SegmentErrorId.InvalidConfiguration, Assert.Throws<SegmentException>(() => header.Initialize(new SegmentConfiguration { MaxGuests = 0 })).ErrorId);
        Assert.True(Bytes.IndexOfAnyExcept((byte)0) < 0);
    }

    // From the first check to the last: with everything wrong the first one fails, and once that is fixed the next one does.
    [Fact]
    public void The_checks_run_in_the_order_of_the_reference()
    {
        var header = new MappedHeader(_memory);
        const long length = 4096;
        Set64(HeaderLayout.VarPoolOffset, length - 63);
        Set64(HeaderLayout.Magic, 0x0142_5548_4150_4152);
        Assert.Equal(SegmentErrorId.PredecessorFormat, header.Validate(length)?.ErrorId);
        Set64(HeaderLayout.Magic, 0x0742_5548_584C_4554);
        Assert.Equal(SegmentErrorId.SuccessorFormat, header.Validate(length)?.ErrorId);
        Set64(HeaderLayout.Magic, 1);
        Assert.Equal(SegmentErrorId.BadMagic, header.Validate(length)?.ErrorId);
        Set64(HeaderLayout.Magic, 0x0742_5548_4D41_4F52);
        Assert.Equal(SegmentErrorId.UnsupportedVersion, header.Validate(length)?.ErrorId);
        Set32(HeaderLayout.Version, 7);
        Assert.Equal(SegmentErrorId.UnexpectedHeaderSize, header.Validate(length)?.ErrorId);
        Set32(HeaderLayout.HeaderSize, 128);
        Assert.Equal(SegmentErrorId.NoSlotClasses, header.Validate(length)?.ErrorId);
        Set32(HeaderLayout.NumVarSlotClasses, 2);
        Assert.Equal(SegmentErrorId.SlotClassTableOutOfBounds, header.Validate(length)?.ErrorId);
        Set64(HeaderLayout.VarPoolOffset, length - 128);
        Assert.Equal((SegmentErrorId.InvalidSlotClass, true), (header.Validate(length)?.ErrorId, header.Validate(length)!.Message.Contains("slot class 0", StringComparison.Ordinal)));
        Set32((int)length - 128, 64);
        Set32((int)length - 124, 1);
        Assert.Contains("slot class 1", header.Validate(length)!.Message, StringComparison.Ordinal);
        Set32((int)length - 64, 64);
        Set32((int)length - 60, 1);
        Assert.Null(header.Validate(length));

        // The header alone passes, since it has classes.
        Set64(HeaderLayout.VarPoolOffset, ulong.MaxValue - 7);
        Assert.Null(header.Validate());
        Assert.Equal(SegmentErrorId.SlotClassTableOutOfBounds, header.Validate(length)?.ErrorId);
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => header.Validate(127));
    }

    [Fact]
    public void A_goodbye_is_raised_once()
    {
        var header = new MappedHeader(_memory);
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => header.RaiseGoodbye(0));
        Assert.Equal((0U, 5U, 5U), (header.RaiseGoodbye(5), header.RaiseGoodbye(9), header.HostGoodbye));
        Assert.Equal("05000000", Convert.ToHexStringLower(Bytes.Slice(64, 4)));
        Assert.Equal(5, Bytes.ToArray().Sum(value => value));
    }

    [Fact]
    public void A_read_only_view_stores_nothing()
    {
        var header = new MappedHeader(_memory, isReadOnly: true);
        _ = Assert.Throws<InvalidOperationException>(() => header.RaiseGoodbye());
        _ = Assert.Throws<InvalidOperationException>(() => header.HostGoodbye = 1);
        _ = Assert.Throws<InvalidOperationException>(() => header.CurrentSize = 1);
        _ = Assert.Throws<InvalidOperationException>(() => header.Initialize(Make.Configuration));
        Assert.True(Bytes.IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void Invalid_header_addresses_are_refused()
    {
        _ = Assert.Throws<ArgumentNullException>(() => new MappedHeader(null));
        _ = Assert.Throws<ArgumentException>(() => new MappedHeader(_memory + 4));
        Assert.True(new MappedHeader(_memory) == new MappedHeader(_memory, isReadOnly: true));
        Assert.True(new MappedHeader(_memory) != new MappedHeader(_memory + 64));
    }

    [Fact]
    public void Stores_are_visible_between_processes_through_a_mapping()
    {
        string path = Make.Segment(_folder);
        using var agent = new Agent();
        Assert.Equal("mapped", agent.Do("map", path));
        using Segment segment = Segment.OpenReadWrite(path);
        using SegmentMapping mapping = segment.Map();
        MappedHeader header = mapping.Header;
        Assert.Equal("0", agent.Do("goodbye", path, "3"));
        Assert.Equal(3U, header.HostGoodbye);
        header.HostGoodbye = 4;
        Assert.Equal("4", agent.Do("mapped-goodbye", path));
        Assert.Equal("grown", agent.Do("grow", path, "4096"));
        Assert.Equal((ulong)Make.Length + 4096, header.CurrentSize);
        Assert.Equal(Make.Length + 4096L, new FileInfo(path).Length);
        header.CurrentSize += 64;
        Assert.Equal((ulong)Make.Length + 4160, SegmentHeader.ReadUnchecked(path).CurrentSize);

        // The open segment reports the change when its header is read again.
        Assert.Equal(0U, segment.Header.HostGoodbyeValue);
        Assert.Equal(4U, segment.ReadHeader().HostGoodbyeValue);
    }

    [Fact]
    public void A_size_that_another_process_keeps_changing_never_tears()
    {
        string path = Make.Segment(_folder);
        using var agent = new Agent();
        using Segment segment = Segment.Open(path);
        using SegmentMapping mapping = segment.Map();
        MappedHeader header = mapping.Header;
        const ulong one = 0x1111_1111_1111_1111, other = 0x2222_2222_2222_2222, last = 0x3333_3333_3333_3333;
        agent.Send("flip-size", path, "0x1111111111111111", "0x2222222222222222", "0x3333333333333333", "30000000");
        ulong seen = 0;
        for (int i = 0; seen != last; i++)
        {
            seen = header.CurrentSize;
            if (seen is not (Make.Length or one or other or last))
            {
                Assert.Fail($"{seen:x} was never stored");
            }

            Assert.True(i < 2_000_000_000, "the other process does not store");
        }

        Assert.Equal("flipped", agent.Answer());
    }

    [Fact]
    public void A_mapping_opened_for_reading_refuses_stores_and_a_disposed_one_has_no_header()
    {
        string path = Make.Segment(_folder);
        using Segment segment = Segment.Open(path);
        SegmentMapping mapping = segment.Map();
        _ = Assert.Throws<InvalidOperationException>(() => mapping.Header.RaiseGoodbye());
        Assert.Equal(segment.Header.TotalSize, mapping.Header.TotalSize);
        segment.Dispose();
        Assert.Null(mapping.Header.Validate());
        mapping.Dispose();
        mapping.Dispose();
        _ = Assert.Throws<ObjectDisposedException>(() => mapping.Header);
    }

    [Fact]
    public void A_file_truncated_after_opening_is_not_mapped()
    {
        string path = Make.Segment(_folder);
        using Segment segment = Segment.OpenReadWrite(path);
        Patch.Length(path, 100);
        byte[] before = Patch.Read(path);
        Assert.Equal(SegmentErrorId.SegmentTruncated, Assert.Throws<SegmentException>(() => segment.Map()).ErrorId);
        Assert.Equal(SegmentErrorId.SegmentTruncated, Assert.Throws<SegmentException>(() => segment.RaiseGoodbye()).ErrorId);
        Assert.Equal(before, Patch.Read(path));
    }

    private static SegmentConfiguration Configure(long guests, long capacity, long payload, long inline, ulong heartbeat, string classes) =>
        GoldenTests.Configure(guests, capacity, payload, inline, heartbeat, classes);

    private void Set32(int offset, uint value) => *(uint*)(_memory + offset) = value;

    private void Set64(int offset, ulong value) => *(ulong*)(_memory + offset) = value;
}
