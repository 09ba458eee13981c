using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using EngineTypeData = System.Management.Automation.Runspaces.TypeData;

namespace RoamShm.Abstractions;

/// <summary>
/// Type data for the module's objects. A TypesToProcess file would be enough, except that a session that has loaded another version of the module refuses it
/// because its members already exist.
/// </summary>
public sealed class TypeData : IModuleAssemblyInitializer
{
    /// <summary>A report has an array of findings, and a verdict an array of reasons, whose properties must be serialized with it.</summary>
    private const int DepthOfReport = 3;

    /// <summary>
    /// The properties by which Compare-Object and Sort-Object compare objects if -Property is not given. By default they compare the text, which is the path.
    /// </summary>
    private static readonly (string Type, string[] Keys)[] Keys =
    [
        ("RoamShm.SegmentHeader", ["Path", "HostGoodbyeValue", "CurrentSize", "FileLength", "TotalSize", "MaxGuests", "HeartbeatInterval"]),
        ("RoamShm.SegmentListing", ["Path", "Status", "PeersAttached", "HostGoodbyeValue", "CurrentSize", "FileLength"]),
        ("RoamShm.SegmentPeer", ["Path", "PeerId", "State", "Epoch", "Liveness"]),
        ("RoamShm.SegmentSlotClass", ["Path", "Index", "SlotSize", "SlotCount", "Free", "Allocated", "Leaked"]),
        ("RoamShm.SegmentReport", ["Path", "IsValid", "ErrorCount", "WarningCount"]),
        ("RoamShm.SegmentHealth", ["Path", "Status", "SegmentStatus", "PeersAttached"]),
        ("RoamShm.SegmentMessage", ["Path", "PeerId", "Direction", "State", "Position", "EntryLength", "Kind", "SlotIndex", "Generation"]),
        ("RoamShm.SegmentFinding", ["Path", "Id", "Field", "Actual"]),
    ];

    private const string CompleteValue = "param($command, $parameter, $word, $ast, $bound) [RoamShm.Completers.PropertyValueCompleter]::Complete($word, $ast, $bound)";

    /// <summary>The cmdlet itself: looking it up by name would import its whole module, which takes longer than everything else here.</summary>
    private const string UpdateTypeData = "Microsoft.PowerShell.Commands.UpdateTypeDataCommand, Microsoft.PowerShell.Commands.Utility";

    /// <inheritdoc/>
    public void OnImport()
    {
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        var update = Type.GetType(UpdateTypeData);
        _ = (update is null ? shell.AddCommand("Update-TypeData") : shell.AddCommand(new CmdletInfo("Update-TypeData", update)))
            .AddParameter("TypeData", Keys.SelectMany(one => new[] { Describe(one.Type, one.Keys), Describe("Deserialized." + one.Type, one.Keys) }).ToArray())
            .AddParameter("Force")
            // An import is no change that somebody previews or confirms: not under a runbook's -WhatIf, which would leave the types without their data, either.
            .AddParameter("WhatIf", false).AddParameter("Confirm", false);
        _ = shell.AddStatement().AddCommand("Register-ArgumentCompleter").AddParameter("CommandName", "Where-Object").AddParameter("ParameterName", "Value")
            .AddParameter("ScriptBlock", ScriptBlock.Create(CompleteValue));

        try
        {
            _ = shell.Invoke();
        }
        catch (CommandNotFoundException)
        {
            // A session without Microsoft.PowerShell.Utility has neither Compare-Object nor Sort-Object.
        }
    }

    private static EngineTypeData Describe(string type, string[] keys)
    {
        var data = new EngineTypeData(type) { DefaultKeyPropertySet = new PropertySetData(keys) };
        if (type is "RoamShm.SegmentReport" or "RoamShm.SegmentHealth")
        {
            data.SerializationDepth = DepthOfReport;
        }

        return data;
    }
}
