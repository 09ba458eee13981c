using System.Management.Automation;

namespace RoamShm.Shell.Commands;

/// <summary>Lists items through the engine's providers.</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = nameof(Path))]
public sealed class GetChildItemCommand : PSCmdlet
{
    private WildcardPattern? _filter;

    /// <summary>Where to look; wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = nameof(Path))]
    [SupportsWildcards]
    public string[] Path { get; set; } = ["."];

    /// <summary>Where to look, the names taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = nameof(LiteralPath))]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Only items whose name matches.</summary>
    [Parameter(Position = 1)]
    public string? Filter { get; set; }

    /// <summary>Also below.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Also hidden ones.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Only files.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }

    /// <summary>Only directories.</summary>
    [Parameter]
    public SwitchParameter Directory { get; set; }

    /// <summary>Only the names.</summary>
    [Parameter]
    public SwitchParameter Name { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        _filter = string.IsNullOrEmpty(Filter) ? null : WildcardPattern.Get(Filter, WildcardOptions.IgnoreCase);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool isLiteral = ParameterSetName == nameof(LiteralPath);
        foreach (string path in isLiteral ? LiteralPath : Path)
        {
            try
            {
                foreach (PSObject item in InvokeProvider.ChildItem.Get([path], Recurse, Force, isLiteral))
                {
                    Write(item);
                }
            }
            catch (ItemNotFoundException e)
            {
                WriteError(new ErrorRecord(e, "PathNotFound", ErrorCategory.ObjectNotFound, path));
            }
        }
    }

    private void Write(PSObject item)
    {
        bool isContainer = item.Properties["PSIsContainer"]?.Value is true;
        string name = item.Properties["PSChildName"]?.Value as string ?? string.Empty;
        if ((File && isContainer) || (Directory && !isContainer) || _filter?.IsMatch(name) == false)
        {
            return;
        }

        WriteObject(Name ? name : item);
    }
}
