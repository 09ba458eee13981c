using System.Collections;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>
/// What may become a -Path. The engine would turn any object into text, such as <c>@{Name=x}</c>, and take that for a path; an object that is no
/// path turns into empty text instead, which the parameter refuses, so that its properties can bind to other parameters. A file's name is not a
/// pattern, whatever it contains.
/// </summary>
public sealed class PathTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = Unwrap(inputData);
        if (value is string)
        {
            return inputData;
        }

        return value is IList several and not string[]? several.Cast<object>().Select(TransformOne).ToArray() : TransformOne(inputData);
    }

    private static object TransformOne(object input) => Unwrap(input) switch
    {
        null => null!,
        string or string[] or char => input,

        // An object of another computer has to bind with that computer's name, which refuses it.
        _ when input is PSObject sent && sent.Properties[nameof(Abstractions.SegmentPathCommand.PSComputerName)] is not null => NoPath.Instance,
        FileSystemInfo file => WildcardPattern.Escape(file.FullName),
        PathInfo path => WildcardPattern.Escape(path.Path),
        var number when number.GetType().IsPrimitive => input,
        _ => NoPath.Instance,
    };

    private static object Unwrap(object input) => input is PSObject wrapped ? wrapped.BaseObject : input;

    private sealed class NoPath
    {
        internal static readonly NoPath Instance = new();

        public override string ToString() => string.Empty;
    }
}
