using System;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace RoamShm.Shell;

/// <summary>PowerShell's own console with the module and nothing of the user's: no profile, and no modules except PowerShell's own.</summary>
internal static class Program
{
    private const string Help = """
        roamshm is PowerShell with the RoamShm module imported. It takes the arguments of pwsh, and without any it prompts:

          roamshm -Command "Get-RoamSegmentHeader /dev/shm/*.seg"
          roamshm -File SCRIPT [ARGUMENTS]

        It loads no profile, finds modules beside itself and in PowerShell's own folder only, and sends no telemetry. Background jobs,
        thread jobs and PSReadLine need an installed PowerShell.
        """;

    private static int Main(string[] args)
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        Environment.SetEnvironmentVariable("POWERSHELL_UPDATECHECK", "Off");
        string ours = Path.Combine(AppContext.BaseDirectory, "Modules");
        string powerShells = Path.Combine(Path.GetDirectoryName(typeof(PSObject).Assembly.Location)!, "Modules");

        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;
        }

        // PowerShell adds the user's module folders while it starts; the session state is applied after that.
        state.EnvironmentVariables.Add(new SessionStateVariableEntry("PSModulePath", ours + Path.PathSeparator + powerShells, string.Empty));
        state.ImportPSModule([Path.Combine(ours, "RoamShm")]);
        return ConsoleShell.Start(state, bannerText: null, Help, ["-NoProfile", .. args]);
    }
}
