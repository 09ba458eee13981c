using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>
/// Checks what does not change while a segment is in use: header, peer table, ring headers, slot pool, and that no structures overlap. One object is reused
/// for many files.
/// </summary>
internal sealed class StructureChecks
{
    private readonly StructureReader _reader = new();
    private readonly List<Region> _regions = new(SegmentFormat.MaxGuests + 3);
    private bool _isFull;

    /// <summary>What was read of the file that was checked last.</summary>
    internal StructureReader Reader => _reader;

    /// <summary>Checks an open file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isLastLook">Whether to judge the file even if a host may still be creating it; otherwise that throws.</param>
    /// <param name="full">Whether the content will be checked too.</param>
    /// <param name="findings">The list to add findings to.</param>
    /// <returns>The header.</returns>
    /// <exception cref="SegmentException">The file is too short, or a host is still creating it; or the operating system cannot read it.</exception>
    internal SegmentHeader Check(SegmentFile file, bool isLastLook, bool full, FindingList findings)
    {
        _isFull = full;
        SegmentHeader header = _reader.ReadHeader(file);
        if (!CheckFormat(header, isLastLook, findings))
        {
            return header;
        }

        _regions.Clear();
        _regions.Add(new Region("the header", 0, HeaderLayout.Size));
        HeaderRules.Sizes.Check(_reader.ReadHeaderFacts(header), findings);
        ConfigurationHazards.Find(new HazardFacts(header.BipbufCapacity, header.MaxPayloadSize, header.InlineThreshold, header.HeartbeatInterval), findings);
        try
        {
            CheckPeers(file, header, findings);
            CheckPool(file, header, isLastLook, findings);
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.SegmentTruncated)
        {
            _ = FileRules.Truncated.Check((e, header), findings);
        }

        CheckOverlaps(findings);
        return header;
    }

    /// <summary>Checks the magic, version and header size.</summary>
    /// <returns>Whether the rest of the header has the meaning of a v7 header.</returns>
    private bool CheckFormat(SegmentHeader header, bool isLastLook, FindingList findings)
    {
        ulong magic = _reader.Magic;
        if (magic != SegmentFormat.Magic)
        {
            SegmentException error = SegmentErrors.WrongMagic(header.Path, magic, header.Version);
            ThrowWhereALookIsLeft(error, isLastLook);
            HeaderRules.Magic.Check(_reader.ReadHeaderFacts(header), findings);
            bool isLikeV7 = header.Version == SegmentFormat.Version && header.HeaderSize == HeaderLayout.Size;
            if (!isLikeV7 || error.ErrorId != SegmentErrorId.BadMagic)
            {
                return false;
            }
        }

        HeaderRules.Version.Check(_reader.ReadHeaderFacts(header), findings);
        return true;
    }

    private void CheckPeers(SegmentFile file, SegmentHeader header, FindingList findings)
    {
        PeerRules.Table.Check(header, findings);
        int guests = PeerRules.Guests(header);
        if (guests == 0 || !PeerRules.IsTableInside(header))
        {
            return;
        }

        _regions.Add(new Region("the peer table", header.PeerTableOffset, PeerRules.TableSize(header)));
        var facts = new PeerFacts(header);
        foreach (PeerEntry peer in _reader.ReadPeers(file, header, guests))
        {
            facts.Peer = peer;
            facts.Reserved = _reader.FindReservedOfPeer(peer.Id);
            PeerRules.Entry.Check(facts, findings);
            if (facts.AreRingsInside)
            {
                _regions.Add(new Region("the rings of peer", peer.RingOffset, facts.RingsSize, peer.Id));
                CheckRing(file, facts, RingDirection.GuestToHost, peer.RingOffset, findings);
                CheckRing(file, facts, RingDirection.HostToGuest, peer.RingOffset + facts.Stride, findings);
            }

            _ = PeerRules.Reserved.Check(facts, findings);
        }
    }

    private void CheckRing(SegmentFile file, PeerFacts facts, RingDirection direction, ulong ring, FindingList findings)
    {
        facts.Direction = direction == RingDirection.HostToGuest ? "h2g" : "g2h";
        facts.RingOffset = ring;
        facts.RingCapacity = _reader.ReadRingCapacity(file, facts, direction, _isFull);
        _ = PeerRules.RingCapacity.Check(facts, findings);
    }

    private void CheckPool(SegmentFile file, SegmentHeader header, bool isLastLook, FindingList findings)
    {
        var facts = new PoolFacts(header);
        PoolRules.Table.Check(facts, findings);
        int count = (int)Math.Min(facts.Count, SegmentFormat.MaxSlotClasses);
        if (count == 0 || !facts.IsTableInside)
        {
            return;
        }

        facts.Classes = _reader.ReadClasses(file, facts.Offset, count);
        CheckClasses(header, facts.Classes, isLastLook, findings);
        ConfigurationHazards.FindInClasses(facts.Classes, facts.Offset, findings);
        if (facts.Count > SegmentFormat.MaxSlotClasses)
        {
            // The start of the slots depends on headers that no implementation can address.
            return;
        }

        _ = PoolLayout.TryCompute(facts.Offset, facts.Classes, out PoolLayout? layout);
        facts.Layout = layout;
        if (PoolRules.Bounds.Check(facts, findings) is null)
        {
            _regions.Add(new Region("the slot pool", facts.Offset, layout!.End - facts.Offset));
            PoolRules.Size.Check(facts, findings);
        }
    }

    private void CheckClasses(SegmentHeader header, SlotClass[] classes, bool isLastLook, FindingList findings)
    {
        var facts = new ClassFacts(header);
        for (int i = 0; i < classes.Length; i++)
        {
            facts.Index = i;
            facts.SlotSize = (uint)classes[i].SlotSize;
            facts.SlotCount = (uint)classes[i].SlotCount;
            facts.FirstFree = (uint)_reader.FreeHead(i);
            facts.Reserved = _reader.FindReservedOfClass(i);
            if (facts.IsUnusable)
            {
                ThrowWhereALookIsLeft(SegmentErrors.InvalidSlotClass(header.Path, i, facts.SlotSize, facts.SlotCount), isLastLook);
            }

            PoolRules.Class.Check(facts, findings);
        }
    }

    private void CheckOverlaps(FindingList findings)
    {
        _regions.Sort(Region.ByOffset);
        Region furthest = _regions[0];
        for (int i = 1; i < _regions.Count; i++)
        {
            Region next = _regions[i];
            _ = FileRules.Overlap.Check((furthest, next), findings);
            furthest = next.End > furthest.End ? next : furthest;
        }
    }

    /// <summary>Throws if a host may still be creating the file, so that it is checked again instead of being judged.</summary>
    private static void ThrowWhereALookIsLeft(SegmentException error, bool isLastLook)
    {
        if (error.IsPerhapsBeingMade && !isLastLook)
        {
            throw error;
        }
    }
}
