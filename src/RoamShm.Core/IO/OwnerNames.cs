using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>The names of the users who own files and run processes. Each is asked for once.</summary>
internal static unsafe class OwnerNames
{
    private static readonly Dictionary<uint, string> Names = [];

    /// <summary>The owner's name; the user id where it has none; null on Windows.</summary>
    internal static string? Of(FileStatus status) => status.Mode is null ? null : OfUser(status.OwnerId);

    /// <summary>The user as whom a process runs, by name, or by user id where it has none; null where that is not known.</summary>
    internal static string? OfProcess(int processId)
    {
        // Real, effective, saved and file system user. The owner of the folder in /proc would be root for a process that may not be dumped.
        string? status = LibC.IsLinux ? new ProcFile().ReadText(FormattableString.Invariant($"/proc/{processId}/status")) : null;
        string[] users = ProcFile.FindField(status, "Uid")?.Split('\t') ?? [];
        return users.Length > 1 && uint.TryParse(users[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? OfUser(id) : null;
    }

    private static string OfUser(uint id)
    {
        // The C library's answer lies in one place for all threads.
        lock (Names)
        {
            if (!Names.TryGetValue(id, out string? name))
            {
                // The name is the first field of struct passwd everywhere.
                IntPtr entry = LibC.GetPwUid(id);
                name = (entry == IntPtr.Zero ? null : Marshal.PtrToStringAnsi(*(IntPtr*)entry)) ?? FormattableString.Invariant($"{id}");
                Names.Add(id, name);
            }

            return name;
        }
    }
}
