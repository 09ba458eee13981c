using System;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>A property that is null, such as the peer of an event that is about no peer, binds as none instead of failing.</summary>
public sealed class NullMeansNoneAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => inputData ?? Array.Empty<int>();
}
