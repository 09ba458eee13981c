using System.Collections.Generic;

namespace RoamShm;

/// <summary>
/// Translates error numbers of Linux and macOS, depending on the operation: one number can have several causes, each with its own remedy. If no row applies,
/// the remedy of the error id does.
/// </summary>
internal static class UnixFault
{
    private const string MoreFiles = "Close some, or raise the limit of this process (ulimit -n, LimitNOFILE= of a systemd unit).";
    private const string MoreMemory = "Raise the limit of this process (ulimit -v, LimitAS= of a systemd unit), or free memory.";
    internal const string LargerFiles = "Raise the limit of this process (ulimit -f, LimitFSIZE= of a systemd unit), or make a smaller segment.";
    private const string MakeFolder = "Make the folder first, or check how its name is written.";
    private const string Writable = "Use another file system, or have this one mounted for writing.";
    private const string FreeSpace = "Free space on the file system, or make a smaller segment. -Sparse reserves nothing, and kills its user when the space runs out.";
    private const string FreeInodes = "Remove files, of whatever size: each takes an inode, and df -i shows how many are left.";
    private const string Quota = "Remove files of this user, or have the quota raised.";
    private const string NoMappings = "Keep segments where files can be mapped and shared: /dev/shm, or a local disk.";
    private const string Unmount = "Something is mounted there, such as a bind mount of a container, which findmnt shows. Unmount it first.";
    private const string Loop = "Symbolic links lead in a circle, or there are too many in a row. Give the path of the file itself.";

    /// <summary>
    /// The rows: the number, the operation or null for any, the error id, and the remedy or null for that of the error id. The first match wins.
    /// </summary>
    private static readonly (int Error, string? Operation, string Id, string? Remedy)[] Rows =
    [
        (LibC.ENOENT, FileOperation.Create, SegmentErrorId.SegmentNotFound, MakeFolder),
        (LibC.ENOENT, FileOperation.Name, SegmentErrorId.SegmentNotFound, "The folder, or the unfinished segment in it, was removed meanwhile. Try again."),
        (LibC.ENOENT, null, SegmentErrorId.SegmentNotFound, null),
        (LibC.ENOTDIR, FileOperation.Create, SegmentErrorId.SegmentNotFound, "Give a folder that exists: a part of the path is a file."),
        (LibC.ENOTDIR, null, SegmentErrorId.SegmentNotFound, "Check the path: a part of it is taken for a folder, but is a file."),
        (LibC.ENAMETOOLONG, null, SegmentErrorId.NotAFileSystemPath, "Give a shorter name: most file systems allow 255 bytes, and paths of 4095."),
        (LibC.ELOOP, null, SegmentErrorId.SegmentIOError, Loop),
        (LibC.EACCES, FileOperation.Create, SegmentErrorId.SegmentAccessDenied, "Run as a user who may write to the folder, or have its mode changed."),
        (LibC.EACCES, FileOperation.Name, SegmentErrorId.SegmentAccessDenied, "Run as a user who may write to the folder, or have its mode changed."),
        (LibC.EACCES, FileOperation.Remove, SegmentErrorId.SegmentAccessDenied, "Run as a user who may write to the folder, or have its mode changed: removing a file is a change of its folder."),
        (LibC.EACCES, FileOperation.LookAt, SegmentErrorId.SegmentAccessDenied, "Run as a user who may enter every folder of the path."),
        (LibC.EACCES, null, SegmentErrorId.SegmentAccessDenied, null),
        (LibC.EPERM, FileOperation.Remove, SegmentErrorId.SegmentAccessDenied, "Run as the user who owns it: in a folder such as /dev/shm, with the sticky bit, nobody else may remove or replace a file. Or it is immutable, which lsattr shows."),
        (LibC.EPERM, FileOperation.Name, SegmentErrorId.SegmentAccessDenied, "Run as the user who owns the file of that name: in a folder such as /dev/shm, with the sticky bit, nobody else may replace it. Or it is immutable, which lsattr shows."),
        (LibC.EPERM, FileOperation.SetMode, SegmentErrorId.SegmentAccessDenied, "The file system keeps no permission bits. Use another, such as /dev/shm."),
        (LibC.EPERM, FileOperation.OpenForWriting, SegmentErrorId.SegmentAccessDenied, "The file is immutable or can only be appended to, which lsattr shows; chattr takes that off."),
        (LibC.EPERM, null, SegmentErrorId.SegmentAccessDenied, null),
        (LibC.EROFS, null, SegmentErrorId.SegmentAccessDenied, Writable),
        (LibC.ETXTBSY, null, SegmentErrorId.SegmentAccessDenied, "The file is a program that is running. Check the path."),
        (LibC.ENOSPC, FileOperation.Create, SegmentErrorId.InsufficientSpace, FreeInodes),
        (LibC.ENOSPC, FileOperation.Name, SegmentErrorId.InsufficientSpace, "The folder cannot grow by a name: free space on the file system."),
        (LibC.ENOSPC, null, SegmentErrorId.InsufficientSpace, FreeSpace),
        (LibC.EDQUOT, null, SegmentErrorId.InsufficientSpace, Quota),
        (LibC.EFBIG, null, SegmentErrorId.InsufficientSpace, LargerFiles),
        (LibC.EBUSY, null, SegmentErrorId.SegmentIOError, Unmount),
        (LibC.EXDEV, null, SegmentErrorId.SegmentIOError, Unmount),
        (LibC.EMFILE, null, SegmentErrorId.SegmentIOError, MoreFiles),
        (LibC.ENFILE, null, SegmentErrorId.SegmentIOError, "The whole system has as many files open as it allows (fs.file-max). Close some."),
        (LibC.ENOMEM, null, SegmentErrorId.SegmentIOError, MoreMemory),
        (LibC.EAGAIN, FileOperation.Map, SegmentErrorId.SegmentIOError, "More memory would be locked than this process may (ulimit -l, LimitMEMLOCK= of a systemd unit). Raise the limit."),
        (LibC.EAGAIN, null, SegmentErrorId.SegmentIOError, "Another process holds a lease on the file. Try again in a moment."),
        (LibC.EFAULT, FileOperation.Map, SegmentErrorId.InsufficientSpace, "Free space on the file system: a part of the segment was never stored. Its users die when they write there."),
        (LibC.ENODEV, FileOperation.Map, SegmentErrorId.SegmentIOError, NoMappings),
        (LibC.EINVAL, FileOperation.Map, SegmentErrorId.SegmentIOError, NoMappings),
        (LibC.EINVAL, FileOperation.Create, SegmentErrorId.NotAFileSystemPath, "Give a name that the file system allows."),
        (LibC.ESTALE, null, SegmentErrorId.SegmentIOError, "The network file system has lost the file. Try again; segments belong on a local one."),
        (LibC.EOVERFLOW, null, SegmentErrorId.SegmentIOError, "The file is larger than a system call can report. Check what it is."),
    ];

    /// <summary>The numbers that have a row.</summary>
    internal static IEnumerable<int> Known
    {
        get
        {
            foreach ((int error, _, _, _) in Rows)
            {
                yield return error;
            }
        }
    }

    /// <summary>Returns the error for a failed call.</summary>
    /// <param name="path">The file.</param>
    /// <param name="operation">The operation, one of <see cref="FileOperation"/>.</param>
    /// <param name="error">The error number.</param>
    internal static SegmentException Of(string path, string operation, int error)
    {
        string reason = LibC.Describe(error);
        foreach ((int number, string? during, string id, string? remedy) in Rows)
        {
            if (number == error && (during is null || during == operation))
            {
                return SegmentErrors.System(id, path, operation, reason, remedy);
            }
        }

        return SegmentErrors.System(SegmentErrorId.SegmentIOError, path, operation, reason, remedy: null);
    }
}
