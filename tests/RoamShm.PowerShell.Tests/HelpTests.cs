using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RoamShm.Tests;

/// <summary>
/// Compares the pages of docs/cmdlets, the help generated from them, and the code. Each side lists its facts, one a line, and the sets must be equal: a
/// failure shows what one has and the other lacks.
/// </summary>
public sealed class HelpTests : IDisposable
{
    private const string AllSets = "(All)";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";
    private static readonly string HelpFolder = Path.Combine(Prompt.RepositoryRoot, "docs", "help", "en-US");
    private static readonly string AboutErrors = File.ReadAllText(Path.Combine(Prompt.RepositoryRoot, "docs", "about", "about_RoamShm_Errors.help.txt"));

    private readonly Prompt _prompt = new();

    public void Dispose() => _prompt.Dispose();

    [Fact]
    public void Every_cmdlet_has_a_page_and_every_page_a_cmdlet()
    {
        string[] commands = [.. Commands().Select(command => command.Name)];
        Assert.NotEmpty(commands);
        AssertSame("code", commands, "pages", HelpPage.ReadAll().Select(page => page.Title));
        AssertSame("code", commands, "MAML", MamlCommands().Select(NameOf));
        string module = File.ReadAllText(Path.Combine(HelpPage.Folder, "RoamShm.md"));
        AssertSame(
            "pages",
            HelpPage.ReadAll().Select(page => $"{page.Title} {page.Title}.md {page.Synopsis}"),
            "RoamShm.md",
            Regex.Matches(module, @"^### \[(\S+)\]\((\S+)\)\n\n(.+?)(?=\n\n|\n*\z)", RegexOptions.Multiline | RegexOptions.Singleline)
                .Select(match => $"{match.Groups[1]} {match.Groups[2]} {HelpPage.OnOneLine(match.Groups[3].Value)}"));
    }

    [Fact]
    public void The_pages_have_the_parameters_of_the_code_and_no_others() =>
        AssertSame("code", Commands().SelectMany(FactsOfCode), "pages", HelpPage.ReadAll().SelectMany(FactsOf));

    [Fact]
    public void The_MAML_has_the_parameters_of_the_code_and_no_others() =>
        AssertSame("code", Commands().SelectMany(MamlFactsOfCode), "MAML", MamlCommands().SelectMany(MamlFactsOf));

    [Fact]
    public void The_pages_and_the_MAML_have_the_defaults_of_the_code()
    {
        AssertSame("code", Commands().SelectMany(DefaultsOfCode), "pages", Commands().SelectMany(command => DefaultsOf(command, HelpPage.Read(command.Name))));
        AssertSame(
            "pages",
            HelpPage.ReadAll().SelectMany(page => page.Parameters.Where(parameter => parameter.DefaultValue is not ("" or "None")).Select(parameter => $"{page.Title} -{parameter.Name} {parameter.DefaultValue}")),
            "MAML",
            MamlCommands().SelectMany(command => MamlParameters(command)
                .Where(parameter => parameter.Element(Dev + "defaultValue") is not null)
                .Select(parameter => $"{NameOf(command)} -{parameter.Element(Maml + "name")!.Value} {parameter.Element(Dev + "defaultValue")!.Value}")));
    }

    [Fact]
    public void The_syntax_on_the_pages_is_that_of_the_code()
    {
        foreach (CmdletInfo command in Commands())
        {
            string hidden = string.Join('|', command.Parameters.Keys.Except(Shown(command)));
            string[] code = [.. command.ParameterSets.Select(set => InAnyOrder(Regex.Replace($"{command.Name} {set}", @$" \[-({hidden}) <[^>]*>\]", string.Empty)))];
            string[] page = [.. HelpPage.Read(command.Name).PartsOf("SYNTAX").Select(part => InAnyOrder(part.Text.Trim('`', '\n')))];
            AssertSame("code", code, "pages", page);
        }
    }

    [Fact]
    public void The_pages_list_exactly_the_error_ids_of_the_code()
    {
        Dictionary<string, string[]> own = Commands().ToDictionary(command => command.Name, OwnErrorIds);
        string[] shared = [.. SharedErrorIds()];
        string[] all = [.. shared, .. own.Values.SelectMany(ids => ids)];
        Assert.Contains("IntervalTooShort", all);
        AssertSame("code", all, "about_RoamShm_Errors", ToldErrorIds(AboutErrors));

        var told = new HashSet<string>();
        foreach (HelpPage page in HelpPage.ReadAll())
        {
            string[] ids = [.. ErrorIdsOf(page)];
            Assert.NotEmpty(ids);
            Assert.Empty(ids.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => $"{page.Title} tells {group.Key} twice"));
            Assert.Empty(ids.Except([.. shared, .. own[page.Title], .. FindingHelpTests.ConstantIds()]).Select(id => $"{page.Title} tells {id}, which it does not have"));
            Assert.Empty(own[page.Title].Except(ids).Select(id => $"{page.Title} does not tell {id}"));
            told.UnionWith(ids);
        }

        Assert.Empty(shared.Except(told).Select(id => $"no page tells {id}"));
        AssertSame(
            "pages",
            HelpPage.ReadAll().SelectMany(page => ErrorIdsOf(page).Select(id => $"{page.Title} {id}")),
            "MAML",
            MamlCommands().SelectMany(command => ErrorIdsOf(command).Select(id => $"{NameOf(command)} {id}")));
    }

    [Fact]
    public void Every_page_has_four_examples_no_placeholder_and_up_to_date_help()
    {
        foreach (HelpPage page in HelpPage.ReadAll())
        {
            XElement maml = MamlCommands().Single(command => NameOf(command) == page.Title);
            Assert.Equal(page.Synopsis, HelpPage.OnOneLine(maml.Element(Command + "details")!.Element(Maml + "description")!.Value));
            Assert.Equal(WithoutWhiteSpace(HelpPage.OnOneLine(page["DESCRIPTION"])), WithoutWhiteSpace(maml.Element(Maml + "description")!.Value));
            Assert.Equal(WithoutWhiteSpace(HelpPage.OnOneLine(page["NOTES"])), WithoutWhiteSpace(maml.Element(Maml + "alertSet")!.Value));
            HelpExample[] examples = [.. page.Examples];
            Assert.True(examples.Length >= 4, $"{page.Title} has {examples.Length} examples");
            Assert.Equal(
                examples.Select(example => example.Output is null ? example.Code : example.Code + "\n\n" + example.Output),
                maml.Descendants(Command + "example").Select(example => example.Element(Dev + "code")!.Value));
            foreach (HelpParameter parameter in page.Parameters)
            {
                Assert.True(parameter.Description.Length > 0, $"{page.Title} says nothing of -{parameter.Name}");
                string description = MamlParameters(maml).Single(one => one.Element(Maml + "name")!.Value == parameter.Name).Element(Maml + "description")!.Value;
                Assert.Equal(WithoutWhiteSpace(HelpPage.OnOneLine(parameter.Description)), WithoutWhiteSpace(description));
            }

            foreach (string section in new[] { "INPUTS", "OUTPUTS", "RELATED LINKS" })
            {
                Assert.True(page[section].Length > 0, $"{page.Title} has no {section}");
            }

            Assert.DoesNotContain("{{", File.ReadAllText(Path.Combine(HelpPage.Folder, page.Title + ".md")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_link_of_a_page_resolves()
    {
        foreach (string path in Directory.GetFiles(HelpPage.Folder, "*.md"))
        {
            foreach (Match link in Regex.Matches(File.ReadAllText(path), @"\]\(([^)#:]+)(#[^)]*)?\)"))
            {
                Assert.True(File.Exists(Path.Combine(HelpPage.Folder, link.Groups[1].Value)), $"{Path.GetFileName(path)} links to {link.Groups[1].Value}");
            }
        }
    }

    [Fact]
    public void The_about_topics_of_the_help_match_their_sources()
    {
        string about = Path.Combine(Prompt.RepositoryRoot, "docs", "about");
        AssertSame("docs/about", Topics(about), "docs/help", Topics(HelpFolder));
        foreach (string topic in Topics(about))
        {
            Assert.Equal(File.ReadAllText(Path.Combine(about, topic)), File.ReadAllText(Path.Combine(HelpFolder, topic)));
        }
    }

    private static IEnumerable<string> Topics(string folder) => Directory.GetFiles(folder, "about_*.help.txt").Select(path => Path.GetFileName(path));

    private static void AssertSame(string one, IEnumerable<string> ones, string other, IEnumerable<string> others)
    {
        HashSet<string> left = [.. ones];
        HashSet<string> right = [.. others];
        Assert.NotEmpty(left);
        string[] differences =
        [
            .. left.Except(right).Order(StringComparer.Ordinal).Select(fact => $"only {one}: {fact}"),
            .. right.Except(left).Order(StringComparer.Ordinal).Select(fact => $"only {other}: {fact}"),
        ];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    private static string WithoutWhiteSpace(string text) => Regex.Replace(text, @"\s+", string.Empty);

    private CmdletInfo[] Commands() => [.. _prompt.Run("Get-Command -Module RoamShm").Objects.Select(item => (CmdletInfo)item.BaseObject)];

    /// <summary>Leaves out hidden parameters, which only the engine binds, and the common ones, which are documented together.</summary>
    private static IEnumerable<ParameterMetadata> ParametersOf(CmdletInfo command) => command.Parameters.Values
        .Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name))
        .Where(parameter => parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => !attribute.DontShow));

    private static IEnumerable<string> FactsOfCode(CmdletInfo command)
    {
        yield return $"{command.Name}";
        foreach (CommandParameterSetInfo set in command.ParameterSets)
        {
            yield return $"{command.Name} set {set.Name}{(set.IsDefault && command.DefaultParameterSet is not null ? " default" : string.Empty)}";
        }

        foreach (PSTypeName type in command.OutputType)
        {
            yield return $"{command.Name} returns {type.Type}";
        }

        foreach (ParameterMetadata parameter in ParametersOf(command))
        {
            string name = $"{command.Name} -{parameter.Name}";
            yield return $"{name} type {parameter.ParameterType}";
            yield return $"{name} wildcards {HasWildcards(parameter.Attributes)}";
            foreach (string alias in parameter.Aliases)
            {
                yield return $"{name} alias {alias}";
            }

            foreach (string value in ValuesOf(parameter.Attributes))
            {
                yield return $"{name} value {value}";
            }

            foreach ((string set, ParameterSetMetadata data) in parameter.ParameterSets)
            {
                string position = data.Position == int.MinValue ? "Named" : data.Position.ToString(CultureInfo.InvariantCulture);
                string place = set == ParameterAttribute.AllParameterSets ? AllSets : set;
                yield return $"{name} in {place}: {position}, required {data.IsMandatory}, pipeline {data.ValueFromPipeline}, by name {data.ValueFromPipelineByPropertyName}, rest {data.ValueFromRemainingArguments}";
            }
        }
    }

    private static IEnumerable<string> FactsOf(HelpPage page)
    {
        yield return $"{page.Title}";
        foreach ((string title, _) in page.PartsOf("SYNTAX"))
        {
            yield return $"{page.Title} set {title.Replace(" (Default)", " default", StringComparison.Ordinal)}";
        }

        foreach ((string type, _) in page.PartsOf("OUTPUTS").Where(part => part.Title != "None"))
        {
            yield return $"{page.Title} returns {type}";
        }

        foreach (HelpParameter parameter in page.Parameters)
        {
            string name = $"{page.Title} -{parameter.Name}";
            yield return $"{name} type {parameter.Type}{(parameter.DontShow ? ", hidden" : string.Empty)}";
            yield return $"{name} wildcards {parameter.SupportsWildcards}";
            foreach (string alias in parameter.Aliases)
            {
                yield return $"{name} alias {alias}";
            }

            foreach (string value in parameter.AcceptedValues)
            {
                yield return $"{name} value {value}";
            }

            foreach (HelpParameterSet set in parameter.ParameterSets)
            {
                yield return $"{name} in {set.Name}: {set.Position}, required {set.IsRequired}, pipeline {set.ValueFromPipeline}, by name {set.ValueFromPipelineByPropertyName}, rest {set.ValueFromRemainingArguments}";
            }
        }
    }

    private static bool HasWildcards(IEnumerable<Attribute> attributes) => attributes.OfType<SupportsWildcardsAttribute>().Any();

    /// <summary>Returns the values of a ValidateSet, or of an attribute of the module that acts as one.</summary>
    private static IEnumerable<string> ValuesOf(IEnumerable<Attribute> attributes) => attributes.OfType<ValidateEnumeratedArgumentsAttribute>()
        .SelectMany(attribute => attribute.GetType().GetProperty(nameof(ValidateSetAttribute.ValidValues))?.GetValue(attribute) as IEnumerable<string> ?? []);

    private static HashSet<string> Shown(CmdletInfo command) => [.. ParametersOf(command).Select(parameter => parameter.Name)];

    private static IEnumerable<string> MamlFactsOfCode(CmdletInfo command)
    {
        yield return $"{command.Name}";
        foreach (PSTypeName type in command.OutputType)
        {
            yield return $"{command.Name} returns {type.Type}";
        }

        HashSet<string> shown = Shown(command);
        foreach (CommandParameterSetInfo set in command.ParameterSets)
        {
            IEnumerable<string> parameters = set.Parameters.Where(parameter => shown.Contains(parameter.Name))
                .Select(parameter => Describe(
                    parameter.Name,
                    parameter.IsMandatory,
                    parameter.Position < 0 ? "named" : parameter.Position.ToString(CultureInfo.InvariantCulture),
                    PipelineOf(parameter.ValueFromPipeline, parameter.ValueFromPipelineByPropertyName),
                    parameter.Aliases,
                    HasWildcards(parameter.Attributes),
                    ValuesOf(parameter.Attributes)));
            yield return $"{command.Name}: {string.Join(' ', parameters.Order(StringComparer.Ordinal))}";
        }

        foreach (ParameterMetadata parameter in ParametersOf(command))
        {
            yield return $"{command.Name} -{parameter.Name} type {parameter.ParameterType}, alias {string.Join('|', parameter.Aliases.Order(StringComparer.Ordinal))}";
        }
    }

    private static IEnumerable<string> MamlFactsOf(XElement command)
    {
        string name = NameOf(command);
        yield return name;
        foreach (XElement type in command.Element(Command + "returnValues")?.Descendants(Dev + "type") ?? [])
        {
            if (type.Element(Maml + "name")!.Value is not "None" and string returned)
            {
                yield return $"{name} returns {returned}";
            }
        }

        foreach (XElement syntax in command.Descendants(Command + "syntaxItem"))
        {
            IEnumerable<string> parameters = syntax.Elements(Command + "parameter").Select(parameter => Describe(
                parameter.Element(Maml + "name")!.Value,
                (bool)parameter.Attribute("required")!,
                parameter.Attribute("position")!.Value.ToLowerInvariant(),
                parameter.Attribute("pipelineInput")!.Value,
                AliasesOf(parameter),
                (bool)parameter.Attribute("globbing")!,
                parameter.Descendants(Command + "parameterValue").Where(value => value.Parent!.Name == Command + "parameterValueGroup").Select(value => value.Value)));
            yield return $"{name}: {string.Join(' ', parameters.Order(StringComparer.Ordinal))}";
        }

        foreach (XElement parameter in MamlParameters(command))
        {
            yield return $"{name} -{parameter.Element(Maml + "name")!.Value} type {parameter.Element(Dev + "type")!.Element(Maml + "name")!.Value}, alias {string.Join('|', AliasesOf(parameter).Order(StringComparer.Ordinal))}";
        }
    }

    private static string Describe(string name, bool isRequired, string position, string pipeline, IEnumerable<string> aliases, bool hasWildcards, IEnumerable<string> values) =>
        $"-{name}({string.Join(
            ", ",
            [isRequired ? "required" : "optional", position, pipeline, hasWildcards ? "wildcards" : "literal", string.Join('|', aliases.Order(StringComparer.Ordinal)), string.Join('|', values.Order(StringComparer.Ordinal))])})";

    private static string[] AliasesOf(XElement parameter) => parameter.Attribute("aliases")!.Value is "none" or "" ? [] : parameter.Attribute("aliases")!.Value.Split(", ");

    private static string PipelineOf(bool byValue, bool byName) => (byValue, byName) switch
    {
        (true, true) => "true (ByValue, ByPropertyName)",
        (true, false) => "true (ByValue)",
        (false, true) => "true (ByPropertyName)",
        _ => "false",
    };

    private static string NameOf(XElement command) => command.Element(Command + "details")!.Element(Command + "name")!.Value;

    private static IEnumerable<XElement> MamlCommands() =>
        XDocument.Load(Path.Combine(HelpFolder, "RoamShm.PowerShell.dll-Help.xml")).Root!.Elements(Command + "command");

    private static IEnumerable<XElement> MamlParameters(XElement command) => command.Element(Command + "parameters")?.Elements(Command + "parameter") ?? [];

    private static string InAnyOrder(string syntax)
    {
        // Named parameters can be in any order.
        string[] parts = [.. Regex.Matches(Regex.Replace(syntax, @"\s+", " "), @"\[\[-.*?\] <[^>]*>\]|\[-\w+\] <[^>]*>|\[[^\[\]]+(\[\])?>?\]|-\w+ <[^>]*>|\S+").Select(match => match.Value)];
        return string.Join(' ', parts.Order(StringComparer.Ordinal));
    }

    /// <summary>The defaults in the code, in the form that the page must have.</summary>
    private static IEnumerable<string> DefaultsOfCode(CmdletInfo command) =>
        ParametersOf(command).Where(parameter => !IsCommon(parameter)).Select(parameter => $"{command.Name} -{parameter.Name} {Text(DefaultOf(command, parameter))}");

    private static IEnumerable<string> DefaultsOf(CmdletInfo command, HelpPage page)
    {
        foreach (HelpParameter told in page.Parameters)
        {
            if (command.Parameters.TryGetValue(told.Name, out ParameterMetadata? parameter) && !IsCommon(parameter))
            {
                yield return $"{command.Name} -{told.Name} {(told.DefaultValue == "None" ? Text(null) : Text(Bind(parameter, told.DefaultValue)))}";
            }
        }
    }

    /// <summary>-WhatIf and -Confirm, which no class of the module declares.</summary>
    private static bool IsCommon(ParameterMetadata parameter) => Cmdlet.OptionalCommonParameters.Contains(parameter.Name);

    private static object? DefaultOf(CmdletInfo command, ParameterMetadata parameter)
    {
        using var cmdlet = (IDisposable)Activator.CreateInstance(command.ImplementingType)!;
        object? value = command.ImplementingType.GetProperty(parameter.Name)!.GetValue(cmdlet);
        if (value is Array { Length: 0 } or "" or null)
        {
            // No value given: New-RoamSegment uses that of a new configuration.
            return command.Name == "New-RoamSegment" ? ConfigurationDefaultOf(command, parameter.Name) : null;
        }

        return value;
    }

    private static object? ConfigurationDefaultOf(CmdletInfo command, string name)
    {
        Assembly core = CoreOf(command);
        Type configuration = core.GetType("RoamShm.SegmentConfiguration", throwOnError: true)!;
        return name switch
        {
            "Path" => null,
            "SlotClass" => ((System.Collections.IEnumerable)configuration.GetMethod("DefaultSlotClasses")!.Invoke(null, null)!).Cast<object>().ToArray(),
            "Mode" => Convert.ToString((int)core.GetType("RoamShm.SegmentCreateOptions", throwOnError: true)!.GetField("DefaultMode")!.GetValue(null)!, 8).PadLeft(4, '0'),
            _ => configuration.GetProperty(name)!.GetValue(Activator.CreateInstance(configuration)),
        };
    }

    private static Assembly CoreOf(CmdletInfo command) =>
        command.OutputType.Select(type => type.Type.Assembly).FirstOrDefault(assembly => assembly.GetName().Name == "RoamShm.Core")
        ?? Assembly.LoadFrom(Path.Combine(Prompt.ModulePath, "bin", "RoamShm.Core.dll"));

    /// <summary>Returns the value that a parameter would get from a text.</summary>
    private static object? Bind(ParameterMetadata parameter, string text)
    {
        if (parameter.Name == "SlotClass")
        {
            return text.Split(", ");
        }

        if (parameter.SwitchParameter)
        {
            return bool.Parse(text);
        }

        object? value = text;
        foreach (ArgumentTransformationAttribute transformation in parameter.Attributes.OfType<ArgumentTransformationAttribute>())
        {
            value = transformation.Transform(null!, value);
        }

        return LanguagePrimitives.ConvertTo(value, Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType, CultureInfo.InvariantCulture);
    }

    private static string Text(object? value) => value switch
    {
        null => "nothing",
        SwitchParameter flag => flag.IsPresent.ToString(),
        object[] several => string.Join(", ", several.Select(one => Regex.Replace(one.ToString()!, @"^(\d+)KB:", match => $"{long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * 1024}:"))),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private IEnumerable<string> SharedErrorIds() =>
        CoreOf(Commands()[0]).GetType("RoamShm.SegmentErrorId", throwOnError: true)!
            .GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

    /// <summary>The ids that only one cmdlet has: those before the category of an error record in its source.</summary>
    private static string[] OwnErrorIds(CmdletInfo command)
    {
        string source = File.ReadAllText(Path.Combine(Prompt.RepositoryRoot, "src", "RoamShm.PowerShell", "Commands", command.ImplementingType.Name + ".cs"));
        string[] ids = [.. Regex.Matches(source, @"""(\w+)"",\s*ErrorCategory\.").Select(match => match.Groups[1].Value)];
        Assert.Equal(Regex.Count(source, @"new ErrorRecord\("), ids.Length);
        return [.. ids, .. Regex.Matches(source, @"ArgumentErrors\.(\w+)\(").Select(match => match.Groups[1].Value)];
    }

    private static IEnumerable<string> ToldErrorIds(string about)
    {
        string part = about[about.IndexOf("  ERROR IDS", StringComparison.Ordinal)..about.IndexOf("  FINDINGS", StringComparison.Ordinal)];
        return Regex.Matches(part, @"^    ([A-Z]\w+)\n        Cause: ", RegexOptions.Multiline).Concat(Regex.Matches(part, @"(?<=[.:]\s+)([A-Z][a-z]+[A-Z]\w+): ")).Select(match => match.Groups[1].Value);
    }

    private static IEnumerable<string> ErrorIdsOf(HelpPage page) =>
        Regex.Matches(page["NOTES"], @"^(?:- `(\w+)`:|`(\w+)` ends the cmdlet:)", RegexOptions.Multiline).Select(match => match.Groups[1].Value + match.Groups[2].Value);

    private static IEnumerable<string> ErrorIdsOf(XElement command) =>
        command.Element(Maml + "alertSet")!.Descendants(Maml + "para")
            .SelectMany(paragraph => Regex.Matches(paragraph.Value, @"(?m)^(?:- (\w+):|(\w+) ends the cmdlet:)").Select(match => match.Groups[1].Value + match.Groups[2].Value));
}
