using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>
/// A watch that holds what it watches. What happens to a file happens between two looks, in the call for more files that each look begins with, once the watch holds it.
/// </summary>
public sealed class HeldWatchTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public HeldWatchTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "counts through /proc");

    public void Dispose()
    {
        AppContext.SetSwitch(FileHolder.ByNameSwitch, false);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_change_of_a_held_file_is_seen(bool asksForNames)
    {
        AppContext.SetSwitch(FileHolder.ByNameSwitch, asksForNames);
        string path = Make.Segment(_folder);
        string other = Make.Segment(_folder, "other.seg");
        using var watch = new Held(path);
        Assert.Equal(3U, watch.After("Goodbye", () => Patch.UInt32(path, HeaderLayout.HostGoodbye, 3)).HostGoodbyeValue);
        _ = watch.After("HeaderChanged", () => Patch.UInt32(path, HeaderLayout.HostGoodbye, 0));
        Assert.Equal(Make.Length + 4096, watch.After("Resized", () => Patch.Length(path, Make.Length + 4096)).FileLength);
        Assert.Equal(SegmentErrorId.SegmentTruncated, watch.After("Truncated", () => Patch.Length(path, Make.Length - 1)).ErrorId);
        _ = watch.At("Reappeared", () => Patch.Length(path, Make.Length));
        Assert.Equal(SegmentErrorId.SegmentTooShort, watch.After("Truncated", () => Patch.Length(path, 100)).ErrorId);
        _ = watch.At("Reappeared", () => File.Copy(other, path, overwrite: true));
        Assert.Equal(SegmentErrorId.BadMagic, watch.After("Invalid", () => Patch.Bytes(path, 0, [0])).ErrorId);
        _ = watch.At("Reappeared", () => Patch.Bytes(path, 0, "R"u8.ToArray()));
        _ = watch.After("Replaced", () => File.Move(other, path, overwrite: true));
        _ = watch.After("Removed", () => File.Move(path, other));
        _ = watch.At("Reappeared", () => File.Move(other, path));
        _ = watch.After("Removed", () => File.Delete(path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_name_that_leads_elsewhere_by_way_of_another_name_is_seen(bool asksForNames)
    {
        AppContext.SetSwitch(FileHolder.ByNameSwitch, asksForNames);
        foreach (string name in (string[])["deep/one", "deep/two"])
        {
            _ = Directory.CreateDirectory(_folder[name]);
            _ = Make.Segment(_folder, name + "/a.seg");
        }

        _ = Directory.CreateSymbolicLink(_folder["link"], _folder["deep/one"]);
        using var watch = new Held(_folder["link/a.seg"]);
        _ = watch.After("Replaced", () =>
        {
            Directory.Delete(_folder["link"]);
            _ = Directory.CreateSymbolicLink(_folder["link"], _folder["deep/two"]);
        });
        _ = watch.After("Removed", () => Directory.Move(_folder["deep"], _folder["other"]));
        _ = watch.At("Reappeared", () => Directory.Move(_folder["other"], _folder["deep"]));
    }

    [Fact]
    public void A_deleted_file_is_let_go_before_the_next_look()
    {
        string path = Make.Segment(_folder);
        using var watch = new Held(path);
        _ = watch.After("Removed", () =>
        {
            File.Delete(path);
            watch.WaitUntilLetGo();
        });
    }

    [Fact]
    public void Neither_lease_is_refused_for_long_because_of_a_watch()
    {
        string path = Make.Segment(_folder);
        using var watch = new Held(path);
        _ = watch.After("Goodbye", () =>
        {
            using (SegmentFile reader = SegmentFile.OpenRead(path))
            {
                Assert.Equal(SegmentUse.Free, new SegmentUsers().Ask(reader).State);
            }

            Assert.True(watch.IsHeld, "A read lease is granted beside it.");
            using (SegmentFile writer = SegmentFile.OpenReadWrite(path))
            {
                Assert.Equal(LeaseAnswer.Refused, FileLease.TryTakeWrite(writer, out _));
                using FileLease? lease = RecoveryRun.TakeLease(writer, TestContext.Current.CancellationToken);
                Assert.NotNull(lease);
            }

            Patch.UInt32(path, HeaderLayout.HostGoodbye, 1);
        });
    }

    [Fact]
    public void A_peer_is_recovered_under_a_lease_though_a_watch_holds_its_segment()
    {
        string path = Make.Segment(_folder);
        Patch.UInt32(path, HeaderLayout.Size, (uint)PeerState.Goodbye);
        using var watch = new Held(path);
        _ = watch.After("Goodbye", () =>
        {
            var notes = new List<string>();
            var run = new RecoveryRun(new SegmentUsers()) { OnNote = notes.Add };
            Assert.Equal("Empty", run.Recover(path, 1, force: false, preview: null, TestContext.Current.CancellationToken).State);
            Assert.Empty(notes);
            Patch.UInt32(path, HeaderLayout.HostGoodbye, 1);
        });
    }

    [Fact]
    public void What_nobody_asks_for_any_more_is_let_go()
    {
        using var watch = new Held(Make.Segment(_folder));
        _ = watch.After("Goodbye", () => Patch.UInt32(watch.Path, HeaderLayout.HostGoodbye, 1));
        watch.HoldOn();
        watch.WaitUntilLetGo();
    }

    [Fact]
    public void No_more_is_held_than_is_allowed()
    {
        string[] paths = [.. Enumerable.Range(0, 5).Select(i => Make.Segment(_folder, $"{i}.seg"))];
        int before = FileHolder.Left;
        try
        {
            FileHolder.Left = 2;
            using (var watch = new Held(paths))
            {
                _ = watch.After("Goodbye", () =>
                {
                    Assert.Equal(2, Held.Count(_folder.Root));
                    Patch.UInt32(paths[4], HeaderLayout.HostGoodbye, 1);
                });
            }

            Assert.Equal(2, FileHolder.Left);
        }
        finally
        {
            FileHolder.Left = before;
        }
    }

    [Fact]
    public void What_is_looked_at_once_is_not_held()
    {
        string path = Make.Segment(_folder);
        foreach (SegmentEvent change in SegmentWatcher.Watch([path], new SegmentWatchOptions { Count = 2, Timeout = TimeSpan.Zero }, TestContext.Current.CancellationToken))
        {
            Assert.Equal(0, Held.Count(path));
        }
    }

    private sealed class Held : IDisposable
    {
        private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(60));
        private readonly IEnumerator<SegmentEvent> _events;
        private Func<bool> _isTime = () => false;
        private Action? _change;

        internal Held(params string[] paths)
        {
            Path = paths[0];
            var options = new SegmentWatchOptions { Interval = TimeSpan.FromMilliseconds(2), WaitForFile = true, Discover = Act };
            _events = SegmentWatcher.Watch(paths, options, _bound.Token).GetEnumerator();
            foreach (string path in paths)
            {
                _ = Next("Initial");
            }
        }

        internal string Path { get; }

        internal bool IsHeld => Count(Path) > 0;

        /// <summary>How many files of this process are open whose path, after symbolic links, begins like that.</summary>
        internal static int Count(string path)
        {
            int count = 0;
            foreach (string link in Directory.GetFiles("/proc/self/fd"))
            {
                count += TryReadLink(link) is string target && target.StartsWith(path, StringComparison.Ordinal) ? 1 : 0;
            }

            return count;
        }

        /// <summary>Does something between two looks as soon as the file is held, and gives what comes of it.</summary>
        internal SegmentEvent After(string expected, Action change)
        {
            string real = System.IO.Path.Combine(
                Directory.ResolveLinkTarget(System.IO.Path.GetDirectoryName(Path)!, returnFinalTarget: true)?.FullName ?? System.IO.Path.GetDirectoryName(Path)!,
                System.IO.Path.GetFileName(Path));
            return Do(expected, change, () => Count(real) > 0);
        }

        /// <summary>Does something between two looks, where there is nothing to be held.</summary>
        internal SegmentEvent At(string expected, Action change) => Do(expected, change, () => true);

        internal void WaitUntilLetGo() =>
            Assert.True(SpinWait.SpinUntil(() => !IsHeld, TimeSpan.FromSeconds(30)), "It is still open.");

        /// <summary>Looks until the file is held, and then no more.</summary>
        internal void HoldOn()
        {
            int looks = 0;
            _isTime = () => IsHeld && ++looks > 2;
            _change = () => Patch.UInt32(Path, HeaderLayout.MaxPayloadSize, 4);
            _ = Next("HeaderChanged");
        }

        public void Dispose()
        {
            _events.Dispose();
            _bound.Dispose();
        }

        private static string? TryReadLink(string link)
        {
            try
            {
                return new FileInfo(link).LinkTarget;
            }
            catch (IOException)
            {
                return null;
            }
        }

        private IEnumerable<string> Act()
        {
            if (_change is Action change && _isTime())
            {
                _change = null;
                change();
            }

            return [];
        }

        private SegmentEvent Do(string expected, Action change, Func<bool> isTime)
        {
            _isTime = isTime;
            _change = change;
            return Next(expected);
        }

        private SegmentEvent Next(string expected)
        {
            Assert.True(_events.MoveNext());
            Assert.Equal(expected, _events.Current.Change);
            return _events.Current;
        }
    }
}
