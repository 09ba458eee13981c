using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Checks what changes while a segment is in use. Other processes may change it during a check, so a finding counts only if three passes in a row show it.
/// </summary>
internal static class ContentChecks
{
    // More lost slots than this cannot be in transit.
    private const int MostPassing = 64;

    private static readonly RingDirection[] Directions = [RingDirection.GuestToHost, RingDirection.HostToGuest];

    // The pauses before the second and the third pass, used if a process stopped in the middle of a step could explain the finding.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100)];

    /// <summary>Finds faults in the content.</summary>
    /// <param name="segment">The segment, its tables loaded.</param>
    /// <param name="wasRingEmpty">Whether a ring was found empty just before. The first pass does not read it again.</param>
    /// <param name="patience">Limits the total wait between passes.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    internal static SegmentFinding[] Find(Segment segment, Func<int, RingDirection, bool> wasRingEmpty, Patience patience, CancellationToken cancellationToken)
    {
        SegmentFinding[] findings = FindOnce(segment, wasRingEmpty, cancellationToken);
        for (int look = 0; look < Pauses.Length && findings.Length > 0; look++)
        {
            if (Array.Exists(findings, finding => finding.Evidence is not null))
            {
                patience.WaitForSlots(Pauses[look], cancellationToken);
            }

            ILookup<string, SegmentFinding> again = FindOnce(segment, static (_, _) => false, cancellationToken).ToLookup(Key);
            findings = Array.FindAll(findings, finding => IsStillThere(finding, again[Key(finding)]));
        }

        return findings;
    }

    /// <summary>Whether a later pass shows the same finding. If the state could be in transit, it must be the same slot in the same generation.</summary>
    internal static bool IsStillThere(SegmentFinding finding, IEnumerable<SegmentFinding> again)
    {
        if (finding.Evidence is null || again.Any(other => other.Evidence is null))
        {
            return again.Any();
        }

        finding.Evidence.IntersectWith(again.SelectMany(other => other.Evidence));
        return finding.Evidence.Count > 0;
    }

    private static string Key(SegmentFinding finding) => finding.Id + " " + finding.Field;

    private static SegmentFinding[] FindOnce(Segment segment, Func<int, RingDirection, bool> wasRingEmpty, CancellationToken cancellationToken)
    {
        var findings = new FindingList();
        segment.RefreshPeers();
        SlotTable?[] tables = Array.TrueForAll(segment.Classes, slotClass => slotClass.SlotCount <= SlotReader.MaxSlots)
            ? SlotTable.ReadAll(segment, cancellationToken)
            : new SlotTable?[segment.Classes.Length];
        for (int i = 0; i < tables.Length; i++)
        {
            tables[i] = CheckClass(segment, i, tables[i], findings, cancellationToken);
        }

        foreach (PeerEntry peer in segment.Peers)
        {
            foreach (RingDirection direction in Directions)
            {
                if (!wasRingEmpty(peer.Id, direction))
                {
                    CheckRing(segment, peer, direction, tables, findings);
                }
            }
        }

        return findings.ToArray();
    }

    private static void CheckRing(Segment segment, PeerEntry peer, RingDirection direction, SlotTable?[] tables, FindingList findings)
    {
        if (segment.RingOffset(peer, direction) is not ulong ring)
        {
            // Already reported as a structure finding.
            return;
        }

        RingSnapshot snapshot = RingSnapshot.Read(segment.File, ring, segment.Header.BipbufCapacity);
        if (snapshot.IsEmpty)
        {
            return;
        }

        var facts = new RingFacts(peer.Id, direction, ring, snapshot, segment.Classes, tables);
        if (ContentRules.Positions.Check(facts, findings) is not null)
        {
            return;
        }

        foreach (RingEntry entry in snapshot.Entries())
        {
            facts.Entry = entry;
            ContentRules.Entry.Check(facts, findings);
            if (ContentRules.ReferenceToFree.Check(facts, findings) is SegmentFinding free)
            {
                // A process that takes an entry frees its slot before it takes the entry off the ring.
                free.Evidence = [((ulong)entry.Position << 32) | entry.SlotIndex];
            }
        }
    }

    /// <summary>Checks a class, and reads it where that has not been done.</summary>
    private static SlotTable? CheckClass(Segment segment, int index, SlotTable? table, FindingList findings, CancellationToken cancellationToken)
    {
        if (ContentRules.Count.Check(new SlotFacts(segment, index, table: null), findings) is not null)
        {
            return null;
        }

        table ??= SlotTable.Read(segment, index, cancellationToken);
        var facts = new SlotFacts(segment, index, table);
        ContentRules.List.Check(facts, findings);
        if (ContentRules.Leaked.Check(facts, findings) is SegmentFinding leaked)
        {
            leaked.Evidence = table.Leaked > MostPassing ? null : table.LeakedNow();
        }

        ContentRules.Owners.Check(facts, findings);
        return table;
    }
}
