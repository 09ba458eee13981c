using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;

namespace RoamShm.Tests;

/// <summary>Every way in which a path reaches a cmdlet.</summary>
public sealed class PathBindingTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();

    public void Dispose()
    {
        _prompt.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Strings_by_position_name_and_pipeline()
    {
        string a = Make("a.seg");
        string b = Make("b.seg");
        Assert.Equal([a, b], Run("Get-RoamSegmentHeader $a, $b", ("a", a), ("b", b)).Paths);
        Assert.Equal([a], Run("Get-RoamSegmentHeader -Path $a").Paths);
        Assert.Equal([a], Run("Get-RoamSegmentHeader -LiteralPath $a").Paths);
        Assert.Equal([a], Run("Get-RoamSegmentHeader -LP $a").Paths);
        Assert.Equal([b, a], Run("$b, $a | Get-RoamSegmentHeader").Paths);
    }

    [Theory]
    [InlineData("Get-RoamSegmentHeader", "RoamShm.SegmentHeader")]
    [InlineData("Test-RoamSegment", "System.Boolean")]
    [InlineData("Set-RoamGoodbye", "RoamShm.SegmentHeader")]
    [InlineData("Watch-RoamSegment -Count 1", "RoamShm.SegmentEvent")]
    public void Files_headers_and_what_became_of_headers_bind_in_every_cmdlet(string command, string type)
    {
        string path = Make("with [brackets] and späce.seg");
        foreach (string source in new[]
        {
            "Get-ChildItem -LiteralPath $folder", "Get-RoamSegmentHeader -LiteralPath $path", "$clixml", "$json", "$report",
            "[pscustomobject]@{ LiteralPath = $path }", "[pscustomobject]@{ PSPath = $path }", "[System.IO.FileInfo] $path",
        })
        {
            PSObject header = Run("Get-RoamSegmentHeader -LiteralPath $path", ("path", path)).Single;
            PSObject item = Run(
                $"{source} | {command}",
                ("folder", _folder.Root),
                ("clixml", PSSerializer.Deserialize(PSSerializer.Serialize(header))),
                ("json", FromJson(Run("Get-RoamSegmentHeader -LiteralPath $path | ConvertTo-Json").Single.ToString())),
                ("report", Run("Test-RoamSegment -LiteralPath $path -Detailed").Single)).Single;
            Assert.Equal(type, item.BaseObject.GetType().FullName);
        }
    }

    [Fact]
    public void A_header_keeps_everything_through_serialisation()
    {
        string path = Make("a.seg");
        PSObject header = Run("Get-RoamSegmentHeader $path", ("path", path)).Single;
        var back = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(header));
        Assert.Contains("Deserialized.RoamShm.SegmentHeader", back.TypeNames);
        foreach (PSPropertyInfo property in header.Properties)
        {
            Assert.Equal(property.Value, back.Get(property.Name));
            Assert.IsType(property.Value.GetType(), back.Get(property.Name), exactMatch: true);
        }

        PSObject json = FromJson(Run("Get-RoamSegmentHeader $path | ConvertTo-Json").Single.ToString());
        Assert.Equal(header.Properties.Select(property => property.Name), json.Properties.Select(property => property.Name));
    }

    [Fact]
    public void A_report_keeps_its_findings_through_serialisation()
    {
        string path = Make("a.seg");
        Patch.UInt32(path, 32, 0);
        PSObject report = Run("Test-RoamSegment $path -Detailed", ("path", path)).Single;
        string[] ids = Run("(($report).Findings).Id", ("report", PSSerializer.Deserialize(PSSerializer.Serialize(report)))).Text;
        Assert.Contains("InvalidMaxGuests", ids);
    }

    [Fact]
    public void Wildcards_brackets_and_escapes()
    {
        string a = Make("x1.seg");
        string b = Make("x2.seg");
        string bracket = Make("x[3].seg");
        Assert.Equal([a, b], Run("Get-RoamSegmentHeader $folder/x?.seg", ("folder", _folder.Root)).Paths.Order());
        Assert.Equal([a, b], Run("Get-RoamSegmentHeader $folder/x[12].seg").Paths.Order());
        Assert.Equal([bracket], Run("Get-RoamSegmentHeader \"$folder/x[3].seg\"").Paths);
        Assert.Equal([bracket], Run("Get-RoamSegmentHeader \"$folder/x``[3``].seg\"").Paths);
        Assert.Equal([bracket], Run("Get-RoamSegmentHeader -LiteralPath \"$folder/x[3].seg\"").Paths);
        Output nothing = Run("Get-RoamSegmentHeader $folder/nothing*.seg");
        Assert.Empty(nothing.Objects);
        Assert.Empty(nothing.Errors);
        Assert.Equal(["SegmentNotFound"], Run("Get-RoamSegmentHeader -LiteralPath $folder/x?.seg").ErrorIds);
    }

    [Fact]
    public void A_file_named_like_a_pattern_that_matches_others_is_reached_literally()
    {
        string one = Make("y1.seg");
        string pattern = Make("y[1].seg");
        Assert.Equal([one], Run("Get-RoamSegmentHeader \"$folder/y[1].seg\"", ("folder", _folder.Root)).Paths);
        Assert.Equal([pattern], Run("Get-RoamSegmentHeader -LiteralPath \"$folder/y[1].seg\"").Paths);
    }

    [Fact]
    public void A_file_object_means_that_file_even_if_its_name_is_a_pattern_for_others()
    {
        _ = Make("z1.seg");
        string pattern = Make("z[1].seg");
        foreach (string source in new[] { "Get-ChildItem -LiteralPath $pattern", "[System.IO.FileInfo] $pattern", "Get-RoamSegmentHeader -LiteralPath $pattern" })
        {
            Assert.Equal([pattern], Run($"{source} | Get-RoamSegmentHeader", ("pattern", pattern)).Paths);
        }

        Assert.Equal([pattern], Run("Get-RoamSegmentHeader -Path ([System.IO.FileInfo] $pattern)").Paths);
        Assert.Equal([pattern, pattern], Run("Get-RoamSegmentHeader -Path ([System.IO.FileInfo] $pattern), (Get-ChildItem -LiteralPath $pattern)").Paths);
    }

    [Theory]
    [InlineData("*.seg")]
    [InlineData("*")]
    [InlineData(".*")]
    [InlineData("[ab]*")]
    [InlineData("?.SEG")]
    [InlineData("d[1].seg")]
    [InlineData("[")]
    [InlineData("none*")]
    [InlineData("su?/*.seg")]
    public void Patterns_match_what_the_provider_matches(string pattern)
    {
        foreach (string name in new[] { "A.seg", "b.SEG", ".hidden.seg", "d1.seg", "text" })
        {
            File.WriteAllText(_folder[name], string.Empty);
        }

        _ = Directory.CreateDirectory(_folder["sub"]);
        File.WriteAllText(_folder["sub/e.seg"], string.Empty);
        string[] provider = Run("try { $ExecutionContext.SessionState.Path.GetResolvedProviderPathFromPSPath(\"$folder/$pattern\", [ref] $null) } catch { }", ("folder", _folder.Root), ("pattern", pattern)).Text;
        string[] ours = [.. Run("Test-RoamSegment \"$folder/$pattern\" -Detailed").Objects.Select(report => (string)report.Get("Path")!)];
        Assert.Equal(provider.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Relative_paths_follow_the_location()
    {
        string a = Make("a.seg");
        _ = Directory.CreateDirectory(_folder["sub"]);
        Output output = Run(
            """
            $ExecutionContext.SessionState.Path.SetLocation($folder) | Out-Null
            Get-RoamSegmentHeader a.seg, ./a.seg, ./sub/../a.seg, *.seg
            Get-RoamSegmentHeader -LiteralPath a.seg
            $ExecutionContext.SessionState.Path.SetLocation("$folder/sub") | Out-Null
            Get-RoamSegmentHeader ../a.seg
            """,
            ("folder", _folder.Root));
        Assert.Empty(output.ErrorIds);
        Assert.Equal(Enumerable.Repeat(a, 6), output.Paths);
    }

    [Fact]
    public void A_rooted_path_means_the_same_from_another_provider()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix has one root");
        string a = Make("a.seg");
        Output output = Run("$ExecutionContext.SessionState.Path.SetLocation('Variable:') | Out-Null; Get-RoamSegmentHeader $a; Get-RoamSegmentHeader -LiteralPath $a; Get-RoamSegmentHeader x.seg", ("a", a));
        Assert.Equal([a, a], output.Paths);
        Assert.Equal(["NotAFileSystemPath"], output.ErrorIds);
    }

    [Fact]
    public void Drives_home_and_provider_paths()
    {
        string a = Make("a.seg");
        Output output = Run(
            """
            $fs = $ExecutionContext.SessionState.Provider.GetOne('FileSystem')
            $ExecutionContext.SessionState.Drive.New([System.Management.Automation.PSDriveInfo]::new('seg', $fs, $folder, '', $null), 'Global') | Out-Null
            Get-RoamSegmentHeader seg:a.seg, seg:/a.seg, seg:\a.seg, seg:*.seg, "FileSystem::$a", "Microsoft.PowerShell.Core\FileSystem::$a"
            Get-RoamSegmentHeader -LiteralPath seg:/a.seg
            $fs.Home = $folder
            Get-RoamSegmentHeader ~/a.seg
            """,
            ("folder", _folder.Root),
            ("a", a));
        Assert.Empty(output.ErrorIds);
        Assert.Equal(Enumerable.Repeat(a, 8), output.Paths);
    }

    [Fact]
    public void What_is_not_of_the_file_system_is_told()
    {
        Assert.Equal(
            ["NotAFileSystemPath", "NotAFileSystemPath", "SegmentNotFound", "SegmentNotFound"],
            Run("Get-RoamSegmentHeader Env:PATH, Variable:HOME, nodrive:/a.seg, $a", ("a", _folder["none.seg"])).ErrorIds);
        Assert.Equal(["NotAFileSystemPath"], Run("Get-RoamSegmentHeader -LiteralPath 'nosuchprovider::x'").ErrorIds);
    }

    [Fact]
    public void An_object_without_a_path_is_not_turned_into_one()
    {
        Output output = Run("[pscustomobject]@{ Name = 'x' } | Get-RoamSegmentHeader");
        Assert.Empty(output.Objects);
        Assert.DoesNotContain("SegmentNotFound", output.ErrorIds);
        _ = Assert.Single(output.Errors);
    }

    [Fact]
    public void A_header_of_another_computer_is_never_applied_here()
    {
        string path = Make("a.seg");
        PSObject live = Run("Get-RoamSegmentHeader $path", ("path", path)).Single;
        var sent = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(live));
        sent.Properties.Add(new PSNoteProperty("PSComputerName", "elsewhere.example"));
        foreach (string command in new[] { "Get-RoamSegmentHeader", "Test-RoamSegment", "Set-RoamGoodbye", "Watch-RoamSegment -Count 1" })
        {
            Output output = Run($"$sent | {command}", ("sent", sent));
            Assert.Empty(output.Objects);
            ErrorRecord error = Assert.Single(output.Errors);
            Assert.StartsWith("RemoteObject,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("elsewhere.example", error.ToString(), StringComparison.Ordinal);
            Assert.Equal(["RemoteObject"], Run($"$json | {command}", ("json", FromJson(Run("$sent | ConvertTo-Json").Single.ToString()))).ErrorIds);
        }

        var file = new PSObject(new FileInfo(path));
        file.Properties.Add(new PSNoteProperty("PSPath", path));
        file.Properties.Add(new PSNoteProperty("PSComputerName", "elsewhere.example"));
        Assert.Equal(["RemoteObject"], Run("$file | Set-RoamGoodbye", ("file", file)).ErrorIds);
        Assert.False((bool)Run("Get-RoamSegmentHeader $path").Single.Get("HostGoodbye")!);
        foreach (string here in new[] { "localhost", Environment.MachineName, Environment.MachineName.ToUpperInvariant() })
        {
            sent.Properties["PSComputerName"].Value = here;
            _ = Run("$sent | Get-RoamSegmentHeader").Single;
        }
    }

    [Fact]
    public void One_bad_item_is_one_error_and_the_rest_goes_on()
    {
        string a = Make("a.seg");
        string b = Make("b.seg");
        Output output = Run("$a, $none, $folder, $b | Get-RoamSegmentHeader", ("a", a), ("b", b), ("none", _folder["none"]), ("folder", _folder.Root));
        Assert.Equal([a, b], output.Paths);
        Assert.Equal(["SegmentNotFound", "NotARegularFile"], output.ErrorIds);
        Assert.Equal([a], Run("try { $a, $none, $b | Get-RoamSegmentHeader -ErrorAction Stop } catch { }").Paths);
    }

    private static PSObject FromJson(string json)
    {
        var result = new PSObject();
        foreach (JsonProperty property in JsonDocument.Parse(json).RootElement.EnumerateObject())
        {
            object? value = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString(),
                JsonValueKind.Number => property.Value.GetInt64(),
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => null,
            };
            result.Properties.Add(new PSNoteProperty(property.Name, value));
        }

        return result;
    }

    private string Make(string name)
    {
        string path = _folder[name];
        _ = Run("New-RoamSegment $path -MaxGuests 2 -BipbufCapacity 4KB -SlotClass 1KB:4", ("path", path)).Single;
        return path;
    }

    private Output Run(string script, params (string Name, object? Value)[] variables) => _prompt.Run(script, variables);
}
