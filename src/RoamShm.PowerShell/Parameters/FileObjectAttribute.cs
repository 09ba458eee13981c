using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>
/// Lets an object that is given as an argument, not from the pipeline, mean the file that it was read from: the engine would turn it into the text of its path alone. The
/// text that it becomes here has the file's id behind a NUL, which no path has.
/// </summary>
public sealed class FileObjectAttribute : ArgumentTransformationAttribute
{
    private const string IdMark = "\0FileId=";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IList several and not string[] ? several.Cast<object>().Select(TransformOne).ToArray() : TransformOne(inputData);
    }

    /// <summary>Whether a text was an object.</summary>
    internal static bool IsObject(string text) => text is not null && text.IndexOf(IdMark, StringComparison.Ordinal) >= 0;

    /// <summary>The path and the file's id of what was an object; the id is null of what was not.</summary>
    internal static (string Path, string? FileId) Split(string text)
    {
        int at = text.IndexOf(IdMark, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text.Substring(0, at), text.Substring(at + IdMark.Length));
    }

    private static object TransformOne(object input)
    {
        if (input is null or string || (input is PSObject { BaseObject: string }))
        {
            return input!;
        }

        PSObject item = PSObject.AsPSObject(input);
        return item.Properties["PSPath"]?.Value is object path && item.Properties["FileId"]?.Value is object id && id.ToString() is { Length: > 0 } text
            ? path + IdMark + text
            : input;
    }
}
