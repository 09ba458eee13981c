using System.Collections;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>
/// Keeps the engine from turning an object without a path into text such as <c>@{Name=x}</c> and taking that for a path: such an object
/// turns into empty text, which the parameter refuses. Its properties can still bind.
/// </summary>
public sealed class PathTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is PSCustomObject or IDictionary ? NoPath.Instance : inputData;
    }

    private sealed class NoPath
    {
        internal static readonly NoPath Instance = new();

        public override string ToString() => string.Empty;
    }
}
