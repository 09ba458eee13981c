using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;

namespace RoamShm;

/// <summary>A search of many folders for one command. Lists what cannot be read, so that it does not look as if nothing were there.</summary>
internal sealed class SegmentSearch
{
    // The character that .NET substitutes for invalid UTF-8 in a name. Such a name cannot be used.
    private const char NotUtf8 = '\uFFFD';

    private readonly SegmentFindOptions _options;
    private readonly SegmentUsers _users;
    private readonly Patience _patience = new();
    private readonly ValidationRun _validation;
    private IReadOnlyList<DeletedFile> _deleted = [];
    private long _filesSeen;

    internal SegmentSearch(SegmentFindOptions options, SegmentUsers? users = null)
    {
        _options = options;
        _users = users ?? new SegmentUsers();
        _validation = new ValidationRun(_patience);
    }

    /// <summary>As <see cref="SegmentFinder.Find"/>.</summary>
    internal IEnumerable<SegmentListing> Find(string path, CancellationToken cancellationToken)
    {
        _deleted = [];
        if (SegmentFile.Peek(path) is not FileStatus status)
        {
            _deleted = _options.IncludeDeleted ? _users.FindDeletedNamed(path) : [];
            return _deleted.Count > 0 ? FindDeleted(cancellationToken) : throw SegmentErrors.NotFound(path);
        }

        bool isFolder = status.Kind == FileKind.Directory || (status.Kind == FileKind.SymbolicLink && Folder.Exists(path));
        if (_options.IncludeDeleted)
        {
            _deleted = isFolder ? _users.FindDeletedIn(path, _options.Depth) : _users.FindDeletedNamed(path);
        }

        return (isFolder ? FindInFolder(path, cancellationToken) : FindFile(path, status, isGiven: true, cancellationToken)).Concat(FindDeleted(cancellationToken));
    }

    private IEnumerable<SegmentListing> FindFile(string path, FileStatus status, bool isGiven, CancellationToken cancellationToken)
    {
        _filesSeen++;
        if (status.Kind == FileKind.Regular && Describe(path, status, isGiven, cancellationToken) is SegmentListing listing)
        {
            yield return listing;
        }
    }

    private IEnumerable<SegmentListing> FindInFolder(string folder, CancellationToken cancellationToken)
    {
        // An explicit stack: a deep tree must not cause deep recursion.
        var folders = new Stack<(string Path, int Depth)>();
        folders.Push((folder, _options.Depth));
        while (folders.Count > 0)
        {
            (string current, int left) = folders.Pop();
            _options.OnFolder?.Invoke(current, _filesSeen);
            string[] entries = List(current, isGiven: ReferenceEquals(current, folder), out SegmentListing? unreadable);
            if (unreadable is not null)
            {
                yield return unreadable;
            }

            foreach (string entry in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Peek(entry, out unreadable) is not FileStatus status)
                {
                    if (unreadable is not null)
                    {
                        yield return unreadable;
                    }

                    continue;
                }

                if (status.Kind == FileKind.Directory)
                {
                    if (left > 0 && !Folder.IsPseudo(status))
                    {
                        folders.Push((entry, left - 1));
                    }

                    continue;
                }

                foreach (SegmentListing listing in FindFile(entry, status, isGiven: false, cancellationToken))
                {
                    yield return listing;
                }
            }
        }
    }

    private string[] List(string folder, bool isGiven, out SegmentListing? unreadable)
    {
        unreadable = null;
        if (Peek(folder, out _) is FileStatus status && Folder.IsPseudo(status))
        {
            return [];
        }

        try
        {
            return Folder.List(folder);
        }
        catch (SegmentException e)
        {
            unreadable = PassOver(folder, status: null, isGiven, e);
            return [];
        }
    }

    /// <summary>
    /// Returns the listing of something that cannot be read; <see langword="null"/> if it no longer exists. Throws if it is the requested path itself.
    /// </summary>
    private SegmentListing? PassOver(string path, FileStatus? status, bool isGiven, SegmentException error)
    {
        bool isUnreadable = error.ErrorId is SegmentErrorId.SegmentAccessDenied or SegmentErrorId.SegmentIOError;
        if (isGiven && isUnreadable)
        {
            throw error;
        }

        _options.OnPassedOver?.Invoke(path, error.Message);
        return isUnreadable ? Unreadable(path, status, error.Message.TrimEnd('.')) : null;
    }

    private static SegmentListing Unreadable(string path, FileStatus? status, string why) => new()
    {
        Path = path,
        Status = SegmentStatus.Unreadable,
        UseReason = why,
        FileLength = status?.Length ?? 0,
        Owner = status is FileStatus known ? OwnerNames.Of(known) : null,
        Mode = ModeOf(status),
        AllocatedBytes = status?.Allocated,
        LastWriteTime = status?.LastWriteTimeUtc ?? default,
        ReadTime = DateTime.UtcNow,
        // On Windows only an open file has an identity.
        Identity = status is FileStatus seen && seen.Identity != default ? seen.Identity : null,
    };

    private FileStatus? Peek(string path, out SegmentListing? unreadable)
    {
        unreadable = null;
        try
        {
            if (SegmentFile.Peek(path) is FileStatus status)
            {
                return status;
            }

            unreadable = path.IndexOf(NotUtf8) >= 0 ? Unreadable(path, status: null, "its name is not valid UTF-8") : null;
        }
        catch (SegmentException e)
        {
            unreadable = PassOver(path, status: null, isGiven: false, e);
        }

        return null;
    }

    private SegmentListing? Describe(string path, FileStatus status, bool isGiven, CancellationToken cancellationToken)
    {
        try
        {
            using SegmentFile file = SegmentFile.OpenRead(path, _patience.ForLeases, cancellationToken);
            return Segment.HasMagic(file) ? Describe(file, cancellationToken) : null;
        }
        catch (SegmentException e) when (!TemporaryFile.IsBeingMade(path, e))
        {
            return PassOver(path, status, isGiven, e);
        }
        catch (SegmentException)
        {
            return null;
        }
    }

    private SegmentListing? Describe(SegmentFile file, CancellationToken cancellationToken)
    {
        SegmentReport report = _validation.Validate(file, full: false, cancellationToken);
        if (report.Header is not SegmentHeader header)
        {
            // Truncated since its magic was read, or still being created.
            return null;
        }

        SegmentUse use = _users.Ask(file);
        var listing = new SegmentListing(header)
        {
            Owner = OwnerNames.Of(file.Status),
            Mode = ModeOf(file.Status),
            AllocatedBytes = file.Status.Allocated,
            LastWriteTime = file.Status.LastWriteTimeUtc,
            Age = DateTime.UtcNow - file.Status.LastWriteTimeUtc,
            Use = use.State,
            UseReason = use.Reason,
            MappedBy = use.ProcessIds.Count > 0 || use.IsFree ? Join(use.ProcessIds) : null,
        };
        if (report.IsValid)
        {
            CountPeers(file, listing);
        }

        listing.Status = Judge(report.IsValid, use, listing);
        listing.Hint = FindHint(use, listing);
        _options.OnListed?.Invoke(listing, report, file);
        return listing;
    }

    /// <summary>Counts the attached peers, and limits the age of the segment to that of the latest heartbeat.</summary>
    private static void CountPeers(SegmentFile file, SegmentListing listing)
    {
        PeerTable peers = PeerTable.Read(file, listing);
        HeartbeatClock now = HeartbeatClock.Now();
        foreach (PeerEntry peer in peers)
        {
            listing.PeersAttached += peer.IsAttached ? 1 : 0;
            if (listing.HeartbeatInterval != 0 && now.AgeOf(peer.LastHeartbeat) is ulong nanoseconds && nanoseconds / 100 < (ulong)listing.Age.Ticks)
            {
                listing.Age = TimeSpan.FromTicks((long)(nanoseconds / 100));
            }
        }
    }

    private string Judge(bool isValid, SegmentUse use, SegmentListing listing) =>
        !isValid ? SegmentStatus.Invalid
        : !use.IsUsed && !use.IsFree ? SegmentStatus.Unknown
        : listing.HostGoodbye && listing.PeersAttached == 0 ? SegmentStatus.Drained
        : use.IsUsed ? (listing.HostGoodbye ? SegmentStatus.Draining : SegmentStatus.Live)
        : listing.PeersAttached > 0 ? SegmentStatus.Abandoned
        : listing.Age >= _options.MinimumAge ? SegmentStatus.Stale
        : SegmentStatus.Idle;

    private string? FindHint(SegmentUse use, SegmentListing listing)
    {
        foreach (DeletedFile file in _deleted)
        {
            if (file.Name == listing.Path)
            {
                return "an older file of this name is still in use: " + SegmentUse.Describe(file.ProcessIds);
            }
        }

        return use.IsUsed && listing.PeersAttached > 0 && use.ProcessIds.Count == listing.PeersAttached
            ? "as many processes map it as peers are attached, so its host may have ended"
            : null;
    }

    /// <summary>Finds files that lost their name but are still mapped, so that their memory is not free.</summary>
    private IEnumerable<SegmentListing> FindDeleted(CancellationToken cancellationToken)
    {
        foreach (DeletedFile deleted in _deleted)
        {
            if (DescribeDeleted(deleted, cancellationToken) is SegmentListing listing)
            {
                yield return listing;
            }
        }
    }

    private static string Join(IEnumerable<int> processIds) =>
        string.Join(" ", processIds.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    private SegmentListing? DescribeDeleted(DeletedFile deleted, CancellationToken cancellationToken)
    {
        string why = "deleted or replaced, and " + SegmentUse.Describe(deleted.ProcessIds);
        try
        {
            using SegmentFile? file = deleted.TryOpen();
            if (file is null)
            {
                SegmentListing unreadable = Unreadable(deleted.ShownName, status: null, why + "; what it is cannot be read");
                unreadable.FileLength = (long)deleted.MappedBytes;
                return unreadable;
            }

            if (!Segment.HasMagic(file) || _validation.Validate(file, full: false, cancellationToken) is not { Header: SegmentHeader header } report)
            {
                return null;
            }

            var listing = new SegmentListing(header)
            {
                Path = deleted.ShownName,
                Status = SegmentStatus.Deleted,
                Use = SegmentUse.Used,
                UseReason = why,
                MappedBy = Join(deleted.ProcessIds),
                Owner = OwnerNames.Of(file.Status),
                Mode = ModeOf(file.Status),
                AllocatedBytes = file.Status.Allocated,
                LastWriteTime = file.Status.LastWriteTimeUtc,
            };
            if (report.IsValid)
            {
                CountPeers(file, listing);
            }

            return listing;
        }
        catch (SegmentException e)
        {
            return PassOver(deleted.ShownName, status: null, isGiven: false, e);
        }
    }

    private static string? ModeOf(FileStatus? status) => status?.Mode is int mode ? Convert.ToString(mode, 8).PadLeft(4, '0') : null;
}
