using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>Follows a segment in goodbye until its guests have left (<c>r[shm.host.goodbye]</c>). Between two looks the file is not open.</summary>
public sealed class SegmentDrain
{
    private static readonly TimeSpan PauseBetweenLooks = TimeSpan.FromMilliseconds(50);

    // Each look for users reads the mappings of all processes.
    private static readonly TimeSpan PauseBetweenRemovals = TimeSpan.FromMilliseconds(100);

    private readonly Patience _patience = new();
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly FileIdentity _identity;

    /// <summary>Begins to follow a segment whose goodbye is raised.</summary>
    internal SegmentDrain(Segment segment)
    {
        Path = segment.Path;
        Header = segment.Header;
        _identity = segment.Identity;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The last header that was read.</summary>
    public SegmentHeader Header { get; private set; }

    /// <summary>The peers that are still attached, as of the last look.</summary>
    public IReadOnlyList<int> PeersLeft { get; private set; } = [];

    /// <summary>Whether the file was deleted, or another one has its name, as when its host has started anew.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Follows several segments together.</summary>
    /// <param name="drains">The segments.</param>
    /// <param name="timeout">How long to wait for each since its goodbye; null for as long as it takes.</param>
    /// <param name="onLook">Called after each look with those that are still waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Each as soon as it is drained, or with what ended its wait.</returns>
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
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.DrainTimeout"/>; or the file cannot be read, or is damaged.</exception>
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

    /// <summary>Waits until nobody uses the segment, and removes this file and no other that may have its name by then.</summary>
    /// <param name="timeout">How long to wait since the goodbye.</param>
    /// <param name="force">Whether to remove it then in spite of who still uses it.</param>
    /// <param name="onInUse">Called with who uses it still, when all peers have detached.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if the host had removed or replaced it.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.DrainTimeout"/>, <see cref="SegmentErrorId.SegmentInUse"/>, or the file is damaged.</exception>
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

            // Dead peers stay attached for ever; where nobody uses the file, there is nobody to wait for.
            if ((isDrained || isTimeOver || IsFree()) && TryRemove(force && isTimeOver, isTimeOver, onInUse))
            {
                return true;
            }

            TimeSpan left = timeout - _since.Elapsed;
            Pause(left > PauseBetweenRemovals ? PauseBetweenRemovals : left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>Looks at the peers again.</summary>
    /// <returns>Whether none is attached any more. A file that is gone is drained.</returns>
    /// <exception cref="SegmentException">The file cannot be read, or is damaged.</exception>
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
            // The next look says what is wrong.
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
