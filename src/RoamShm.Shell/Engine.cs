using System;
using System.IO;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;
using RoamShm.Shell.Commands;

namespace RoamShm.Shell;

/// <summary>The state that a session starts from: the engine, this program's own module path, and nothing of the user's.</summary>
public static class Engine
{
    /// <summary>The engine's cmdlets that live in modules which the package System.Management.Automation does not have.</summary>
    private static readonly (string Name, Type Type)[] Additions =
    [
        ("Get-ChildItem", typeof(GetChildItemCommand)),
        ("Select-Object", typeof(SelectObjectCommand)),
        ("Format-Table", typeof(FormatTableCommand)),
        ("Format-List", typeof(FormatListCommand)),
        ("ConvertTo-Json", typeof(ConvertToJsonCommand)),
    ];

    /// <summary>Where the module lies beside the program.</summary>
    public static string ModuleRoot => Path.Combine(AppContext.BaseDirectory, "Modules");

    /// <summary>Whether the program was built on the whole of PowerShell, whose own cmdlets are then used.</summary>
    private static bool HasUtility { get; } =
        Type.GetType("Microsoft.PowerShell.Commands.SelectObjectCommand, Microsoft.PowerShell.Commands.Utility") is not null;

    /// <summary>Makes the state.</summary>
    /// <param name="modulePath">Folder of the module to import.</param>
    /// <returns>A new state.</returns>
    public static InitialSessionState CreateState(string modulePath)
    {
        InitialSessionState state = HasUtility ? InitialSessionState.CreateDefault() : InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;
        }

        if (!HasUtility)
        {
            foreach ((string name, Type type) in Additions)
            {
                state.Commands.Add(new SessionStateCmdletEntry(name, type, helpFileName: null));
            }
        }

        state.ImportPSModule([modulePath]);
        return state;
    }
}
