using System;

namespace RoamShm.Tests;

/// <summary>The size of the reliability tests: fit for every build, or full size with ROAMSHM_FULL=1 in the environment.</summary>
internal static class Scale
{
    internal static bool IsFull { get; } = Environment.GetEnvironmentVariable("ROAMSHM_FULL") == "1";

    internal static int Of(int everyBuild, int full) => IsFull ? full : everyBuild;
}
