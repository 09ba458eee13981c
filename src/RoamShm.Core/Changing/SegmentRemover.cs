using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>
/// Removes the files of segments that nobody uses (<c>r[shm.file.cleanup]</c>). In use is what a process maps or an attached peer beats on;
/// where that cannot be told, doubt refuses.
/// </summary>
internal sealed class SegmentRemover
{
    private readonly string _path;
    private readonly FileIdentity _identity;
    private readonly bool _force;

    private SegmentRemover(string path, FileIdentity identity, bool force)
    {
        _path = path;
        _identity = identity;
        _force = force;
    }

    /// <summary>Whether this file, not another one of that name, can be removed now.</summary>
    /// <param name="path">The file; one that does not begin with the magic of a segment is never removed.</param>
    /// <param name="force">Whether to remove it in spite of being in use.</param>
    /// <returns>What removes it.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentInUse"/> with who uses it, or why that cannot be told; or the file is
    /// none, or no segment.</exception>
    internal static SegmentRemover Prepare(string path, bool force)
    {
        FileStatus named = SegmentFile.Peek(path) ?? throw SegmentErrors.NotFound(path);
        named.RequireRegular(path);
        using SegmentFile file = SegmentFile.OpenRead(path);
        // With the version, which the error tells where another format has its own.
        byte[] start = new byte[HeaderLayout.HeaderSize];
        if (file.Read(0, start, 0, start.Length) < sizeof(ulong) || BitConverter.ToUInt64(start, 0) != SegmentFormat.Magic)
        {
            throw SegmentErrors.WrongMagic(path, BitConverter.ToUInt64(start, 0), BitConverter.ToUInt32(start, HeaderLayout.Version));
        }

        var remover = new SegmentRemover(path, file.Status.Identity, force);
        remover.RequireUnused(file);
        return remover;
    }

    /// <summary>Removes the file, if it is still the one that was prepared, and still unused: whoever asked may have taken a while to confirm.</summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentReplaced"/>, <see cref="SegmentErrorId.SegmentInUse"/>, or the system does not let it be
    /// removed.</exception>
    internal void Remove()
    {
        // Opened again rather than looked at: on Windows only an open file has an identity.
        using (SegmentFile file = SegmentFile.OpenRead(_path))
        {
            RequireSame(file.Status.Identity);
            RequireUnused(file);
        }

        SegmentFile.Delete(_path);
    }

    /// <summary>Refuses another file than the one meant.</summary>
    internal void RequireSame(FileIdentity identity)
    {
        if (!identity.Equals(_identity))
        {
            throw SegmentErrors.Replaced(_path);
        }
    }

    private void RequireUnused(SegmentFile file)
    {
        if (!_force && FindUse(_path, file) is string use)
        {
            throw SegmentErrors.InUse(_path, use);
        }
    }

    /// <summary>Who uses a segment, or why that cannot be told, or null.</summary>
    private static string? FindUse(string path, SegmentFile file)
    {
        if (!SegmentMappings.IsSupported)
        {
            return "which processes map it cannot be told on this system";
        }

        SegmentMappings mappings = SegmentMappings.Read();
        IReadOnlyList<int> processes = mappings.Of(file);
        if (processes.Count > 0)
        {
            return SegmentMappings.Describe(processes);
        }

        if (FindAlivePeers(path, file) is string peers)
        {
            return peers;
        }

        return mappings.IsIncomplete ? "whether a process maps it cannot be told: " + mappings.Incompleteness : null;
    }

    private static string? FindAlivePeers(string path, SegmentFile file)
    {
        byte[] bytes = new byte[HeaderLayout.Size];
        if (file.Read(0, bytes, 0, bytes.Length) < bytes.Length)
        {
            return null;
        }

        var header = new SegmentHeader();
        header.Decode(path, bytes, file.Length);
        PeerTable peers;
        try
        {
            peers = PeerTable.Read(file, header);
        }
        catch (SegmentException)
        {
            // Nobody can be attached to a table that is not there, and nobody maps the file.
            return null;
        }

        var alive = new List<int>();
        ulong now = MonotonicClock.Now();
        foreach (PeerEntry peer in peers)
        {
            if (peer.IsAttached && peer.Liveness(header.HeartbeatInterval, now) == PeerLiveness.Alive)
            {
                alive.Add(peer.Id);
            }
        }

        return alive.Count == 0 ? null
            : alive.Count == 1 ? FormattableString.Invariant($"peer {alive[0]} is attached and beating")
            : FormattableString.Invariant($"peers {string.Join(", ", alive)} are attached and beating");
    }
}
