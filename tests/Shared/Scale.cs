using System;

namespace RoamShm.Tests;

/// <summary>How large the tests of reliability are: fit for every build, or, with ROAMSHM_FULL=1 in the environment, in full.</summary>
internal static class Scale
{
    internal static bool IsFull { get; } = Environment.GetEnvironmentVariable("ROAMSHM_FULL") == "1";

    internal static int Of(int everyBuild, int full) => IsFull ? full : everyBuild;
}
