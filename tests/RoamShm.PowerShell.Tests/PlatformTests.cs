using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace RoamShm.Tests;

/// <summary>The task Platforms of build.ps1, for those who ask for it: it runs for minutes.</summary>
[Trait("Category", "Platforms")]
public static class PlatformTests
{
    private const string Variable = "ROAMSHM_PLATFORMS";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(45);

    [Theory]
    [InlineData("Windows")]
    [InlineData("Arm64")]
    [InlineData("Framework")]
    public static async Task The_tests_pass_on(string platform)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Variable) == "1", $"it takes minutes; {Variable}=1 in the environment runs it where the tools are");
        string script = Path.Combine(Prompt.RepositoryRoot, "tests", "platforms", "Invoke-Platform.ps1");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", ["tool", "run", "pwsh", "--", "-NoProfile", "-NonInteractive", "-File", script, "-Platform", platform])
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
        string? leftOut = text.Split('\n').FirstOrDefault(line => line.StartsWith($"{platform} is left out: ", StringComparison.Ordinal));
        Assert.SkipWhen(leftOut is not null, leftOut?.Trim() ?? string.Empty);
        Assert.True(process.ExitCode == 0, text + await error);
        Assert.Contains($"{platform}: Core", text, StringComparison.Ordinal);
    }
}
