using System;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Recovers peers for one command. A read lease proves that nobody uses a segment, right before it is opened for writing; a write lease then keeps others from
/// opening it until the recovery is done.
/// </summary>
internal sealed class RecoveryRun
{
    /// <summary>How many times to prove that nobody uses a segment if another process has it open by the time the write lease is taken.</summary>
    private const int Rounds = 2;

    private static readonly TimeSpan LongestLeaseWait = TimeSpan.FromMilliseconds(100);

    private readonly SegmentUsers _users;
    private readonly Patience _patience = new();

    internal RecoveryRun(SegmentUsers users) => _users = users;

    /// <summary>Called with notes about how a recovery was done.</summary>
    internal Action<string>? OnNote { get; set; }

    /// <summary>Checks whether a peer may be recovered, and reports what that would drop and free now. Changes nothing.</summary>
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
    /// <param name="preview">The result of an earlier check, or <see langword="null"/>. Another file is refused, and so is another state unless
    /// forced.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation until the recovery begins.</param>
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
                // Ask before opening for writing: our own writable descriptor would hide the kernel's answer.
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
                    // The process that has it open either arrived since the proof or only reads. A second proof shows which.
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
    /// Keeps other processes from opening the file until the recovery is done. The kernel refuses a lease while another process reads the file: most close it
    /// again within moments, and a watch that holds the file releases it when asked.
    /// </summary>
    /// <returns>The lease; <see langword="null"/> if it cannot be taken.</returns>
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
