using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Watches segments by looking at them again and again: a store through a mapping raises no event of the file system. Between two looks no
/// file is open.
/// </summary>
public sealed class SegmentWatcher
{
    private static readonly List<SegmentEvent> Nothing = [];

    private readonly SegmentWatchOptions _options;
    private readonly List<Target> _targets = [];
    private readonly HashSet<string> _known = new(SegmentFile.IsWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    private readonly byte[] _header = new byte[HeaderLayout.Size];
    private byte[]? _classes;

    private SegmentWatcher(SegmentWatchOptions options) => _options = options;

    /// <summary>Watches files: first an event for each that is there, then one for each change of each.</summary>
    /// <param name="paths">The files; the same one twice is watched once.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellation">Ends the sequence at once, without an exception.</param>
    /// <returns>The events, as they are seen. The sequence blocks between them.</returns>
    public static IEnumerable<SegmentEvent> Watch(IEnumerable<string> paths, SegmentWatchOptions? options = null, CancellationToken cancellation = default)
    {
        if (paths is null)
        {
            throw new ArgumentNullException(nameof(paths));
        }

        options ??= new SegmentWatchOptions();
        if (options.Interval < TimeSpan.FromMilliseconds(1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), "The interval is at least 1 ms.");
        }

        var watcher = new SegmentWatcher(options);
        watcher.Add(paths, atStart: true);
        return watcher.Run(cancellation);
    }

    private IEnumerable<SegmentEvent> Run(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan nextLook = TimeSpan.Zero;
        long seen = 0;
        while (!cancellation.IsCancellationRequested && seen < (_options.Count ?? long.MaxValue))
        {
            if (_options.Discover is Func<IEnumerable<string>> discover)
            {
                Add(discover(), atStart: false);
            }

            for (int i = 0; i < _targets.Count && !cancellation.IsCancellationRequested; i++)
            {
                foreach (SegmentEvent change in Look(_targets[i]))
                {
                    yield return change;
                    if (++seen >= _options.Count)
                    {
                        yield break;
                    }
                }
            }

            _ = _targets.RemoveAll(target => target.IsGivenUp);
            if (IsDone())
            {
                yield break;
            }

            nextLook += _options.Interval;
            TimeSpan now = clock.Elapsed;
            if (nextLook < now)
            {
                // Looks that were missed are not made up for.
                nextLook = now;
            }

            if (_options.Timeout is TimeSpan timeout && nextLook > timeout)
            {
                Wait(timeout - now, cancellation);
                ReportLate(cancellation);
                yield break;
            }

            Wait(nextLook - now, cancellation);
        }
    }

    private static void Wait(TimeSpan time, CancellationToken cancellation)
    {
        // A wait handle takes no more than 24 days at a time.
        for (TimeSpan left = time; left > TimeSpan.Zero && !cancellation.IsCancellationRequested; left -= TimeSpan.FromDays(1))
        {
            TimeSpan part = left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1);
            _ = cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Ceiling(part.TotalMilliseconds)));
        }
    }

    private void Add(IEnumerable<string> paths, bool atStart)
    {
        foreach (string path in paths)
        {
            if (_known.Add(path))
            {
                _targets.Add(new Target(path) { IsLate = !atStart });
            }
        }
    }

    private bool IsDone()
    {
        if (_targets.Count == 0)
        {
            return _options.Discover is null;
        }

        return _options.UntilGoodbye && _targets.TrueForAll(IsGone);
    }

    private static bool IsGone(Target target) => target.State == State.Removed || (target.State == State.Present && target.Header!.HostGoodbye);

    private void ReportLate(CancellationToken cancellation)
    {
        if (!_options.UntilGoodbye || cancellation.IsCancellationRequested)
        {
            return;
        }

        foreach (Target target in _targets.FindAll(target => !IsGone(target)))
        {
            _options.OnError?.Invoke(SegmentErrors.GoodbyeTimeout(target.Path));
        }
    }

    /// <summary>Looks at one file.</summary>
    /// <returns>What changed: the segment's own event first, then those of its peers.</returns>
    private List<SegmentEvent> Look(Target target)
    {
        FileStatus status = default;
        SegmentException? error = null;
        byte[]? peers = null;
        try
        {
            using SegmentFile file = SegmentFile.OpenRead(target.Path);
            status = file.Status;
            _ = AttachChecks.ReadHeader(file, _header);
            if (target.State != State.Present || !target.IsSame(status, _header))
            {
                AttachChecks.CheckHeader(file, _header);
                AttachChecks.CheckPool(file, _header, ref _classes);
                status = file.Status;
            }

            peers = _options.Peers ? ReadPeers(file) : null;
        }
        catch (SegmentException e)
        {
            error = e;
        }

        SegmentEvent? change = error is null ? OnSegment(target, status)
            : error.ErrorId == SegmentErrorId.SegmentNotFound ? OnMissing(target, error)
            : OnInvalid(target, status, error);
        if (change is null && peers is null)
        {
            return Nothing;
        }

        var changes = new List<SegmentEvent>();
        if (change is not null)
        {
            changes.Add(change);
        }

        if (peers is not null)
        {
            AddPeerEvents(target, peers, changes);
        }

        return changes;
    }

    private byte[]? ReadPeers(SegmentFile file)
    {
        var header = new SegmentHeader();
        header.Decode(file.Path, _header, file.Length);
        try
        {
            return OpenSegment.ReadPeers(file, header);
        }
        catch (SegmentException e) when (e.ErrorId is SegmentErrorId.InvalidLimits or SegmentErrorId.PeerTableOutOfBounds)
        {
            // Test-RoamSegment tells; the header can be watched all the same.
            return null;
        }
    }

    private static void AddPeerEvents(Target target, byte[] peers, List<SegmentEvent> changes)
    {
        foreach ((int peerId, string change, uint state, uint before) in target.Peers.Compare(peers, target.Header!.HeartbeatInterval, MonotonicClock.Now()))
        {
            var peerEvent = new SegmentEvent();
            peerEvent.Decode(target.Path, target.Bytes, target.Header.FileLength);
            peerEvent.Change = change;
            peerEvent.PeerId = peerId;
            peerEvent.PeerState = SegmentInspector.StateName(state);
            peerEvent.PreviousPeerState = SegmentInspector.StateName(before);
            changes.Add(peerEvent);
        }
    }

    private SegmentEvent? OnSegment(Target target, FileStatus status)
    {
        SegmentChange change = SegmentChange.None;
        SegmentHeader? before = target.Header;
        if (target.State == State.Present && target.IsSame(status, _header))
        {
            return null;
        }

        var now = new SegmentEvent();
        now.Decode(target.Path, _header, status.Length);
        switch (target.State)
        {
            case State.Unseen:
                change = SegmentChange.Initial;
                break;
            case State.Present when !target.Identity.Equals(status.Identity):
                change = SegmentChange.Replaced;
                break;
            case State.Present:
                change = Compare(before!, now, target.Bytes, _header);
                break;
            default:
                change = SegmentChange.Reappeared;
                break;
        }

        if (before is not null)
        {
            change |= before.HostGoodbyeValue == 0 && now.HostGoodbye ? SegmentChange.Goodbye : SegmentChange.None;
            now.PreviousHostGoodbyeValue = before.HostGoodbyeValue != now.HostGoodbyeValue ? before.HostGoodbyeValue : null;
            now.PreviousCurrentSize = before.CurrentSize != now.CurrentSize ? before.CurrentSize : null;
            now.PreviousFileLength = before.FileLength != now.FileLength ? before.FileLength : null;
        }

        bool isSkipped = target.State == State.Unseen && _options.SkipInitial && !target.IsLate;
        now.Change = change.ToString();
        target.See(now, status, _header);
        return isSkipped ? null : now;
    }

    private static SegmentChange Compare(SegmentHeader before, SegmentHeader now, byte[] bytesBefore, byte[] bytesNow)
    {
        SegmentChange change = SegmentChange.None;
        if (before.CurrentSize != now.CurrentSize || before.FileLength != now.FileLength)
        {
            change |= SegmentChange.Resized;
        }

        if (before.HostGoodbye && before.HostGoodbyeValue != now.HostGoodbyeValue)
        {
            change |= SegmentChange.HeaderChanged;
        }

        for (int i = 0; i < HeaderLayout.Size; i++)
        {
            bool isWatchedItself = i is >= HeaderLayout.HostGoodbye and < HeaderLayout.HostGoodbye + sizeof(uint)
                or >= HeaderLayout.CurrentSize and < HeaderLayout.CurrentSize + sizeof(ulong);
            if (!isWatchedItself && bytesBefore[i] != bytesNow[i])
            {
                return change | SegmentChange.HeaderChanged;
            }
        }

        return change;
    }

    private SegmentEvent? OnMissing(Target target, SegmentException error)
    {
        switch (target.State)
        {
            case State.Unseen:
                if (_options.WaitForFile)
                {
                    target.IsLate = true;
                }
                else
                {
                    GiveUp(target, error);
                }

                return null;
            case State.Removed:
                return null;
            default:
                target.State = State.Removed;
                return Last(target, SegmentChange.Removed);
        }
    }

    private SegmentEvent? OnInvalid(Target target, FileStatus status, SegmentException error)
    {
        bool isBeingMade = error.IsPerhapsBeingMade;
        if (target.State == State.Unseen)
        {
            if (isBeingMade && _options.WaitForFile)
            {
                target.IsLate = true;
            }
            else if (!isBeingMade || !target.IsWorthASecondLook())
            {
                GiveUp(target, error);
            }

            return null;
        }

        bool isSameFile = target.Identity.Equals(status.Identity);
        if (target.State == State.Invalid && isSameFile && (target.ErrorId == error.ErrorId || (isBeingMade && target.IsBeingMade)))
        {
            return null;
        }

        if (target.State == State.Removed && isBeingMade)
        {
            // It reappears when it is complete.
            return null;
        }

        SegmentChange change = target.State == State.Removed ? SegmentChange.Reappeared
            : isSameFile || status.Identity.Equals(default) ? SegmentChange.None
            : SegmentChange.Replaced;
        bool isShortened = isSameFile && status.Length < target.Header!.FileLength
            && error.ErrorId is SegmentErrorId.SegmentTruncated or SegmentErrorId.SegmentTooShort or SegmentErrorId.SegmentNotReady or SegmentErrorId.SlotClassTableOutOfBounds;
        change |= isShortened ? SegmentChange.Truncated : SegmentChange.Invalid;
        target.State = State.Invalid;
        target.ErrorId = error.ErrorId;
        target.IsBeingMade = isBeingMade;
        target.Identity = status.Identity;
        SegmentEvent last = Last(target, change);
        last.ErrorId = error.ErrorId;
        if (last.FileLength != status.Length)
        {
            last.PreviousFileLength = last.FileLength;
            last.FileLength = status.Length;
        }

        return last;
    }

    private void GiveUp(Target target, SegmentException error)
    {
        target.IsGivenUp = true;
        _options.OnError?.Invoke(error);
    }

    /// <summary>An event with the last header that could be read.</summary>
    private SegmentEvent Last(Target target, SegmentChange change)
    {
        var last = new SegmentEvent();
        last.Decode(target.Path, target.Bytes, target.Header!.FileLength);
        last.Change = change.ToString();
        return last;
    }

    private enum State
    {
        Unseen,
        Present,
        Invalid,
        Removed,
    }

    private sealed class Target
    {
        private const int SecondLooks = 1;
        private int _looks;

        internal Target(string path) => Path = path;

        internal string Path { get; }

        internal State State { get; set; }

        /// <summary>Whether it was not there at the start, so that its first sight is a change.</summary>
        internal bool IsLate { get; set; }

        internal bool IsGivenUp { get; set; }

        internal string? ErrorId { get; set; }

        /// <summary>Whether the error is one that passes when a host has made the segment.</summary>
        internal bool IsBeingMade { get; set; }

        internal FileIdentity Identity { get; set; }

        internal SegmentHeader? Header { get; private set; }

        internal PeerWatch Peers { get; } = new();

        internal byte[] Bytes { get; } = new byte[HeaderLayout.Size];

        /// <summary>A file that is just being made when the watch begins gets one more look.</summary>
        internal bool IsWorthASecondLook() => _looks++ < SecondLooks;

        internal unsafe bool IsSame(FileStatus status, byte[] header)
        {
            if (!Identity.Equals(status.Identity) || status.Length != Header!.FileLength)
            {
                return false;
            }

            fixed (byte* now = header)
            fixed (byte* before = Bytes)
            {
                for (int i = 0; i < HeaderLayout.Size / sizeof(ulong); i++)
                {
                    if (((ulong*)now)[i] != ((ulong*)before)[i])
                    {
                        return false;
                    }
                }
            }

            return true;
        }

        internal void See(SegmentHeader header, FileStatus status, byte[] bytes)
        {
            if (State != State.Present || !Identity.Equals(status.Identity))
            {
                Peers.Forget();
            }

            State = State.Present;
            ErrorId = null;
            Header = header;
            Identity = status.Identity;
            Buffer.BlockCopy(bytes, 0, Bytes, 0, HeaderLayout.Size);
        }
    }
}
