using System;
using System.Diagnostics;
using System.IO;

namespace RoamShm.Tests;

/// <summary>The embedded shell as a program, and what runs through it or through a PowerShell.</summary>
public sealed class ShellTests : IDisposable
{
    private static readonly string Program = typeof(Shell.Engine).Assembly.Location;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_missions_pipelines_run()
    {
        Result result = Shell("-Command", """
            $null = New-RoamSegment a.seg; $null = New-RoamSegment b.seg; $null = Set-RoamGoodbye b.seg
            Get-ChildItem . -Filter *.seg | Get-RoamSegmentHeader | Where-Object HostGoodbye | Format-Table
            Get-ChildItem *.seg | Get-RoamSegmentHeader | Select-Object -First 1 -Property MaxGuests | ConvertTo-Json -Compress
            Get-RoamSegmentHeader *.seg | Select-Object -Last 1 -ExpandProperty HostGoodbye
            Get-RoamSegmentHeader a.seg | Format-List MaxGuests
            """);
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Contains("b.seg", result.Output, StringComparison.Ordinal);
        Assert.Contains("{\"MaxGuests\":8}", result.Output, StringComparison.Ordinal);
        Assert.Contains("True", result.Output, StringComparison.Ordinal);
        Assert.Contains("MaxGuests : 8", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_go_to_standard_error_and_into_the_exit_code()
    {
        Result result = Shell("-Command", "Get-RoamSegmentHeader none.seg");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("There is no file", result.Error, StringComparison.Ordinal);
        Result thrown = Shell("-Command", "throw 'x-thrown'");
        Assert.Equal(1, thrown.ExitCode);
        Assert.Contains("x-thrown", thrown.Error, StringComparison.Ordinal);
        Assert.Empty(thrown.Output);
        Assert.Equal(7, Shell("-Command", "exit 7").ExitCode);
        Assert.Equal(0, Shell("-Command", "'fine'").ExitCode);
        Assert.Equal(64, Shell("-Nonsense").ExitCode);
    }

    [Fact]
    public void Scripts_take_arguments_and_give_exit_codes()
    {
        string script = _folder["s.ps1"];
        File.WriteAllText(script, "param([int] $Number, [switch] $Flag, $Rest) \"$Number $Flag $Rest $PSScriptRoot\"; exit $Number");
        Result result = Shell("-File", script, "-Number", "5", "-Flag", "-Rest", "x y");
        Assert.Equal(5, result.ExitCode);
        Assert.Equal($"5 True x y {_folder.Root}", result.Output.Trim());
        File.WriteAllText(script, "'before'; throw 'broken'");
        Result failed = Shell("-File", script);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("broken", failed.Error, StringComparison.Ordinal);
        File.WriteAllText(script, "if (");
        Assert.Equal(1, Shell("-File", script).ExitCode);
        Assert.Equal(64, Shell("-File", "none.ps1").ExitCode);
    }

    [Fact]
    public void Nothing_of_the_users_leaks_in()
    {
        Result result = Shell("-Command", "$env:PSModulePath; Get-Module -ListAvailable | ForEach-Object Name");
        Assert.Equal([Path.Combine(Path.GetDirectoryName(Program)!, "Modules"), "RoamShm"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void The_prompt_reads_commands_over_several_lines_until_it_ends()
    {
        Result result = Run("dotnet", "if ($true) {\n'several' + ' lines'\n}\nexit 3\n'not reached'\n", Program);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("several lines", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not reached", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Interrupting_stops_the_pipeline()
    {
        Interrupt.SkipUnlessPossible();
        _ = Shell("-Command", "$null = New-RoamSegment a.seg");
        using Process process = Start("dotnet", Program, "-Command", "Watch-RoamSegment a.seg | ForEach-Object { $_.Change }; 'not reached'");
        Assert.Equal("Initial", process.StandardOutput.ReadLine());
        Interrupt.Send(process);

        Assert.True(process.WaitForExit(60_000));
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(process.StandardOutput.ReadToEnd());
    }

    [Fact]
    public void The_tour_runs_to_its_end()
    {
        Result result = Shell("-File", Path.Combine(Prompt.RepositoryRoot, "examples", "tour.ps1"));
        Assert.Equal(string.Empty, result.ExitCode == 0 ? string.Empty : result.Error + result.Output);
        Assert.Contains("Tour complete", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_Pester_suite_passes_in_a_PowerShell()
    {
        Result? found = TryRun("pwsh", "-NoProfile", "-NonInteractive", "-Command", "exit 0");
        Assert.SkipWhen(found is null, "pwsh is not on this machine; what needs a real PowerShell is not tested here");
        Result result = Run("pwsh", string.Empty, "-NoProfile", "-NonInteractive", "-File", Path.Combine(Prompt.RepositoryRoot, "tests", "pester", "Invoke-Suite.ps1"));
        Assert.SkipWhen(result.ExitCode == 77, "Pester 5 is not on this machine");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Matches(@"(?m)^[1-9]\d* passed, 0 failed", result.Output);
    }

    private Result Shell(params string[] arguments) => Run("dotnet", string.Empty, [Program, .. arguments]);

    private Result? TryRun(string program, params string[] arguments)
    {
        try
        {
            return Run(program, string.Empty, arguments);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private Result Run(string program, string input, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output, error.Result);
    }

    private Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = _folder.Root,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!;

    private sealed record Result(int ExitCode, string Output, string Error);
}
