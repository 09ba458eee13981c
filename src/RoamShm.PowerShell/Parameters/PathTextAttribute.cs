using System.Collections;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>
/// What may become a path. The engine would turn any object into text, such as <c>@{Name=x}</c>, and take that for a path. Here an object stands for the file
/// that it is about, and one that is about no file turns into empty text, which the parameter refuses, so that its properties can bind to other parameters.
/// A file's name is not a pattern, whatever it contains.
/// </summary>
public sealed class PathTextAttribute : ArgumentTransformationAttribute
{
    /// <summary>Where the engine notes the computer that an object came from.</summary>
    private const string ComputerProperty = "PSComputerName";

    /// <summary>Where an object says which file it was read from.</summary>
    private const string FileIdProperty = nameof(SegmentHeader.FileId);

    /// <summary>The properties that name an object's file: the provider's name of it, what is named like a parameter, and a row of a table.</summary>
    private static readonly string[] PathProperties = ["PSPath", "LiteralPath", "LP", "SegmentPath", "Path"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = Unwrap(inputData);
        if (value is string)
        {
            return inputData;
        }

        object[] paths = value is IList several and not string[]? [.. several.Cast<object>().SelectMany(TransformOne)] : TransformOne(inputData);
        return paths.Length == 1 ? paths[0] : paths;
    }

    private static object[] TransformOne(object input) => Unwrap(input) switch
    {
        null => [null!],
        string or string[] or char => [input],
        FileSystemInfo file => [PathOfObject.Note(file.FullName, ComputerOf(input))],
        PathInfo path => [PathOfObject.Note(path.Path, ComputerOf(input))],
        var number when number.GetType().IsPrimitive => [input],
        _ => TransformProperties(PSObject.AsPSObject(input)),
    };

    private static object[] TransformProperties(PSObject item)
    {
        string[] paths = PathProperties.Select(name => ReadTexts(item, name)).FirstOrDefault(texts => texts.Length > 0) ?? [];
        return paths.Length == 0 ? [NoPath.Instance] : [.. paths.Select(path => PathOfObject.Note(path, ComputerOf(item), paths.Length == 1 ? FileIdOf(item) : null))];
    }

    private static string? ComputerOf(object input) => input is PSObject sent ? ReadTexts(sent, ComputerProperty).FirstOrDefault() : null;

    private static string? FileIdOf(PSObject item) => ReadTexts(item, FileIdProperty).FirstOrDefault();

    private static string[] ReadTexts(PSObject item, string property)
    {
        try
        {
            object? value = item.Properties[property]?.Value;
            object? bare = value is null ? null : Unwrap(value);
            string?[] texts = bare is IList several ? [.. several.Cast<object>().Select(one => Unwrap(one) as string)] : [bare as string];
            return [.. texts.Where(text => !string.IsNullOrEmpty(text)).Select(text => text!)];
        }
        catch (GetValueException)
        {
            // A property that only sometimes has a value, such as the path of a process that has ended.
            return [];
        }
    }

    private static object Unwrap(object input) => input is PSObject wrapped ? wrapped.BaseObject : input;

    private sealed class NoPath
    {
        internal static readonly NoPath Instance = new();

        public override string ToString() => string.Empty;
    }
}
