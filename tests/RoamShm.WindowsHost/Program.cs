using System;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

using Microsoft.PowerShell;

namespace RoamShm.Tests;

/// <summary>Runs the script that its arguments are, in a runspace with all that PowerShell comes with, and ends with the script's exit code.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        InitialSessionState state = InitialSessionState.CreateDefault();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        using Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = System.Management.Automation.PowerShell.Create(runspace);
        var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, added) => Console.WriteLine(output[added.Index]);
        shell.Streams.Information.DataAdded += (_, added) => Console.WriteLine(shell.Streams.Information[added.Index]);
        shell.Streams.Warning.DataAdded += (_, added) => Console.WriteLine("WARNING: " + shell.Streams.Warning[added.Index]);
        shell.Streams.Error.DataAdded += (_, added) => Console.Error.WriteLine(shell.Streams.Error[added.Index]);
        try
        {
            shell.AddScript(string.Join(' ', arguments)).Invoke<PSObject>(input: null, output, settings: null);
        }
        catch (RuntimeException e)
        {
            Console.Error.WriteLine(e.ErrorRecord + Environment.NewLine + e.ErrorRecord.ScriptStackTrace);
            return 2;
        }

        return runspace.SessionStateProxy.GetVariable("LASTEXITCODE") is int code ? code : shell.HadErrors ? 2 : 0;
    }
}
