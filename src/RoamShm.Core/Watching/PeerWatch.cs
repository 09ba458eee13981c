using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>What is known of the peers of one watched segment.</summary>
internal sealed class PeerWatch
{
    private Known[] _known = [];

    /// <summary>Compares a peer table with the one before; the first one is only remembered.</summary>
    internal IEnumerable<(int PeerId, string Change, uint State, uint Before)> Compare(byte[] table, ulong interval, ulong now)
    {
        int count = table.Length / PeerEntryLayout.Size;
        bool isFirst = _known.Length != count;
        if (isFirst)
        {
            _known = new Known[count];
        }

        for (int i = 0; i < count; i++)
        {
            int at = i * PeerEntryLayout.Size;
            uint state = BitConverter.ToUInt32(table, at + PeerEntryLayout.State);
            uint epoch = BitConverter.ToUInt32(table, at + PeerEntryLayout.Epoch);
            ulong lastHeartbeat = BitConverter.ToUInt64(table, at + PeerEntryLayout.LastHeartbeat);
            bool isStale = state == (uint)PeerState.Attached && PeerLiveness.Judge(state, lastHeartbeat, interval, now) == PeerLiveness.Stale;
            Known before = _known[i];
            _known[i] = new Known(state, epoch, isStale);
            if (!isFirst && FindChange(before, _known[i]) is string change)
            {
                yield return (i + 1, change, state, before.State);
            }
        }
    }

    /// <summary>Forgets everything, as when another file has the name.</summary>
    internal void Forget() => _known = [];

    private static string? FindChange(Known before, Known now)
    {
        if (before.State == now.State && before.Epoch == now.Epoch)
        {
            return now.IsStale && !before.IsStale ? PeerChange.Stale : null;
        }

        return (PeerState)now.State switch
        {
            PeerState.Attached => PeerChange.Attached,
            PeerState.Reserved => PeerChange.Reserved,
            PeerState.Goodbye when before.State != now.State => PeerChange.Goodbye,
            PeerState.Empty when before.State == (uint)PeerState.Goodbye || before.IsStale => PeerChange.Recovered,
            PeerState.Empty when before.State != now.State => PeerChange.Detached,
            _ => null,
        };
    }

    private readonly struct Known
    {
        internal Known(uint state, uint epoch, bool isStale)
        {
            State = state;
            Epoch = epoch;
            IsStale = isStale;
        }

        internal uint State { get; }

        internal uint Epoch { get; }

        internal bool IsStale { get; }
    }
}
