using System;
using System.IO;
using System.Linq;

namespace RoamShm.Tests;

public sealed class HealthTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sound_segment_in_use_is_OK()
    {
        SegmentHealth health = HealthJudge.Judge(Survey());
        Assert.Equal(HealthStatus.OK, health.Status);
        Assert.Empty(health.Reasons);
        Assert.Equal((1, 0, 3), (health.PeersAttached, health.PeersWaiting, health.PeersFree));
        Assert.Equal("OK: a.seg", health.ToString());
    }

    [Fact]
    public void A_sound_segment_that_nobody_uses_is_OK_whatever_it_contains()
    {
        SegmentSurvey survey = Survey();
        survey.Listing!.Use = SegmentUse.Free;
        survey.Listing.PeersAttached = 0;
        survey.Peers![0].StateCode = 2;
        survey.Peers[0].State = "Goodbye";
        survey.Peers[0].GuestToHostPercent = 100;
        survey.SlotClasses![0].UsedPercent = 100;
        survey.SlotClasses[0].Orphaned = 3;
        SegmentHealth health = HealthJudge.Judge(survey);
        Assert.Equal(HealthStatus.OK, health.Status);
        Assert.Equal((100, 100, 3L), (health.GuestToHostPercent, health.SlotPercent, health.SlotsOrphaned));
    }

    [Fact]
    public void Damage_is_critical_even_if_nobody_uses_the_segment()
    {
        SegmentSurvey survey = Survey();
        survey.Listing!.Use = SegmentUse.Free;
        survey.Listing.PeersAttached = 0;
        survey.Peers![0].StateCode = 0;
        survey.Peers[0].State = "Empty";
        survey.Peers[0].HostToGuestEntries = null;
        survey.SlotClasses![0].IsFreeListDamaged = true;
        Assert.Equal(
            [(HealthReasonId.RingDamaged, HealthStatus.Critical), (HealthReasonId.FreeListDamaged, HealthStatus.Critical)],
            HealthJudge.Judge(survey).Reasons.Select(reason => (reason.Id!, reason.Severity!)));
    }

    [Fact]
    public void A_free_list_that_loops_is_damage_in_its_own_class_only()
    {
        string path = Make.Segment(_folder);

        // next_free of the last slot of class 0 points back to its first slot.
        Patch.UInt32(path, (long)Make.PoolOffset + 128 + (3 * 16) + 12, 0);
        SegmentHealth health = HealthJudge.Judge(Assert.Single(new SegmentSurveyor().Survey(path)));
        HealthReason reason = Assert.Single(health.Reasons, reason => reason.Id == HealthReasonId.FreeListDamaged);
        Assert.Equal((HealthStatus.Critical, "the free list of slot class 0 (1024 bytes) is damaged"), (reason.Severity, reason.Message));
    }

    [Theory]
    [InlineData(1.9, null)]
    [InlineData(2, HealthStatus.Warning)]
    [InlineData(9.9, HealthStatus.Warning)]
    [InlineData(10, HealthStatus.Critical)]
    public void A_peer_is_judged_by_how_many_heartbeat_intervals_it_has_been_silent(double seconds, string? severity)
    {
        SegmentSurvey survey = Survey();
        survey.Peers![0].HeartbeatAgeMilliseconds = seconds * 1000;
        SegmentHealth health = HealthJudge.Judge(survey);
        Assert.Equal(severity is null ? [] : [(HealthReasonId.HeartbeatAge, severity, (int?)1, (double?)seconds)], health.Reasons.Select(reason => (reason.Id!, reason.Severity!, reason.PeerId, reason.Value)));
        Assert.Equal((seconds * 1000, (int?)1), (health.OldestHeartbeatMilliseconds!.Value, health.OldestHeartbeatPeerId));
    }

    [Fact]
    public void If_heartbeats_are_off_their_age_counts_only_with_an_explicit_threshold()
    {
        SegmentSurvey survey = Survey();
        survey.Listing!.HeartbeatInterval = 0;
        survey.Peers![0].HeartbeatAgeMilliseconds = 1e9;
        Assert.Equal(HealthStatus.OK, HealthJudge.Judge(survey).Status);
        Assert.Equal(HealthStatus.Critical, HealthJudge.Judge(survey, new HealthThresholds { HeartbeatAge = new HealthThreshold(5, 10) }).Status);
    }

    public static TheoryData<string, string, string> Faults => new()
    {
        { "never beat", HealthReasonId.NeverBeat, HealthStatus.Warning },
        { "unmapped", HealthReasonId.Abandoned, HealthStatus.Critical },
        { "ring 80", HealthReasonId.RingFull, HealthStatus.Warning },
        { "ring 95", HealthReasonId.RingFull, HealthStatus.Critical },
        { "ring damaged", HealthReasonId.RingDamaged, HealthStatus.Critical },
        { "slots 80", HealthReasonId.SlotsFull, HealthStatus.Warning },
        { "slots 95", HealthReasonId.SlotsFull, HealthStatus.Critical },
        { "orphaned", HealthReasonId.SlotsOrphaned, HealthStatus.Warning },
        { "leaked", HealthReasonId.SlotsLeaked, HealthStatus.Warning },
        { "goodbye", HealthReasonId.PeersWaiting, HealthStatus.Warning },
        { "no place", HealthReasonId.PeersFree, HealthStatus.Warning },
        { "file system 80", HealthReasonId.FileSystemFull, HealthStatus.Warning },
        { "file system 95", HealthReasonId.FileSystemFull, HealthStatus.Critical },
        { "inodes 95", HealthReasonId.InodesFull, HealthStatus.Critical },
        { "deleted", HealthReasonId.Deleted, HealthStatus.Warning },
        { "invalid", HealthReasonId.Invalid, HealthStatus.Critical },
        { "unread", HealthReasonId.CannotRead, HealthStatus.Unknown },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_gives_one_reason_with_its_severity(string fault, string id, string severity)
    {
        SegmentSurvey survey = Survey();
        Break(survey, fault);
        SegmentHealth health = HealthJudge.Judge(survey);
        HealthReason reason = Assert.Single(health.Reasons);
        Assert.Equal((id, severity), (reason.Id, reason.Severity));
        Assert.Equal(severity, health.Status);
        Assert.False(reason.Message!.EndsWith('.'));
        Assert.Equal(reason.Message, reason.ToString());
    }

    [Fact]
    public void The_worst_reason_comes_first_and_sets_the_verdict()
    {
        SegmentSurvey survey = Survey();
        survey.Fault = "part of it cannot be read.";
        survey.Peers![0].GuestToHostPercent = 85;
        survey.SlotClasses![0].UsedPercent = 99;
        SegmentHealth health = HealthJudge.Judge(survey);
        Assert.Equal([HealthStatus.Critical, HealthStatus.Warning, HealthStatus.Unknown], health.Reasons.Select(reason => reason.Severity));
        Assert.Equal(HealthStatus.Critical, health.Status);
    }

    [Fact]
    public void Peers_that_leave_after_a_host_goodbye_are_not_a_reason()
    {
        SegmentSurvey survey = Survey();
        Break(survey, "goodbye");
        survey.Listing!.HostGoodbye = true;
        Assert.Equal(HealthStatus.OK, HealthJudge.Judge(survey).Status);
    }

    [Fact]
    public void A_threshold_that_is_turned_off_is_never_reached()
    {
        foreach (string fault in new[] { "ring 95", "slots 95", "orphaned", "leaked", "goodbye", "no place", "file system 95", "inodes 95" })
        {
            SegmentSurvey survey = Survey();
            Break(survey, fault);
            var thresholds = new HealthThresholds
            {
                RingPercent = HealthThreshold.Off,
                SlotPercent = HealthThreshold.Off,
                OrphanedSlot = HealthThreshold.Off,
                LeakedSlot = HealthThreshold.Off,
                WaitingPeer = HealthThreshold.Off,
                FreePeer = HealthThreshold.Off,
                FileSystemPercent = HealthThreshold.Off,
                InodePercent = HealthThreshold.Off,
            };
            Assert.Equal(HealthStatus.OK, HealthJudge.Judge(survey, thresholds).Status);
        }
    }

    [Fact]
    public void A_survey_reports_what_is_in_the_segment()
    {
        using var guest = new Agent();
        string path = Make.Segment(_folder);
        _ = guest.Do("attach", path);
        _ = guest.Do("queue", path, "g2h", "3400");
        SegmentSurvey survey = Assert.Single(new SegmentSurveyor().Survey(path));
        Assert.Null(survey.Fault);
        Assert.Equal(SegmentUsers.CanListProcesses ? $"{guest.Id}" : null, survey.Listing!.MappedBy);
        Assert.Equal(3408, survey.Peers![0].GuestToHostQueued);
        Assert.Equal(2, survey.SlotClasses!.Count);
        Assert.InRange(survey.FileSystem!.UsedPercent, 0, 100);
        Assert.StartsWith(survey.FileSystem.MountPoint!, path, StringComparison.Ordinal);
        Assert.Equal(HealthReasonId.RingFull, Assert.Single(HealthJudge.Judge(survey).Reasons).Id);
    }

    [Fact]
    public void A_named_file_is_surveyed_whatever_its_type()
    {
        string text = _folder["text"];
        File.WriteAllText(text, "no segment");
        SegmentSurvey other = Assert.Single(new SegmentSurveyor().Survey(text));
        Assert.True(other.IsInvalid);
        SegmentSurvey missing = Assert.Single(new SegmentSurveyor().Survey(_folder["none"]));
        Assert.Equal((false, SegmentErrorId.SegmentNotFound), (missing.IsInvalid, missing.FaultId));
        string torn = Make.Segment(_folder, "torn");
        Patch.UInt32(torn, 32, 0);
        SegmentSurvey invalid = Assert.Single(new SegmentSurveyor().Survey(torn));
        Assert.True(invalid.IsInvalid);
        Assert.Contains("max_guests", invalid.Fault, StringComparison.Ordinal);
        Assert.Equal(
            [HealthReasonId.Invalid, HealthReasonId.CannotRead, HealthReasonId.Invalid],
            new[] { other, missing, invalid }.Select(survey => Assert.Single(HealthJudge.Judge(survey).Reasons).Id));
    }

    [Fact]
    public void A_folder_means_its_segments_and_no_other_files()
    {
        _ = Make.Segment(_folder, "one.seg");
        _ = Make.Segment(_folder, "two.seg");
        File.WriteAllText(_folder["text"], "no segment");
        Assert.Equal([_folder["one.seg"], _folder["two.seg"]], new SegmentSurveyor().Survey(_folder.Root).Select(survey => survey.Path));
        string empty = _folder["empty"];
        _ = Directory.CreateDirectory(empty);
        Assert.Empty(new SegmentSurveyor().Survey(empty));
    }

    [Fact]
    public void Slots_that_are_being_allocated_do_not_count_as_leaked()
    {
        using var busy = new Agent();
        string path = Make.Segment(_folder);
        _ = busy.Do("attach", path);
        busy.Send("toggle", path, "20000000");
        for (int look = 0; look < 30; look++)
        {
            SegmentSurvey survey = Assert.Single(new SegmentSurveyor().Survey(path));
            Assert.Equal(0, survey.SlotClasses!.Sum(slotClass => slotClass.Leaked));
        }

        busy.Kill();
    }

    [Fact]
    public void A_sparse_file_takes_less_storage_than_its_size()
    {
        Assert.SkipWhen(SegmentFile.IsWindows, "the storage that a file takes is known only on Unix");
        string path = _folder["sparse.seg"];
        var configuration = Make.Configuration;
        configuration.SlotClasses = [new SlotClass(1 << 20, 64)];
        _ = Segment.Create(path, configuration, new SegmentCreateOptions { Sparse = true });
        SegmentListing listing = Assert.Single(SegmentFinder.Find(path));
        Assert.True(listing.FileLength > 64 << 20);
        Assert.InRange(listing.AllocatedBytes!.Value, 1, 1 << 20);
        Assert.Equal(listing.AllocatedBytes, SegmentStorage.AllocatedBytes(path));
        string whole = Make.Segment(_folder);
        Assert.InRange(SegmentStorage.AllocatedBytes(whole)!.Value, Make.Length, Make.Length + 65536);
        Assert.Null(SegmentStorage.AllocatedBytes(_folder["none"]));
    }

    private static SegmentSurvey Survey() => new("a.seg")
    {
        Listing = new SegmentListing { Path = "a.seg", Status = SegmentStatus.Live, Use = SegmentUse.Used, MappedBy = "42", PeersAttached = 1, HeartbeatInterval = 1_000_000_000, MaxGuests = 4 },
        Peers =
        [
            .. Enumerable.Range(1, 4).Select(id => new SegmentPeer
            {
                PeerId = id,
                State = id == 1 ? "Attached" : "Empty",
                StateCode = id == 1 ? 1U : 0U,
                Liveness = id == 1 ? PeerLiveness.Alive : PeerLiveness.None,
                HeartbeatAgeMilliseconds = id == 1 ? 10 : null,
                GuestToHostEntries = 0,
                HostToGuestEntries = 0,
            }),
        ],
        SlotClasses = [new SegmentSlotClass { SlotSize = 1024, SlotCount = 4, Free = 4 }],
        FileSystem = new FileSystemUse { MountPoint = "/dev/shm", SizeBytes = 100, AvailableBytes = 50, UsedPercent = 50, Inodes = 10, FreeInodes = 5, InodesUsedPercent = 50 },
    };

    private static void Break(SegmentSurvey survey, string fault)
    {
        SegmentPeer first = survey.Peers![0];
        switch (fault)
        {
            case "never beat":
                first.Liveness = PeerLiveness.NeverBeat;
                first.HeartbeatAgeMilliseconds = null;
                break;
            case "unmapped":
                survey.Listing!.Use = SegmentUse.Free;
                break;
            case "ring 80":
                first.GuestToHostPercent = 80;
                break;
            case "ring 95":
                first.HostToGuestPercent = 95;
                break;
            case "ring damaged":
                first.HostToGuestEntries = null;
                break;
            case "slots 80" or "slots 95":
                survey.SlotClasses![0].UsedPercent = fault == "slots 80" ? 80 : 95;
                break;
            case "orphaned":
                survey.SlotClasses![0].Orphaned = 1;
                break;
            case "leaked":
                survey.SlotClasses![0].Leaked = 1;
                break;
            case "goodbye":
                (survey.Peers[1].State, survey.Peers[1].StateCode) = ("Goodbye", 2);
                break;
            case "no place":
                survey.Peers = [first];
                break;
            case "file system 80" or "file system 95":
                survey.FileSystem!.UsedPercent = fault == "file system 80" ? 80 : 95;
                break;
            case "inodes 95":
                survey.FileSystem!.InodesUsedPercent = 95;
                break;
            case "deleted":
                (survey.Listing!.Status, survey.Listing.UseReason) = (SegmentStatus.Deleted, "deleted or replaced, and process 42 maps it");
                (survey.Peers, survey.SlotClasses) = (null, null);
                break;
            case "invalid" or "unread":
                survey.IsInvalid = fault == "invalid";
                survey.Fault = "it is damaged.";
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, null);
        }
    }
}
