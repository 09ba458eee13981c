using System;

namespace RoamShm;

/// <summary>The run of the system since it was started.</summary>
internal static class Boot
{
    private static readonly Lazy<string> Found = new(
        () => LibC.IsLinux && new ProcFile().ReadText("/proc/sys/kernel/random/boot_id") is string id ? id.Trim().Replace("-", string.Empty) : "unknown");

    /// <summary>A text that no other run has; <c>unknown</c> where the system has none.</summary>
    internal static string Id => Found.Value;
}
