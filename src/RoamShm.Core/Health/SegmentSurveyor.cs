using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Reads everything that health and metrics need, opening each file once. Use one surveyor for a call on many files: it determines who uses them in one pass,
/// and queries each file system once a folder.
/// </summary>
public sealed class SegmentSurveyor
{
    private readonly SegmentSearch _search;
    private readonly Patience _patience = new();
    private readonly ValidationRun _validation;
    private readonly Dictionary<string, FileSystemUse?> _fileSystems = [];
    private readonly CancellationToken _cancellation;
    private SegmentSurvey? _listed;

    /// <summary>Creates a surveyor.</summary>
    /// <param name="depth">The number of levels of subfolders to search; 0 for the given folder alone.</param>
    /// <param name="cancellationToken">The token to monitor for cancellation.</param>
    public SegmentSurveyor(int depth = 0, CancellationToken cancellationToken = default)
    {
        _cancellation = cancellationToken;
        _validation = new ValidationRun(_patience);
        _search = new SegmentSearch(
            new SegmentFindOptions { Depth = depth, OnListed = (listing, report, file) => _listed = Complete(listing, report, file) },
            new SegmentUsers(cancellationToken));
    }

    /// <summary>Surveys a file, or the segments in a folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <returns>
    /// For a file, one survey, whatever the file is and even if it does not exist; for a folder, one for each of its segments and for each part that could not
    /// be read.
    /// </returns>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public IEnumerable<SegmentSurvey> Survey(string path)
    {
        bool isAny = false;
        using IEnumerator<SegmentListing>? listings = TryFind(path, out SegmentSurvey? failed);
        while (listings is not null && TryMove(path, listings, out failed))
        {
            isAny = true;
            SegmentListing listing = listings.Current;
            SegmentSurvey? listed = _listed?.Listing == listing ? _listed : null;
            _listed = null;
            yield return listed
                ?? (listing.Status == SegmentStatus.Unreadable
                    ? Unread(listing.Path!, SegmentErrorId.SegmentAccessDenied, listing.UseReason ?? "it cannot be read")
                    : new SegmentSurvey(listing.Path!) { Listing = listing });
        }

        if (failed is not null)
        {
            yield return failed;
        }
        else if (!isAny && !Folder.Exists(path))
        {
            yield return Refuse(path);
        }
    }

    private static SegmentSurvey Unread(string path, string id, string reason) => new(path) { Fault = reason, FaultId = id };

    private IEnumerator<SegmentListing>? TryFind(string path, out SegmentSurvey? failed)
    {
        failed = null;
        try
        {
            return _search.Find(path, _cancellation).GetEnumerator();
        }
        catch (SegmentException e)
        {
            failed = Unread(path, e.ErrorId, e.Message);
            return null;
        }
    }

    private static bool TryMove(string path, IEnumerator<SegmentListing> listings, out SegmentSurvey? failed)
    {
        failed = null;
        try
        {
            return listings.MoveNext();
        }
        catch (SegmentException e)
        {
            failed = Unread(e.Path ?? path, e.ErrorId, e.Message);
            return false;
        }
    }

    /// <summary>Returns a survey of a file that was named but is not a segment.</summary>
    private SegmentSurvey Refuse(string path)
    {
        try
        {
            SegmentFinding? finding = FirstError(_validation.Validate(path, full: false, _cancellation));
            bool isUnread = finding?.Id is SegmentErrorId.SegmentNotFound or SegmentErrorId.NotARegularFile;
            return new SegmentSurvey(path)
            {
                IsInvalid = !isUnread,
                Fault = finding?.Message ?? FormattableString.Invariant($"'{path}' changed while it was read."),
                FaultId = finding?.Id ?? SegmentErrorId.SegmentIOError,
                FileSystem = isUnread ? null : FileSystemOf(path),
            };
        }
        catch (SegmentException e)
        {
            return Unread(path, e.ErrorId, e.Message);
        }
    }

    private static SegmentFinding? FirstError(SegmentReport report) => report.Findings.FirstOrDefault(finding => finding.Severity == SegmentFinding.Error);

    private SegmentSurvey Complete(SegmentListing listing, SegmentReport report, SegmentFile file)
    {
        var survey = new SegmentSurvey(listing.Path!) { Listing = listing, FileSystem = FileSystemOf(listing.Path!) };
        if (FirstError(report) is SegmentFinding finding)
        {
            survey.IsInvalid = true;
            survey.Fault = finding.Message;
            survey.FaultId = finding.Id;
            return survey;
        }

        try
        {
            ReadTables(survey, file);
        }
        catch (SegmentException e)
        {
            survey.Fault = e.Message;
            survey.FaultId = e.ErrorId;
        }

        return survey;
    }

    private void ReadTables(SegmentSurvey survey, SegmentFile file)
    {
        Segment segment = Segment.Attach(file, _patience, _cancellation);
        try
        {
            survey.Peers = segment.ReadPeers(PeerDetail.Slots, _cancellation);
            survey.SlotClasses = segment.ReadSlotClasses(_cancellation);
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.TooManySlots)
        {
            survey.Peers = segment.ReadPeers(PeerDetail.Rings, _cancellation);
            survey.Fault = e.Message;
            survey.FaultId = e.ErrorId;
        }

        // A slot that is just being allocated looks leaked, and a ring that is just being written looks damaged, until they are read again.
        bool isDoubtful = (survey.SlotClasses ?? []).Any(slotClass => slotClass.Leaked > 0 || slotClass.IsFreeListDamaged)
            || survey.Peers.Any(peer => peer.GuestToHostEntries is null || peer.HostToGuestEntries is null);
        if (isDoubtful)
        {
            Confirm(survey, _validation.Validate(file, full: true, _cancellation).Findings);
        }
    }

    private static void Confirm(SegmentSurvey survey, IReadOnlyList<SegmentFinding> findings)
    {
        foreach (SegmentSlotClass slotClass in survey.SlotClasses ?? [])
        {
            string field = FormattableString.Invariant($"class[{slotClass.Index}].");
            bool IsFound(string id) => findings.Any(finding => finding.Id == id && finding.Field?.StartsWith(field, StringComparison.Ordinal) == true);
            slotClass.IsFreeListDamaged &= IsFound(SegmentFindingId.FreeListLoop) || IsFound(SegmentFindingId.FreeListOutOfRange) || IsFound(SegmentFindingId.FreeHeadOutOfRange);
            if (!slotClass.IsFreeListDamaged && !IsFound(SegmentFindingId.SlotsLeaked))
            {
                slotClass.Leaked = 0;
            }
        }

        foreach (SegmentPeer peer in survey.Peers ?? [])
        {
            bool IsDamaged(string part) => findings.Any(finding => finding.Field == FormattableString.Invariant($"peer[{peer.PeerId}].{part}")
                && finding.Id is SegmentFindingId.RingPositionsInvalid or SegmentFindingId.RingEntryInvalid or SegmentFindingId.RingOutOfBounds or SegmentFindingId.RingMisaligned);
            bool isPairMisplaced = IsDamaged("ring_offset");
            peer.GuestToHostEntries ??= isPairMisplaced || IsDamaged("g2h") ? null : 0;
            peer.HostToGuestEntries ??= isPairMisplaced || IsDamaged("h2g") ? null : 0;
        }
    }

    private FileSystemUse? FileSystemOf(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : "/";
        if (!_fileSystems.TryGetValue(folder, out FileSystemUse? use))
        {
            _fileSystems.Add(folder, use = FileSystemUse.Of(folder));
        }

        return use;
    }
}
