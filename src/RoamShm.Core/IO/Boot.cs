using System;

namespace RoamShm;

/// <summary>The current boot of the operating system.</summary>
internal static class Boot
{
    private static readonly Lazy<string> Found = new(
        () => LibC.IsLinux && new ProcFile().ReadText("/proc/sys/kernel/random/boot_id") is string id ? id.Trim().Replace("-", string.Empty) : "unknown");

    /// <summary>A string that is unique to this boot; <c>unknown</c> if the operating system has none.</summary>
    internal static string Id => Found.Value;
}
