using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm;

/// <summary>A search of many folders for one command. Who maps what is read once, at the first segment.</summary>
internal sealed class SegmentSearch
{
    private readonly SegmentFindOptions _options;
    private readonly ValidationRun _validation = new(new Patience());
    private SegmentMappings? _mappings;
    private long _filesSeen;

    internal SegmentSearch(SegmentFindOptions options) => _options = options;

    /// <summary>As <see cref="SegmentFinder.Find"/>.</summary>
    internal IEnumerable<SegmentListing> Find(string path, CancellationToken cancellationToken)
    {
        FileStatus status = SegmentFile.Peek(path) ?? throw SegmentErrors.NotFound(path);
        bool isFolder = status.Kind == FileKind.Directory || (status.Kind == FileKind.SymbolicLink && Folder.Exists(path));
        return isFolder ? FindInFolder(path, cancellationToken) : FindFile(path, status, isGiven: true, cancellationToken);
    }

    private IEnumerable<SegmentListing> FindFile(string path, FileStatus status, bool isGiven, CancellationToken cancellationToken)
    {
        _filesSeen++;
        if (status.Kind == FileKind.Regular && Describe(path, isGiven, cancellationToken) is SegmentListing listing)
        {
            yield return listing;
        }
    }

    private IEnumerable<SegmentListing> FindInFolder(string folder, CancellationToken cancellationToken)
    {
        // Folders still to search, so that a deep tree costs no deep recursion.
        var folders = new Stack<(string Path, int Depth)>();
        folders.Push((folder, _options.Depth));
        while (folders.Count > 0)
        {
            (string current, int left) = folders.Pop();
            _options.OnFolder?.Invoke(current, _filesSeen);
            foreach (string entry in List(current, isGiven: ReferenceEquals(current, folder)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Peek(entry) is not FileStatus status)
                {
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

    private string[] List(string folder, bool isGiven)
    {
        if (Peek(folder) is FileStatus status && Folder.IsPseudo(status))
        {
            return [];
        }

        try
        {
            return Folder.List(folder);
        }
        catch (SegmentException e)
        {
            PassOver(folder, isGiven, e);
            return [];
        }
    }

    /// <summary>Passes over what cannot be read, unless it is just what was asked for: then that is the answer.</summary>
    private void PassOver(string path, bool isGiven, SegmentException error)
    {
        if (isGiven && error.ErrorId is (SegmentErrorId.SegmentAccessDenied or SegmentErrorId.SegmentIOError))
        {
            throw error;
        }

        _options.OnPassedOver?.Invoke(path, error.Message);
    }

    private FileStatus? Peek(string path)
    {
        try
        {
            return SegmentFile.Peek(path);
        }
        catch (SegmentException e)
        {
            _options.OnPassedOver?.Invoke(path, e.Message);
            return null;
        }
    }

    private SegmentListing? Describe(string path, bool isGiven, CancellationToken cancellationToken)
    {
        try
        {
            using SegmentFile file = SegmentFile.OpenRead(path);
            return Segment.HasMagic(file) ? Describe(file, cancellationToken) : null;
        }
        catch (SegmentException e)
        {
            PassOver(path, isGiven, e);
            return null;
        }
    }

    private SegmentListing? Describe(SegmentFile file, CancellationToken cancellationToken)
    {
        SegmentReport report = _validation.Validate(file, full: false, cancellationToken);
        if (report.Header is not SegmentHeader header)
        {
            // Truncated since its magic was read, or just being made.
            return null;
        }

        var listing = new SegmentListing(header)
        {
            Owner = OwnerNames.Of(file.Status),
            Mode = file.Status.Mode is int mode ? Convert.ToString(mode, 8).PadLeft(4, '0') : null,
            LastWriteTime = file.Status.LastWriteTimeUtc,
            MappedBy = MappedBy(file),
        };
        bool areAllStale = report.IsValid && CountPeers(file, listing);
        listing.Status = Judge(report.IsValid, listing, areAllStale);
        return listing;
    }

    /// <summary>Counts the attached peers.</summary>
    /// <returns>Whether each of them is stale.</returns>
    private static bool CountPeers(SegmentFile file, SegmentListing listing)
    {
        PeerTable peers = PeerTable.Read(file, listing);
        ulong now = MonotonicClock.Now();
        bool areAllStale = true;
        foreach (PeerEntry peer in peers)
        {
            if (peer.IsAttached)
            {
                listing.PeersAttached++;
                areAllStale &= peer.Liveness(listing.HeartbeatInterval, now) == PeerLiveness.Stale;
            }
        }

        return areAllStale;
    }

    private string Judge(bool isValid, SegmentListing listing, bool areAllStale)
    {
        return !isValid ? SegmentStatus.Invalid
            : listing.MappedBy is null ? SegmentStatus.Unknown
            : listing.HostGoodbye ? (listing.PeersAttached > 0 ? SegmentStatus.Draining : SegmentStatus.Drained)
            : listing.MappedBy.Length > 0 ? SegmentStatus.Live
            : areAllStale && DateTime.UtcNow - listing.LastWriteTime >= _options.MinimumAge ? SegmentStatus.Stale
            : SegmentStatus.Idle;
    }

    private int[]? MappedBy(SegmentFile file)
    {
        if (!SegmentMappings.IsSupported)
        {
            return null;
        }

        _mappings ??= SegmentMappings.Read();
        IReadOnlyList<int> processes = _mappings.Of(file);
        return processes.Count == 0 && _mappings.IsIncomplete ? null : [.. processes];
    }
}
