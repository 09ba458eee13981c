using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Finds segments: regular files that begin with the magic. Everything else is passed over: links are not followed, devices and FIFOs not opened,
/// /proc and /sys not entered.
/// </summary>
public sealed class SegmentFinder
{
    private static readonly Dictionary<uint, string> OwnerNames = [];

    private readonly SegmentFindOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly SegmentValidator _validator;
    private readonly HashSet<ulong> _pseudoDevices = [];
    private readonly byte[] _magic = new byte[sizeof(ulong)];
    private SegmentMappings? _mappings;
    private long _filesSeen;

    /// <summary>Makes a finder that serves one call on many folders. Who maps what is read once, at the first segment.</summary>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellation">Ends a long search.</param>
    public SegmentFinder(SegmentFindOptions? options = null, CancellationToken cancellation = default)
    {
        _options = options ?? new SegmentFindOptions();
        _cancellation = cancellation;
        _validator = new SegmentValidator(cancellation);
        if (LibC.IsLinux)
        {
            foreach (string folder in new[] { "/proc", "/sys" })
            {
                if (SegmentFile.Peek(folder) is FileStatus status)
                {
                    _ = _pseudoDevices.Add(status.Identity.Volume);
                }
            }
        }
    }

    /// <summary>Where segments usually are: /dev/shm where it exists, and the temporary folder.</summary>
    /// <returns>The folders.</returns>
    public static IReadOnlyList<string> DefaultFolders()
    {
        string temporary = Path.GetTempPath();
        temporary = temporary.Length > 1 ? temporary.TrimEnd(Path.DirectorySeparatorChar) : temporary;
        return Directory.Exists("/dev/shm") ? ["/dev/shm", temporary] : [temporary];
    }

    /// <summary>Looks through a folder, or at one file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <returns>The segments, as they are found.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.SegmentNotFound"/>: nothing has that name;
    /// <see cref="SegmentErrorId.SegmentAccessDenied"/> or <see cref="SegmentErrorId.SegmentIOError"/>: just that folder or file cannot be read. What is found on
    /// the way and cannot be read is passed over.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public IEnumerable<SegmentListing> Find(string path)
    {
        FileStatus status = SegmentFile.Peek(path) ?? throw SegmentErrors.NotFound(path);
        bool isFolder = status.Kind == FileKind.Directory || (status.Kind == FileKind.SymbolicLink && Directory.Exists(path));
        return isFolder ? FindInFolder(path, _options.Depth) : FindFile(path, status, isGiven: true);
    }

    /// <summary>Looks at one file as <see cref="Find"/> does, with the mappings of now.</summary>
    internal SegmentListing? Look(string path)
    {
        _mappings = null;
        return SegmentFile.Peek(path) is FileStatus status && status.Kind == FileKind.Regular && HasMagic(path, isGiven: false) ? Describe(path, status, isGiven: false) : null;
    }

    private IEnumerable<SegmentListing> FindFile(string path, FileStatus status, bool isGiven)
    {
        _filesSeen++;
        if (status.Kind == FileKind.Regular && HasMagic(path, isGiven) && Describe(path, status, isGiven) is SegmentListing listing)
        {
            yield return listing;
        }
    }

    private IEnumerable<SegmentListing> FindInFolder(string folder, int depth)
    {
        // Folders still to look through, so that a deep tree costs no deep recursion.
        var folders = new Stack<(string Path, int Depth)>();
        folders.Push((folder, depth));
        while (folders.Count > 0)
        {
            (string current, int left) = folders.Pop();
            _options.OnFolder?.Invoke(current, _filesSeen);
            foreach (string entry in List(current, isGiven: ReferenceEquals(current, folder)))
            {
                _cancellation.ThrowIfCancellationRequested();
                if (Peek(entry) is not FileStatus status)
                {
                    continue;
                }

                if (status.Kind == FileKind.Directory)
                {
                    if (left > 0 && !_pseudoDevices.Contains(status.Identity.Volume))
                    {
                        folders.Push((entry, left - 1));
                    }

                    continue;
                }

                foreach (SegmentListing listing in FindFile(entry, status, isGiven: false))
                {
                    yield return listing;
                }
            }
        }
    }

    private IEnumerable<string> List(string folder, bool isGiven)
    {
        if (LibC.IsLinux && Peek(folder) is FileStatus status && _pseudoDevices.Contains(status.Identity.Volume))
        {
            return [];
        }

        try
        {
            string[] entries = Directory.GetFileSystemEntries(folder);
            Array.Sort(entries, StringComparer.OrdinalIgnoreCase);
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = (e.InnerException ?? e).Message.TrimEnd('.');
            PassOver(folder, isGiven, e switch
            {
                UnauthorizedAccessException => SegmentErrors.AccessDenied(folder, "look through", reason),
                DirectoryNotFoundException => SegmentErrors.NotFound(folder),
                _ => SegmentErrors.IOError(folder, "look through", reason, e),
            });
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

    private bool HasMagic(string path, bool isGiven)
    {
        try
        {
            using SegmentFile file = SegmentFile.OpenRead(path);
            return file.Length >= _magic.Length && file.Read(0, _magic, 0, _magic.Length) == _magic.Length
                && BitConverter.ToUInt64(_magic, 0) == SegmentFormat.Magic;
        }
        catch (SegmentException e)
        {
            PassOver(path, isGiven, e);
            return false;
        }
    }

    private SegmentListing? Describe(string path, FileStatus status, bool isGiven)
    {
        try
        {
            return DescribeOrThrow(path, status);
        }
        catch (SegmentException e)
        {
            PassOver(path, isGiven, e);
            return null;
        }
    }

    private SegmentListing? DescribeOrThrow(string path, FileStatus status)
    {
        SegmentReport report = _validator.Validate(path);
        using SegmentFile file = SegmentFile.OpenRead(path);
        byte[] header = new byte[HeaderLayout.Size];
        if (report.Header is null || file.Read(0, header, 0, header.Length) < header.Length)
        {
            // Truncated since its magic was read, or just being made.
            return null;
        }

        var listing = new SegmentListing
        {
            Owner = OwnerName(status),
            Mode = status.Mode is int mode ? Convert.ToString(mode, 8).PadLeft(4, '0') : null,
            LastWriteTime = file.Status.LastWriteTimeUtc,
            MappedBy = MappedBy(file),
        };
        listing.Decode(path, header, file.Length);
        bool haveAllGone = true;
        if (report.IsValid)
        {
            haveAllGone = CountPeers(file, listing);
        }

        listing.Status = Judge(report.IsValid, listing, haveAllGone);
        return listing;
    }

    /// <summary>Counts the attached peers.</summary>
    /// <returns>Whether each of them is stale.</returns>
    private static bool CountPeers(SegmentFile file, SegmentListing listing)
    {
        byte[] peers = OpenSegment.ReadPeers(file, listing);
        ulong now = MonotonicClock.Now();
        bool areAllStale = true;
        for (int at = 0; at < peers.Length; at += PeerEntryLayout.Size)
        {
            uint state = BitConverter.ToUInt32(peers, at + PeerEntryLayout.State);
            if (state == (uint)PeerState.Attached)
            {
                listing.PeersAttached++;
                ulong lastHeartbeat = BitConverter.ToUInt64(peers, at + PeerEntryLayout.LastHeartbeat);
                areAllStale &= PeerLiveness.Judge(state, lastHeartbeat, listing.HeartbeatInterval, now) == PeerLiveness.Stale;
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

    private static unsafe string? OwnerName(FileStatus status)
    {
        if (status.Mode is null)
        {
            return null;
        }

        lock (OwnerNames)
        {
            if (!OwnerNames.TryGetValue(status.OwnerId, out string? name))
            {
                // The name is the first field of struct passwd everywhere.
                IntPtr entry = LibC.GetPwUid(status.OwnerId);
                name = (entry == IntPtr.Zero ? null : Marshal.PtrToStringAnsi(*(IntPtr*)entry)) ?? FormattableString.Invariant($"{status.OwnerId}");
                OwnerNames.Add(status.OwnerId, name);
            }

            return name;
        }
    }
}
