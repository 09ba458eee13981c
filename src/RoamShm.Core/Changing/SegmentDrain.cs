using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>Follows a segment in goodbye until its guests have left (<c>r[shm.host.goodbye]</c>). The file is closed between polls.</summary>
public sealed class SegmentDrain
{
    private static readonly TimeSpan PauseBetweenLooks = TimeSpan.FromMilliseconds(50);

    // Each check for users reads the mappings of all processes.
    private static readonly TimeSpan PauseBetweenRemovals = TimeSpan.FromMilliseconds(100);

    private readonly Patience _patience = new();
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly FileIdentity _identity;

    /// <summary>Starts following a segment whose goodbye is raised.</summary>
    internal SegmentDrain(Segment segment)
    {
        Path = segment.Path;
        Header = segment.Header;
        _identity = segment.Identity;
    }

    /// <summary>Gets the path of the file.</summary>
    public string Path { get; }

    /// <summary>Gets the header as last read.</summary>
    public SegmentHeader Header { get; private set; }

    /// <summary>Gets the peers still attached as of the last poll.</summary>
    public IReadOnlyList<int> PeersLeft { get; private set; } = [];

    /// <summary>Gets a value indicating whether the file was deleted, or another file has its name, as after a restart of its host.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Follows several segments at once.</summary>
    /// <param name="drains">The segments.</param>
    /// <param name="timeout">The maximum time to wait for each segment, from its goodbye; <see langword="null"/> to wait indefinitely.</param>
    /// <param name="onLook">Called after each poll with the segments that have not drained yet.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>Each segment as soon as it is drained, or with the error that ended its wait.</returns>
    internal static IEnumerable<(SegmentDrain Drain, SegmentException? Error)> WaitForAll(
        IEnumerable<SegmentDrain> drains, TimeSpan? timeout, Action<IReadOnlyList<SegmentDrain>>? onLook, CancellationToken cancellationToken)
    {
        var left = new List<SegmentDrain>(drains);
        while (true)
        {
            for (int i = 0; i < left.Count;)
            {
                SegmentDrain drain = left[i];
                if (drain.IsOver(timeout, cancellationToken, out SegmentException? error))
                {
                    left.RemoveAt(i);
                    yield return (drain, error);
                }
                else
                {
                    i++;
                }
            }

            if (left.Count == 0)
            {
                yield break;
            }

            onLook?.Invoke(left);
            Pause(PauseBetweenLooks, cancellationToken);
        }
    }

    /// <summary>Waits until no peer is attached.</summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.DrainTimeout"/>; or the file cannot be read or is damaged.</exception>
    internal void Wait(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        foreach ((_, SegmentException? error) in WaitForAll([this], timeout, onLook: null, cancellationToken))
        {
            if (error is not null)
            {
                throw error;
            }
        }
    }

    /// <summary>Waits until nobody uses the segment, then removes this file, and never another file that has taken its name.</summary>
    /// <param name="timeout">The maximum time to wait, from the goodbye.</param>
    /// <param name="force">Whether to remove the file after the timeout even if it is still in use.</param>
    /// <param name="onInUse">Called with who still uses the segment once all peers have detached.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns><see langword="false"/> if the host has already removed or replaced the file.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.DrainTimeout"/>, <see cref="SegmentErrorId.SegmentInUse"/>, or the file is
    /// damaged.</exception>
    internal bool Remove(TimeSpan timeout, bool force, Action<string>? onInUse, CancellationToken cancellationToken)
    {
        while (true)
        {
            bool isDrained = Look(cancellationToken);
            if (IsGone)
            {
                return false;
            }

            bool isTimeOver = _since.Elapsed >= timeout;
            if (isTimeOver && !isDrained && !force && !IsFree())
            {
                throw TimedOut();
            }

            // Dead peers stay attached forever; if nobody uses the file, there is nobody to wait for.
            if ((isDrained || isTimeOver || IsFree()) && TryRemove(force && isTimeOver, isTimeOver, onInUse))
            {
                return true;
            }

            TimeSpan left = timeout - _since.Elapsed;
            Pause(left > PauseBetweenRemovals ? PauseBetweenRemovals : left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>Polls the peers again.</summary>
    /// <returns>Whether no peer is attached. A file that is gone counts as drained.</returns>
    /// <exception cref="SegmentException">The file cannot be read or is damaged.</exception>
    internal bool Look(CancellationToken cancellationToken)
    {
        PeersLeft = [];
        try
        {
            using Segment segment = Segment.Open(Path, write: false, _patience, cancellationToken);
            IsGone = segment.Identity != _identity;
            if (!IsGone)
            {
                segment.LoadTables();
                segment.RefreshPeers();
                Header = segment.Header;
                PeersLeft = FindAttached(segment.Peers);
            }
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.SegmentNotFound)
        {
            IsGone = true;
        }

        return PeersLeft.Count == 0;
    }

    private static List<int> FindAttached(PeerTable peers)
    {
        var attached = new List<int>();
        foreach (PeerEntry peer in peers)
        {
            if (peer.IsAttached)
            {
                attached.Add(peer.Id);
            }
        }

        return attached;
    }

    private static void Pause(TimeSpan time, CancellationToken cancellationToken)
    {
        _ = cancellationToken.WaitHandle.WaitOne(time);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private bool IsOver(TimeSpan? timeout, CancellationToken cancellationToken, out SegmentException? error)
    {
        error = null;
        try
        {
            if (Look(cancellationToken))
            {
                return true;
            }
        }
        catch (SegmentException e)
        {
            error = e;
            return true;
        }

        error = _since.Elapsed >= timeout ? TimedOut() : null;
        return error is not null;
    }

    private bool IsFree()
    {
        try
        {
            using SegmentFile file = SegmentFile.OpenRead(Path);
            bool isFree = FileLease.TryTakeRead(file, out FileLease? lease) == LeaseAnswer.Granted;
            lease?.Dispose();
            return isFree;
        }
        catch (SegmentException)
        {
            // The next poll reports the error.
            return false;
        }
    }

    private bool TryRemove(bool force, bool isLastTry, Action<string>? onInUse)
    {
        try
        {
            SegmentRemover remover = SegmentRemover.Prepare(Path, force);
            remover.RequireSame(_identity);
            remover.Remove();
            return true;
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.SegmentInUse && !isLastTry)
        {
            onInUse?.Invoke(e.Message);
            return false;
        }
    }

    private SegmentException TimedOut() =>
        SegmentErrors.DrainTimeout(Path, PeersLeft.Count == 1
            ? FormattableString.Invariant($"peer {PeersLeft[0]} is still attached")
            : FormattableString.Invariant($"peers {string.Join(", ", PeersLeft)} are still attached"));
}
