using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;

namespace RoamShm.Tests;

/// <summary>The Pester suite. Several processes share its files, and each Pester test appears as a test here.</summary>
public static class SuiteTests
{
    private const int MostProcesses = 4;

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Run), DisableDiscoveryEnumeration = true)]
    public static void Pester(string? failure)
    {
        if (failure is not null)
        {
            Assert.Fail(failure);
        }
    }

    public static async Task<IReadOnlyCollection<TheoryDataRow<string?>>> Run()
    {
        string results = Directory.CreateTempSubdirectory("roamshm-pester-").FullName;
        try
        {
            int count = Math.Clamp(Environment.ProcessorCount, 1, MostProcesses);
            string[] failures = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => RunProcess(results)));
            string[] files = [.. Directory.GetFiles(results).Order(StringComparer.Ordinal)];
            List<TheoryDataRow<string?>> rows = [.. files.SelectMany(Read)];

            // Failed tests explain why a process fails, unless it could not even write its results.
            if (files.Any(IsUnfinished) || !rows.Any(row => row.Data is not null))
            {
                rows.AddRange(failures.Where(failure => failure.Length > 0).Select(failure => Row("A process of the suite", failure)));
            }

            return rows;
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }
    }

    /// <summary>Runs files of the suite until none is left.</summary>
    /// <returns>The error, or nothing.</returns>
    private static async Task<string> RunProcess(string results)
    {
        string root = typeof(SuiteTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        string suite = Path.Combine(root, "tests", "pester", "Invoke-Suite.ps1");
        var start = new ProcessStartInfo("dotnet", ["tool", "run", "pwsh", "--", "-NoProfile", "-NonInteractive", "-File", suite, "-Share", results])
        {
            WorkingDirectory = root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";

        // Most of the time goes into compiling code that runs once; profiling it for a better second compilation would add a fifth.
        start.Environment["DOTNET_TieredPGO"] = "0";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        await using CancellationTokenRegistration stopping = TestContext.Current.CancellationToken.Register(() => process.Kill(entireProcessTree: true));
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? string.Empty : $"pwsh ended with exit code {process.ExitCode}.\n{output}{await error}";
    }

    /// <summary>A process claims a test file by creating its results file, and writes the results at the end.</summary>
    private static bool IsUnfinished(string file) => new FileInfo(file).Length == 0;

    /// <summary>Reads the tests from a results file in NUnit 3 format.</summary>
    private static IEnumerable<TheoryDataRow<string?>> Read(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        if (IsUnfinished(file))
        {
            return [Row(name, $"{name}.Tests.ps1 was begun and has no results.")];
        }

        // A file that cannot be read at all, and a block whose set-up fails, report themselves.
        XElement run = XElement.Load(file);
        IEnumerable<XElement> unreadable = run.Descendants("test-suite").Where(suite => suite.Attribute("runstate")?.Value == "NotRunnable");
        return unreadable.Concat(run.Descendants("test-case")).Select(test => Read(name, test));
    }

    private static TheoryDataRow<string?> Read(string file, XElement test)
    {
        string name = $"{file}: {test.Attribute("fullname")!.Value}";
        switch (test.Attribute("result")!.Value)
        {
            case "Passed":
                return Row(name, failure: null);
            case "Skipped" when test.Element("reason")?.Value.Split("because ", 2)[^1].Trim() is { Length: > 0 } reason:
                TheoryDataRow<string?> row = Row(name, failure: null);
                row.Skip = reason;
                return row;
            case "Skipped":
                return Row(name, "It is skipped and does not say why. Use Set-ItResult -Skipped -Because.");
            default:
                return Row(name, string.Join('\n', test.AncestorsAndSelf().Elements("failure").Elements().Select(text => text.Value)));
        }
    }

    private static TheoryDataRow<string?> Row(string name, string? failure) => new(failure) { TestDisplayName = name, Label = string.Empty };
}
