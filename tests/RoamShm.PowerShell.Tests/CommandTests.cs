using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;

namespace RoamShm.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();
    private readonly string _path;

    public CommandTests()
    {
        _path = _folder["a.seg"];
        _ = Run("New-RoamSegment $path -MaxGuests 2 -BipbufCapacity 4KB -MaxPayloadSize 64KB -SlotClass 1KB:4,8KB:2").Single;
    }

    public void Dispose()
    {
        _prompt.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string, ErrorCategory, Action<string>> Errors => new()
    {
        { "SegmentNotFound", ErrorCategory.ObjectNotFound, File.Delete },
        { "NotARegularFile", ErrorCategory.InvalidType, path => { File.Delete(path); _ = Directory.CreateDirectory(path); } },
        { "SegmentTooShort", ErrorCategory.InvalidData, path => Patch.Length(path, 100) },
        { "BadMagic", ErrorCategory.InvalidData, path => Patch.Bytes(path, 0, [0]) },
        { "PredecessorFormat", ErrorCategory.InvalidData, path => Patch.Bytes(path, 0, "RAPAHUB\u0001"u8.ToArray()) },
        { "SuccessorFormat", ErrorCategory.InvalidData, path => Patch.Bytes(path, 0, "TELXHUB\u0007"u8.ToArray()) },
        { "UnsupportedVersion", ErrorCategory.InvalidData, path => Patch.UInt32(path, 8, 6) },
        { "UnexpectedHeaderSize", ErrorCategory.InvalidData, path => Patch.UInt32(path, 12, 256) },
        { "NoSlotClasses", ErrorCategory.InvalidData, path => Patch.UInt32(path, 68, 0) },
        { "SlotClassTableOutOfBounds", ErrorCategory.InvalidData, path => Patch.UInt64(path, 48, 1UL << 40) },
        { "InvalidSlotClass", ErrorCategory.InvalidData, path => Patch.UInt32(path, 17152, 0) },
        { "SegmentNotReady", ErrorCategory.ResourceUnavailable, path => Patch.Length(path, 0) },
        { "SegmentTruncated", ErrorCategory.InvalidData, path => Patch.Length(path, 37887) },
    };

    [Fact]
    public void Many_names_of_every_kind_are_tested_in_their_order()
    {
        string bad = _folder["[x].seg"];
        File.Copy(_path, bad);
        Patch.UInt32(bad, 8, 6);
        _ = _prompt.Runspace.SessionStateProxy.Path.SetLocation(_folder.Root);
        (string Name, string Result)[] kinds =
        [
            (_path, "True"), (bad, "False"), ("a.seg", "True"), (_folder["*.seg"], "True,False"), (_folder["none"], "False"), ("./[[]x*", "False"), ("nodrive:/x", "False"),
            ("Env:PATH", "NotAFileSystemPath"), (_folder["n\0o"], "NotAFileSystemPath"), (_folder["*.none"], string.Empty),
        ];
        (string Name, string Result)[] many = [.. Enumerable.Range(0, 700).Select(i => kinds[i * i % 997 % kinds.Length])];

        // Errors are put where they come between the results.
        Output output = Run("Test-RoamSegment -Path $names 2>&1 | ForEach-Object { if ($_ -is [bool]) { \"$_\" } else { ($_.FullyQualifiedErrorId -split ',')[0] } }", ("names", many.Select(item => item.Name).ToArray()));
        Assert.Equal(string.Join(",", many.Select(item => item.Result).Where(result => result.Length > 0)), string.Join(",", output.Text));

        string[] paths = [.. many.Select(item => item.Name).Where(name => name == _path || name == bad)];
        Assert.Equal(paths, Run("(Test-RoamSegment -LiteralPath $names -Detailed).Path", ("names", paths)).Text);
        Assert.Equal(paths.Where(path => path == _path), Run("(Test-RoamSegment -LiteralPath $names -PassThru).Path", ("names", paths)).Text);
        Assert.Equal(paths.Count(path => path == bad), Run("Test-RoamSegment -LiteralPath $names -Verbose", ("names", paths)).Verbose.Count);
        Assert.Equal(["True", "True"], Run("$two = Test-RoamSegment -LiteralPath (, $path * 1000) | Select-Object -First 2; \"$($two[0])\"; \"$($two[1])\"").Text);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Each_error_has_its_id_category_target_and_advice(string id, ErrorCategory category, Action<string> spoil)
    {
        spoil(_path);
        foreach (string command in new[] { "Get-RoamSegmentHeader", "Set-RoamGoodbye" })
        {
            Output output = Run($"{command} $path");
            ErrorRecord error = Assert.Single(output.Errors);
            Assert.StartsWith(id + ",RoamShm.Commands.", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Equal(category, error.CategoryInfo.Category);
            Assert.Equal(_path, error.TargetObject);
            Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
            Assert.Contains(_path, error.ToString(), StringComparison.Ordinal);
            Assert.Empty(output.Objects);
        }

        Output test = Run("Test-RoamSegment $path");
        Assert.False((bool)test.Single.BaseObject);
        PSObject report = Run("Test-RoamSegment $path -Detailed").Single;
        Assert.Contains(id, ((Array)report.Get("Findings")!).Cast<object>().Select(finding => (string)PSObject.AsPSObject(finding).Get("Id")!));
        Assert.Empty(Run("Test-RoamSegment $path -PassThru").Objects);
    }

    [Fact]
    public void Force_decodes_a_damaged_header()
    {
        Patch.UInt32(_path, 8, 6);
        Assert.Equal(6U, Run("Get-RoamSegmentHeader $path -Force").Single.Get("Version"));
    }

    [Fact]
    public void Test_is_a_condition_a_filter_and_a_report()
    {
        string bad = _folder["bad.seg"];
        File.Copy(_path, bad);
        Patch.UInt32(bad, 32, 0);
        Assert.Equal(["sound"], Run("if (Test-RoamSegment $path) { 'sound' } else { 'unsound' }").Text);
        Assert.Equal(["unsound"], Run("if (Test-RoamSegment $bad) { 'sound' } else { 'unsound' }", ("bad", bad)).Text);
        Assert.Equal([false, false], Run("Test-RoamSegment nodrive:/x.seg; Test-RoamSegment -LiteralPath nodrive:/x.seg").Objects.Select(item => item.BaseObject));
        Assert.Equal([true, false, false], Run("$path, $bad, \"$path.none\" | Test-RoamSegment").Objects.Select(item => item.BaseObject));
        Assert.Equal([_path], Run("$path, $bad | Test-RoamSegment -PassThru").Paths);
        Output verbose = Run("Test-RoamSegment $bad -Verbose");
        Assert.Contains(verbose.Verbose, text => text.Contains("InvalidMaxGuests", StringComparison.Ordinal));
        PSObject report = Run("Test-RoamSegment $bad -Detailed").Single;
        Assert.Equal("RoamShm.SegmentReport", report.BaseObject.GetType().FullName);
        Assert.False((bool)report.Get("IsValid")!);
        Assert.Equal(["RoamShm.SegmentFinding"], Run("(Test-RoamSegment $bad -Detailed).Findings[0].GetType().FullName").Text);
        Output both = Run("try { Test-RoamSegment $path -Detailed -PassThru } catch { $_.FullyQualifiedErrorId }");
        Assert.Equal(["DetailedAndPassThru,RoamShm.Commands.TestRoamSegmentCommand"], both.Text);
    }

    [Fact]
    public void Goodbye_is_raised_once_and_shown()
    {
        byte[] before = File.ReadAllBytes(_path);
        Assert.Empty(Run("Set-RoamGoodbye $path -WhatIf").Objects);
        Assert.Equal(before, File.ReadAllBytes(_path));
        PSObject header = Run("Set-RoamGoodbye $path -Value 7").Single;
        Assert.True((bool)header.Get("HostGoodbye")!);
        Assert.Equal(7U, header.Get("HostGoodbyeValue"));
        Assert.Equal(7U, Run("Set-RoamGoodbye $path").Single.Get("HostGoodbyeValue"));
        BitConverter.GetBytes(7).CopyTo(before, 64);
        Assert.Equal(before, File.ReadAllBytes(_path));
        Assert.Equal([_path], Run("Get-ChildItem $folder -Filter *.seg | Get-RoamSegmentHeader | Where-Object HostGoodbye").Paths);
    }

    [Fact]
    public void A_goodbye_of_0_does_not_bind() =>
        Assert.Equal(["ParameterArgumentValidationError"], Run("Set-RoamGoodbye $path -Value 0").ErrorIds);

    [Fact]
    public void A_goodbye_of_all_32_bits_is_possible() =>
        Assert.Equal(uint.MaxValue, Run("Set-RoamGoodbye $path -Value 4294967295").Single.Get("HostGoodbyeValue"));

    [Fact]
    public void A_watch_streams_what_another_process_does()
    {
        using var agent = new Agent();
        List<string> seen = Watch("Watch-RoamSegment $path -Interval 5ms -Count 4", count => count switch
        {
            1 => () => agent.Do("goodbye", _path, "1"),
            2 => () => agent.Do("replace", _path),
            3 => () => File.Delete(_path),
            _ => null,
        });
        Assert.Equal(["Initial", "Goodbye", "Replaced", "Removed"], seen);
    }

    [Fact]
    public void A_watch_ends_with_UntilGoodbye_Timeout_and_Count()
    {
        Assert.Equal(["Initial", "Goodbye"], Watch("Watch-RoamSegment $path -Interval 5ms -UntilGoodbye", count => count == 1 ? () => Run2("Set-RoamGoodbye $path") : null));
        Assert.Equal(["Initial"], Watch("Watch-RoamSegment $path -UntilGoodbye", _ => null));
        Assert.Equal(["Initial"], Watch("Watch-RoamSegment $path -Timeout 0", _ => null));
        Assert.Empty(Run("Watch-RoamSegment $path -Timeout 10ms -SkipInitial").Objects);
        Assert.Equal(["Initial"], Watch("Watch-RoamSegment $path -Count 1", _ => null));
    }

    [Fact]
    public void A_watch_of_a_missing_file_is_an_error_unless_it_waits()
    {
        Assert.Equal(["SegmentNotFound"], Run("Watch-RoamSegment $folder/none.seg").ErrorIds);
        // The first object, of the file that is there, shows that the watch has begun.
        string late = _folder["late.seg"];
        Assert.Equal([_path, late], Watch("Watch-RoamSegment $path, $folder/late.seg -WaitForFile -Interval 5ms -Count 2", count => count == 1 ? () => AddWhole(late) : null, "Path"));
    }

    [Fact]
    public void A_watch_with_wildcards_that_waits_finds_new_files()
    {
        string late = _folder["b.seg"];
        Assert.Equal([_path, late], Watch("Watch-RoamSegment $folder/*.seg -WaitForFile -Interval 5ms -Count 2", count => count == 1 ? () => AddWhole(late) : null, "Path"));
    }

    [Theory]
    [InlineData("-Interval 0")]
    [InlineData("-Interval 100us")]
    public void An_interval_below_a_millisecond_is_refused(string arguments) =>
        Assert.Equal(["IntervalTooShort,RoamShm.Commands.WatchRoamSegmentCommand"], Run($"try {{ Watch-RoamSegment $path {arguments} }} catch {{ $_.FullyQualifiedErrorId }}").Text);

    [Theory]
    [InlineData("-Count 0", "ParameterArgumentValidationError")]
    [InlineData("-Interval soon", "ParameterArgumentTransformationError")]
    [InlineData("-Timeout -1", "ParameterArgumentTransformationError")]
    public void Values_without_sense_do_not_bind(string arguments, string id) =>
        Assert.Equal([id], Run($"Watch-RoamSegment $path {arguments}").ErrorIds);

    [Fact]
    public void Select_First_ends_a_watch_at_once_and_releases_everything()
    {
        int before = OpenFiles();
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(["Initial"], Watch("Watch-RoamSegment $path -Interval 1d | Select-Object -First 1", _ => null));
        }

        Assert.InRange(OpenFiles(), 0, before + 15);
    }

    [Fact]
    public void Stopping_ends_a_watch_at_once_and_releases_everything()
    {
        int before = OpenFiles();
        for (int i = 0; i < 20; i++)
        {
            using var shell = PowerShell.Create(_prompt.Runspace);
            using var output = new PSDataCollection<PSObject>();
            using var first = new ManualResetEventSlim();
            output.DataAdded += (_, _) => first.Set();
            IAsyncResult running = shell.AddScript("Watch-RoamSegment $path -Interval 1d").BeginInvoke<PSObject, PSObject>(null, output);
            Assert.True(first.Wait(TimeSpan.FromSeconds(60)));
            shell.Stop();
            _ = Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
            Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        }

        Assert.InRange(OpenFiles(), 0, before + 15);
    }

    [Fact]
    public void Durations_in_seconds_for_a_watch_bind_in_every_form()
    {
        foreach (string timeout in new[] { "0.02", "'20ms'", "([timespan]::FromMilliseconds(20))", "'00:00:00.02'", "20ms", "20000us" })
        {
            _ = Run($"Watch-RoamSegment $path -Interval 5ms -Timeout {timeout}").Single;
        }
    }

    private static int OpenFiles() => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;

    /// <summary>Adds another segment as a host does: it has its name only when it is complete.</summary>
    private void AddWhole(string path)
    {
        File.Copy(_path, path + ".part");
        File.Move(path + ".part", path);
    }

    /// <summary>Runs a watch; after its n-th object does what is asked for then. Returns a property of each.</summary>
    private List<string> Watch(string script, Func<int, Action?> after, string property = "Change")
    {
        _prompt.Runspace.SessionStateProxy.SetVariable("path", _path);
        _prompt.Runspace.SessionStateProxy.SetVariable("folder", _folder.Root);
        using var shell = PowerShell.Create(_prompt.Runspace);
        using var output = new PSDataCollection<PSObject>();
        var seen = new List<string>();
        using var more = new SemaphoreSlim(0);
        output.DataAdded += (_, _) => more.Release();
        IAsyncResult running = shell.AddScript(script).BeginInvoke<PSObject, PSObject>(null, output);
        int done = 0;
        while (true)
        {
            bool ended = running.IsCompleted;
            if (more.Wait(10))
            {
                seen.Add((string)output[done++].Get(property)!);
                after(done)?.Invoke();
            }
            else if (ended)
            {
                break;
            }
        }

        _ = shell.EndInvoke(running);
        Assert.Empty(shell.Streams.Error);
        return seen;
    }

    private Output Run(string script, params (string Name, object? Value)[] variables) =>
        _prompt.Run(script, [("path", _path), ("folder", _folder.Root), .. variables]);

    /// <summary>Runs at a prompt of its own, beside a watch.</summary>
    private void Run2(string script)
    {
        using var other = new Prompt();
        Assert.Empty(other.Run(script, ("path", _path)).ErrorIds);
    }
}
