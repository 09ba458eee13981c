using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>
/// A watch that holds its files open. Each change to a file happens between two polls, once the watch holds the file: in the call for more files that starts each poll.
/// </summary>
public sealed class HeldWatchTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public HeldWatchTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc to count open files");

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
    public void A_change_of_length_is_seen_whatever_name_or_descriptor_it_is_made_through(bool asksForNames)
    {
        AppContext.SetSwitch(FileHolder.ByNameSwitch, asksForNames);
        string path = Make.Segment(_folder);
        string elsewhere = Directory.CreateDirectory(_folder["elsewhere"]).FullName + "/b.seg";
        using var open = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        using var watch = new Held(path);
        _ = watch.After("Resized", () => open.SetLength(Make.Length + 64));
        _ = watch.After("Resized", () =>
        {
            Assert.Equal(0, Link(path, elsewhere));
            Patch.Length(elsewhere, Make.Length + 128);
        });
        _ = watch.After("Truncated", () => Patch.Length(elsewhere, Make.Length - 1));
    }

    [Fact]
    public void A_length_is_asked_for_after_an_event_and_once_a_second()
    {
        string path = Make.Segment(_folder);
        TimeSpan now = TimeSpan.FromSeconds(10);
        using FileHolder holder = FileHolder.TryCreate(TimeSpan.FromMilliseconds(10))!;
        holder.Now = () => now;
        HeldFile held = holder.Add(path);
        holder.BeginLook();
        holder.BeginLook();
        held.KeepOrClose(SegmentFile.OpenRead(path), held.BeginOpen());
        Assert.Equal(Make.Length, Poll());

        Patch.Length(path, Make.Length + 64);
        Assert.Equal(Make.Length + 64, Poll());

        AsynchronousIO.Write(path, Make.Length + 64, new byte[64]);
        Assert.Equal(Make.Length + 64, Poll());
        now += TimeSpan.FromSeconds(1);
        Assert.Equal(Make.Length + 128, Poll());

        long Poll()
        {
            holder.BeginLook();
            SegmentFile file = held.Borrow()!;
            held.Return();
            return file.Length;
        }
    }

    [Fact]
    public void A_change_of_length_is_seen_under_both_names_of_one_file()
    {
        string path = Make.Segment(_folder);
        string other = _folder["b.seg"];
        Assert.Equal(0, Link(path, other));
        using var watch = new Held(path, other);
        SegmentEvent first = watch.After("Resized", () => Patch.Length(path, Make.Length + 64));
        SegmentEvent second = watch.At("Resized", () => { });
        Assert.Equal([path, other], new[] { first.Path, second.Path }.Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_redirected_link_or_parent_folder_is_seen(bool asksForNames)
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
    public void A_deleted_file_is_closed_before_the_next_poll()
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
    public void A_watch_blocks_neither_lease_for_long()
    {
        string path = Make.Segment(_folder);
        using var watch = new Held(path);
        _ = watch.After("Goodbye", () =>
        {
            using (SegmentFile reader = SegmentFile.OpenRead(path))
            {
                Assert.Equal(SegmentUse.Free, new SegmentUsers().Ask(reader).State);
            }

            Assert.True(watch.IsHeld, "The watch should still hold the file after the read lease.");
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
    public void A_peer_is_recovered_under_a_lease_while_a_watch_holds_its_segment()
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
    public void A_file_is_closed_if_the_caller_stops_polling()
    {
        using var watch = new Held(Make.Segment(_folder));
        _ = watch.After("Goodbye", () => Patch.UInt32(watch.Path, HeaderLayout.HostGoodbye, 1));
        watch.HoldOn();
        watch.WaitUntilLetGo();
    }

    [Fact]
    public void A_watch_holds_no_more_files_than_allowed()
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
    public void A_single_poll_does_not_hold_files()
    {
        string path = Make.Segment(_folder);
        foreach (SegmentEvent change in SegmentWatcher.Watch([path], new SegmentWatchOptions { Count = 2, Timeout = TimeSpan.Zero }, TestContext.Current.CancellationToken))
        {
            Assert.Equal(0, Held.Count(path));
        }
    }

    [DllImport("libc", EntryPoint = "link")]
    private static extern int Link(byte[] path, byte[] other);

    private static int Link(string path, string other) => Link(UnixSegmentFile.Encode(path), UnixSegmentFile.Encode(other));

    private sealed class Held : IDisposable
    {
        // By the second poll of a held file, the watch relies on what the kernel reports.
        private const int PollsOfAHeldFile = 2;

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

        /// <summary>The number of files that this process has open whose real path starts with this one.</summary>
        internal static int Count(string path)
        {
            int count = 0;
            foreach (string link in Directory.GetFiles("/proc/self/fd"))
            {
                count += TryReadLink(link) is string target && target.StartsWith(path, StringComparison.Ordinal) ? 1 : 0;
            }

            return count;
        }

        /// <summary>Makes a change between two polls as soon as the file is held, and returns the resulting event.</summary>
        internal SegmentEvent After(string expected, Action change)
        {
            string real = System.IO.Path.Combine(
                Directory.ResolveLinkTarget(System.IO.Path.GetDirectoryName(Path)!, returnFinalTarget: true)?.FullName ?? System.IO.Path.GetDirectoryName(Path)!,
                System.IO.Path.GetFileName(Path));
            int polls = 0;
            return Do(expected, change, () => Count(real) > 0 && ++polls > PollsOfAHeldFile);
        }

        /// <summary>Makes a change between two polls when there is no file to hold.</summary>
        internal SegmentEvent At(string expected, Action change) => Do(expected, change, () => true);

        internal void WaitUntilLetGo() =>
            Assert.True(SpinWait.SpinUntil(() => !IsHeld, TimeSpan.FromSeconds(30)), "The file is still open.");

        /// <summary>Polls until the file is held, and then stops polling.</summary>
        internal void HoldOn()
        {
            int looks = 0;
            _isTime = () => IsHeld && ++looks > PollsOfAHeldFile;
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
