using System;
using System.Threading;

namespace RoamShm;

public sealed partial class Segment
{
    /// <summary>
    /// Raises the host goodbye, which asks every guest to detach (<c>r[shm.host.goodbye]</c>), with one atomic compare-and-exchange on its 32 bits. Nothing
    /// else in the file changes. If the goodbye is already raised, its value stays. Updates <see cref="Header"/>.
    /// </summary>
    /// <param name="value">The value to store; must not be 0. The reference stores 1.</param>
    /// <returns>The previous value; 0 if this call raised the goodbye.</returns>
    /// <exception cref="SegmentException">The file was truncated, or its header no longer passes the checks.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is 0.</exception>
    /// <exception cref="InvalidOperationException">The segment was opened for reading.</exception>
    public unsafe uint RaiseGoodbye(uint value = 1)
    {
        MappedHeader.RequireGoodbye(value);
        RequireWritable();
        uint previous;
        byte[] bytes = HeaderBuffer();

        // Touching a mapping of a truncated file kills the process. The window that remains is from the length check, when the header is mapped, to the
        // exchange.
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

    /// <summary>Raises the host goodbye and waits until no peer is attached.</summary>
    /// <param name="timeout">The maximum time to wait; <see langword="null"/> to wait indefinitely.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    /// <returns>The drained segment: its last header, and whether its host has removed or replaced the file.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.DrainTimeout"/>, which names the peers still attached; or as for
    /// <see cref="RaiseGoodbye"/>.</exception>
    /// <exception cref="InvalidOperationException">The segment was opened for reading.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SegmentDrain Drain(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _ = RaiseGoodbye();
        var drain = new SegmentDrain(this);
        drain.Wait(timeout, cancellationToken);
        return drain;
    }

    /// <summary>
    /// Frees the place of a guest that crashed or left, in the order that the host would (<c>r[shm.crash.recovery]</c>): Goodbye, the slots that its
    /// host→guest ring refers to, both rings, the slots that it owns, heartbeat 0, Empty. Shared words change only by compare-and-exchange. Damaged data is
    /// reported and left unchanged, never followed. A recovery that has begun always finishes. Unless forced, it needs proof that nobody else uses the
    /// segment; on Linux the kernel provides it if this object has the file's only descriptor.
    /// </summary>
    /// <param name="peerId">The peer, 1 to 255.</param>
    /// <param name="force">Whether to recover the peer even if it may be alive or its host may be running.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation until the recovery begins.</param>
    /// <returns>What was done. An Empty peer that owns no slots needs no recovery.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.PeerNotFound"/>, <see cref="SegmentErrorId.PeerAlive"/>,
    /// <see cref="SegmentErrorId.HostMayBeRunning"/>; or a table is not within the file, or the file is shorter than the data to change.</exception>
    /// <exception cref="InvalidOperationException">The segment was opened for reading.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the recovery began.</exception>
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
    /// Removes the file of an unused segment (<c>r[shm.file.cleanup]</c>). The segment must be proved unused; if in doubt, the removal is refused; see
    /// <see cref="SegmentUsers"/>. Also removes damaged segments, and ones whose host died while creating them, but no other file without the magic.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="force">Whether to remove the file even if it is in use.</param>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentInUse"/>, with who uses it or why that is unknown; the file does not exist or is
    /// not a segment; or the operating system refuses to remove it.</exception>
    public static void Remove(string path, bool force = false) => SegmentRemover.Prepare(path, force).Remove();

    private void RequireWritable()
    {
        if (!File.IsWritable)
        {
            throw new InvalidOperationException("The segment was opened for reading. Open it with Segment.OpenReadWrite to change it.");
        }
    }
}
