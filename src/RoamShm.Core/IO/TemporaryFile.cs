using System;
using System.Collections.Generic;
using System.IO;

namespace RoamShm;

/// <summary>The files under the temporary names of <see cref="NewFile"/>, and whether somebody is still at work on one.</summary>
internal static class TemporaryFile
{
    /// <summary>Files of a folder that nobody is at work on any more; none where the folder cannot be read.</summary>
    internal static IReadOnlyList<string> FindAbandoned(string folder)
    {
        var abandoned = new List<string>();
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder, NewFile.TemporaryPrefix + "*"))
            {
                using IDisposable? file = TryLock(path);
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

    /// <summary>Removes a file that nobody is at work on, and nobody uses.</summary>
    /// <returns>False where it is none, or not any more.</returns>
    internal static bool RemoveAbandoned(string path)
    {
        if (!Path.GetFileName(path).StartsWith(NewFile.TemporaryPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        // Windows does not remove what is open; there nobody else can begin to use the name, which is chosen anew each time.
        using (IDisposable? file = TryLock(path))
        {
            if (file is null)
            {
                return false;
            }

            if (file is UnixSegmentFile unix)
            {
                RemoveLocked(unix);
                return true;
            }
        }

        SegmentFile.Delete(path);
        return true;
    }

    /// <summary>Whether a removal left the file, and not a creation: then it is a whole segment, aside from its name.</summary>
    internal static bool IsOfRemoval(string path) => Path.GetFileName(path).StartsWith(NewFile.AsidePrefix, StringComparison.Ordinal);

    /// <summary>Whether an error is that somebody is still at work on a file under a temporary name, which Windows lets nobody else open.</summary>
    internal static bool IsBeingMade(string path, SegmentException error) =>
        SegmentFile.IsWindows && error.ErrorId == SegmentErrorId.SegmentIOError && Path.GetFileName(path).StartsWith(NewFile.TemporaryPrefix, StringComparison.Ordinal);

    private static void RemoveLocked(UnixSegmentFile file)
    {
        LeaseAnswer answer = FileLease.TryTakeRead(file, out FileLease? lease);
        using (lease)
        {
            if (answer == LeaseAnswer.Refused)
            {
                throw SegmentErrors.InUse(file.Path, "a process maps it or has it open for writing");
            }

            SegmentFile.Delete(file.Path);
        }
    }

    /// <summary>
    /// Takes the lock that whoever makes or removes a segment holds; null where that cannot be had. For reading alone on Unix, so as not to disturb a removal under
    /// way, which is called off when somebody opens the file for writing.
    /// </summary>
    private static IDisposable? TryLock(string path)
    {
        SegmentFile? file = null;
        try
        {
            if (SegmentFile.Peek(path) is not FileStatus status || status.Kind != FileKind.Regular)
            {
                return null;
            }

            if (SegmentFile.IsWindows)
            {
                return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }

            file = SegmentFile.OpenRead(path);
            if (!((UnixSegmentFile)file).TryLock())
            {
                return null;
            }

            SegmentFile locked = file;
            file = null;
            return locked;
        }
        catch (Exception e) when (e is SegmentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }
}
