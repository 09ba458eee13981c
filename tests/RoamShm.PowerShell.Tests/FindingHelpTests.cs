using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace RoamShm.Tests;

/// <summary>Compares the finding ids in the constants, in the rules that use them, and in the help that explains them.</summary>
public sealed class FindingHelpTests
{
    [Fact]
    public void Every_finding_id_has_a_rule_and_every_rule_has_a_finding_id()
    {
        string[] constants = [.. ConstantIds()];
        Assert.NotEmpty(constants);
        Assert.Equal(constants.Order(), Rules().Keys.Order());
    }

    [Fact]
    public void The_help_gives_cause_and_remedy_for_exactly_the_existing_findings()
    {
        string about = File.ReadAllText(Path.Combine(Prompt.RepositoryRoot, "docs", "about", "about_RoamShm_Findings.help.txt")).Replace("\r", string.Empty, StringComparison.Ordinal);
        MatchCollection entries = Regex.Matches(about, @"^    ([A-Z]\w+) \((Error|Warning)\)\n        Cause: \S(?:.*\n)+?        Do: \S", RegexOptions.Multiline);
        Assert.Equal(
            Rules().Select(rule => $"{rule.Key} ({rule.Value})").Order(),
            entries.Select(entry => $"{entry.Groups[1].Value} ({entry.Groups[2].Value})").Order());
    }

    internal static IEnumerable<string> ConstantIds() =>
        Regex.Matches(Source("SegmentFindingId.cs"), @"public const string (\w+) =").Select(match => match.Groups[1].Value);

    /// <summary>The severity of each id in the rule tables. The ids of verdicts on the file as a whole are in a separate list.</summary>
    private static Dictionary<string, string> Rules()
    {
        string files = Source("FileRules.cs");
        string verdicts = files[files.IndexOf("VerdictIds", StringComparison.Ordinal)..files.IndexOf("];", StringComparison.Ordinal)];
        IEnumerable<(string Id, string Severity)> rows = Directory.GetFiles(Folder, "*.cs")
            .SelectMany(path => Regex.Matches(File.ReadAllText(path), @"new\(SegmentFindingId\.(\w+), (Error|Warning),"))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value));
        return Regex.Matches(verdicts, @"SegmentFindingId\.(\w+)").Select(match => (Id: match.Groups[1].Value, Severity: "Error"))
            .Concat(rows)
            .Distinct()
            .ToDictionary(rule => rule.Id, rule => rule.Severity);
    }

    private static string Folder => Path.Combine(Prompt.RepositoryRoot, "src", "RoamShm.Core", "Checking");

    private static string Source(string file) => File.ReadAllText(Path.Combine(Folder, file));
}
