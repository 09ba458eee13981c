using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace RoamShm;

/// <summary>
/// What changes while a segment is used: the rings' positions and entries, the slots and their free lists. Others may be changing it while we look, so a finding
/// counts only if it is there at each of three looks.
/// </summary>
internal static class ContentChecks
{
    // More slots than these are not lost for a moment only.
    private const int MostPassing = 64;

    // The pauses before the second and the third look, where a process that was stopped within a step may be what was seen.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100)];

    /// <summary>Looks at what changes.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="patience">How long may be waited between looks in all; what was waited is taken from it.</param>
    /// <param name="cancellation">Ends the look.</param>
    internal static SegmentFinding[] Find(OpenSegment segment, ref TimeSpan patience, CancellationToken cancellation)
    {
        SegmentFinding[] findings = FindOnce(segment, cancellation);
        for (int look = 0; look < Pauses.Length && findings.Length > 0; look++)
        {
            if (Array.Exists(findings, finding => finding.Evidence is not null) && patience > TimeSpan.Zero)
            {
                _ = cancellation.WaitHandle.WaitOne(Pauses[look]);
                patience -= Pauses[look];
                cancellation.ThrowIfCancellationRequested();
            }

            ILookup<string, SegmentFinding> again = FindOnce(segment, cancellation).ToLookup(Key);
            findings = Array.FindAll(findings, finding => IsStillThere(finding, again[Key(finding)]));
        }

        return findings;
    }

    private static string Key(SegmentFinding finding) => finding.Id + " " + finding.Field;

    /// <summary>Whether a later look found the same: of what may pass, the same slot in the same generation.</summary>
    internal static bool IsStillThere(SegmentFinding finding, IEnumerable<SegmentFinding> again)
    {
        if (finding.Evidence is null || again.Any(other => other.Evidence is null))
        {
            return again.Any();
        }

        finding.Evidence.IntersectWith(again.SelectMany(other => other.Evidence));
        return finding.Evidence.Count > 0;
    }

    private static SegmentFinding[] FindOnce(OpenSegment segment, CancellationToken cancellation)
    {
        var findings = new FindingList();
        segment.RefreshPeers();
        var tables = new SlotTable?[segment.Classes.Length];
        for (int i = 0; i < tables.Length; i++)
        {
            tables[i] = CheckClass(segment, i, findings, cancellation);
        }

        for (int id = 1; id <= segment.MaxGuests; id++)
        {
            CheckRing(segment, id, hostToGuest: false, tables, findings);
            CheckRing(segment, id, hostToGuest: true, tables, findings);
        }

        return findings.ToArray();
    }

    private static void CheckRing(OpenSegment segment, int peerId, bool hostToGuest, SlotTable?[] tables, FindingList findings)
    {
        if (segment.RingOffset(peerId, hostToGuest) is not ulong ring)
        {
            // A finding of the structure already.
            return;
        }

        string field = FormattableString.Invariant($"peer[{peerId}].{(hostToGuest ? "h2g" : "g2h")}");
        string name = FormattableString.Invariant($"The {(hostToGuest ? "host→guest" : "guest→host")} ring of peer {peerId}");
        RingSnapshot snapshot = RingSnapshot.Read(segment.File, ring, segment.Header.BipbufCapacity);
        if (snapshot.Fault is string fault)
        {
            findings.Error("RingPositionsInvalid", field, ring, $"read and write within {snapshot.Capacity}", $"write {snapshot.Write}, watermark {snapshot.Watermark}, read {snapshot.Position}", "r[shm.bipbuf.read]",
                $"{name} has impossible positions: {fault}.");
            return;
        }

        foreach (RingEntry entry in snapshot.Entries())
        {
            ulong at = ring + RingLayout.HeaderSize + entry.Position;
            if (entry.Fault is string damage)
            {
                findings.Error("RingEntryInvalid", field, at, $"an entry", $"{damage}", "r[shm.framing.header]",
                    $"{name} has a damaged entry at {entry.Position}: {damage}.");
            }
            else if (entry.FindReferenceFault(segment.Classes) is string reference)
            {
                findings.Error("SlotReferenceInvalid", field, at, $"a slot of the pool", $"{reference}", "r[shm.framing.slot-ref]",
                    $"{name} has an entry at {entry.Position} whose reference leads nowhere: {reference}.");
            }
            else if (entry.IsSlotReference && tables[entry.ClassIndex]?.IsAllocated(entry.SlotIndex) == false)
            {
                findings.Error("SlotReferenceToFreeSlot", field, at, $"an allocated slot", $"slot {entry.SlotIndex} of class {entry.ClassIndex}, free", "r[shm.framing.slot-ref]",
                    $"{name} has an entry at {entry.Position} that refers to slot {entry.SlotIndex} of class {entry.ClassIndex}, which is not allocated.");

                // Whoever takes an entry frees its slot before it takes the entry off the ring.
                findings.Last.Evidence = [((ulong)entry.Position << 32) | entry.SlotIndex];
            }
        }
    }

    private static SlotTable? CheckClass(OpenSegment segment, int index, FindingList findings, CancellationToken cancellation)
    {
        string field = FormattableString.Invariant($"class[{index}]");
        ulong header = segment.Pool.HeaderOffset(index) + SizeClassLayout.FreeHead;
        if (segment.Classes[index].SlotCount > SlotTable.MaxSlots)
        {
            findings.Warning("SlotsNotChecked", field + ".slot_count", header - SizeClassLayout.FreeHead + SizeClassLayout.SlotCount, $"at most {SlotTable.MaxSlots}", $"{segment.Classes[index].SlotCount}", "r[shm.varslot.freelist]",
                $"Slot class {index} has {segment.Classes[index].SlotCount} slots, more than are looked through; its free list was not checked.");
            return null;
        }

        SlotTable table = SlotTable.Read(segment, index, cancellation);
        if (table.BadLink is int from)
        {
            ulong at = from < 0 ? header : SlotOffset(segment, index, from) + SlotMetaLayout.NextFree;
            findings.Error("FreeListOutOfRange", field + (from < 0 ? ".free_head" : FormattableString.Invariant($".slot[{from}].next_free")), at, $"an index below {table.Count}, or {SegmentFormat.EndOfFreeList}", $"{table.BadLinkTo}", "r[shm.varslot.freelist]",
                $"The free list of class {index} leads to slot {table.BadLinkTo}, but the class has {table.Count}: whoever allocates reads out of bounds.");
        }

        if (table.LoopAt is int loop)
        {
            findings.Error("FreeListLoop", field + ".free_head", SlotOffset(segment, index, loop), $"a list that ends", $"a loop at slot {loop}", "r[shm.varslot.freelist]",
                $"The free list of class {index} comes back to slot {loop}: that slot will be given to several owners.");
        }

        if (table.AllocatedAndFree > 0)
        {
            findings.Error("SlotAllocatedAndFree", field + ".free_head", SlotOffset(segment, index, table.FirstAllocatedAndFree), $"free slots only", $"{table.AllocatedAndFree} allocated", "r[shm.varslot.freelist]",
                $"{table.AllocatedAndFree} slots of class {index}, the first of them {table.FirstAllocatedAndFree}, are on the free list and allocated.");
        }

        if (table.InvalidStates > 0)
        {
            findings.Error("InvalidSlotState", field + ".state", SlotOffset(segment, index, table.FirstInvalidState) + SlotMetaLayout.State, $"0 or 1", $"another number in {table.InvalidStates} slots", "r[shm.varslot.slot-meta]",
                $"{table.InvalidStates} slots of class {index}, the first of them {table.FirstInvalidState}, have a state that is neither Free nor Allocated.");
        }

        // Behind a list that breaks off, everything would look lost.
        if (table.IsListSound && table.Leaked > 0)
        {
            int first = table.FirstLeaked();
            findings.Warning("SlotsLeaked", field + ".free_head", first < 0 ? header : SlotOffset(segment, index, first), $"0 lost", $"{table.Leaked} lost", "r[shm.varslot.freelist]",
                $"{table.Leaked} slots of class {index} are neither allocated nor on the free list; nobody will ever get them.");
            findings.Last.Evidence = table.Leaked > MostPassing ? null : table.LeakedNow();
        }

        CheckOwners(segment, index, table, findings);
        return table;
    }

    private static void CheckOwners(OpenSegment segment, int index, SlotTable table, FindingList findings)
    {
        long unknown = table.AllocatedByOwner[256];
        for (int owner = segment.MaxGuests + 1; owner <= SegmentFormat.MaxGuests; owner++)
        {
            unknown += table.AllocatedByOwner[owner];
        }

        if (unknown > 0)
        {
            findings.Error("SlotOwnerInvalid", FormattableString.Invariant($"class[{index}].owner_peer"), segment.Pool.MetaOffset(index), $"0 to {segment.MaxGuests}", $"another number in {unknown} slots", "r[shm.varslot.slot-meta]",
                $"{unknown} allocated slots of class {index} have an owner that is no peer of the segment: no recovery frees them.");
        }

        long orphaned = 0;
        for (uint owner = 1; owner <= (uint)segment.MaxGuests; owner++)
        {
            orphaned += segment.IsPeerEmpty(owner) ? table.AllocatedByOwner[owner] : 0;
        }

        if (orphaned > 0)
        {
            findings.Warning("SlotsOrphaned", FormattableString.Invariant($"class[{index}].owner_peer"), segment.Pool.MetaOffset(index), $"0 orphaned", $"{orphaned} orphaned", "r[shm.varslot.crash-recovery]",
                $"{orphaned} allocated slots of class {index} belong to peers whose places are empty: nobody is left to free them.");
        }
    }

    private static ulong SlotOffset(OpenSegment segment, int index, int slot) =>
        segment.Pool.MetaOffset(index) + ((ulong)slot * SlotMetaLayout.Size);
}
