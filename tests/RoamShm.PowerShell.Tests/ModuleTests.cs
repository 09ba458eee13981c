using System;
using System.Collections;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Xml.Linq;

namespace RoamShm.Tests;

public sealed class ModuleTests : IDisposable
{
    private static readonly string[] Commands =
    [
        "Find-RoamSegment", "Get-RoamPeer", "Get-RoamSegmentHeader", "Get-RoamSegmentProcess", "Get-RoamSlotClass", "New-RoamSegment",
        "Remove-RoamSegment", "Reset-RoamPeer", "Set-RoamGoodbye", "Show-RoamSegment", "Test-RoamSegment", "Watch-RoamSegment",
    ];

    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();

    public void Dispose()
    {
        _prompt.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_manifest_exports_exactly_the_cmdlets_that_the_module_has()
    {
        Hashtable manifest = ReadManifest();
        Assert.Equal(Commands, ((object[])manifest["CmdletsToExport"]!).Cast<string>().Order());
        foreach (string empty in new[] { "FunctionsToExport", "VariablesToExport", "AliasesToExport" })
        {
            Assert.Empty((object[])manifest[empty]!);
        }

        Assert.Equal(Commands, _prompt.Run("Get-Command -Module RoamShm | ForEach-Object Name").Text.Order());
        Assert.Equal("5.1", manifest["PowerShellVersion"]);
        Assert.Equal(["Desktop", "Core"], ((object[])manifest["CompatiblePSEditions"]!).Cast<string>());
    }

    [Fact]
    public void The_version_stands_in_the_manifest_alone_and_the_assemblies_have_it()
    {
        string version = (string)ReadManifest()["ModuleVersion"]!;
        Assert.Equal([version], _prompt.Run("(Get-Module RoamShm).Version.ToString()").Text);
        Assert.Equal([version + ".0"], _prompt.Run("(Get-Command Get-RoamSegmentHeader).ImplementingType.Assembly.GetName().Version.ToString()").Text);
    }

    [Fact]
    public void The_module_ships_no_dll_but_its_own()
    {
        Assert.Equal(
            ["RoamShm.Core.dll", "RoamShm.PowerShell.dll"],
            Directory.GetFiles(Prompt.ModulePath, "*.dll", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        foreach (string file in new[] { "RoamShm.psd1", "RoamShm.Format.ps1xml", "LICENSE", "README.md", "CHANGELOG.md" })
        {
            Assert.True(File.Exists(Path.Combine(Prompt.ModulePath, file)), file);
        }
    }

    [Fact]
    public void The_manifest_lists_the_files_that_the_module_has()
    {
        string[] files = [.. Directory.GetFiles(Prompt.ModulePath, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Prompt.ModulePath, path).Replace('\\', '/'))];
        Assert.Equal(files.Order(StringComparer.Ordinal), ((object[])ReadManifest()["FileList"]!).Cast<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_manifest_has_what_the_Gallery_shows()
    {
        Hashtable manifest = ReadManifest();
        var data = (Hashtable)((Hashtable)manifest["PrivateData"]!)["PSData"]!;
        Assert.Matches(@"^\d+\.\d+\.\d+$", (string)manifest["ModuleVersion"]!);
        foreach (string tag in new[] { "PSEdition_Desktop", "PSEdition_Core", "Windows", "Linux", "MacOS" })
        {
            Assert.Contains(tag, ((object[])data["Tags"]!).Cast<string>());
        }

        Assert.StartsWith("https://", (string)data["LicenseUri"]!, StringComparison.Ordinal);
        Assert.Contains($"## [{manifest["ModuleVersion"]}]", File.ReadAllText(Path.Combine(Prompt.RepositoryRoot, "CHANGELOG.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_assemblies_reference_nothing_that_Windows_PowerShell_lacks()
    {
        foreach (string dll in Directory.GetFiles(Prompt.ModulePath, "*.dll", SearchOption.AllDirectories))
        {
            using var reader = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(dll));
            var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(reader);
            foreach (var handle in metadata.AssemblyReferences)
            {
                Assert.Contains(metadata.GetString(metadata.GetAssemblyReference(handle).Name), new[] { "netstandard", "System.Management.Automation", "RoamShm.Core" });
            }
        }
    }

    [Fact]
    public void Every_cmdlet_has_help_with_its_syntax()
    {
        foreach (string command in Commands)
        {
            string help = string.Join('\n', _prompt.Run($"Get-Command {command} -Syntax").Text);
            Assert.Contains(command, help, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(Prompt.RepositoryRoot, "docs", "cmdlets", command + ".md")), command);
        }
    }

    [Fact]
    public void Every_public_type_has_a_table_and_a_list_for_itself_and_for_what_came_back()
    {
        XDocument views = XDocument.Load(Path.Combine(Prompt.ModulePath, "RoamShm.Format.ps1xml"));
        foreach (string type in new[] { "SegmentHeader", "SegmentEvent", "SegmentReport", "SegmentFinding", "SegmentListing", "SegmentPeer", "SegmentSlotClass", "PeerRecoveryResult" })
        {
            foreach (string control in new[] { "TableControl", "ListControl" })
            {
                string[] names = [.. views.Descendants("View").Where(view => view.Element(control) is not null)
                    .SelectMany(view => view.Element("ViewSelectedBy")!.Elements("TypeName")).Select(name => name.Value)];
                Assert.Contains("RoamShm." + type, names);
                Assert.Contains("Deserialized.RoamShm." + type, names);
            }
        }
    }

    [Fact]
    public void The_table_fits_eighty_columns_below_its_folder_or_segment()
    {
        string path = _folder["a.seg"];
        _ = _prompt.Run("New-RoamSegment $path -MaxGuests 255 -BipbufCapacity 1000000 -MaxPayloadSize 1000000 -HeartbeatInterval 123456us -Sparse", ("path", path)).Single;
        foreach (string source in new[]
        {
            "Get-RoamSegmentHeader $path", "$back", "Watch-RoamSegment $path -Count 1", "Test-RoamSegment $path -Detailed", "Find-RoamSegment $path",
            "Get-RoamPeer $path -All | Select-Object -First 1", "Get-RoamSlotClass $path | Select-Object -First 1", "Reset-RoamPeer $path 1 -Force -Confirm:$false",
        })
        {
            PSObject header = _prompt.Run("Get-RoamSegmentHeader $path").Single;
            string text = Formatted($"{source} | Format-Table", 80, ("back", PSSerializer.Deserialize(PSSerializer.Serialize(header))));
            string[] lines = text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).ToArray();
            Assert.Equal(4, lines.Length);
            Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
            Assert.Contains(lines[0], new[] { "   Folder: " + _folder.Root, "   Segment: " + path });
            Assert.True(lines[0].EndsWith(".seg", StringComparison.Ordinal) || lines[3].Contains("a.seg", StringComparison.Ordinal), text);
        }

        Assert.Contains("976.6 KB", Formatted("Get-RoamSegmentHeader $path | Format-Table", 100), StringComparison.Ordinal);
        Assert.Contains("123.456 ms", Formatted("Get-RoamSegmentHeader $path | Format-Table", 100), StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_has_every_property()
    {
        string path = _folder["a.seg"];
        _ = _prompt.Run("New-RoamSegment $path", ("path", path)).Single;
        foreach (string source in new[]
        {
            "Get-RoamSegmentHeader $path", "Watch-RoamSegment $path -Count 1", "Test-RoamSegment $path -Detailed", "Find-RoamSegment $path",
            "Get-RoamPeer $path -All | Select-Object -First 1", "Get-RoamSlotClass $path | Select-Object -First 1", "Reset-RoamPeer $path 1 -Force -Confirm:$false",
        })
        {
            string text = Formatted($"{source} | Format-List", 200);
            foreach (PSPropertyInfo property in _prompt.Run(source).Single.Properties)
            {
                Assert.Contains(property.Name + " ", text, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("New-RoamSegment x -SlotClass ", "4KB:256")]
    [InlineData("New-RoamSegment x -SlotClass '1KB:2", "1KB:256;1MB:16")]
    [InlineData("New-RoamSegment x -Mode 06", "0660")]
    [InlineData("New-RoamSegment x -HeartbeatInterval ", "500ms")]
    [InlineData("Watch-RoamSegment x -Interval ", "250ms")]
    [InlineData("Watch-RoamSegment x -Timeout 1", "1s")]
    [InlineData("Watch-RoamSegment -Wait", "-WaitForFile")]
    [InlineData("Test-RoamSegment -Det", "-Detailed")]
    public void Tab_offers_values(string input, string expected)
    {
        using var shell = PowerShell.Create(_prompt.Runspace);
        CommandCompletion completion = CommandCompletion.CompleteInput(input, input.Length, null, shell);
        Assert.Contains(expected, completion.CompletionMatches.Select(match => match.CompletionText.Trim('\'')));
    }

    [Fact]
    public void Hidden_parameters_are_not_offered()
    {
        using var shell = PowerShell.Create(_prompt.Runspace);
        foreach (string input in new[] { "Get-RoamSegmentHeader -", "New-RoamSegment -" })
        {
            string[] offered = [.. CommandCompletion.CompleteInput(input, input.Length, null, shell).CompletionMatches.Select(match => match.ListItemText)];
            Assert.Contains("Force", offered);
            Assert.DoesNotContain("PSComputerName", offered);
            Assert.DoesNotContain("NumVarSlotClasses", offered);
        }
    }

    private static Hashtable ReadManifest()
    {
        string text = File.ReadAllText(Path.Combine(Prompt.ModulePath, "RoamShm.psd1"));
        return (Hashtable)System.Management.Automation.Language.Parser.ParseInput(text, out _, out _)
            .Find(ast => ast is System.Management.Automation.Language.HashtableAst, searchNestedScriptBlocks: false).SafeGetValue();
    }

    private string Formatted(string script, int width, params (string Name, object? Value)[] variables) =>
        Prompt.Show(script, width, [("path", _folder["a.seg"]), .. variables]);
}
