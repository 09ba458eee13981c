using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>The names of the users who own files and run processes. Looks up each name once.</summary>
internal static unsafe class OwnerNames
{
    private static readonly Dictionary<uint, string> Names = [];

    /// <summary>Returns the name of the file's owner, or the user id if it has no name; <see langword="null"/> on Windows.</summary>
    internal static string? Of(FileStatus status) => status.Mode is null ? null : OfUser(status.OwnerId);

    /// <summary>Returns the user that a process runs as, by name, or by user id if it has no name; <see langword="null"/> if unknown.</summary>
    internal static string? OfProcess(int processId)
    {
        // Real, effective, saved and file system user. The owner of the /proc folder would be root if the process is not dumpable.
        string? status = LibC.IsLinux ? new ProcFile().ReadText(FormattableString.Invariant($"/proc/{processId}/status")) : null;
        string[] users = ProcFile.FindField(status, "Uid")?.Split('\t') ?? [];
        return users.Length > 1 && uint.TryParse(users[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? OfUser(id) : null;
    }

    private static string OfUser(uint id)
    {
        // The C library returns a buffer that all threads share.
        lock (Names)
        {
            if (!Names.TryGetValue(id, out string? name))
            {
                // The name is the first field of struct passwd on every platform.
                IntPtr entry = LibC.GetPwUid(id);
                name = (entry == IntPtr.Zero ? null : Marshal.PtrToStringAnsi(*(IntPtr*)entry)) ?? FormattableString.Invariant($"{id}");
                Names.Add(id, name);
            }

            return name;
        }
    }
}
