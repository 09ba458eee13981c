using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace RoamShm.Tests;

/// <summary>The scripts in examples, each in the embedded shell. What needs remoting is in the Pester suite.</summary>
public sealed class ExampleScriptTests : IDisposable
{
    private static readonly TimeSpan UpperBound = TimeSpan.FromMinutes(2);
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_inventory_is_in_a_CSV_and_a_JSON_file()
    {
        Make("a.seg");
        Make("b,c.seg");
        string reports = Directory.CreateDirectory(_folder["reports"]).FullName;
        Result result = Run("Export-RoamInventory", reports, "-Path", _folder.Root);
        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains("2 segments, 0 problems.", result.Output, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(Assert.Single(Directory.GetFiles(reports, "*.csv")));
        Assert.StartsWith("Status,CurrentSize,MaxGuests", lines[0], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, line => line.EndsWith($",\"{_folder["b,c.seg"]}\"", StringComparison.Ordinal));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Assert.Single(Directory.GetFiles(reports, "*.json"))));
        Assert.Equal([_folder["a.seg"], _folder["b,c.seg"]], json.RootElement.EnumerateArray().Select(row => row.GetProperty("Path").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(2, Directory.GetFiles(reports).Length);

        Result again = Run("Export-RoamInventory", reports, "-Path", _folder["none"]);
        Assert.True(again.ExitCode == 1, again.Everything);
        Assert.Contains("SegmentNotFound: ", again.Output, StringComparison.Ordinal);
        Assert.Equal("[]", File.ReadAllText(Assert.Single(Directory.GetFiles(reports, "*.json"))).Trim());
    }

    [Fact]
    public void What_is_drained_is_deployed()
    {
        string path = Make("orders.seg");
        string script = Script("deploy.ps1", "param($Segments) 'deployed on ' + ($Segments -join ' ')");
        Result preview = Run("Invoke-RoamDeploy", path, script, "-WhatIf");
        Assert.True(preview.ExitCode == 0, preview.Everything);
        Assert.DoesNotContain("deployed on", preview.Output, StringComparison.Ordinal);
        Assert.Contains("What if: ", preview.Output, StringComparison.Ordinal);
        Result result = Run("Invoke-RoamDeploy", path, script);
        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains($"deployed on {path}", result.Output, StringComparison.Ordinal);
        Result none = Run("Invoke-RoamDeploy", _folder["none*.seg"], script);
        Assert.True(none.ExitCode == 1, none.Everything);
    }

    [Fact]
    public void While_a_guest_stays_nothing_is_deployed()
    {
        string path = Make("orders.seg");
        using var guest = new Agent();
        Assert.Equal("1", guest.Do("attach", path));
        Result result = Run("Invoke-RoamDeploy", path, Script("deploy.ps1", "'deployed'"), "-Timeout", "1ms");
        Assert.True(result.ExitCode == 1, result.Everything);
        Assert.Contains("DrainTimeout: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("peer 1 is attached", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("deployed\n", result.Output.Replace("Nothing was deployed", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_goodbye_is_an_alert()
    {
        string path = Make("orders.seg");
        _ = Make("quiet.seg");
        string alert = Script("alert.ps1", "param($Text, $Event) 'ALERT ' + $Event.HostGoodbyeValue + ' ' + $Text");
        using Process watching = Start("Watch-RoamGoodbye", _folder["*.seg"], "-Alert", alert, "-Count", "1", "-Interval", "20ms", "-Timeout", "100s");
        using var host = new Agent();
        Assert.Equal("0", host.Do("goodbye", path, "7"));
        Result result = End(watching);
        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.StartsWith("ALERT 7 ", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{path} has said goodbye", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("quiet.seg", result.Output, StringComparison.Ordinal);
    }

    private string Make(string name)
    {
        string path = _folder[name];
        using var host = new Agent();
        _ = host.Do("create", path);
        return path;
    }

    private string Script(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }

    private Result Run(string script, params string[] arguments)
    {
        using Process process = Start(script, arguments);
        return End(process);
    }

    private Process Start(string script, params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet",
        [Prompt.Shell, "-File", Path.Combine(Prompt.RepositoryRoot, "examples", script + ".ps1"), .. arguments])
    {
        WorkingDirectory = _folder.Root,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!;

    private static Result End(Process process)
    {
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(UpperBound))
        {
            process.Kill();
            Assert.Fail("the script does not end");
        }

        return new Result(process.ExitCode, output.Result, error.Result);
    }

    private sealed record Result(int ExitCode, string Output, string Error)
    {
        internal string Everything => $"exit code {ExitCode}\n{Output}{Error}";
    }
}
