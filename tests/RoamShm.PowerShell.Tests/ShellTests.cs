using System;
using System.Diagnostics;
using System.IO;
using System.Reflection;

namespace RoamShm.Tests;

/// <summary>What src/RoamShm.Shell adds to the PowerShell inside it. The rest is PowerShell's own.</summary>
public sealed class ShellTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_tour_completes()
    {
        Result result = Shell("-File", Path.Combine(Prompt.RepositoryRoot, "examples", "tour.ps1"));
        Assert.Equal(string.Empty, result.ExitCode == 0 ? string.Empty : result.Error + result.Output);
        Assert.Contains("Tour complete", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shell_has_the_module_and_nothing_of_the_users()
    {
        string home = Directory.CreateDirectory(_folder["home"]).FullName;
        string profile = Path.Combine(home, ".config", "powershell", "profile.ps1");
        _ = Directory.CreateDirectory(Path.GetDirectoryName(profile)!);
        File.WriteAllText(profile, "'the profile ran'");
        string module = Path.Combine(home, ".local", "share", "powershell", "Modules", "Users");
        _ = Directory.CreateDirectory(module);
        File.WriteAllText(Path.Combine(module, "Users.psm1"), string.Empty);
        Result result = Run("dotnet", [Prompt.Shell, "-Command", """
            'b.seg', 'a.seg' | New-RoamSegment | Sort-Object Path | Select-Object -First 1 -Property MaxGuests | ConvertTo-Json -Compress
            (Get-Module RoamShm).ModuleBase
            $env:PSModulePath -split [IO.Path]::PathSeparator
            @(Get-Module -ListAvailable).Name | Where-Object { $_ -notlike 'Microsoft.PowerShell.*' -and $_ -notin 'CimCmdlets', 'PSDiagnostics', 'Microsoft.WSMan.Management' }
            """], home);
        string folder = Path.Combine(Path.GetDirectoryName(Prompt.Shell)!, "Modules");
        Assert.Equal(string.Empty, result.Error);
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(["{\"MaxGuests\":8}", Path.Combine(folder, "RoamShm"), folder], lines[..3]);
        Assert.StartsWith(Path.GetDirectoryName(Prompt.Shell)!, lines[3], StringComparison.Ordinal);
        Assert.Equal(["RoamShm"], lines[4..]);
    }

    [Fact]
    public void Exit_codes_pass_through()
    {
        string script = _folder["s.ps1"];
        File.WriteAllText(script, "param([int] $Number, [switch] $Flag) \"$Number $Flag\"; exit $Number");
        Result result = Shell("-File", script, "-Number", "5", "-Flag:$false");
        Assert.Equal((5, "5 False"), (result.ExitCode, result.Output.Trim()));
        Assert.Equal(7, Shell("-Command", "exit 7").ExitCode);
        Result failed = Shell("-Command", "Get-RoamSegmentHeader none.seg");
        Assert.Equal((1, string.Empty), (failed.ExitCode, failed.Output));
        Assert.Contains("none.seg", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_describes_the_shell()
    {
        Result result = Shell("-Help");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("roamshm is PowerShell with the RoamShm module imported.", result.Output.TrimStart(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_shell_can_be_packed_installed_as_a_tool_and_run()
    {
        string feed = _folder["feed"];
        string tools = _folder["tools"];
        string configuration = typeof(ShellTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        Check(Run("dotnet", ["pack", Path.Combine(Prompt.RepositoryRoot, "src", "RoamShm.Shell"), "--no-build", "--configuration", configuration, "--output", feed]));
        _ = Assert.Single(Directory.GetFiles(feed), file => Path.GetFileName(file).StartsWith("RoamShm.Shell.", StringComparison.Ordinal));

        // Only that folder: the package contains everything that the tool needs.
        Check(Run("dotnet", ["tool", "install", "RoamShm.Shell", "--tool-path", tools, "--source", feed]));
        string output = Check(Run(Path.Combine(tools, OperatingSystem.IsWindows() ? "roamshm.exe" : "roamshm"), ["-Command", """
            (Get-Module RoamShm).ModuleBase
            $null = New-RoamSegment hub.seg -MaxGuests 3
            (Get-RoamSegmentHeader *.seg).MaxGuests
            (Get-Help Watch-RoamSegment).Name
            """]));
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.StartsWith(Path.GetFullPath(tools), Path.GetFullPath(lines[0]), StringComparison.Ordinal);
        Assert.Equal(["3", "Watch-RoamSegment"], lines[1..]);
    }

    private static string Check(Result result)
    {
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}\n{result.Output}{result.Error}");
        return result.Output;
    }

    private Result Shell(params string[] arguments) => Run("dotnet", [Prompt.Shell, .. arguments]);

    private Result Run(string program, string[] arguments, string? home = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (home is not null)
        {
            start.Environment["HOME"] = home;
        }

        // A tool's launcher looks for .NET in the usual place, which may not be the one that runs this test.
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
        return new Result(process.ExitCode, output, error.Result);
    }

    private sealed record Result(int ExitCode, string Output, string Error);
}
