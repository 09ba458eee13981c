using System;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>Binds a null property as none instead of failing, for example the peer of an event that is not about a peer.</summary>
public sealed class NullMeansNoneAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => inputData ?? Array.Empty<int>();
}
