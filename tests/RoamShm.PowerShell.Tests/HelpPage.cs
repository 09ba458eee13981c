using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace RoamShm.Tests;

/// <summary>A page of docs/cmdlets, in the schema of Microsoft.PowerShell.PlatyPS 1.0.</summary>
public sealed class HelpPage
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder().WithNamingConvention(PascalCaseNamingConvention.Instance).Build();

    private readonly List<(string Title, string Text)> _sections;

    private HelpPage(string text)
    {
        Match page = Regex.Match(text.ReplaceLineEndings("\n"), @"\A---\n(?<front>.*?\n)---\n(?<body>.*)\z", RegexOptions.Singleline);
        Assert.True(page.Success, "a page has no front matter");
        FrontMatter = new DeserializerBuilder().Build().Deserialize<Dictionary<string, string?>>(page.Groups["front"].Value);
        _sections = [.. Split(page.Groups["body"].Value, "## ")];
    }

    /// <summary>The folder of the pages.</summary>
    public static string Folder { get; } = Path.Combine(Prompt.RepositoryRoot, "docs", "cmdlets");

    public IReadOnlyDictionary<string, string?> FrontMatter { get; }

    public string Title => FrontMatter["title"]!;

    public string Synopsis => OnOneLine(this["SYNOPSIS"]);

    /// <summary>The parameters except the common ones, which the page lists together.</summary>
    public IEnumerable<HelpParameter> Parameters => PartsOf("PARAMETERS").Where(part => part.Title.StartsWith('-')).Select(part => ToParameter(part.Title[1..], part.Text));

    public IEnumerable<HelpExample> Examples => PartsOf("EXAMPLES").Select(part => ToExample(part.Title, part.Text));

    /// <summary>Returns the text under a second-level heading.</summary>
    public string this[string section] => _sections.Single(one => one.Title == section).Text;

    public static HelpPage Read(string command) => new(File.ReadAllText(Path.Combine(Folder, command + ".md")));

    public static IEnumerable<HelpPage> ReadAll() => Directory.GetFiles(Folder, "*-*.md").Order(StringComparer.Ordinal).Select(path => Read(Path.GetFileNameWithoutExtension(path)));

    /// <summary>Returns the sections under third-level headings.</summary>
    public IEnumerable<(string Title, string Text)> PartsOf(string section) => Split(this[section], "### ").Where(part => part.Title.Length > 0);

    /// <summary>Returns text as a reader sees it, without the markup for code, bold and links, and without line breaks.</summary>
    public static string OnOneLine(string text)
    {
        string plain = Regex.Replace(text, @"\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\([^)]+\)", "$1$2$3", RegexOptions.Singleline);
        return Regex.Replace(plain, @"\s+", " ").Trim();
    }

    /// <summary>Splits at headings outside code.</summary>
    private static IEnumerable<(string Title, string Text)> Split(string text, string heading)
    {
        string title = string.Empty;
        var lines = new List<string>();
        bool isCode = false;
        foreach (string line in text.Split('\n'))
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!isCode && line.StartsWith(heading, StringComparison.Ordinal))
            {
                yield return (title, string.Join('\n', lines).Trim());
                title = line[heading.Length..].Trim();
                lines.Clear();
            }
            else
            {
                lines.Add(line);
            }
        }

        yield return (title, string.Join('\n', lines).Trim());
    }

    private static HelpParameter ToParameter(string name, string text)
    {
        Match parts = Regex.Match(text, @"\A(?<description>.*?)\n```yaml\n(?<yaml>.*?)\n```\z", RegexOptions.Singleline);
        Assert.True(parts.Success, $"-{name} has no block");
        HelpParameter parameter = Yaml.Deserialize<HelpParameter>(parts.Groups["yaml"].Value);
        parameter.Name = name;
        parameter.Description = parts.Groups["description"].Value.Trim();
        return parameter;
    }

    private static HelpExample ToExample(string title, string text)
    {
        Match parts = Regex.Match(text, @"\A(?<before>.*?)```powershell\n(?<code>.*?)\n```\s*(```output\n(?<output>.*?)\n```)?(?<after>.*)\z", RegexOptions.Singleline);
        Assert.True(parts.Success, $"'{title}' has no code");
        Assert.DoesNotContain("```", parts.Groups["after"].Value, StringComparison.Ordinal);
        return new HelpExample(title, parts.Groups["code"].Value, parts.Groups["output"].Success ? parts.Groups["output"].Value : null);
    }
}

/// <summary>A parameter as documented on a page.</summary>
public sealed class HelpParameter
{
    public string Name { get; set; } = string.Empty;

    public string Description { get; set; } = string.Empty;

    public string Type { get; set; } = string.Empty;

    public string DefaultValue { get; set; } = string.Empty;

    public bool SupportsWildcards { get; set; }

    public List<string> Aliases { get; set; } = [];

    public List<HelpParameterSet> ParameterSets { get; set; } = [];

    public bool DontShow { get; set; }

    public List<string> AcceptedValues { get; set; } = [];

    public string HelpMessage { get; set; } = string.Empty;
}

/// <summary>A parameter's role in a parameter set.</summary>
public sealed class HelpParameterSet
{
    public string Name { get; set; } = string.Empty;

    public string Position { get; set; } = string.Empty;

    public bool IsRequired { get; set; }

    public bool ValueFromPipeline { get; set; }

    public bool ValueFromPipelineByPropertyName { get; set; }

    public bool ValueFromRemainingArguments { get; set; }
}

/// <summary>An example: the code, and its output, or null if the page shows none.</summary>
public sealed record HelpExample(string Title, string Code, string? Output);
