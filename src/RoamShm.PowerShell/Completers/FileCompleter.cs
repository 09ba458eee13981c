using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using RoamShm.Abstractions;

namespace RoamShm.Completers;

/// <summary>
/// Offers what PowerShell offers for a path, segments first. No more than <see cref="MostProbed"/> files are looked at, and of each no more than its magic, so
/// that the key answers at once in any folder.
/// </summary>
public sealed class FileCompleter : IArgumentCompleter
{
    /// <summary>Files that are looked at; those behind them are offered as any file is.</summary>
    private const int MostProbed = 200;

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        bool isLiteral = !string.Equals(parameterName, "Path", StringComparison.OrdinalIgnoreCase);
        string word = wordToComplete ?? string.Empty;
        CompletionResult[] offered = [.. CompletionCompleters.CompleteFilename(word)];
        CompletionResult[] all = offered.Length > 0 ? [.. offered.Select(result => Spell(result, isLiteral))] : [.. List(Read(word), isLiteral)];
        bool[] areSegments = new bool[all.Length];
        int probed = 0;
        for (int i = 0; i < all.Length; i++)
        {
            areSegments[i] = all[i].ResultType == CompletionResultType.ProviderItem && probed++ < MostProbed && Segment.IsSegment(all[i].ToolTip);
        }

        foreach (CompletionResult result in all.Where((_, i) => areSegments[i]))
        {
            yield return new CompletionResult(result.CompletionText, result.ListItemText, result.ResultType, "roam segment " + result.ToolTip);
        }

        foreach (CompletionResult result in all.Where((_, i) => !areSegments[i]))
        {
            yield return result;
        }
    }

    /// <summary>
    /// Spells a file's path anew: PowerShell escapes brackets for -LiteralPath too where an argument completer asks, and leaves * and ? as they are. What is not
    /// told to be a file stays as it is.
    /// </summary>
    private static CompletionResult Spell(CompletionResult result, bool isLiteral)
    {
        // To read what needs no quotes, which is most of what there is, would be most of the time in a large folder.
        if (result.ResultType is not (CompletionResultType.ProviderItem or CompletionResultType.ProviderContainer) || IsPlain(result.CompletionText))
        {
            return result;
        }

        string spelled = Read(result.CompletionText);
        string name = result.ListItemText.TrimEnd(Separators);
        string? literal = new[] { WildcardPattern.Unescape(spelled), spelled }.FirstOrDefault(path => LeafOf(path) == name);
        return literal is null ? result : Make(literal, result.ListItemText, result.ResultType, result.ToolTip, isLiteral);
    }

    private static CompletionResult Make(string literal, string name, CompletionResultType type, string tip, bool isLiteral) =>
        new(Quote(isLiteral ? literal : EscapeWildcards(literal)), name, type, tip);

    /// <summary>The files of an engine that has no cmdlets for items, as the embedded shell's; without wildcards.</summary>
    private static IEnumerable<CompletionResult> List(string word, bool isLiteral)
    {
        int end = word.LastIndexOfAny(Separators) + 1;
        string folder = word.Substring(0, end);
        string start = word.Substring(end);
        string[] entries;
        try
        {
            string here = isLiteral ? folder : WildcardPattern.Unescape(folder);
            string path = new PathResolver(NamedSegments.Session()).ResolveLiteral(here.Length == 0 ? "." : here);
            entries = Directory.GetFileSystemEntries(path);
        }
        catch (Exception e) when (e is SegmentException or IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        Array.Sort(entries, StringComparer.CurrentCultureIgnoreCase);
        string prefix = folder.Length == 0 ? "." + Path.DirectorySeparatorChar : isLiteral ? folder : WildcardPattern.Unescape(folder);
        string wanted = isLiteral ? start : WildcardPattern.Unescape(start);
        foreach (string entry in entries)
        {
            string name = LeafOf(entry);
            if (name.StartsWith(wanted, StringComparison.OrdinalIgnoreCase))
            {
                CompletionResultType type = Directory.Exists(entry) ? CompletionResultType.ProviderContainer : CompletionResultType.ProviderItem;
                yield return Make(prefix + name, name, type, entry, isLiteral);
            }
        }
    }

    private static string LeafOf(string path) => path.Substring(path.TrimEnd(Separators).LastIndexOfAny(Separators) + 1).TrimEnd(Separators);

    /// <summary>What a word means, quotes and all, as PowerShell reads it; the word itself where it is not complete, without the quote that it begins with.</summary>
    private static string Read(string word)
    {
        Ast script = Parser.ParseInput("x " + word, out _, out ParseError[] errors);
        if (errors.Length == 0 && script.Find(ast => ast is CommandAst, searchNestedScriptBlocks: false) is CommandAst command
            && command.CommandElements.Count == 2 && command.CommandElements[1] is StringConstantExpressionAst text)
        {
            return text.Value;
        }

        return word.TrimStart('\'', '"');
    }

    private static string EscapeWildcards(string path)
    {
        // A backtick escapes what follows it only where the path is read as a pattern or has been escaped.
        if (!WildcardPattern.ContainsWildcardCharacters(path) && path.IndexOf('`') < 0)
        {
            return path;
        }

        var escaped = new System.Text.StringBuilder();
        foreach (char c in path)
        {
            _ = c is '*' or '?' or '[' or ']' or '`' ? escaped.Append('`').Append(c) : escaped.Append(c);
        }

        return escaped.ToString();
    }

    private static string Quote(string path) => IsPlain(path) ? path : "'" + CodeGeneration.EscapeSingleQuotedStringContent(path) + "'";

    /// <summary>Whether a path stands for itself on a command line.</summary>
    private static bool IsPlain(string path)
    {
        foreach (char c in path)
        {
            if (!char.IsLetterOrDigit(c) && "/\\.:_-+=~%^!".IndexOf(c) < 0)
            {
                return false;
            }
        }

        // A word that begins otherwise could be a parameter, a number or an operator.
        return path.Length > 0 && (char.IsLetter(path[0]) || "/\\.~".IndexOf(path[0]) >= 0);
    }
}
