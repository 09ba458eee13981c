using System;
using System.Collections.Generic;
using System.IO;

namespace RoamShm;

/// <summary>Folder operations of the file system.</summary>
internal static class Folder
{
    // The kernel generates the contents of these, and opening some of them has side effects.
    private static readonly Lazy<HashSet<ulong>> PseudoVolumes = new(FindPseudoVolumes);

    /// <summary>Returns the folders where segments usually are: /dev/shm, if it exists, and the temporary folder.</summary>
    internal static IReadOnlyList<string> Defaults()
    {
        string temporary = Path.GetTempPath();
        temporary = temporary.Length > 1 ? temporary.TrimEnd(Path.DirectorySeparatorChar) : temporary;
        // Windows would look for such a folder on the current drive.
        return !SegmentFile.IsWindows && Directory.Exists("/dev/shm") ? ["/dev/shm", temporary] : [temporary];
    }

    /// <summary>Determines whether a path is a folder, following symbolic links.</summary>
    internal static bool Exists(string path) => Directory.Exists(path);

    /// <summary>Determines whether a path is on /proc or /sys.</summary>
    internal static bool IsPseudo(FileStatus status) => PseudoVolumes.Value.Contains(status.Identity.Volume);

    /// <summary>Returns the paths of the entries of a folder, sorted by name.</summary>
    /// <exception cref="SegmentException">The folder does not exist or cannot be read.</exception>
    internal static string[] List(string folder)
    {
        string[] entries = Read(folder, Directory.GetFileSystemEntries);
        Array.Sort(entries, StringComparer.OrdinalIgnoreCase);
        return entries;
    }

    /// <summary>Returns the paths of the subfolders of a folder.</summary>
    /// <exception cref="SegmentException">The folder does not exist or cannot be read.</exception>
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
                // On Unix the exception carries the operating system's error number.
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
