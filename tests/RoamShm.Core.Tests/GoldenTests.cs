using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;

namespace RoamShm.Tests;

/// <summary>The output of the reference implementation for given configurations, as a SHA-256 of the whole file.</summary>
public sealed class GoldenTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string, long, long, long, long, ulong, string, long, string> Golden => new()
    {
        { "docs_example", 1, 65536, 4096, 256, 0, "4096:16", 197376, "1fa402fb0ebac31c50e123c7662957a55b4774dbd1da7619b1cbbaac4e9169e8" },
        { "tiny", 1, 64, 64, 0, 0, "64:1", 768, "285b5a7f9b69854b2a0722e62033085db0b71d2028709e111e71ff28f570fc46" },
        { "guests255", 255, 256, 1024, 128, 1000000000, "64:4", 212672, "385afa2ade94def667b27b206c57dc87477eef0b416e9f0daa9898884e10662b" },
        { "inline0_hb1s", 2, 4096, 65536, 0, 1000000000, "4096:4", 33664, "b1e1f133833617324d51bd4d95183004f78088404e7a743dcea37e328fb62e9e" },
        { "odd", 3, 100, 777, 33, 12345, "100:3,1000:5", 7552, "b2ae78b78186c770ce149334e515657b3535caf6bd142a8361c1bd96bf49c166" },
        { "classes5", 3, 8192, 1048576, 512, 500000000, "64:32,256:16,4096:8,65536:4,1048576:2", 2449792, "09588ce41cedfd4fc062a91309701eee089ea1d5e5df465d489c7e6f184287e3" },
        { "upstream_fixture", 2, 128, 1024, 256, 1000000, "1024:4,16384:2", 38400, "f210af83325bd0bae13b0560757e0f151ce3cae331a4f998d9f2f550b34985c4" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_new_segment_matches_the_reference(string name, long guests, long capacity, long payload, long inline, ulong heartbeat, string classes, long length, string sha256)
    {
        var configuration = Configure(guests, capacity, payload, inline, heartbeat, classes);
        foreach (bool sparse in new[] { false, true })
        {
            string path = _folder[$"{name}-{sparse}.seg"];
            SegmentHeader header = Segment.Create(path, configuration, new SegmentCreateOptions { Sparse = sparse });
            byte[] content = File.ReadAllBytes(path);
            Assert.Equal(length, content.Length);
            Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
            Assert.Equal((ulong)length, header.TotalSize);
            Assert.True(SegmentValidator.Validate(path).IsValid);
        }
    }

    [Fact]
    public void A_raised_goodbye_matches_the_reference()
    {
        string path = _folder["st.seg"];
        _ = Segment.Create(path, Configure(4, 4096, 65536, 256, 0, "1024:4,8192:2"));
        using Segment segment = Segment.OpenReadWrite(path);
        Assert.Equal(0U, segment.RaiseGoodbye());
        Assert.True(segment.Header.HostGoodbye);
        Assert.Equal("77e4aff24af4603113f5607c65fb101df0a3419e3eb17b100df866bc97109a89", Convert.ToHexStringLower(SHA256.HashData(Patch.Read(path))));
    }

    [Fact]
    public void A_segment_with_a_reserved_peer_is_valid()
    {
        string path = _folder["st.seg"];
        _ = Segment.Create(path, Configure(4, 4096, 65536, 256, 0, "1024:4,8192:2"));
        Patch.UInt32(path, HeaderLayout.Size + PeerEntryLayout.State, (uint)PeerState.Reserved);
        Patch.UInt32(path, HeaderLayout.Size + PeerEntryLayout.Epoch, 1);
        Assert.Equal("7e8789c46212e9f08c125a0da326ce77e543d4713316331e57bb339619bd355e", Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
        SegmentReport report = SegmentValidator.Validate(path);
        Assert.True(report.IsValid);
        Assert.Empty(report.Findings);
    }

    internal static SegmentConfiguration Configure(long guests, long capacity, long payload, long inline, ulong heartbeat, string classes) => new()
    {
        MaxGuests = guests,
        BipbufCapacity = capacity,
        MaxPayloadSize = payload,
        InlineThreshold = inline,
        HeartbeatInterval = heartbeat,
        SlotClasses = classes.Split(',').Select(text => text.Split(':')).Select(parts => new SlotClass(long.Parse(parts[0], null), long.Parse(parts[1], null))).ToArray(),
    };
}
