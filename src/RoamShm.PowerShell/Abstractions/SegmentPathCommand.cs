using System;
using System.Collections.Generic;
using System.Management.Automation;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Abstractions;

/// <summary>A cmdlet that processes each file named by -Path and -LiteralPath.</summary>
public abstract class SegmentPathCommand : SegmentCommand
{
    /// <summary>The number of array elements that are resolved before the first is processed.</summary>
    private const int MostTogether = 256;

    private const string PathSet = nameof(Path);
    private const string LiteralPathSet = nameof(LiteralPath);

    /// <summary>For the paths being processed: the file that each object says it means.</summary>
    private readonly Dictionary<string, string> _meant = new(StringComparer.Ordinal);

    private Action<string>? _processName;
    private Action<string>? _processSegment;

    /// <summary>
    /// The segments. Wildcards are allowed. An object stands for its file, whose name is literal. A pattern that matches nothing means the file with exactly
    /// that name.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [NotEmptyPath]
    [PathText]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>The segments, by literal name.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "LP")]
    [PathText]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        bool isLiteral = ParameterSetName == LiteralPathSet;
        string[] names = isLiteral ? LiteralPath : Path;
        _processName ??= isLiteral ? ProcessLiteralPath : ProcessPath;
        _meant.Clear();
        if (names.Length == 1)
        {
            ForOne(names[0], _processName);
            return;
        }

        // Pass on names that can mean only one file together; process the others one at a time in between.
        var together = new List<string>(Math.Min(names.Length, MostTogether));
        foreach (string name in names)
        {
            var source = PathOfObject.Of(name);
            string? path = source?.Computer is null ? PathResolver.ToOneFile(name, isLiteral || source is not null) : null;
            if (path is not null)
            {
                if (!Remember(path, source?.FileId, together.Count))
                {
                    ProcessTogether(together);
                    _ = Remember(path, source?.FileId, 0);
                }

                together.Add(path);
                if (together.Count < MostTogether)
                {
                    continue;
                }
            }

            ProcessTogether(together);
            if (path is null)
            {
                ForOne(name, _processName);
            }
        }

        ProcessTogether(together);
    }

    /// <summary>Whether a path came from an object that identifies the file it was read from.</summary>
    private protected bool IsFileMeant(string path) => _meant.TryGetValue(path, out string? meant) && meant is not null;

    /// <summary>Refuses a file if the object whose path led to it was read from another file.</summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.DifferentFile"/>.</exception>
    private protected void RequireMeant(string path, FileIdentity? identity)
    {
        if (_meant.TryGetValue(path, out string? meant) && identity is FileIdentity found && found.ToString() != meant)
        {
            throw SegmentErrors.DifferentFile(path);
        }
    }

    /// <summary>Processes several files, in order.</summary>
    /// <param name="paths">The files, as the operating system names them.</param>
    private protected virtual void ProcessSegments(IReadOnlyList<string> paths)
    {
        _processSegment ??= ProcessSegment;
        foreach (string path in paths)
        {
            ForOne(path, _processSegment);
        }
    }

    /// <summary>Processes one file.</summary>
    /// <param name="path">The file, as the operating system names it.</param>
    private protected abstract void ProcessSegment(string path);

    /// <summary>Called with each -Path that contains wildcards.</summary>
    /// <param name="pattern">The pattern.</param>
    private protected virtual void OnPattern(string pattern)
    {
    }

    /// <summary>Called with the error if a name cannot be resolved to a file path.</summary>
    /// <param name="error">The error.</param>
    private protected virtual void ProcessUnresolved(SegmentException error) => WriteError(error);

    private void ProcessTogether(List<string> paths)
    {
        ProcessSegments(paths);
        paths.Clear();
        _meant.Clear();
    }

    /// <summary>Remembers which file an object means by its path. Names alone mean whatever file has the name, so there is nothing to remember for them.</summary>
    /// <param name="path">The path.</param>
    /// <param name="fileId">The file; <see langword="null"/> for a name.</param>
    /// <param name="waiting">The number of paths that wait for their turn.</param>
    /// <returns><see langword="false"/> if names and objects would be processed together, or an object with the same path means another file.</returns>
    private bool Remember(string path, string? fileId, int waiting)
    {
        if (fileId is null || (_meant.Count == 0 && waiting > 0))
        {
            return fileId is null && _meant.Count == 0;
        }

        if (_meant.TryGetValue(path, out string? meant))
        {
            return meant == fileId;
        }

        _meant.Add(path, fileId);
        return true;
    }

    private void ProcessLiteralPath(string name)
    {
        PathOfObject? source = PathOfObject.Of(name);
        if (RefuseRemote(source?.Computer, name))
        {
            return;
        }

        string path;
        try
        {
            path = Resolver.ResolveLiteral(name);
        }
        catch (SegmentException e)
        {
            ProcessUnresolved(e);
            return;
        }

        _ = Remember(path, source?.FileId, 0);
        ProcessSegment(path);
    }

    private void ProcessPath(string name)
    {
        if (PathOfObject.Of(name) is not null)
        {
            ProcessLiteralPath(name);
            return;
        }

        if (PathResolver.ToOneFile(name, isLiteral: false) is string plain)
        {
            ProcessSegment(plain);
            return;
        }

        IReadOnlyList<string> paths;
        try
        {
            paths = Resolver.Resolve(name);
        }
        catch (SegmentException e)
        {
            ProcessUnresolved(e);
            return;
        }

        if (WildcardPattern.ContainsWildcardCharacters(name))
        {
            OnPattern(name);
        }

        ProcessSegments(paths);
    }
}
