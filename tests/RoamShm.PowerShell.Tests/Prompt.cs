using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace RoamShm.Tests;

/// <summary>A real runspace with the built module, like a user's prompt.</summary>
public sealed class Prompt : IDisposable
{
    public static readonly string RepositoryRoot = Metadata("RepositoryRoot");

    public static readonly string ModulePath = Path.Combine(RepositoryRoot, "out", "RoamShm");

    /// <summary>The program of src/RoamShm.Shell, to be run by dotnet.</summary>
    public static readonly string Shell = Metadata("Shell");

    public Prompt()
    {
        Runspace = RunspaceFactory.CreateRunspace(CreateState());
        Runspace.Open();
    }

    public Runspace Runspace { get; }

    /// <summary>The initial session state: PowerShell's own commands and the module.</summary>
    public static InitialSessionState CreateState()
    {
        InitialSessionState state = InitialSessionState.CreateDefault();
        state.ThrowOnRunspaceOpenError = true;
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        }

        state.ImportPSModule([ModulePath]);
        return state;
    }

    /// <summary>Runs a script. Named values become its variables.</summary>
    public Output Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach ((string name, object? value) in variables)
        {
            Runspace.SessionStateProxy.SetVariable(name, value);
        }

        using var shell = PowerShell.Create(Runspace);
        _ = shell.AddScript(script);
        var output = new List<PSObject>(shell.Invoke());
        return new Output(output, [.. shell.Streams.Error], [.. shell.Streams.Warning.Select(record => record.Message)], [.. shell.Streams.Verbose.Select(record => record.Message)]);
    }

    public void Dispose() => Runspace.Dispose();

    private static string Metadata(string key) =>
        Path.GetFullPath(typeof(Prompt).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!);
}

/// <summary>The output of a script.</summary>
public sealed record Output(IReadOnlyList<PSObject> Objects, IReadOnlyList<ErrorRecord> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<string> Verbose)
{
    public PSObject Single
    {
        get
        {
            Assert.Empty(Errors.Select(error => error.ToString()));
            return Assert.Single(Objects);
        }
    }

    public string[] Paths => [.. Objects.Select(item => (string)item.Properties["Path"].Value)];

    /// <summary>The error ids, without the cmdlet name.</summary>
    public string[] ErrorIds => [.. Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0])];

    public string[] Text => [.. Objects.Select(item => item.ToString())];
}

internal static class PSObjectExtensions
{
    internal static object? Get(this PSObject item, string property) => item.Properties[property]?.Value;
}
