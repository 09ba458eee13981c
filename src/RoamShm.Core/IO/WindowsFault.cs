using System;

namespace RoamShm;

/// <summary>
/// Maps an error code of Windows and the operation that failed to an error and a remedy. If no row matches, the remedy of the error's id applies.
/// </summary>
internal static class WindowsFault
{
    internal const int SharingViolation = 32;
    internal const string WhoHasItOpen = "Resource Monitor, or handle.exe of Sysinternals, shows which process has it open.";
    private const string OpenElsewhere = "Another process has the file open and does not share it. Close it there, and run the command again. " + WhoHasItOpen;
    private const string FreeSpace = "Free space on the volume, or make a smaller segment.";

    private static readonly (int Error, string? Operation, string Id, string? Remedy)[] Rows =
    [
        (2, null, SegmentErrorId.SegmentNotFound, null),
        (3, FileOperation.Create, SegmentErrorId.SegmentNotFound, "Make the folder first, or check how its name is written."),
        (3, FileOperation.Name, SegmentErrorId.SegmentNotFound, "The folder was removed meanwhile. Try again."),
        (3, null, SegmentErrorId.SegmentNotFound, null),
        (4, null, SegmentErrorId.SegmentIOError, "This process has as many files open as it may. Close some."),
        (5, FileOperation.Name, SegmentErrorId.SegmentAccessDenied, "Run as a user who may write to the folder and replace the file. One that a process maps, or that is read-only, cannot be replaced."),
        (5, FileOperation.Remove, SegmentErrorId.SegmentAccessDenied, "Run as a user who may delete the file. One that a process maps, or that is read-only, cannot be deleted."),
        (5, null, SegmentErrorId.SegmentAccessDenied, null),
        (8, null, SegmentErrorId.SegmentIOError, "Free memory, or enlarge the page file."),
        (1455, null, SegmentErrorId.SegmentIOError, "Free memory, or enlarge the page file."),
        (19, null, SegmentErrorId.SegmentAccessDenied, "The volume is write-protected. Use another."),
        (SharingViolation, null, SegmentErrorId.SegmentIOError, OpenElsewhere),
        (33, null, SegmentErrorId.SegmentIOError, "Another process has locked a part of the file. Try again in a moment."),
        (39, null, SegmentErrorId.InsufficientSpace, FreeSpace),
        (112, null, SegmentErrorId.InsufficientSpace, FreeSpace),
        (223, null, SegmentErrorId.InsufficientSpace, "The file system does not hold files of that size. Use NTFS, or make a smaller segment."),
        (1295, null, SegmentErrorId.InsufficientSpace, "Remove files of this user, or have the quota raised."),
        (80, null, SegmentErrorId.SegmentExists, null),
        (183, null, SegmentErrorId.SegmentExists, null),
        (123, null, SegmentErrorId.NotAFileSystemPath, "Give a name that Windows allows: without any of < > : \" | ? *."),
        (161, null, SegmentErrorId.NotAFileSystemPath, "Give a name that Windows allows: without any of < > : \" | ? *."),
        (206, null, SegmentErrorId.NotAFileSystemPath, "Give a shorter path."),
        (1224, null, SegmentErrorId.SegmentIOError, "A process maps the file. End it first; Windows keeps a mapped file as it is."),
    ];

    /// <summary>Returns the code in an exception of the file API, or 0.</summary>
    internal static int CodeOf(Exception e) => ((uint)e.HResult >> 16) == 0x8007 ? e.HResult & 0xFFFF : 0;

    /// <summary>Returns the error for a failed call, or null if no row matches.</summary>
    /// <param name="path">The file.</param>
    /// <param name="operation">The operation that failed, one of the constants of <see cref="FileOperation"/>.</param>
    /// <param name="code">The code.</param>
    /// <param name="reason">The operating system's message for the code.</param>
    internal static SegmentException? Of(string path, string operation, int code, string reason)
    {
        foreach ((int number, string? during, string id, string? remedy) in Rows)
        {
            if (number == code && (during is null || during == operation))
            {
                return id == SegmentErrorId.SegmentExists ? SegmentErrors.Exists(path) : SegmentErrors.System(id, path, operation, reason, remedy);
            }
        }

        return null;
    }
}
