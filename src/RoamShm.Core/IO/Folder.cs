using System;
using System.Collections.Generic;
using System.IO;

namespace RoamShm;

/// <summary>What the file system says of folders.</summary>
internal static class Folder
{
    // What lies on these is made up by the kernel, and opening some of it does something.
    private static readonly Lazy<HashSet<ulong>> PseudoVolumes = new(FindPseudoVolumes);

    /// <summary>Where segments usually are: /dev/shm where it exists, and the temporary folder.</summary>
    internal static IReadOnlyList<string> Defaults()
    {
        string temporary = Path.GetTempPath();
        temporary = temporary.Length > 1 ? temporary.TrimEnd(Path.DirectorySeparatorChar) : temporary;
        // Windows would look for such a folder on the current drive.
        return !SegmentFile.IsWindows && Directory.Exists("/dev/shm") ? ["/dev/shm", temporary] : [temporary];
    }

    /// <summary>Whether a name leads to a folder, symbolic links followed.</summary>
    internal static bool Exists(string path) => Directory.Exists(path);

    /// <summary>Whether something lies on /proc or /sys.</summary>
    internal static bool IsPseudo(FileStatus status) => PseudoVolumes.Value.Contains(status.Identity.Volume);

    /// <summary>The paths of what a folder has, in the order of their names.</summary>
    /// <exception cref="SegmentException">There is no such folder, or it cannot be read.</exception>
    internal static string[] List(string folder)
    {
        string[] entries = Read(folder, Directory.GetFileSystemEntries);
        Array.Sort(entries, StringComparer.OrdinalIgnoreCase);
        return entries;
    }

    /// <summary>The paths of the folders that a folder has.</summary>
    /// <exception cref="SegmentException">There is no such folder, or it cannot be read.</exception>
    internal static string[] ListFolders(string folder) => Read(folder, Directory.GetDirectories);

    private static string[] Read(string folder, Func<string, string[]> list)
    {
        try
        {
            return list(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            const string operation = "search";
            string reason = (e.InnerException ?? e).Message.TrimEnd('.');
            throw e switch
            {
                UnauthorizedAccessException => SegmentErrors.AccessDenied(folder, operation, reason),
                DirectoryNotFoundException => SegmentErrors.NotFound(folder),
                // On Unix the exception has the system's error number.
                _ => SegmentFile.IsWindows ? SegmentErrors.IOError(folder, operation, reason, e) : UnixFault.Of(folder, operation, e.HResult),
            };
        }
    }

    private static HashSet<ulong> FindPseudoVolumes()
    {
        var volumes = new HashSet<ulong>();
        foreach (string folder in LibC.IsLinux ? new[] { "/proc", "/sys" } : [])
        {
            if (SegmentFile.Peek(folder) is FileStatus status)
            {
                _ = volumes.Add(status.Identity.Volume);
            }
        }

        return volumes;
    }
}
