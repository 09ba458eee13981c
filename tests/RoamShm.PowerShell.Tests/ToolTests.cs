using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;

namespace RoamShm.Tests;

/// <summary>The embedded shell as somebody has it who installs the .NET tool: packed, installed from a folder of packages, and run.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly string _work = Directory.CreateTempSubdirectory("roamshm-tool-").FullName;
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        Directory.Delete(_work, recursive: true);
    }

    [Fact]
    public void The_shell_is_packed_and_installed_as_a_tool_and_runs()
    {
        string feed = Path.Combine(_work, "feed");
        string tools = Path.Combine(_work, "tools");
        string configuration = typeof(ToolTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        Check(Run("dotnet", "pack", Path.Combine(Prompt.RepositoryRoot, "src", "RoamShm.Shell"), "--no-build", "--configuration", configuration, "--output", feed));
        string package = Assert.Single(Directory.GetFiles(feed));
        Assert.StartsWith("RoamShm.Shell.", Path.GetFileName(package), StringComparison.Ordinal);

        // That folder alone: the package has all that the tool needs.
        Check(Run("dotnet", "tool", "install", "RoamShm.Shell", "--tool-path", tools, "--source", feed));
        string roamshm = Path.Combine(tools, OperatingSystem.IsWindows() ? "roamshm.exe" : "roamshm");
        string version = Path.GetFileName(package)["RoamShm.Shell.".Length..^".nupkg".Length];
        Assert.Contains(version, Check(Run(roamshm, "-Version")), StringComparison.Ordinal);
        string output = Check(Run(roamshm, "-Command", """
            (Get-Module RoamShm).ModuleBase
            $null = New-RoamSegment hub.seg -MaxGuests 3
            (Get-RoamSegmentHeader *.seg).MaxGuests
            Test-RoamSegment hub.seg
            (Get-Help Watch-RoamSegment).Synopsis
            """));
        string[] lines = [.. output.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        Assert.Equal(4, lines.Length);
        Assert.True(Path.GetFullPath(lines[0]).StartsWith(Path.GetFullPath(tools), StringComparison.Ordinal), lines[0]);
        Assert.Equal(["3", "True", "Watches segments: returns each as it is, then an object for each change."], lines[1..]);
    }

    private static string Check((int ExitCode, string Output) result)
    {
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}\n{result.Output}");
        return result.Output;
    }

    private (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // A tool's launcher looks for .NET where it is usually installed, which need not be the one that runs this.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath);
        }

        start.Environment["DOTNET_NOLOGO"] = "true";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
