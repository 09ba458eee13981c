using System;
using System.Management.Automation;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace RoamShm.Shell.Commands;

/// <summary>Format-Table on the engine's own formatter: its outer command is public, the inner one that does the work is not.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    /// <summary>Makes the command.</summary>
    public FormatTableCommand() => InnerFormat.Install(this, "Table");
}

/// <summary>Format-List on the engine's own formatter.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    /// <summary>Makes the command.</summary>
    public FormatListCommand() => InnerFormat.Install(this, "List");
}

internal static class InnerFormat
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    internal static void Install(FrontEndCommandBase outer, string shape)
    {
        Assembly engine = typeof(PSObject).Assembly;
        const string formatNamespace = "Microsoft.PowerShell.Commands.Internal.Format.";
        Type shapes = engine.GetType(formatNamespace + "FormatShape", throwOnError: true)!;
        Type inner = engine.GetType(formatNamespace + "InnerFormatShapeCommand", throwOnError: true)!;
        object command = inner.GetConstructor(Hidden, [shapes])!.Invoke([Enum.Parse(shapes, shape)]);
        typeof(FrontEndCommandBase).GetField("implementation", Hidden)!.SetValue(outer, command);
    }
}
