using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Recovers peers for one command. That nobody uses a segment is proved by a read lease right before it is opened for writing, and while the work lasts a write lease
/// keeps everybody else from opening it.
/// </summary>
internal sealed class RecoveryRun
{
    /// <summary>How often it is proved that nobody uses a segment where somebody has it open meanwhile.</summary>
    private const int Rounds = 2;

    private static readonly TimeSpan LongestLeaseWait = TimeSpan.FromMilliseconds(100);

    private readonly SegmentUsers _users;
    private readonly Patience _patience = new();

    internal RecoveryRun(SegmentUsers users) => _users = users;

    /// <summary>Called with what is worth knowing about how a recovery was done.</summary>
    internal Action<string>? OnNote { get; set; }

    /// <summary>Whether a peer may be recovered, and what that would drop and free now; nothing is changed.</summary>
    /// <exception cref="SegmentException">As <see cref="Segment.RecoverPeer"/>.</exception>
    internal PeerRecoveryResult Check(string path, int peerId, bool force, CancellationToken cancellationToken)
    {
        using Segment segment = Segment.Open(path, write: false, _patience, cancellationToken);
        using var recovery = new PeerRecovery(segment, peerId, force, () => _users.AskAgain(segment.File));
        return recovery.Preview();
    }

    /// <summary>Recovers a peer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="peerId">The peer.</param>
    /// <param name="force">Whether to recover a peer that may be alive, or whose host may be running.</param>
    /// <param name="preview">What was found when it was checked: another file, or unless forced another state, is refused. Null where it was not.</param>
    /// <param name="cancellationToken">Cancels it before it begins.</param>
    /// <exception cref="SegmentException">As <see cref="Segment.RecoverPeer"/>.</exception>
    internal PeerRecoveryResult Recover(string path, int peerId, bool force, PeerRecoveryResult? preview, CancellationToken cancellationToken)
    {
        for (int round = 1; ; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FileIdentity proved;
            PeerEntry before;
            SegmentUse? use = null;
            using (Segment segment = Segment.Open(path, write: false, _patience, cancellationToken))
            {
                // With a descriptor of one's own for writing, the kernel could not be asked any more.
                using var check = new PeerRecovery(segment, peerId, force, () => use = _users.AskAgain(segment.File));
                RequireUnchanged(path, force ? null : preview?.Before, check.Peer);
                if (!check.IsNeeded)
                {
                    return check.Recover();
                }

                proved = segment.Identity;
                if (preview is not null && preview.Identity != proved)
                {
                    throw SegmentErrors.Replaced(path);
                }

                before = check.Peer;
            }

            using (Segment segment = Segment.Open(path, write: true, _patience, cancellationToken))
            {
                if (segment.Identity != proved)
                {
                    throw SegmentErrors.Replaced(path);
                }

                using FileLease? lease = force ? null : TakeLease(segment.File, cancellationToken);
                if (!force && lease is null && round < Rounds)
                {
                    // Whoever has it open has come since, or only reads. Another proof says which.
                    continue;
                }

                if (!force && lease is null)
                {
                    OnNote?.Invoke($"'{path}' is recovered without a lease, since another process has it open for reading. Right before, nobody had it open for writing.");
                }

                using var recovery = new PeerRecovery(segment, peerId, force, () => use!);
                RequireUnchanged(path, before, recovery.Peer);
                return recovery.Recover();
            }
        }
    }

    private static void RequireUnchanged(string path, PeerEntry? before, PeerEntry now)
    {
        if (before is PeerEntry was && (was.StateCode != now.StateCode || was.Epoch != now.Epoch))
        {
            throw SegmentErrors.PeerAlive(path, now.Id, "its state has just changed");
        }
    }

    /// <summary>
    /// Keeps everybody else from opening a file while the work lasts. Somebody who only reads makes the kernel refuse: most are gone in a moment, and a watch that
    /// holds the file lets it go when asked.
    /// </summary>
    /// <returns>The lease; null where it cannot be had.</returns>
    internal static FileLease? TakeLease(SegmentFile file, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        FileLease? lease;
        for (bool isAsked = false; FileLease.TryTakeWrite(file, out lease) == LeaseAnswer.Refused && clock.Elapsed < LongestLeaseWait; isAsked = true)
        {
            if (!isAsked)
            {
                file.AskToLetGo();
            }

            _ = cancellationToken.WaitHandle.WaitOne(1);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return lease;
    }
}
