using System;
using System.Diagnostics;
using System.IO;

namespace RoamShm.Tests;

/// <summary>A tmpfs of a few pages, if the user may mount one.</summary>
public sealed class SmallTmpfs : IDisposable
{
    private SmallTmpfs(string root) => Root = root;

    public string Root { get; }

    public static SmallTmpfs? TryMount(string folder, long size)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }

        _ = Directory.CreateDirectory(folder);
        return Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder) ? new SmallTmpfs(folder) : null;
    }

    public void Dispose() => _ = Run("umount", "-l", Root);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
