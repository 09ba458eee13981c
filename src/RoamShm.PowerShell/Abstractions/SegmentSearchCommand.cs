using System.Management.Automation;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Abstractions;

/// <summary>A cmdlet that processes the segments in folders, or individual segments.</summary>
public abstract class SegmentSearchCommand : SegmentCommand
{
    private const string PathSet = nameof(Path);
    private const string LiteralPathSet = nameof(LiteralPath);

    /// <summary>Folders or segments; wildcards are allowed. The default is /dev/shm, if it exists, and the temporary folder.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [NotEmptyPath]
    [PathText]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Folders or segments, with their names taken literally.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "LP")]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Search subfolders too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>The number of levels of subfolders to search; implies -Recurse.</summary>
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

    /// <summary>Processes one file or folder.</summary>
    /// <param name="path">The file or folder, as the operating system names it.</param>
    private protected abstract void Process(string path);
}
