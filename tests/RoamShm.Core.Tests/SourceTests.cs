using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;

namespace RoamShm.Tests;

/// <summary>Checks that the map of the library in CONTRIBUTING.md is true: a file is named after its class, and each folder uses only what it may.</summary>
public sealed class SourceTests
{
    private static readonly string Source = Path.Combine(
        typeof(SourceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!, "src");

    private static readonly Dictionary<string, string[]> Uses = new()
    {
        ["Format"] = [],
        ["IO"] = ["Format"],
        ["Reading"] = ["Format", "IO"],
        ["Checking"] = ["Format", "IO", "Reading"],
        ["Making"] = ["Format", "IO", "Reading"],
        ["Using"] = ["Format", "IO", "Reading"],
        ["Changing"] = ["Format", "IO", "Reading", "Using"],
        ["Watching"] = ["Format", "IO", "Reading"],
        ["Finding"] = ["Format", "IO", "Reading", "Checking", "Using"],
        ["Health"] = ["Format", "IO", "Reading", "Checking", "Using", "Finding"],
        ["Metrics"] = ["Format", "IO", "Using", "Reading", "Finding", "Health"],
    };

    [Fact]
    public void The_root_holds_only_errors_and_every_other_file_is_in_a_folder()
    {
        string root = Path.Combine(Source, "RoamShm.Core");
        Assert.Equal(["SegmentErrorId.cs", "SegmentErrors.cs", "SegmentException.cs"], Directory.GetFiles(root, "*.cs").Select(Path.GetFileName).Order());
        Assert.Equal(Uses.Keys.Order(), Directory.GetDirectories(root).Select(path => Path.GetFileName(path)!).Where(name => name is not ("bin" or "obj")).Order());
    }

    [Fact]
    public void Folders_use_only_what_the_map_allows()
    {
        var rooms = new Dictionary<string, string>();
        foreach (string path in Files("RoamShm.Core").Where(path => RoomOf(path) is not null))
        {
            // Segment is partial: each folder adds its own operations.
            string name = Path.GetFileNameWithoutExtension(path);
            if (!name.Contains('.', StringComparison.Ordinal))
            {
                rooms.Add(name, RoomOf(path)!);
            }
        }

        Assert.Equal("Reading", rooms["Segment"]);
        var wrong = new List<string>();
        foreach (string path in Files("RoamShm.Core").Where(path => RoomOf(path) is not null))
        {
            string room = RoomOf(path)!;
            IEnumerable<string> others = Regex.Matches(Regex.Replace(Code(path), "\"[^\"\n]*\"", string.Empty), @"\b[A-Z]\w+\b").Select(match => match.Value).Distinct()
                .Where(name => rooms.TryGetValue(name, out string? other) && other != room && !Uses[room].Contains(other));
            wrong.AddRange(others.Select(name => $"{room}/{Path.GetFileName(path)} uses {rooms[name]}/{name}"));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Only_IO_knows_the_operating_system()
    {
        foreach (string path in Files("RoamShm.Core").Where(path => RoomOf(path) != "IO"))
        {
            Assert.DoesNotMatch(@"DllImport|\bFileStream\b|\bDirectory\.|\bFile\.(Open|ReadAll|Write|Exists|Delete)|""/proc|\bLibC\b|\bKernel32\b|\bMemoryMappedFile\b", Code(path));
        }
    }

    [Fact]
    public void A_file_is_named_after_its_class_and_has_at_most_400_lines()
    {
        foreach (string path in new[] { "RoamShm.Core", "RoamShm.PowerShell", "RoamShm.Shell" }.SelectMany(Files))
        {
            string[] lines = File.ReadAllLines(path);
            Assert.True(lines.Length <= 400, $"{path} has {lines.Length} lines");
            if (path.Contains("RoamShm.Core", StringComparison.Ordinal))
            {
                string name = Path.GetFileNameWithoutExtension(path).Split('.')[0];
                Assert.Matches($@"(?m)^(?:public|internal) (?:\w+ )*(?:class|struct|enum) {name}\b", Code(path));
            }
        }
    }

    private static string[] Files(string project)
    {
        string root = Path.Combine(Source, project);
        char slash = Path.DirectorySeparatorChar;
        string[] files = [.. Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Where(path => !Regex.IsMatch(path[root.Length..], $@"^\{slash}(bin|obj)\{slash}"))];
        Assert.NotEmpty(files);
        return files;
    }

    private static string? RoomOf(string path) => Path.GetFileName(Path.GetDirectoryName(path)!) is var folder && Uses.ContainsKey(folder) ? folder : null;

    /// <summary>Returns a file without its comments, which may mention anything.</summary>
    private static string Code(string path) => Regex.Replace(File.ReadAllText(path), "(?m)//.*$", string.Empty);
}
