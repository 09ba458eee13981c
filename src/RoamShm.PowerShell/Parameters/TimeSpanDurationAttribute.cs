using System;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>Parses a duration into a TimeSpan; a bare number is seconds, as in Wait-Process.</summary>
public sealed class TimeSpanDurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (Duration.Read(inputData, Duration.NanosecondsPerSecond) is not decimal nanoseconds)
        {
            return null!;
        }

        decimal ticks = nanoseconds / 100;
        return ticks <= long.MaxValue
            ? TimeSpan.FromTicks((long)ticks)
            : throw new ArgumentTransformationMetadataException($"The duration '{inputData}' is too long.");
    }
}
