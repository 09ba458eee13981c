using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace RoamShm;

/// <summary>
/// Metrics of segments in the Prometheus text format 0.0.4. Empty peer entries produce no series, and no label has an unbounded set of values, so the number
/// of series depends only on the number of segments and of their peers.
/// </summary>
public sealed class SegmentMetrics
{
    private readonly MetricFamily _health = Gauge("roam_segment_health", "Verdict on the segment by default thresholds: 0 OK, 1 warning, 2 critical, 3 unknown.", "segment");
    private readonly MetricFamily _status = Gauge("roam_segment_status", "Status of the segment: 1 for the one that it has.", "segment", "status");
    private readonly MetricFamily _valid = Gauge("roam_segment_valid", "Whether guests of either reference implementation can attach: 1 if so, else 0.", "segment");
    private readonly MetricFamily _goodbye = Gauge("roam_segment_goodbye", "Whether goodbye is raised: 1 if so, else 0.", "segment");
    private readonly MetricFamily _size = Gauge("roam_segment_size_bytes", "Size of the segment.", "segment");
    private readonly MetricFamily _allocated = Gauge("roam_segment_allocated_bytes", "Storage allocated to the file of the segment; less than its size if it is sparse.", "segment");
    private readonly MetricFamily _used = Gauge("roam_segment_used", "Whether anybody uses the segment: 1 if so, 0 if it is proved that nobody does. Missing where that is not known.", "segment");
    private readonly MetricFamily _processes = Gauge("roam_segment_processes", "Number of processes that map the segment. Missing where they are not known.", "segment");
    private readonly MetricFamily _places = Gauge("roam_segment_max_guests", "Number of guests that can attach at the same time.", "segment");
    private readonly MetricFamily _peers = Gauge("roam_segment_peers", "Number of peer entries by state.", "segment", "state");
    private readonly MetricFamily _interval = Gauge("roam_segment_heartbeat_interval_seconds", "Time between two heartbeats of a guest; 0 where heartbeats are off.", "segment");
    private readonly MetricFamily _ringSize = Gauge("roam_ring_capacity_bytes", "Data bytes of each ring of the segment.", "segment");
    private readonly MetricFamily _attaches = Counter("roam_peer_epochs_total", "How often the peer entry was taken, by attaching or by reserving it.", "segment", "peer");
    private readonly MetricFamily _heartbeat = Gauge("roam_peer_heartbeat_age_seconds", "Age of the last heartbeat. Missing where there was none.", "segment", "peer");
    private readonly MetricFamily _owned = Gauge("roam_peer_slots", "Allocated slots that the peer owns.", "segment", "peer");
    private readonly MetricFamily _queued = Gauge("roam_ring_queued_bytes", "Bytes queued in the ring.", "segment", "peer", "direction");
    private readonly MetricFamily _messages = Gauge("roam_ring_queued_messages", "Messages queued in the ring. Missing where the ring is damaged.", "segment", "peer", "direction");
    private readonly MetricFamily _slotSize = Gauge("roam_slot_class_slot_size_bytes", "Size of each slot of the class.", "segment", "class");
    private readonly MetricFamily _slots = Gauge("roam_slot_class_slots", "Number of slots of the class.", "segment", "class");
    private readonly MetricFamily _free = Gauge("roam_slot_class_free_slots", "Slots of the class that are free.", "segment", "class");
    private readonly MetricFamily _allocatedSlots = Gauge("roam_slot_class_allocated_slots", "Slots of the class that are allocated, including orphaned ones.", "segment", "class");
    private readonly MetricFamily _orphaned = Gauge("roam_slot_class_orphaned_slots", "Slots of the class that are orphaned: allocated by a peer whose entry is empty.", "segment", "class");
    private readonly MetricFamily _leaked = Gauge("roam_slot_class_leaked_slots", "Slots of the class that are leaked: neither allocated nor on the free list.", "segment", "class");

    private readonly SortedDictionary<string, FileSystemUse> _fileSystems = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(SegmentFile.IsWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    private int _segmentCount;
    private int _unreadCount;

    /// <summary>
    /// Adds the metrics of a segment. A path that was already added is ignored: two series of the same name would make the whole text unreadable.
    /// </summary>
    /// <param name="survey">The survey of the segment.</param>
    public void Add(SegmentSurvey survey)
    {
        if (survey is null)
        {
            throw new ArgumentNullException(nameof(survey));
        }

        if (!_seen.Add(survey.Path))
        {
            return;
        }

        if (survey.FileSystem is { MountPoint: string mountPoint })
        {
            _fileSystems[mountPoint] = survey.FileSystem;
        }

        if (survey.Listing is not SegmentListing listing)
        {
            _unreadCount++;
            return;
        }

        _segmentCount++;
        string path = survey.Path;
        SegmentHealth health = HealthJudge.Judge(survey);
        _health.Add(health.Status switch { HealthStatus.OK => 0, HealthStatus.Warning => 1, HealthStatus.Critical => 2, _ => 3 }, path);
        _status.Add(1, path, listing.Status ?? SegmentStatus.Unknown);
        _valid.Add(survey.IsInvalid ? 0 : 1, path);
        _goodbye.Add(listing.HostGoodbye ? 1 : 0, path);
        _size.Add(listing.CurrentSize, path);
        AddKnown(_allocated, listing.AllocatedBytes, path);
        AddKnown(_used, listing.Use switch { SegmentUse.Used => 1, SegmentUse.Free => 0, _ => null }, path);
        AddKnown(_processes, listing.ProcessCount, path);
        if (survey.IsInvalid)
        {
            // The rest of its header cannot be trusted.
            return;
        }

        _places.Add(listing.MaxGuests, path);
        _interval.Add(listing.HeartbeatInterval / 1e9, path);
        _ringSize.Add(listing.BipbufCapacity, path);
        AddPeers(path, survey.Peers ?? []);
        AddSlots(path, survey.SlotClasses ?? []);
    }

    /// <summary>Returns the metrics added so far.</summary>
    /// <returns>The lines of the text, to be terminated by a line feed each.</returns>
    public IEnumerable<string> Lines()
    {
        MetricFamily segments = Gauge("roam_segments", "Number of roam segments that were read.");
        segments.Add(_segmentCount);
        MetricFamily unread = Gauge("roam_unreadable_files", "Number of files and folders that could not be read, or are no segments although they were named.");
        unread.Add(_unreadCount);
        MetricFamily[] all =
        [
            segments, unread, _health, _status, _valid, _goodbye, _size, _allocated, _used, _processes, _places, _peers, _interval, _ringSize, _attaches, _heartbeat, _owned,
            _queued, _messages, _slotSize, _slots, _free, _allocatedSlots, _orphaned, _leaked, .. FileSystems(),
        ];
        return all.SelectMany(family => family.Lines());
    }

    private static MetricFamily Gauge(string name, string help, params string[] labels) => new(name, MetricFamily.Gauge, help, labels);

    private static MetricFamily Counter(string name, string help, params string[] labels) => new(name, MetricFamily.Counter, help, labels);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void AddKnown(MetricFamily family, double? value, params string[] labels)
    {
        if (value is double known)
        {
            family.Add(known, labels);
        }
    }

    private void AddPeers(string path, IReadOnlyList<SegmentPeer> peers)
    {
        if (peers.Count > 0)
        {
            foreach (string state in new[] { nameof(PeerState.Empty), nameof(PeerState.Attached), nameof(PeerState.Goodbye), nameof(PeerState.Reserved) })
            {
                _peers.Add(peers.Count(peer => peer.State == state), path, state);
            }
        }

        foreach (SegmentPeer peer in peers.Where(peer => peer.StateCode != (uint)PeerState.Empty))
        {
            string id = Text(peer.PeerId);
            _attaches.Add(peer.Epoch, path, id);
            AddKnown(_heartbeat, peer.HeartbeatAgeMilliseconds / 1000, path, id);
            _owned.Add(peer.SlotsOwned, path, id);
            _queued.Add(peer.GuestToHostQueued, path, id, "guest_to_host");
            _queued.Add(peer.HostToGuestQueued, path, id, "host_to_guest");
            AddKnown(_messages, peer.GuestToHostEntries, path, id, "guest_to_host");
            AddKnown(_messages, peer.HostToGuestEntries, path, id, "host_to_guest");
        }
    }

    private void AddSlots(string path, IReadOnlyList<SegmentSlotClass> classes)
    {
        foreach (SegmentSlotClass slotClass in classes)
        {
            string index = Text(slotClass.Index);
            _slotSize.Add(slotClass.SlotSize, path, index);
            _slots.Add(slotClass.SlotCount, path, index);
            _free.Add(slotClass.Free, path, index);
            _allocatedSlots.Add(slotClass.Allocated, path, index);
            _orphaned.Add(slotClass.Orphaned, path, index);
            _leaked.Add(slotClass.Leaked, path, index);
        }
    }

    private IEnumerable<MetricFamily> FileSystems()
    {
        MetricFamily size = Gauge("roam_filesystem_size_bytes", "Size of a file system that holds segments.", "mountpoint");
        MetricFamily available = Gauge("roam_filesystem_available_bytes", "Bytes of the file system that are available to any user.", "mountpoint");
        MetricFamily inodes = Gauge("roam_filesystem_inodes", "Inodes of the file system. Missing where it has no fixed number of them.", "mountpoint");
        MetricFamily free = Gauge("roam_filesystem_free_inodes", "Inodes of the file system that are free.", "mountpoint");
        foreach (FileSystemUse use in _fileSystems.Values)
        {
            size.Add(use.SizeBytes, use.MountPoint!);
            available.Add(use.AvailableBytes, use.MountPoint!);
            AddKnown(inodes, use.Inodes, use.MountPoint!);
            AddKnown(free, use.FreeInodes, use.MountPoint!);
        }

        return [size, available, inodes, free];
    }
}
