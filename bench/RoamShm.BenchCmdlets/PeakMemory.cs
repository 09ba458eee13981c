using System;
using System.IO;
using System.Management.Automation;

namespace RoamShm.Bench;

/// <summary>The peak memory of this process. Linux only.</summary>
public static class PeakMemory
{
    /// <summary>Returns the peak resident memory of the process in bytes while a script runs.</summary>
    public static long Of(ScriptBlock script)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        // Resets the peak to the memory that is resident now.
        File.WriteAllText("/proc/self/clear_refs", "5");
        _ = script.Invoke();
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
            {
                return long.Parse(line.Substring("VmHWM:".Length).Replace("kB", string.Empty).Trim(), System.Globalization.CultureInfo.InvariantCulture) * 1024;
            }
        }

        throw new InvalidOperationException("The system does not say.");
    }
}
