using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>However a pipeline ends, no handle stays open; and several can run at once.</summary>
public sealed class ReleaseTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _path;

    public ReleaseTests()
    {
        _path = _folder["a.seg"];
        using var prompt = new Prompt();
        _ = prompt.Run("New-RoamSegment $path -MaxGuests 2 -BipbufCapacity 4KB -SlotClass 1KB:4", ("path", _path)).Single;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_stopped_pipeline_releases_everything()
    {
        using var prompt = new Prompt();
        ExpectFlat(20, 1000, () =>
        {
            foreach (string script in new[] { "Watch-RoamSegment $path -Interval 1d", "Watch-RoamSegment $path -Peer -Interval 1d", "Set-RoamGoodbye $path | ForEach-Object { $_; Watch-RoamSegment $path -Interval 1d }" })
            {
                Stop(prompt, script);
            }
        });
    }

    [Fact]
    public void Select_First_releases_everything()
    {
        using var prompt = new Prompt();
        ExpectFlat(20, 1000, () =>
        {
            _ = prompt.Run("Watch-RoamSegment $path -Interval 1d | Select-Object -First 1", ("path", _path)).Single;
            _ = prompt.Run("Find-RoamSegment $folder | Select-Object -First 1", ("folder", _folder.Root)).Single;
            _ = prompt.Run("Get-RoamPeer $path -All | Select-Object -First 1").Single;
        });
    }

    [Fact]
    public void A_closed_runspace_releases_everything() => ExpectFlat(10, 200, () =>
    {
        using var prompt = new Prompt();
        Stop(prompt, "Watch-RoamSegment $path -Interval 1d", close: true);
    });

    [Fact]
    public void A_stopped_job_releases_everything()
    {
        using var prompt = new Prompt();
        ExpectFlat(3, 30, () =>
        {
            Output output = prompt.Run(
                """
                $job = 1 | ForEach-Object -Parallel { Import-Module $using:module; Watch-RoamSegment $using:path -Interval 1d } -AsJob
                while (-not $job.ChildJobs[0].Output.Count) { [System.Threading.Thread]::Sleep(5) }
                $job.ChildJobs[0].Output[0].Change
                $job.StopJob()
                $job.Dispose()
                """,
                ("path", _path),
                ("module", Prompt.ModulePath));
            Assert.Equal(["Initial"], output.Text);
        });
    }

    [Fact]
    public void Parallel_runspaces_agree()
    {
        int count = Scale.Of(200, 2000);
        string[] paths = [.. Enumerable.Range(0, count).Select(i => _folder[$"{i}.seg"])];
        foreach (string path in paths)
        {
            File.Copy(_path, path);
        }

        using var prompt = new Prompt();
        Output output = prompt.Run(
            """
            1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
                Import-Module $using:module
                $headers = @(Get-RoamSegmentHeader -LiteralPath $using:paths)
                $valid = @(Test-RoamSegment -LiteralPath $using:paths -Full | Where-Object { $_ })
                $told = @(Set-RoamGoodbye -LiteralPath $using:paths -Value $_)
                "$($headers.Count) $($valid.Count) $($told.Count)"
            }
            """,
            ("paths", paths),
            ("module", Prompt.ModulePath));
        Assert.Empty(output.ErrorIds);
        Assert.Equal(Enumerable.Repeat($"{count} {count} {count}", 4), output.Text);
        Assert.Equal(count, prompt.Run("Get-RoamSegmentHeader -LiteralPath $paths | Where-Object HostGoodbye", ("paths", paths)).Objects.Count);
    }

    /// <summary>Runs a script until it has written an object, then stops it.</summary>
    private void Stop(Prompt prompt, string script, bool close = false)
    {
        prompt.Runspace.SessionStateProxy.SetVariable("path", _path);
        using var shell = PowerShell.Create(prompt.Runspace);
        using var output = new PSDataCollection<PSObject>();
        using var first = new ManualResetEventSlim();
        output.DataAdded += (_, _) => first.Set();
        IAsyncResult running = shell.AddScript(script).BeginInvoke<PSObject, PSObject>(null, output);
        Assert.True(first.Wait(TimeSpan.FromSeconds(60)));
        if (close)
        {
            prompt.Runspace.Close();
        }
        else
        {
            shell.Stop();
        }

        _ = Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
    }

    /// <summary>Repeats an action, then checks that as many handles and mappings of segments are open as before.</summary>
    private void ExpectFlat(int everyBuild, int full, Action action)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc to count");
        for (int i = 0; i < Scale.Of(everyBuild, full); i++)
        {
            action();
        }

        Assert.DoesNotContain(Directory.GetFileSystemEntries("/proc/self/fd").Select(entry => new FileInfo(entry).LinkTarget), target => target?.StartsWith(_folder.Root, StringComparison.Ordinal) == true);
        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.Contains(_folder.Root, StringComparison.Ordinal));
    }
}
