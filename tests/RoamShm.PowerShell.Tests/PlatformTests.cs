using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace RoamShm.Tests;

/// <summary>Runs the tests of the task Platforms of build.ps1, only on request, because they take minutes.</summary>
[Trait("Category", "Platforms")]
public static class PlatformTests
{
    private const string Variable = "ROAMSHM_PLATFORMS";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(45);

    [Fact]
    public static async Task The_tests_pass_on_the_platforms_whose_tools_are_installed()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Variable) == "1", $"this takes minutes; set the environment variable {Variable}=1 to run it on a machine with the tools");
        string script = Path.Combine(Prompt.RepositoryRoot, "tests", "platforms", "Invoke-Platform.ps1");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", ["tool", "run", "pwsh", "--", "-NoProfile", "-NonInteractive", "-File", script])
        {
            WorkingDirectory = Prompt.RepositoryRoot,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        string text = await output;
        Assert.True(process.ExitCode == 0, text + await error);
        Assert.SkipUnless(text.Contains(": Core", StringComparison.Ordinal), text.Trim());
    }
}
