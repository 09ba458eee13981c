using System;
using System.Collections.Generic;
using System.Management.Automation;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Abstractions;

/// <summary>A cmdlet that does something with each of the files that -Path and -LiteralPath name.</summary>
public abstract class SegmentPathCommand : SegmentCommand
{
    /// <summary>So many names of an array are looked through before the first of them is processed.</summary>
    private const int MostTogether = 256;

    private const string PathSet = nameof(Path);
    private const string LiteralPathSet = nameof(LiteralPath);

    private Action<string>? _processName;
    private Action<string>? _processSegment;

    /// <summary>The segments, wildcards allowed. A name that matches nothing as a pattern means the file that has just that name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [PathText]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>The segments, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "LP")]
    [FileObject]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The computer that an object in the pipeline came from; bound by the engine's own property of that name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet, DontShow = true)]
    public string? PSComputerName { get; set; }

    /// <summary>Which file an object in the pipeline was read from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet, DontShow = true)]
    public string? FileId { get; set; }

    /// <summary>Which file is meant, where an object says so.</summary>
    private string? MeantFileId { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        bool isLiteral = ParameterSetName == LiteralPathSet;
        if (isLiteral && Array.Exists(LiteralPath, FileObjectAttribute.IsObject))
        {
            foreach (string text in LiteralPath)
            {
                (string path, MeantFileId) = FileObjectAttribute.Split(text);
                Process([path], isLiteral);
            }

            return;
        }

        MeantFileId = isLiteral && !string.IsNullOrEmpty(FileId) ? FileId : null;
        Process(isLiteral ? LiteralPath : Path, isLiteral);
    }

    /// <summary>Refuses a file that is another one than the object was read from, whose path it was found by.</summary>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.DifferentFile"/>.</exception>
    private protected void RequireMeant(string path, FileIdentity? identity)
    {
        if (MeantFileId is string meant && identity is FileIdentity found && found.ToString() != meant)
        {
            throw SegmentErrors.DifferentFile(path);
        }
    }

    private void Process(string[] names, bool isLiteral)
    {
        _processName ??= isLiteral ? ProcessLiteralPath : ProcessPath;
        if (RefuseRemote(PSComputerName, names))
        {
            return;
        }

        if (names.Length == 1)
        {
            ForOne(names[0], _processName);
            return;
        }

        // Names that can mean one file only are passed on together; the others have their turn between them.
        var together = new List<string>(Math.Min(names.Length, MostTogether));
        foreach (string name in names)
        {
            string? path = PathResolver.ToOneFile(name, isLiteral);
            if (path is not null)
            {
                together.Add(path);
                if (together.Count < MostTogether)
                {
                    continue;
                }
            }

            ProcessSegments(together);
            together.Clear();
            if (path is null)
            {
                ForOne(name, _processName);
            }
        }

        ProcessSegments(together);
    }

    /// <summary>Does the cmdlet's work on several files, in their order.</summary>
    /// <param name="paths">The files, as the operating system names them.</param>
    private protected virtual void ProcessSegments(IReadOnlyList<string> paths)
    {
        _processSegment ??= ProcessSegment;
        foreach (string path in paths)
        {
            ForOne(path, _processSegment);
        }
    }

    /// <summary>Does the cmdlet's work on one file.</summary>
    /// <param name="path">The file, as the operating system names it.</param>
    private protected abstract void ProcessSegment(string path);

    /// <summary>Called with each -Path that has wildcards.</summary>
    /// <param name="pattern">The pattern.</param>
    private protected virtual void OnPattern(string pattern)
    {
    }

    /// <summary>Called with what keeps a name from being the path of a file.</summary>
    /// <param name="error">Why.</param>
    private protected virtual void ProcessUnresolved(SegmentException error) => WriteError(error);

    private void ProcessLiteralPath(string name)
    {
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

        ProcessSegment(path);
    }

    private void ProcessPath(string name)
    {
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
