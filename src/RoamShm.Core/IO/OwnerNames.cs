using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>The names of the users who own files. Each is asked for once.</summary>
internal static unsafe class OwnerNames
{
    private static readonly Dictionary<uint, string> Names = [];

    /// <summary>The owner's name; the user id where it has none; null on Windows.</summary>
    internal static string? Of(FileStatus status)
    {
        if (status.Mode is null)
        {
            return null;
        }

        // The C library's answer lies in one place for all threads.
        lock (Names)
        {
            if (!Names.TryGetValue(status.OwnerId, out string? name))
            {
                // The name is the first field of struct passwd everywhere.
                IntPtr entry = LibC.GetPwUid(status.OwnerId);
                name = (entry == IntPtr.Zero ? null : Marshal.PtrToStringAnsi(*(IntPtr*)entry)) ?? FormattableString.Invariant($"{status.OwnerId}");
                Names.Add(status.OwnerId, name);
            }

            return name;
        }
    }
}
