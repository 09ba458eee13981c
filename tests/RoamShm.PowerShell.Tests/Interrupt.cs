using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace RoamShm.Tests;

/// <summary>Ctrl+C for another process.</summary>
internal static class Interrupt
{
    private const ulong SigInt = 1 << (2 - 1);

    /// <summary>What a script starts with &amp; ignores SIGINT, and so do its children, .NET's among them.</summary>
    public static void SkipUnlessPossible()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends SIGINT");
        if (OperatingSystem.IsLinux())
        {
            string ignored = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..];
            Assert.SkipUnless((ulong.Parse(ignored, NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) & SigInt) == 0, "SIGINT is ignored in this run, as in what a script starts with &");
        }
    }

    public static void Send(Process process)
    {
        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
