using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>
/// Events are pulled, so a test changes the file between two pulls, and the next event is the result of that change. Nothing depends on timing except the
/// limit that ends a failing test.
/// </summary>
public sealed class WatcherTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_event_is_the_current_state() => Expect(Make.Segment(_folder), path => { }, "Initial");

    [Fact]
    public void A_goodbye_event_has_the_previous_value()
    {
        SegmentEvent change = Expect(Make.Segment(_folder), path => OneShot.RaiseGoodbye(path, 3), "Initial", "Goodbye");
        Assert.Equal(0U, change.PreviousHostGoodbyeValue);
        Assert.Equal(3U, change.HostGoodbyeValue);
    }

    [Fact]
    public void Growth_is_an_event()
    {
        SegmentEvent change = Expect(
            Make.Segment(_folder),
            path =>
            {
                // Stands in for a host that extends the file first and publishes later; does both at once, since a new file would be Replaced.
                Patch.Length(path, Make.Length + 4096);
                Patch.UInt64(path, HeaderLayout.CurrentSize, Make.Length + 4096);
            },
            "Initial",
            "Resized");
        Assert.Equal(Make.Length, change.PreviousFileLength);
        Assert.Equal((ulong)Make.Length, change.PreviousCurrentSize);
    }

    [Fact]
    public void A_truncated_file_is_reported_with_its_last_header()
    {
        SegmentEvent change = Expect(Make.Segment(_folder), path => Patch.Length(path, 1000), "Initial", "Truncated");
        Assert.Equal(2U, change.MaxGuests);
        Assert.Equal(1000, change.FileLength);
        Assert.Equal(SegmentErrorId.SlotClassTableOutOfBounds, change.ErrorId);
        Assert.Equal(SegmentErrorId.SegmentNotReady, Expect(Make.Segment(_folder, "b.seg"), path => Patch.Length(path, 0), "Initial", "Truncated").ErrorId);
        Assert.Equal(SegmentErrorId.SegmentTruncated, Expect(Make.Segment(_folder, "c.seg"), path => Patch.Length(path, Make.Length - 1), "Initial", "Truncated").ErrorId);
    }

    [Fact]
    public void Removing_and_recreating_a_file_gives_two_events()
    {
        string path = Make.Segment(_folder);
        using var watch = new Pull(path);
        _ = watch.Next("Initial");
        File.Delete(path);
        SegmentEvent removed = watch.Next("Removed");
        Assert.Equal(2U, removed.MaxGuests);
        Assert.Equal(path, removed.Path);
        _ = Make.Segment(_folder);
        _ = watch.Next("Reappeared");
    }

    [Fact]
    public void Another_file_of_the_same_name_is_reported_as_replaced()
    {
        string path = Make.Segment(_folder);
        using var watch = new Pull(path);
        _ = watch.Next("Initial");
        _ = Segment.Create(path, Make.Configuration, new SegmentCreateOptions { Force = true });
        _ = watch.Next("Replaced");
        string inGoodbye = Make.Segment(_folder, "b.seg");
        _ = OneShot.RaiseGoodbye(inGoodbye, 1);
        File.Move(inGoodbye, path, overwrite: true);
        _ = watch.Next("Goodbye, Replaced");
    }

    [Fact]
    public void A_change_of_another_field_or_a_revoked_goodbye_is_HeaderChanged()
    {
        string path = Make.Segment(_folder);
        using var watch = new Pull(path);
        _ = watch.Next("Initial");
        Patch.UInt32(path, HeaderLayout.MaxPayloadSize, 4);
        Assert.Equal(4U, watch.Next("HeaderChanged").MaxPayloadSize);
        Patch.UInt32(path, HeaderLayout.HostGoodbye, 1);
        _ = watch.Next("Goodbye");
        Patch.UInt32(path, HeaderLayout.HostGoodbye, 0);
        Assert.Equal(1U, watch.Next("HeaderChanged").PreviousHostGoodbyeValue);
    }

    [Fact]
    public void A_damaged_segment_is_invalid_until_it_is_repaired()
    {
        string path = Make.Segment(_folder);
        using var watch = new Pull(path);
        _ = watch.Next("Initial");
        Patch.Bytes(path, 0, [0]);
        Assert.Equal(SegmentErrorId.BadMagic, watch.Next("Invalid").ErrorId);
        Patch.Bytes(path, 0, "R"u8.ToArray());
        _ = watch.Next("Reappeared");
        File.Delete(path);
        _ = watch.Next("Removed");
        _ = Directory.CreateDirectory(path);
        Assert.Equal(SegmentErrorId.NotARegularFile, watch.Next("Reappeared, Invalid").ErrorId);
    }

    [Fact]
    public void Each_of_several_segments_has_its_own_events()
    {
        string[] paths = [Make.Segment(_folder), Make.Segment(_folder, "b.seg"), Make.Segment(_folder, "c.seg")];
        using var watch = new Pull([.. paths, paths[0]], new SegmentWatchOptions());
        foreach (string path in paths)
        {
            Assert.Equal(path, watch.Next("Initial").Path);
        }

        _ = OneShot.RaiseGoodbye(paths[1], 1);
        Assert.Equal(paths[1], watch.Next("Goodbye").Path);
        File.Delete(paths[2]);
        Assert.Equal(paths[2], watch.Next("Removed").Path);
    }

    [Fact]
    public void Count_ends_the_sequence()
    {
        using var watch = new Pull([Make.Segment(_folder), Make.Segment(_folder, "b.seg")], new SegmentWatchOptions { Count = 1 });
        _ = watch.Next("Initial");
        watch.ExpectEnd();
    }

    [Fact]
    public void Timeout_ends_the_sequence()
    {
        using var watch = new Pull([Make.Segment(_folder)], new SegmentWatchOptions { Timeout = TimeSpan.Zero });
        _ = watch.Next("Initial");
        watch.ExpectEnd();
    }

    [Fact]
    public void UntilGoodbye_ends_when_all_are_in_goodbye_or_gone()
    {
        string[] paths = [Make.Segment(_folder), Make.Segment(_folder, "b.seg")];
        using var watch = new Pull(paths, new SegmentWatchOptions { UntilGoodbye = true, SkipInitial = true });
        _ = OneShot.RaiseGoodbye(paths[0], 1);
        using (var timer = new Timer(_ => File.Delete(paths[1]), null, 50, Timeout.Infinite))
        {
            // Whether the first poll came before or after the goodbye, the removal is seen and ends the watch.
            SegmentEvent change = watch.Next();
            Assert.Contains(change.Change, new[] { "Goodbye", "Removed" });
            if (change.Change == "Goodbye")
            {
                _ = watch.Next("Removed");
            }
        }

        watch.ExpectEnd();
    }

    [Fact]
    public void UntilGoodbye_ends_at_once_if_all_are_already_in_goodbye()
    {
        string path = Make.Segment(_folder);
        _ = OneShot.RaiseGoodbye(path, 1);
        using var watch = new Pull([path], new SegmentWatchOptions { UntilGoodbye = true });
        _ = watch.Next("Initial");
        watch.ExpectEnd();
    }

    [Fact]
    public void SkipInitial_skips_the_current_state()
    {
        string path = Make.Segment(_folder);
        using var watch = new Pull([path], new SegmentWatchOptions { SkipInitial = true });
        using var timer = new Timer(_ => OneShot.RaiseGoodbye(path, 1), null, 100, Timeout.Infinite);
        _ = watch.Next("Goodbye");
    }

    [Fact]
    public void Without_WaitForFile_a_missing_file_is_an_error_and_the_others_are_watched()
    {
        var errors = new List<SegmentException>();
        string there = Make.Segment(_folder);
        using var watch = new Pull([_folder["no.seg"], there], new SegmentWatchOptions { OnError = errors.Add });
        Assert.Equal(there, watch.Next("Initial").Path);
        Assert.Equal(SegmentErrorId.SegmentNotFound, Assert.Single(errors).ErrorId);
    }

    [Fact]
    public void A_watch_with_nothing_to_watch_ends()
    {
        using var watch = new Pull([_folder["no.seg"]], new SegmentWatchOptions());
        watch.ExpectEnd();
        using var nothing = new Pull([], new SegmentWatchOptions());
        nothing.ExpectEnd();
    }

    [Fact]
    public void WaitForFile_waits_until_the_host_has_finished_creating_the_file()
    {
        string path = _folder["late.seg"];
        string ready = Make.Segment(_folder, "ready.seg");
        var errors = new List<SegmentException>();
        using var watch = new Pull([path], new SegmentWatchOptions { WaitForFile = true, SkipInitial = true, OnError = errors.Add });
        byte[] content = File.ReadAllBytes(ready);
        using var timer = new Timer(
            _ =>
            {
                File.WriteAllBytes(path, []);
                Thread.Sleep(20);
                Patch.Length(path, content.Length);
                Thread.Sleep(20);
                Patch.Bytes(path, 8, content[8..]);
                Patch.Bytes(path, 0, content[..8]);
            },
            null,
            50,
            Timeout.Infinite);
        SegmentEvent first = watch.Next("Initial");
        Assert.Equal(path, first.Path);
        Assert.Empty(errors);
    }

    // What an observer can see of a host that writes the magic first, and of one that writes it last.
    [Theory]
    [InlineData(0, 8, 128, (int)Make.PoolOffset)]
    [InlineData(8, (int)Make.Length)]
    public void WaitForFile_keeps_waiting_at_every_stage_of_creation(int first, params int[] stages)
    {
        byte[] content = File.ReadAllBytes(Make.Segment(_folder, "model.seg"));
        string path = _folder["late.seg"];
        string other = Make.Segment(_folder, "other.seg");
        var errors = new List<SegmentException>();
        using var watch = new Pull([path, other], new SegmentWatchOptions { WaitForFile = true, OnError = errors.Add });
        _ = watch.Next("Initial");
        byte[] made = new byte[content.Length];
        byte state = 0;
        foreach (int stage in stages)
        {
            content.AsSpan(first, stage - first).CopyTo(made.AsSpan(first));
            File.WriteAllBytes(_folder["next.seg"], made);
            File.Move(_folder["next.seg"], path, overwrite: true);

            // An event of the file that is polled next shows that this state has been seen.
            Patch.Bytes(other, HeaderLayout.Reserved, [++state]);
            Assert.Equal(other, watch.Next("HeaderChanged").Path);
        }

        File.WriteAllBytes(_folder["next.seg"], content);
        File.Move(_folder["next.seg"], path, overwrite: true);
        Assert.Equal(path, watch.Next("Initial").Path);
        Assert.Empty(errors);
    }

    [Fact]
    public void A_segment_recreated_in_place_is_invalid_once_and_then_reappears()
    {
        string path = Make.Segment(_folder);
        byte[] content = File.ReadAllBytes(path);
        using var watch = new Pull([path, Make.Segment(_folder, "other.seg")], new SegmentWatchOptions());
        _ = watch.Next("Initial");
        _ = watch.Next("Initial");
        Patch.Bytes(path, 0, new byte[Make.Length]);
        Assert.Equal(SegmentErrorId.SegmentNotReady, watch.Next("Invalid").ErrorId);
        byte state = 0;
        foreach (int stage in (int[])[8, 128, (int)Make.PoolOffset])
        {
            Patch.Bytes(path, 0, content[..stage]);
            Patch.Bytes(_folder["other.seg"], HeaderLayout.Reserved, [++state]);
            Assert.Equal(_folder["other.seg"], watch.Next("HeaderChanged").Path);
        }

        Patch.Bytes(path, 0, content);
        Assert.Equal(path, watch.Next("Reappeared").Path);
    }

    [Fact]
    public void Discover_adds_new_files_during_a_watch()
    {
        string late = _folder["late.seg"];
        using var watch = new Pull([Make.Segment(_folder)], new SegmentWatchOptions { WaitForFile = true, Discover = () => Directory.GetFiles(_folder.Root, "*.seg") });
        _ = watch.Next("Initial");
        _ = Make.Segment(_folder, "late.seg");
        Assert.Equal(late, watch.Next("Initial").Path);
    }

    [Fact]
    public void Cancellation_ends_the_wait_at_once()
    {
        using var stop = new CancellationTokenSource();
        var options = new SegmentWatchOptions { Interval = TimeSpan.FromDays(20) };
        using IEnumerator<SegmentEvent> events = SegmentWatcher.Watch([Make.Segment(_folder)], options, stop.Token).GetEnumerator();
        Assert.True(events.MoveNext());
        stop.CancelAfter(50);
        Assert.False(events.MoveNext());
    }

    [Fact]
    public void Peers_are_watched_with_their_ids()
    {
        string path = Make.Segment(_folder);
        const long peer2 = HeaderLayout.Size + 64;
        Patch.UInt64(path, HeaderLayout.HeartbeatInterval, 1);
        using var watch = new Pull([path], new SegmentWatchOptions { Peers = true });
        Assert.Null(watch.Next("Initial").PeerId);
        Set(3, epoch: 1, heartbeat: 0);
        SegmentEvent reserved = watch.Next(PeerChange.Reserved);
        Assert.Equal((2, "Reserved", "Empty"), (reserved.PeerId, reserved.PeerState, reserved.PreviousPeerState));
        Set(1, epoch: 1, heartbeat: 0);
        Assert.Equal(2, watch.Next(PeerChange.Attached).PeerId);
        Set(1, epoch: 1, heartbeat: 1);
        Assert.Equal("Attached", watch.Next(PeerChange.Stale).PeerState);
        Set(0, epoch: 1, heartbeat: 0);
        Assert.Equal("Empty", watch.Next(PeerChange.Recovered).PeerState);
        Set(1, epoch: 2, heartbeat: 0);
        _ = watch.Next(PeerChange.Attached);
        Set(2, epoch: 2, heartbeat: 0);
        _ = watch.Next(PeerChange.Goodbye);
        Set(0, epoch: 2, heartbeat: 0);
        _ = watch.Next(PeerChange.Recovered);
        Set(1, epoch: 3, heartbeat: 0);
        _ = watch.Next(PeerChange.Attached);
        Set(1, epoch: 4, heartbeat: 0);
        _ = watch.Next(PeerChange.Attached);
        Set(0, epoch: 4, heartbeat: 0);
        Assert.Equal("Attached", watch.Next(PeerChange.Detached).PreviousPeerState);

        // The host goodbye and a peer's goodbye in one poll: the segment's own event comes first.
        Set(2, epoch: 5, heartbeat: 0);
        Patch.UInt32(path, HeaderLayout.HostGoodbye, 1);
        Assert.Null(watch.Next("Goodbye").PeerId);
        Assert.Equal(2, watch.Next("Goodbye").PeerId);

        void Set(uint state, uint epoch, ulong heartbeat)
        {
            Patch.UInt64(path, peer2 + 8, heartbeat);
            Patch.UInt32(path, peer2 + 4, epoch);
            Patch.UInt32(path, peer2, state);
        }
    }

    [Fact]
    public void An_interval_of_zero_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SegmentWatcher.Watch([], new SegmentWatchOptions { Interval = TimeSpan.Zero }));

    private static SegmentEvent Expect(string path, Action<string> change, params string[] changes)
    {
        using var watch = new Pull(path);
        SegmentEvent last = watch.Next(changes[0]);
        change(path);
        foreach (string expected in changes[1..])
        {
            last = watch.Next(expected);
        }

        return last;
    }

    private sealed class Pull : IDisposable
    {
        private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(60));
        private readonly IEnumerator<SegmentEvent> _events;

        internal Pull(string path)
            : this([path], new SegmentWatchOptions())
        {
        }

        internal Pull(string[] paths, SegmentWatchOptions options)
        {
            options.Interval = TimeSpan.FromMilliseconds(2);
            _events = SegmentWatcher.Watch(paths, options, _bound.Token).GetEnumerator();
        }

        internal SegmentEvent Next()
        {
            Assert.True(_events.MoveNext());
            return _events.Current;
        }

        internal SegmentEvent Next(string change)
        {
            SegmentEvent next = Next();
            Assert.Equal(change, next.Change);
            return next;
        }

        internal void ExpectEnd()
        {
            Assert.False(_events.MoveNext());
            Assert.False(_bound.IsCancellationRequested);
        }

        public void Dispose()
        {
            _events.Dispose();
            _bound.Dispose();
        }
    }
}
