using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RoamShm.Tests;

/// <summary>The library as its users get it: packed, referenced from a package folder, and used as its README says.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string Root = typeof(PackageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    private readonly string _work = Directory.CreateTempSubdirectory("roamshm-package-").FullName;
    private readonly string _feed;

    public PackageTests()
    {
        Assert.SkipUnless(HasSdk(), "there is no .NET SDK on the path");
        _feed = Pack("feed");
    }

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Fact]
    public void The_package_is_complete_and_runs_the_first_example_of_its_readme()
    {
        string package = Assert.Single(Directory.GetFiles(_feed, "*.nupkg"));
        string version = Path.GetFileName(package)["RoamShm.Core.".Length..^".nupkg".Length];
        Assert.Equal(Regex.Match(File.ReadAllText(Path.Combine(Root, "RoamShm.psd1")), @"ModuleVersion\s*=\s*'([^']+)'").Groups[1].Value, version);
        AssertWhole(package, Path.Combine(_feed, $"RoamShm.Core.{version}.snupkg"));

        string readme = ReadEntry(package, "README.md");
        Assert.Equal(File.ReadAllText(Path.Combine(Root, "src", "RoamShm.Core", "README.md")), readme);
        string program = Regex.Match(readme, @"```csharp\r?\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        string printed = Regex.Match(readme, @"```text\r?\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        string project = Path.Combine(_work, "consumer");
        _ = Directory.CreateDirectory(project);
        File.WriteAllText(Path.Combine(project, "Program.cs"), program);
        File.WriteAllText(Path.Combine(project, "nuget.config"), $"""<configuration><packageSources><clear /><add key="feed" value="{_feed}" /></packageSources></configuration>""");
        File.WriteAllText(Path.Combine(project, "consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup><PackageReference Include="RoamShm.Core" Version="{version}" /></ItemGroup>
            </Project>
            """);

        // Twice: users run an example more than once.
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(Lines(printed), Lines(Run(project, "run")));
        }

        Assert.True(Directory.Exists(Path.Combine(_work, "packages", "roamshm.core")), "the package did not come from the feed");
    }

    [Fact]
    public void Packing_is_deterministic()
    {
        string[] packages = [.. new[] { _feed, Pack("again") }.Select(feed => Assert.Single(Directory.GetFiles(feed, "*.nupkg")))];
        byte[][] libraries = [.. packages.Select(package => ReadBytes(package, "lib/netstandard2.0/RoamShm.Core.dll"))];
        Assert.Equal(libraries[0], libraries[1]);
        Assert.DoesNotContain(_work, System.Text.Encoding.UTF8.GetString(libraries[0]), StringComparison.Ordinal);
        Assert.DoesNotContain(Root, System.Text.Encoding.UTF8.GetString(libraries[0]), StringComparison.Ordinal);
    }

    /// <summary>Checks that the package has everything it should have, and no dependencies.</summary>
    private static void AssertWhole(string package, string symbols)
    {
        XElement metadata = XDocument.Parse(ReadEntry(package, "RoamShm.Core.nuspec")).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        Dictionary<string, XElement> values = metadata.Elements().ToDictionary(element => element.Name.LocalName);
        Assert.Equal("RoamShm.Core", values["id"].Value);
        Assert.Equal("MIT", values["license"].Value);
        Assert.Equal(("icon.png", "README.md"), (values["icon"].Value, values["readme"].Value));
        Assert.NotEmpty(values["description"].Value);
        Assert.NotEmpty(values["tags"].Value);
        Assert.DoesNotContain(values["dependencies"].Descendants(), element => element.Name.LocalName == "dependency");
        string[] names = Names(package);
        Assert.Superset(new HashSet<string> { "LICENSE", "README.md", "icon.png", "lib/netstandard2.0/RoamShm.Core.dll", "lib/netstandard2.0/RoamShm.Core.xml" }, names.ToHashSet());
        Assert.DoesNotContain(names, name => name.EndsWith(".pdb", StringComparison.Ordinal));
        Assert.Contains("lib/netstandard2.0/RoamShm.Core.pdb", Names(symbols));
        Assert.Contains("M:RoamShm.Segment.Open(", ReadEntry(package, "lib/netstandard2.0/RoamShm.Core.xml"), StringComparison.Ordinal);
    }

    private static string[] Names(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    private static string ReadEntry(string package, string name) => System.Text.Encoding.UTF8.GetString(ReadBytes(package, name)).TrimStart('\uFEFF');

    private static byte[] ReadBytes(string package, string name)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        using Stream stream = archive.GetEntry(name)!.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static bool HasSdk() => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet")));

    private static string[] Lines(string text) => text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Packs into a folder, with all intermediate output beside it.</summary>
    private string Pack(string name)
    {
        string feed = Path.Combine(_work, name);
        _ = Run(Root, "pack", Path.Combine(Root, "src", "RoamShm.Core"), "--output", feed, "--artifacts-path", Path.Combine(_work, name + "-artifacts"));
        return feed;
    }

    private string Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // The consumer gets its own package cache, so that it cannot pick up a package of an earlier run; the build uses the regular one.
        if (folder != Root)
        {
            start.Environment["NUGET_PACKAGES"] = Path.Combine(_work, "packages");
        }

        start.Environment["DOTNET_NOLOGO"] = "true";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (string inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.Ordinal) || key == "MSBUILD_EXE_PATH").ToArray())
        {
            _ = start.Environment.Remove(inherited);
        }

        using Process process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{output}\n{error.Result}");
        return output;
    }
}
