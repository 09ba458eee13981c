using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;

namespace RoamShm.Tests;

/// <summary>
/// The examples of docs/cmdlets in the embedded engine: those of a page from the first to the one that needs a command which the engine lacks. The Pester
/// suite runs all of them in a PowerShell.
/// </summary>
public sealed class ExampleTests
{
    private static readonly string Agent = typeof(ExampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "AgentPath").Value!;

    public static TheoryData<string> Pages => [.. Directory.GetFiles(HelpPage.Folder, "*-*.md").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_examples_show_what_their_page_tells(string page)
    {
        string path = Path.Combine(HelpPage.Folder, page + ".md");
        string? whyNot = ExampleRunner.WhyNot(path, Agent);
        Assert.SkipWhen(whyNot is not null, whyNot ?? string.Empty);
        using var runner = new ExampleRunner(path, Path.Combine(Prompt.RepositoryRoot, "tests", "Examples", "Scenes.psd1"), Agent, Prompt.CreateState());
        int count = runner.CountRunnable();
        Assert.SkipWhen(count == 0, "the first example needs commands that only a PowerShell has");
        IReadOnlyList<string> problems = runner.Run(count);
        Assert.True(problems.Count == 0, string.Join("\n\n", problems));
        Assert.Equal(HelpPage.Read(page).Examples.Select(example => (example.Title, example.Code, example.Output)), ExampleRunner.Read(path));
    }
}
