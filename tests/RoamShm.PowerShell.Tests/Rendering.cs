using System;
using System.Management.Automation;

namespace RoamShm.Tests;

/// <summary>How the engine renders, which is one setting for the whole process: the tests that are about it run one after the other.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class Rendering
{
    public const string Collection = nameof(Rendering);

    public static void SkipWithoutColours() =>
        Assert.SkipWhen(!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), "NO_COLOR is set");

    /// <summary>Does something with $PSStyle.OutputRendering set so.</summary>
    public static string With(OutputRendering rendering, Func<string> action)
    {
        OutputRendering before = PSStyle.Instance.OutputRendering;
        PSStyle.Instance.OutputRendering = rendering;
        try
        {
            return action();
        }
        finally
        {
            PSStyle.Instance.OutputRendering = before;
        }
    }
}
