using System.Management.Automation;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Abstractions;

/// <summary>A cmdlet that does something with the segments in folders, or with single ones.</summary>
public abstract class SegmentSearchCommand : SegmentCommand
{
    private const string PathSet = nameof(Path);
    private const string LiteralPathSet = nameof(LiteralPath);

    /// <summary>Folders or segments, wildcards allowed. Default: /dev/shm where it exists, and the temporary folder.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [NotEmptyPath]
    [PathText]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Folders or segments, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "LP")]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Search the folders below too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>How many levels of folders below to search; implies -Recurse.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Depth { get; set; }

    private protected int Levels => Depth ?? (Recurse ? int.MaxValue : 0);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (ParameterSetName == LiteralPathSet)
        {
            foreach (string name in LiteralPath)
            {
                ForOne(name, literal => Process(Resolver.ResolveLiteral(literal)));
            }

            return;
        }

        if (Path is null)
        {
            foreach (string folder in SegmentFinder.DefaultFolders())
            {
                ForOne(folder, Process);
            }

            return;
        }

        foreach (string name in Path)
        {
            ForOne(name, pattern =>
            {
                if (PathOfObject.Of(pattern) is PathOfObject source)
                {
                    if (!RefuseRemote(source.Computer, pattern))
                    {
                        Process(Resolver.ResolveLiteral(pattern));
                    }

                    return;
                }

                foreach (string path in Resolver.Resolve(pattern))
                {
                    ForOne(path, Process);
                }
            });
        }
    }

    /// <summary>Does the cmdlet's work on one file or folder.</summary>
    /// <param name="path">The file or folder, as the operating system names it.</param>
    private protected abstract void Process(string path);
}
