using System.Linq;
using System.Management.Automation;

namespace RoamShm.Abstractions;

/// <summary>
/// What the engine has to know of the module's objects beyond their classes. A file of TypesToProcess would do but for one thing: a session that has another
/// version of the module refuses it, because its members are there already.
/// </summary>
public sealed class TypeData : IModuleAssemblyInitializer
{
    /// <summary>A report has an array of findings, whose properties have to come along.</summary>
    private const int DepthOfReport = 3;

    /// <summary>What tells one object from another to Compare-Object and Sort-Object where nobody says -Property. Without it that is their text, the path.</summary>
    private static readonly (string Type, string[] Keys)[] Keys =
    [
        ("RoamShm.SegmentHeader", ["Path", "HostGoodbyeValue", "CurrentSize", "FileLength", "TotalSize", "MaxGuests", "HeartbeatInterval"]),
        ("RoamShm.SegmentListing", ["Path", "Status", "PeersAttached", "HostGoodbyeValue", "CurrentSize", "FileLength"]),
        ("RoamShm.SegmentPeer", ["Path", "PeerId", "State", "Epoch", "Liveness"]),
        ("RoamShm.SegmentSlotClass", ["Path", "Index", "SlotSize", "SlotCount", "Free", "Allocated", "Leaked"]),
        ("RoamShm.SegmentReport", ["Path", "IsValid", "ErrorCount", "WarningCount"]),
        ("RoamShm.SegmentFinding", ["Path", "Id", "Field", "Actual"]),
    ];

    private const string CompleteValue = "param($command, $parameter, $word, $ast, $bound) [RoamShm.Completers.PropertyValueCompleter]::Complete($word, $ast, $bound)";

    /// <inheritdoc/>
    public void OnImport()
    {
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        foreach ((string type, string[] keys) in Keys.SelectMany(one => new[] { one, ("Deserialized." + one.Type, one.Keys) }))
        {
            _ = shell.AddStatement().AddCommand("Update-TypeData").AddParameter("TypeName", type).AddParameter("DefaultKeyPropertySet", keys).AddParameter("Force");
            if (type == "RoamShm.SegmentReport")
            {
                _ = shell.AddParameter("SerializationDepth", DepthOfReport);
            }
        }

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
}
