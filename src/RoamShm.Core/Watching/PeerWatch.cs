using System.Collections.Generic;

namespace RoamShm;

/// <summary>The last known state of the peers of one watched segment.</summary>
internal sealed class PeerWatch
{
    private Known[] _known = [];

    /// <summary>Compares a peer table with the previous one; the first one is only recorded.</summary>
    /// <returns>For each peer that changed: its entry, its previous entry, and the change.</returns>
    internal IEnumerable<(PeerEntry Peer, PeerEntry Before, string Change)> Compare(PeerTable table, ulong interval, HeartbeatClock now)
    {
        bool isFirst = _known.Length != table.Count;
        if (isFirst)
        {
            _known = new Known[table.Count];
        }

        foreach (PeerEntry peer in table)
        {
            Known before = _known[peer.Id - 1];
            var known = new Known(peer, peer.IsAttached && peer.Liveness(interval, now) == PeerLiveness.Stale);
            _known[peer.Id - 1] = known;
            if (!isFirst && FindChange(before, known) is string change)
            {
                yield return (peer, before.Peer, change);
            }
        }
    }

    /// <summary>Forgets everything, for example because the name now belongs to another file.</summary>
    internal void Forget() => _known = [];

    private static string? FindChange(Known before, Known now)
    {
        if (before.Peer.StateCode == now.Peer.StateCode && before.Peer.Epoch == now.Peer.Epoch)
        {
            return now.IsStale && !before.IsStale ? PeerChange.Stale : null;
        }

        bool isSameState = before.Peer.StateCode == now.Peer.StateCode;
        return now.Peer.State switch
        {
            PeerState.Attached => PeerChange.Attached,
            PeerState.Reserved => PeerChange.Reserved,
            PeerState.Goodbye when !isSameState => PeerChange.Goodbye,
            PeerState.Empty when before.Peer.State == PeerState.Goodbye || before.IsStale => PeerChange.Recovered,
            PeerState.Empty when !isSameState => PeerChange.Detached,
            _ => null,
        };
    }

    private readonly struct Known
    {
        internal Known(PeerEntry peer, bool isStale)
        {
            Peer = peer;
            IsStale = isStale;
        }

        internal PeerEntry Peer { get; }

        internal bool IsStale { get; }
    }
}
