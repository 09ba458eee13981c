using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>Follows a segment in goodbye until its guests have left (<c>r[shm.host.goodbye]</c>).</summary>
public sealed class SegmentDrain
{
    private readonly ReadyWait _wait;
    private FileIdentity? _identity;

    /// <summary>Begins to follow a segment.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Its header, as <see cref="SegmentGoodbye.Raise"/> gave it.</param>
    /// <param name="cancellation">Ends a wait.</param>
    public SegmentDrain(string path, SegmentHeader header, CancellationToken cancellation = default)
    {
        Path = path;
        Header = header ?? throw new ArgumentNullException(nameof(header));
        _identity = header.Identity;
        _wait = new ReadyWait(cancellation);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The last header that was read.</summary>
    public SegmentHeader Header { get; private set; }

    /// <summary>The peers that are still attached, as of the last look.</summary>
    public IReadOnlyList<int> Left { get; private set; } = [];

    /// <summary>Whether the file was deleted, or another one has its name, as when its host has started anew.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Looks at the peers again.</summary>
    /// <returns>Whether none is attached any more. A file that is gone is drained.</returns>
    /// <exception cref="SegmentException">The file cannot be read, or is no sound segment any more.</exception>
    public bool IsDrained()
    {
        try
        {
            using OpenSegment segment = OpenSegment.Open(Path, write: false, _wait);
            _identity ??= segment.File.Status.Identity;
            if (!_identity.Value.Equals(segment.File.Status.Identity))
            {
                IsGone = true;
                Left = [];
                return true;
            }

            Header = segment.Header;
            var left = new List<int>();
            for (int id = 1; id <= segment.MaxGuests; id++)
            {
                if (segment.PeerUInt32(id, PeerEntryLayout.State) == (uint)PeerState.Attached)
                {
                    left.Add(id);
                }
            }

            Left = left;
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.SegmentNotFound)
        {
            IsGone = true;
            Left = [];
        }

        return Left.Count == 0;
    }

    /// <summary>Prepares the removal of this file, and of no other that may have its name by now.</summary>
    /// <param name="force">Whether to remove it in spite of being in use.</param>
    /// <returns>What removes it.</returns>
    /// <exception cref="SegmentException">As <see cref="SegmentRemover.Prepare"/>, or <see cref="SegmentErrorId.SegmentReplaced"/>.</exception>
    public SegmentRemover PrepareRemoval(bool force)
    {
        SegmentRemover remover = SegmentRemover.Prepare(Path, force);
        if (_identity is FileIdentity identity)
        {
            remover.RequireSame(identity);
        }

        return remover;
    }

    /// <summary>The error for when the time is over.</summary>
    /// <returns>An error that names the peers that are left.</returns>
    public SegmentException TimedOut() =>
        SegmentErrors.DrainTimeout(Path, Left.Count == 1
            ? FormattableString.Invariant($"peer {Left[0]} is still attached")
            : FormattableString.Invariant($"peers {string.Join(", ", Left)} are still attached"));
}
