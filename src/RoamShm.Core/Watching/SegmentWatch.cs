using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>A watch of some files; see <see cref="SegmentWatcher"/>.</summary>
internal sealed class SegmentWatch
{
    private static readonly List<SegmentEvent> Nothing = [];

    private readonly SegmentWatchOptions _options;
    private readonly List<WatchTarget> _targets = [];
    private readonly HashSet<string> _known = new(SegmentFile.IsWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    private readonly byte[] _header = new byte[HeaderLayout.Size];
    private byte[] _classes = [];
    private FileHolder? _holder;

    internal SegmentWatch(SegmentWatchOptions options) => _options = options;

    internal IEnumerable<SegmentEvent> Run(IEnumerable<string> paths, CancellationToken cancellation)
    {
        using FileHolder? holder = _holder = FileHolder.TryCreate(_options.Interval);
        Add(paths, atStart: true);
        var clock = Stopwatch.StartNew();
        TimeSpan nextLook = TimeSpan.Zero;
        long seen = 0;
        while (!cancellation.IsCancellationRequested && seen < (_options.Count ?? long.MaxValue))
        {
            if (_options.Discover is Func<IEnumerable<string>> discover)
            {
                Add(discover(), atStart: false);
            }

            holder?.BeginLook();
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
                // Do not make up for missed polls.
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
        // A wait handle waits at most 24 days at a time.
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
                _targets.Add(new WatchTarget(path) { IsLate = !atStart });
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

    private static bool IsGone(WatchTarget target) => target.State == WatchState.Removed || (target.State == WatchState.Present && target.Header!.HostGoodbye);

    private void ReportLate(CancellationToken cancellation)
    {
        if (!_options.UntilGoodbye || cancellation.IsCancellationRequested)
        {
            return;
        }

        foreach (WatchTarget target in _targets.FindAll(target => !IsGone(target)))
        {
            _options.OnError?.Invoke(SegmentErrors.GoodbyeTimeout(target.Path));
        }
    }

    /// <summary>Polls one file.</summary>
    /// <returns>The changes: first the event of the segment itself, then those of its peers.</returns>
    private List<SegmentEvent> Look(WatchTarget target)
    {
        if (target.Held is HeldFile held && held.Borrow() is SegmentFile open)
        {
            try
            {
                if (IsUnchanged(target, open))
                {
                    return _options.Peers && ReadPeers(open) is PeerTable table ? PeerEvents(target, table, Nothing) : Nothing;
                }
            }
            catch (SegmentException)
            {
                // The regular way finds out what is wrong with it, and reports it.
            }
            finally
            {
                held.Return();
            }
        }

        return LookByName(target);
    }

    private bool IsUnchanged(WatchTarget target, SegmentFile file) =>
        target.State == WatchState.Present && file.Read(0, _header, 0, _header.Length) == _header.Length && target.IsSame(file.Status, _header);

    private List<SegmentEvent> LookByName(WatchTarget target)
    {
        FileStatus status = default;
        SegmentException? error = null;
        PeerTable? peers = null;
        SegmentFile? file = null;
        if (target.State == WatchState.Present)
        {
            target.Held ??= _holder?.Add(target.Path);
        }

        int changes = target.Held?.BeginOpen() ?? 0;
        try
        {
            file = SegmentFile.OpenRead(target.Path);
            status = file.Status;
            try
            {
                _ = AttachChecks.ReadHeader(file, _header);
                if (target.State != WatchState.Present || !target.IsSame(status, _header))
                {
                    AttachChecks.CheckHeader(file, _header);
                    AttachChecks.CheckPool(file, _header, ref _classes);
                    status = file.Status;
                }

                peers = _options.Peers ? ReadPeers(file) : null;
            }
            catch (SegmentException)
            {
                // It may have been truncated after it was opened; its length then shows it.
                file.Refresh();
                status = file.Status;
                throw;
            }
        }
        catch (SegmentException e)
        {
            error = e;
        }

        if (error is null && target.Held is HeldFile held)
        {
            held.KeepOrClose(file!, changes);
        }
        else
        {
            file?.Dispose();
        }

        SegmentEvent? change = error is null ? OnSegment(target, status)
            : error.ErrorId == SegmentErrorId.SegmentNotFound ? OnMissing(target, error)
            : OnInvalid(target, status, error);
        List<SegmentEvent> events = change is null ? Nothing : [change];
        return peers is null ? events : PeerEvents(target, peers, events);
    }

    private PeerTable? ReadPeers(SegmentFile file)
    {
        var header = new SegmentHeader();
        header.Decode(file.Path, _header, file.Length, file.Status.Identity);
        try
        {
            return PeerTable.Read(file, header);
        }
        catch (SegmentException e) when (e.ErrorId is SegmentErrorId.InvalidLimits or SegmentErrorId.PeerTableOutOfBounds)
        {
            // That is a matter for validation; the header can still be watched.
            return null;
        }
    }

    /// <summary>Appends the events of a segment's peers to those of the segment.</summary>
    private static List<SegmentEvent> PeerEvents(WatchTarget target, PeerTable peers, List<SegmentEvent> events)
    {
        foreach ((PeerEntry peer, PeerEntry before, string change) in target.Peers.Compare(peers, target.Header!.HeartbeatInterval, HeartbeatClock.Now()))
        {
            var peerEvent = new SegmentEvent();
            peerEvent.Decode(target.Path, target.Bytes, target.Header.FileLength, target.Identity);
            peerEvent.Change = change;
            peerEvent.PeerId = peer.Id;
            peerEvent.PeerState = peer.StateName;
            peerEvent.PreviousPeerState = before.StateName;
            events = events == Nothing ? [] : events;
            events.Add(peerEvent);
        }

        return events;
    }

    private SegmentEvent? OnSegment(WatchTarget target, FileStatus status)
    {
        SegmentChange change = SegmentChange.None;
        SegmentHeaderFields? before = target.Header;
        if (target.State == WatchState.Present && target.IsSame(status, _header))
        {
            return null;
        }

        var now = new SegmentEvent();
        now.Decode(target.Path, _header, status.Length, status.Identity);
        switch (target.State)
        {
            case WatchState.Unseen:
                change = SegmentChange.Initial;
                break;
            case WatchState.Present when !target.Identity.Equals(status.Identity):
                change = SegmentChange.Replaced;
                break;
            case WatchState.Present:
                change = target.Compare(now, _header);
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

        bool isSkipped = target.State == WatchState.Unseen && _options.SkipInitial && !target.IsLate;
        now.Change = change.ToString();
        target.See(now, status, _header);
        return isSkipped ? null : now;
    }

    private SegmentEvent? OnMissing(WatchTarget target, SegmentException error)
    {
        switch (target.State)
        {
            case WatchState.Unseen:
                if (_options.WaitForFile)
                {
                    target.IsLate = true;
                }
                else
                {
                    GiveUp(target, error);
                }

                return null;
            case WatchState.Removed:
                return null;
            default:
                target.State = WatchState.Removed;
                return Last(target, SegmentChange.Removed);
        }
    }

    private SegmentEvent? OnInvalid(WatchTarget target, FileStatus status, SegmentException error)
    {
        bool isBeingMade = error.IsPerhapsBeingMade;
        if (target.State == WatchState.Unseen)
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
        if (target.State == WatchState.Invalid && isSameFile && (target.ErrorId == error.ErrorId || (isBeingMade && target.IsBeingMade)))
        {
            return null;
        }

        if (target.State == WatchState.Removed && isBeingMade)
        {
            // It reappears once it is complete.
            return null;
        }

        SegmentChange change = target.State == WatchState.Removed ? SegmentChange.Reappeared
            : isSameFile || status.Identity.Equals(default) ? SegmentChange.None
            : SegmentChange.Replaced;
        bool isShortened = isSameFile && status.Length < target.Header!.FileLength
            && error.ErrorId is SegmentErrorId.SegmentTruncated or SegmentErrorId.SegmentTooShort or SegmentErrorId.SegmentNotReady or SegmentErrorId.SlotClassTableOutOfBounds;
        change |= isShortened ? SegmentChange.Truncated : SegmentChange.Invalid;
        target.State = WatchState.Invalid;
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

    private void GiveUp(WatchTarget target, SegmentException error)
    {
        target.IsGivenUp = true;
        _options.OnError?.Invoke(error);
    }

    /// <summary>Returns an event with the last readable header.</summary>
    private SegmentEvent Last(WatchTarget target, SegmentChange change)
    {
        var last = new SegmentEvent();
        last.Decode(target.Path, target.Bytes, target.Header!.FileLength, target.Identity);
        last.Change = change.ToString();
        return last;
    }
}
