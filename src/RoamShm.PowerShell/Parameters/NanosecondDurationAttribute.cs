using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>Parses a duration into nanoseconds; a bare number is nanoseconds. Empty text means the default.</summary>
public sealed class NanosecondDurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (Duration.Read(inputData, bareUnit: 1) is not decimal nanoseconds)
        {
            return null!;
        }

        return nanoseconds <= ulong.MaxValue && decimal.Truncate(nanoseconds) == nanoseconds
            ? (ulong)nanoseconds
            : throw new ArgumentTransformationMetadataException($"The duration '{inputData}' is not a whole number of nanoseconds from 0 to {ulong.MaxValue}.");
    }
}
