using System;
using System.Collections.Generic;
using System.IO;

namespace RoamShm;

/// <summary>The files under the temporary names of <see cref="NewFile"/>, and whether somebody is still making a segment in one.</summary>
internal static class TemporaryFile
{
    /// <summary>Files of a folder that nobody is making a segment in any more; none where the folder cannot be read.</summary>
    internal static IReadOnlyList<string> FindAbandoned(string folder)
    {
        var abandoned = new List<string>();
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder, NewFile.TemporaryPrefix + "*"))
            {
                using FileStream? file = TryLock(path);
                if (file is not null)
                {
                    abandoned.Add(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing that we could remove.
        }

        return abandoned;
    }

    /// <summary>Removes a file that nobody is making a segment in.</summary>
    /// <returns>False where it is none, or not any more.</returns>
    internal static bool RemoveAbandoned(string path)
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

    /// <summary>Takes the lock that whoever makes a segment holds; null where that cannot be had.</summary>
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
