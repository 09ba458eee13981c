namespace RoamShm.Tests;

public sealed class LivenessTests
{
    private const ulong Second = 1_000_000_000;

    [Theory]
    [InlineData(0, 5, 10, 100, PeerLiveness.None)]
    [InlineData(1, 100, 10, 100, PeerLiveness.Alive)]
    [InlineData(1, 80, 10, 100, PeerLiveness.Alive)]
    [InlineData(1, 79, 10, 100, PeerLiveness.Stale)]
    [InlineData(1, 0, 10, 100, PeerLiveness.NeverBeat)]
    [InlineData(1, 50, 0, 100, PeerLiveness.Unknown)]
    [InlineData(1, 0, 0, 100, PeerLiveness.Unknown)]
    [InlineData(1, 101, 10, 100, PeerLiveness.Unknown)]
    [InlineData(2, 79, 10, 100, PeerLiveness.Stale)]
    [InlineData(3, 0, 10, 100, PeerLiveness.NeverBeat)]
    [InlineData(1, 1, 1UL << 63, ulong.MaxValue, PeerLiveness.Alive)]
    [InlineData(1, 1, ulong.MaxValue, ulong.MaxValue, PeerLiveness.Alive)]
    [InlineData(1, 1, (1UL << 63) - 2, ulong.MaxValue, PeerLiveness.Stale)]
    public void A_heartbeat_is_stale_after_twice_the_interval(uint state, ulong lastHeartbeat, ulong interval, ulong now, string expected) =>
        Assert.Equal(expected, PeerLiveness.Judge((PeerState)state, lastHeartbeat, interval, now));

    [Fact]
    public void The_clock_is_the_one_that_guests_use_for_heartbeats()
    {
        using var folder = new TestFolder();
        string path = folder["a.seg"];
        SegmentConfiguration configuration = Make.Configuration;
        configuration.HeartbeatInterval = 100 * Second;
        _ = Segment.Create(path, configuration);
        using var agent = new Agent();
        _ = agent.Do("attach", path);
        ulong before = MonotonicClock.Now();
        _ = agent.Do("beat", path);
        ulong after = MonotonicClock.Now();
        SegmentPeer peer = OneShot.ReadPeers(path)[0];
        Assert.InRange(peer.LastHeartbeat, before - Second, after + Second);
        Assert.Equal(PeerLiveness.Alive, peer.Liveness);
        Assert.InRange(peer.HeartbeatAgeMilliseconds!.Value, 0, 200_000);
    }
}
