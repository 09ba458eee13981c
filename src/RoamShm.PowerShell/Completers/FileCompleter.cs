using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace RoamShm.Completers;

/// <summary>
/// Completes paths as PowerShell does, but lists segments first. Probes at most <see cref="MostProbed"/> files, and reads only the magic of each, so that Tab
/// responds at once in any folder.
/// </summary>
public sealed class FileCompleter : IArgumentCompleter
{
    /// <summary>The number of files to probe. Any further files are listed as ordinary files.</summary>
    private const int MostProbed = 200;

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        bool isLiteral = !string.Equals(parameterName, "Path", StringComparison.OrdinalIgnoreCase);

        // PowerShell offers nothing after an escaped bracket, and fails after a double quote if a name contains a backtick.
        string word = WildcardPattern.Unescape(Unquote(wordToComplete ?? string.Empty));
        CompletionResult[] all = [.. Offer(word).Select(result => Spell(result, isLiteral))];
        bool[] areSegments = new bool[all.Length];
        int probed = 0;
        for (int i = 0; i < all.Length; i++)
        {
            areSegments[i] = all[i].ResultType == CompletionResultType.ProviderItem && probed++ < MostProbed && Segment.IsSegment(all[i].ToolTip);
        }

        foreach (CompletionResult result in all.Where((_, i) => areSegments[i]))
        {
            yield return Printable(result, "roam segment ");
        }

        foreach (CompletionResult result in all.Where((_, i) => !areSegments[i]))
        {
            yield return Printable(result, string.Empty);
        }
    }

    /// <summary>
    /// Returns the completions of the engine, or none if it fails, as it does in unreadable folders and for some words: Tab must never show an error.
    /// </summary>
    private static CompletionResult[] Offer(string word)
    {
        try
        {
            return [.. CompletionCompleters.CompleteFilename(word)];
        }
        catch (Exception e) when (e is not PipelineStoppedException)
        {
            return [];
        }
    }

    private static CompletionResult Printable(CompletionResult result, string kind) =>
        new(result.CompletionText, PrintableText.Escape(result.ListItemText), result.ResultType, kind + PrintableText.Escape(result.ToolTip));

    /// <summary>
    /// Quotes the path of a file again: for an argument completer, PowerShell escapes brackets even for -LiteralPath, and leaves * and ? as they are. Returns
    /// anything not known to be a file unchanged.
    /// </summary>
    private static CompletionResult Spell(CompletionResult result, bool isLiteral)
    {
        // Words that need no quotes are the majority; parsing them would take most of the time in a large folder.
        if (result.ResultType is not (CompletionResultType.ProviderItem or CompletionResultType.ProviderContainer) || IsPlain(result.CompletionText))
        {
            return result;
        }

        string spelled = Read(result.CompletionText);
        string name = result.ListItemText.TrimEnd(Separators);

        // PowerShell does not quote a name with a line break, and would run its second line.
        string? literal = new[] { WildcardPattern.Unescape(spelled), spelled, result.ToolTip }.FirstOrDefault(path => LeafOf(path) == name);
        return literal is null ? result : new CompletionResult(Quote(isLiteral ? literal : EscapeWildcards(literal)), result.ListItemText, result.ResultType, result.ToolTip);
    }

    private static string LeafOf(string path) => path.Substring(path.TrimEnd(Separators).LastIndexOfAny(Separators) + 1).TrimEnd(Separators);

    /// <summary>Returns the meaning of a possibly quoted word, as PowerShell parses it.</summary>
    private static string Read(string word)
    {
        Ast script = Parser.ParseInput("x " + word, out _, out ParseError[] errors);
        return errors.Length == 0 && script.Find(ast => ast is CommandAst, searchNestedScriptBlocks: false) is CommandAst command
            && command.CommandElements.Count == 2 && command.CommandElements[1] is StringConstantExpressionAst text
            ? text.Value
            : word;
    }

    /// <summary>Returns a word without its quotes. PowerShell passes an unterminated word as it was typed, or terminated.</summary>
    private static string Unquote(string word)
    {
        if (word.Length == 0 || word[0] is not ('\'' or '"'))
        {
            return word;
        }

        bool isClosed = word.Length > 1 && word[word.Length - 1] == word[0];
        string text = word.Substring(1, word.Length - (isClosed ? 2 : 1));
        return word[0] == '\'' ? text.Replace("''", "'") : text;
    }

    private static string EscapeWildcards(string path)
    {
        // A backtick is an escape only if the path is a pattern or has been escaped.
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

    /// <summary>Determines whether a path needs no quotes on a command line.</summary>
    private static bool IsPlain(string path)
    {
        foreach (char c in path)
        {
            if (!char.IsLetterOrDigit(c) && "/\\.:_-+=~%^!".IndexOf(c) < 0)
            {
                return false;
            }
        }

        // A word with another first character could be a parameter, a number or an operator.
        return path.Length > 0 && (char.IsLetter(path[0]) || "/\\.~".IndexOf(path[0]) >= 0);
    }
}
