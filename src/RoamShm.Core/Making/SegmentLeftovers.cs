using System;
using System.Collections.Generic;
using System.IO;

namespace RoamShm;

/// <summary>
/// Files that a creation left behind because its process was killed. They have a temporary name of their own, <c>.roamshm-</c> and some letters, and nobody
/// holds the lock that a creation under way holds.
/// </summary>
public static class SegmentLeftovers
{
    /// <summary>Looks for leftovers in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Their paths; none where the folder cannot be read.</returns>
    public static IReadOnlyList<string> Find(string folder)
    {
        var leftovers = new List<string>();
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder, NewFile.TemporaryPrefix + "*"))
            {
                using FileStream? file = TryLock(path);
                if (file is not null)
                {
                    leftovers.Add(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing that we could remove.
        }

        return leftovers;
    }

    /// <summary>Removes a leftover.</summary>
    /// <param name="path">One of what <see cref="Find"/> returned.</param>
    /// <returns>False where it is none, or not any more.</returns>
    /// <exception cref="SegmentException">The system does not let it be removed.</exception>
    public static bool Remove(string path)
    {
        if (!Path.GetFileName(path).StartsWith(NewFile.TemporaryPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        // Windows does not remove what is open; there nobody else can begin to use the name, which is chosen anew each time.
        using (FileStream? file = TryLock(path))
        {
            if (file is null)
            {
                return false;
            }

            if (!SegmentFile.IsWindows)
            {
                SegmentFile.Delete(path);
                return true;
            }
        }

        SegmentFile.Delete(path);
        return true;
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            return SegmentFile.Peek(path) is FileStatus status && status.Kind == FileKind.Regular
                ? new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1)
                : null;
        }
        catch (Exception e) when (e is SegmentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
