using System;
using System.Threading;

namespace RoamShm;

public sealed partial class Segment
{
    /// <summary>
    /// Raises the host's goodbye, which asks every guest to detach (<c>r[shm.host.goodbye]</c>): one atomic compare-and-exchange on its 32 bits; nothing else in the
    /// file changes. A goodbye that is raised already stays as it is. <see cref="Header"/> has it afterwards.
    /// </summary>
    /// <param name="value">The value to store, not 0; the reference stores 1.</param>
    /// <returns>The previous value: 0 if this call raised it.</returns>
    /// <exception cref="SegmentException">The file was truncated, or its header does not pass the checks any more.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is 0.</exception>
    /// <exception cref="InvalidOperationException">The segment was opened for reading.</exception>
    public unsafe uint RaiseGoodbye(uint value = 1)
    {
        MappedHeader.RequireGoodbye(value);
        RequireWritable();
        uint previous;
        byte[] bytes = HeaderBuffer();

        // A mapping of a file that has been truncated kills who touches it. What is left of that window is from the look at the length, when the header
        // is mapped, to the exchange.
        using (MappedPart part = File.MapInside(0, HeaderLayout.Size))
        {
            var header = new MappedHeader((void*)part.Address);
            header.CopyTo(bytes);
            AttachChecks.CheckHeader(File, bytes);
            previous = header.RaiseGoodbye(value);
        }

        Header = Decode(bytes);
        Header.SetGoodbye(previous == 0 ? value : previous);
        return previous;
    }

    /// <summary>Raises the host's goodbye and waits until no peer is attached.</summary>
    /// <param name="timeout">How long to wait; <see langword="null"/> for as long as it takes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The drained segment: its last header, and whether its host has removed or replaced the file.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.DrainTimeout"/>, which names the peers that are left; or as <see cref="RaiseGoodbye"/>.</exception>
    /// <exception cref="InvalidOperationException">The segment was opened for reading.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public SegmentDrain Drain(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _ = RaiseGoodbye();
        var drain = new SegmentDrain(this);
        drain.Wait(timeout, cancellationToken);
        return drain;
    }

    /// <summary>
    /// Frees the place of a guest that crashed or left, as the host would (<c>r[shm.crash.recovery]</c>), in its order: Goodbye, the slots that its host→guest ring
    /// refers to, both rings, the slots that it owns, heartbeat 0, Empty. Shared words change by compare-and-exchange only. What is damaged is reported and left as
    /// it is, never followed. A recovery that has begun is finished. Unless forced, it needs proof that nobody else uses the segment: on Linux the kernel gives it where this
    /// object has the file's only descriptor.
    /// </summary>
    /// <param name="peerId">The peer, 1 to 255.</param>
    /// <param name="force">Whether to recover a peer that may be alive, or whose host may be running.</param>
    /// <param name="cancellationToken">Cancels it before it begins.</param>
    /// <returns>What was done; an Empty peer that owns no slots needs nothing.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.PeerNotFound"/>, <see cref="SegmentErrorId.PeerAlive"/>,
    /// <see cref="SegmentErrorId.HostMayBeRunning"/>; or a table does not lie within the file, or the file is shorter than what has to be changed.</exception>
    /// <exception cref="InvalidOperationException">The segment was opened for reading.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began.</exception>
    public PeerRecoveryResult RecoverPeer(int peerId, bool force = false, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireWritable();
        using FileLease? lease = force ? null : RecoveryRun.TakeLease(File, cancellationToken);
        using var recovery = new PeerRecovery(
            this, peerId, force, () => lease is null ? new SegmentUsers(cancellationToken).AskOfOthers(File) : SegmentUsers.ProvedFree);
        return recovery.Recover();
    }

    /// <summary>
    /// Removes the file of a segment that nobody uses (<c>r[shm.file.cleanup]</c>). That is proved, or doubt refuses; see <see cref="SegmentUsers"/>. A damaged segment can
    /// be removed too, and one that its host died over while making it, but no other file without the magic.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="force">Whether to remove it in spite of being in use.</param>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentInUse"/> with who uses it, or why that cannot be found out; the file does not exist, or is
    /// no segment; or the system does not let it be removed.</exception>
    public static void Remove(string path, bool force = false) => SegmentRemover.Prepare(path, force).Remove();

    private void RequireWritable()
    {
        if (!File.IsWritable)
        {
            throw new InvalidOperationException("The segment was opened for reading. Open it with Segment.OpenReadWrite to change it.");
        }
    }
}
