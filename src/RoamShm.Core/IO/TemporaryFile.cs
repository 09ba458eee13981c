using System;
using System.Collections.Generic;
using System.IO;

namespace RoamShm;

/// <summary>The files under the temporary names of <see cref="NewFile"/>, and whether a process is still working on one.</summary>
internal static class TemporaryFile
{
    /// <summary>Returns the files of a folder that no process is working on any more; empty if the folder cannot be read.</summary>
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
            // Not something that we could remove.
        }

        return abandoned;
    }

    /// <summary>Removes a file that no process is working on and nobody uses.</summary>
    /// <returns><see langword="false"/> if the file is not, or no longer, a leftover.</returns>
    internal static bool RemoveAbandoned(string path)
    {
        if (!Path.GetFileName(path).StartsWith(NewFile.TemporaryPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        // Windows does not remove an open file; there nobody else can start using the name, because each name is used once.
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

    /// <summary>Determines whether the file is from a removal rather than a creation. If so, it is a complete segment under another name.</summary>
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

            if (answer != LeaseAnswer.Granted && IsOfRemoval(file.Path))
            {
                throw SegmentErrors.MayBeInUse(file.Path, "whether a process uses it cannot be found out: " + FileLease.WhyNoAnswer(file, answer));
            }

            SegmentFile.Delete(file.Path);
        }
    }

    /// <summary>
    /// Takes the lock that a creation or removal holds; returns <see langword="null"/> if it cannot be taken. Read-only on Unix: opening for writing would
    /// make a removal in progress give up.
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
