using System;
using System.Collections.Generic;
using System.Linq;

namespace RoamShm;

/// <summary>
/// Judges the health of a segment from a survey of it; reads nothing itself. What matters only to the users of a segment, such as full rings, slots or peer
/// entries, is ignored if nobody is proved to use it: a sound but unused segment is fine. Damage is not: the next process to use the segment runs into it.
/// </summary>
public static class HealthJudge
{
    /// <summary>Judges a segment.</summary>
    /// <param name="survey">The survey of the segment.</param>
    /// <param name="thresholds">The thresholds; <see langword="null"/> for the defaults.</param>
    /// <returns>The verdict.</returns>
    public static SegmentHealth Judge(SegmentSurvey survey, HealthThresholds? thresholds = null)
    {
        if (survey is null)
        {
            throw new ArgumentNullException(nameof(survey));
        }

        thresholds ??= new HealthThresholds();
        var health = new SegmentHealth
        {
            Path = survey.Path,
            CheckedTime = DateTime.UtcNow,
            SegmentStatus = survey.Listing?.Status,
            Use = survey.Listing?.Use,
            Processes = survey.Listing?.ProcessCount,
            PeersAttached = survey.Listing?.PeersAttached ?? 0,
            FileSystemPercent = survey.FileSystem?.UsedPercent,
            InodePercent = survey.FileSystem?.InodesUsedPercent,
        };
        var reasons = new ReasonList();
        if (survey.IsInvalid)
        {
            reasons.Add(HealthReasonId.Invalid, HealthStatus.Critical, Shorten(survey) ?? "no guest can attach");
        }
        else if (survey.Fault is not null)
        {
            reasons.Add(HealthReasonId.CannotRead, HealthStatus.Unknown, Shorten(survey)!);
        }

        if (survey.Listing is { Status: SegmentStatus.Deleted } deleted)
        {
            reasons.Add(HealthReasonId.Deleted, HealthStatus.Warning, deleted.UseReason ?? "deleted or replaced, and still mapped");
        }

        bool isUsed = survey.Listing is not { Use: SegmentUse.Free, PeersAttached: 0 };
        if (survey.Peers is not null)
        {
            JudgePeers(survey, survey.Peers, thresholds, health, reasons, isUsed);
        }

        if (survey.SlotClasses is not null)
        {
            JudgeSlots(survey.SlotClasses, thresholds, health, reasons, isUsed);
        }

        JudgeFileSystem(survey.FileSystem, thresholds, reasons);
        health.Reasons = reasons.ToArray();
        health.Status = health.Reasons.Length == 0 ? HealthStatus.OK : health.Reasons[0].Severity;
        return health;
    }

    private static void JudgePeers(SegmentSurvey survey, IReadOnlyList<SegmentPeer> peers, HealthThresholds thresholds, SegmentHealth health, ReasonList reasons, bool isUsed)
    {
        SegmentPeer[] attached = [.. peers.Where(peer => peer.StateCode == (uint)PeerState.Attached)];
        SegmentPeer[] waiting = [.. peers.Where(peer => peer.StateCode is (uint)PeerState.Goodbye or (uint)PeerState.Reserved)];
        health.PeersAttached = attached.Length;
        health.PeersWaiting = waiting.Length;
        health.PeersFree = peers.Count(peer => peer.StateCode == (uint)PeerState.Empty);
        SegmentPeer? oldest = attached.OrderByDescending(peer => peer.HeartbeatAgeMilliseconds ?? -1).FirstOrDefault(peer => peer.HeartbeatAgeMilliseconds is not null);
        health.OldestHeartbeatMilliseconds = oldest?.HeartbeatAgeMilliseconds;
        health.OldestHeartbeatPeerId = oldest?.PeerId;
        SegmentPeer? toHost = peers.OrderByDescending(peer => peer.GuestToHostPercent).FirstOrDefault();
        health.GuestToHostPercent = toHost?.GuestToHostPercent;
        health.GuestToHostPeerId = toHost is { GuestToHostQueued: > 0 } ? toHost.PeerId : null;
        SegmentPeer? toGuest = peers.OrderByDescending(peer => peer.HostToGuestPercent).FirstOrDefault();
        health.HostToGuestPercent = toGuest?.HostToGuestPercent;
        health.HostToGuestPeerId = toGuest is { HostToGuestQueued: > 0 } ? toGuest.PeerId : null;
        if (attached.Length > 0 && survey.Listing is { Use: SegmentUse.Free })
        {
            reasons.Add(HealthReasonId.Abandoned, HealthStatus.Critical, FormattableString.Invariant($"{Peers(attached.Length)} attached, and nobody uses the segment"));
        }

        if (isUsed)
        {
            JudgeHeartbeats(attached, survey.Listing?.HeartbeatInterval ?? 0, thresholds, reasons);
        }

        foreach (SegmentPeer peer in peers)
        {
            JudgeRing(peer, "guest→host", peer.GuestToHostPercent, peer.GuestToHostEntries, thresholds, reasons, isUsed);
            JudgeRing(peer, "host→guest", peer.HostToGuestPercent, peer.HostToGuestEntries, thresholds, reasons, isUsed);
        }

        if (!isUsed)
        {
            return;
        }

        // Peers that leave because the host raised its goodbye are in the right state.
        if (survey.Listing is not { HostGoodbye: true } && thresholds.WaitingPeer.JudgeHigh(waiting.Length) is (string, double) wait)
        {
            string who = string.Join(", ", waiting.Select(peer => FormattableString.Invariant($"{peer.PeerId} in {peer.State}")));
            reasons.Add(HealthReasonId.PeersWaiting, wait.Severity, FormattableString.Invariant($"{Peers(waiting.Length)} waiting for the host: {who}"), waiting.Length, wait.Threshold, waiting.Length == 1 ? waiting[0].PeerId : null);
        }

        if (survey.Listing is not { HostGoodbye: true } && thresholds.FreePeer.JudgeLow(health.PeersFree.Value) is (string, double) left)
        {
            reasons.Add(HealthReasonId.PeersFree, left.Severity, FormattableString.Invariant($"{health.PeersFree} of {peers.Count} peer entries {(health.PeersFree == 1 ? "is" : "are")} free"), health.PeersFree, left.Threshold);
        }
    }

    private static void JudgeHeartbeats(SegmentPeer[] attached, ulong interval, HealthThresholds thresholds, ReasonList reasons)
    {
        HealthThreshold heartbeat = thresholds.HeartbeatAge
            ?? (interval == 0 ? HealthThreshold.Off : new HealthThreshold(HealthThresholds.StaleIntervals * interval / 1e9, HealthThresholds.DeadIntervals * interval / 1e9));
        foreach (SegmentPeer peer in attached)
        {
            if (peer.Liveness == PeerLiveness.NeverBeat)
            {
                reasons.Add(HealthReasonId.NeverBeat, HealthStatus.Warning, FormattableString.Invariant($"peer {peer.PeerId} is attached and has never sent a heartbeat"), peerId: peer.PeerId);
            }
            else if (peer.HeartbeatAgeMilliseconds / 1000 is double age && heartbeat.JudgeHigh(age) is (string, double) silent)
            {
                reasons.Add(HealthReasonId.HeartbeatAge, silent.Severity, FormattableString.Invariant($"peer {peer.PeerId} sent its last heartbeat {age:0.0} s ago"), age, silent.Threshold, peer.PeerId);
            }
        }
    }

    private static void JudgeRing(SegmentPeer peer, string direction, double percent, long? entries, HealthThresholds thresholds, ReasonList reasons, bool isUsed)
    {
        if (entries is null)
        {
            reasons.Add(HealthReasonId.RingDamaged, HealthStatus.Critical, FormattableString.Invariant($"the {direction} ring of peer {peer.PeerId} is damaged"), peerId: peer.PeerId);
        }
        else if (isUsed && peer.StateCode != (uint)PeerState.Empty && thresholds.RingPercent.JudgeHigh(percent) is (string, double) full)
        {
            reasons.Add(HealthReasonId.RingFull, full.Severity, FormattableString.Invariant($"the {direction} ring of peer {peer.PeerId} is {percent:0.#} % full"), percent, full.Threshold, peer.PeerId);
        }
    }

    private static void JudgeSlots(IReadOnlyList<SegmentSlotClass> classes, HealthThresholds thresholds, SegmentHealth health, ReasonList reasons, bool isUsed)
    {
        SegmentSlotClass? fullest = classes.OrderByDescending(slotClass => slotClass.UsedPercent).FirstOrDefault();
        health.SlotPercent = fullest?.UsedPercent;
        health.SlotClass = fullest is { UsedPercent: > 0 } ? fullest.Index : null;
        health.SlotsOrphaned = classes.Sum(slotClass => slotClass.Orphaned);
        health.SlotsLeaked = classes.Sum(slotClass => slotClass.Leaked);
        foreach (SegmentSlotClass slotClass in classes.Where(slotClass => slotClass.IsFreeListDamaged))
        {
            reasons.Add(HealthReasonId.FreeListDamaged, HealthStatus.Critical, FormattableString.Invariant($"the free list of slot class {slotClass.Index} ({slotClass.SlotSize} bytes) is damaged"));
        }

        if (!isUsed)
        {
            return;
        }

        foreach (SegmentSlotClass slotClass in classes)
        {
            if (thresholds.SlotPercent.JudgeHigh(slotClass.UsedPercent) is (string, double) full)
            {
                reasons.Add(HealthReasonId.SlotsFull, full.Severity, FormattableString.Invariant($"slot class {slotClass.Index} ({slotClass.SlotSize} bytes) is {slotClass.UsedPercent:0.#} % used"), slotClass.UsedPercent, full.Threshold);
            }
        }

        if (thresholds.OrphanedSlot.JudgeHigh(health.SlotsOrphaned.Value) is (string, double) orphaned)
        {
            reasons.Add(HealthReasonId.SlotsOrphaned, orphaned.Severity, FormattableString.Invariant($"{Slots(health.SlotsOrphaned.Value)} orphaned: their owners are gone"), health.SlotsOrphaned, orphaned.Threshold);
        }

        if (thresholds.LeakedSlot.JudgeHigh(health.SlotsLeaked.Value) is (string, double) leaked)
        {
            reasons.Add(HealthReasonId.SlotsLeaked, leaked.Severity, FormattableString.Invariant($"{Slots(health.SlotsLeaked.Value)} leaked: neither allocated nor on the free list"), health.SlotsLeaked, leaked.Threshold);
        }
    }

    private static void JudgeFileSystem(FileSystemUse? fileSystem, HealthThresholds thresholds, ReasonList reasons)
    {
        if (fileSystem is not null && thresholds.FileSystemPercent.JudgeHigh(fileSystem.UsedPercent) is (string, double) full)
        {
            reasons.Add(HealthReasonId.FileSystemFull, full.Severity, FormattableString.Invariant($"the file system {fileSystem.MountPoint} is {fileSystem.UsedPercent:0.#} % full"), fileSystem.UsedPercent, full.Threshold);
        }

        if (fileSystem?.InodesUsedPercent is double inodes && thresholds.InodePercent.JudgeHigh(inodes) is (string, double) scarce)
        {
            reasons.Add(HealthReasonId.InodesFull, scarce.Severity, FormattableString.Invariant($"the file system {fileSystem.MountPoint} has {inodes:0.#} % of its inodes in use"), inodes, scarce.Threshold);
        }
    }

    /// <summary>Returns the fault as a clause about the file, without its path, which is shown next to it.</summary>
    private static string? Shorten(SegmentSurvey survey)
    {
        string? text = survey.Fault?.TrimEnd('.');
        string path = $"'{survey.Path}'";
        return text is null ? null
            : text.StartsWith(path + ": ", StringComparison.Ordinal) ? text.Substring(path.Length + 2)
            : text.StartsWith(path + " ", StringComparison.Ordinal) ? "the file" + text.Substring(path.Length)
            : text;
    }

    private static string Peers(long count) => FormattableString.Invariant($"{count} {(count == 1 ? "peer is" : "peers are")}");

    private static string Slots(long count) => FormattableString.Invariant($"{count} {(count == 1 ? "slot is" : "slots are")}");

    private sealed class ReasonList
    {
        private readonly List<HealthReason> _reasons = [];

        internal void Add(string id, string severity, string message, double? value = null, double? threshold = null, int? peerId = null) =>
            _reasons.Add(new HealthReason { Id = id, Severity = severity, Message = message, Value = value, Threshold = threshold, PeerId = peerId });

        /// <summary>Returns the reasons, worst first; equally severe ones stay in the order in which they were found.</summary>
        internal HealthReason[] ToArray() => [.. _reasons.OrderByDescending(reason => HealthStatus.Rank(reason.Severity))];
    }
}
