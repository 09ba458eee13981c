using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Runtime.InteropServices;
using Microsoft.PowerShell.Commands;

namespace RoamShm.Abstractions;

/// <summary>
/// Resolves what a user typed to file paths. Asking the provider takes ten times as long as reading a header, so a path that can mean only one file is used as
/// it is; anything ambiguous goes to the provider.
/// </summary>
internal sealed class PathResolver
{
    internal const string FileSystemPrefix = "Microsoft.PowerShell.Core\\FileSystem::";

    private static readonly bool IsWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
    private readonly PathIntrinsics _paths;

    internal PathResolver(SessionState session) => _paths = session.Path;

    /// <summary>Returns the PSPath of a file, which binds to -LiteralPath whatever characters it contains.</summary>
    internal static string ToPSPath(string path) => FileSystemPrefix + path;

    /// <summary>Returns the file that a literal path denotes.</summary>
    /// <exception cref="SegmentException">The path denotes no file.</exception>
    internal string ResolveLiteral(string path)
    {
        return ToOneFile(path, isLiteral: true) ?? AskProvider(path);
    }

    /// <summary>
    /// Returns the file of a path that can mean only one, regardless of the session's location and drives; otherwise <see langword="null"/>.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="isLiteral">Whether wildcards are ordinary characters.</param>
    internal static string? ToOneFile(string path, bool isLiteral)
    {
        if (isLiteral && path.StartsWith(FileSystemPrefix, StringComparison.Ordinal) && IsPlainProviderPath(path, FileSystemPrefix.Length))
        {
            return path.Substring(FileSystemPrefix.Length);
        }

        return !IsWindows && IsPlain(path, 0, '/', allowWildcards: isLiteral) ? path : null;
    }

    /// <summary>Returns the files that a path with wildcards denotes: those that match, or else the file with exactly that name, if any.</summary>
    /// <exception cref="SegmentException">The path has no wildcards and denotes no file.</exception>
    internal IReadOnlyList<string> Resolve(string path)
    {
        if (WildcardPattern.ContainsWildcardCharacters(path))
        {
            return Match(path);
        }

        // Without wildcards, a backtick escapes the next character, unless a file with exactly that name exists.
        string unescaped = WildcardPattern.Unescape(path);
        string resolved = ResolveLiteral(unescaped);
        return [unescaped == path || Exists(resolved) || FindLiteral(path) is not string literal ? resolved : literal];
    }

    /// <summary>
    /// Returns what the provider would match for a pattern in the last part of a path whose folder is unambiguous: names are compared without regard to case,
    /// and those that begin with a dot are skipped. <see langword="null"/> if the provider must be asked.
    /// </summary>
    private static List<string>? MatchInFolder(string pattern)
    {
        int slash = pattern.LastIndexOf('/');
        if (IsWindows || slash < 1 || pattern.IndexOf('`') >= 0 || !IsPlain(pattern, 0, '/', allowWildcards: true)
            || !IsPlain(pattern.Substring(0, slash), 0, '/', allowWildcards: false))
        {
            return null;
        }

        try
        {
            string folder = pattern.Substring(0, slash);
            var names = new WildcardPattern(pattern.Substring(slash + 1), WildcardOptions.IgnoreCase);
            var matches = new List<string>();
            foreach (string path in Directory.EnumerateFileSystemEntries(folder))
            {
                string name = path.Substring(slash + 1);
                if (name[0] != '.' && names.IsMatch(name))
                {
                    matches.Add(path);
                }
            }

            matches.Sort(StringComparer.OrdinalIgnoreCase);
            return matches;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or WildcardPatternException)
        {
            return null;
        }
    }

    private IReadOnlyList<string> Match(string pattern)
    {
        IReadOnlyList<string> matches = MatchInFolder(pattern) ?? AskProviderForMatches(pattern);
        return matches.Count > 0 ? matches : FindLiteral(pattern) is string literal ? [literal] : [];
    }

    private IReadOnlyList<string> AskProviderForMatches(string pattern)
    {
        try
        {
            ICollection<string> matches = _paths.GetResolvedProviderPathFromPSPath(pattern, out ProviderInfo provider);
            RequireFileSystem(pattern, provider);
            return [.. matches];
        }
        catch (Exception e) when (e is ItemNotFoundException or WildcardPatternException)
        {
            // Nothing matches, or it is not a pattern.
            return [];
        }
        catch (Exception e) when (ToSegmentException(pattern, e) is SegmentException error)
        {
            throw error;
        }
    }

    private string? FindLiteral(string path)
    {
        try
        {
            string resolved = ResolveLiteral(path);
            return Exists(resolved) ? resolved : null;
        }
        catch (SegmentException)
        {
            return null;
        }
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private string AskProvider(string path)
    {
        if (path.Length == 0)
        {
            throw new SegmentException(SegmentErrorId.NotAFileSystemPath, "The path is empty.", path);
        }

        try
        {
            string resolved = _paths.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            RequireFileSystem(path, provider);
            return resolved;
        }
        catch (Exception e) when (ToSegmentException(path, e) is SegmentException error)
        {
            throw error;
        }
    }

    private static void RequireFileSystem(string path, ProviderInfo provider)
    {
        if (provider.ImplementingType != typeof(FileSystemProvider))
        {
            throw new SegmentException(SegmentErrorId.NotAFileSystemPath, $"'{path}' belongs to the {provider.Name} provider, not to the file system.", path);
        }
    }

    /// <summary>
    /// Returns the error for an exception of the path intrinsics; <see langword="null"/> for any other exception, especially a stopped pipeline.
    /// </summary>
    private static SegmentException? ToSegmentException(string path, Exception e) => e switch
    {
        System.Management.Automation.DriveNotFoundException or ItemNotFoundException =>
            new SegmentException(SegmentErrorId.SegmentNotFound, $"There is no '{path}': {e.Message}", path, e),
        ProviderNotFoundException or ProviderInvocationException or PSNotSupportedException or PSInvalidOperationException or PSArgumentException =>
            new SegmentException(SegmentErrorId.NotAFileSystemPath, $"'{path}' does not name a file: {e.Message}", path, e),
        _ => null,
    };

    private static bool IsPlainProviderPath(string path, int start)
    {
        if (!IsWindows)
        {
            return IsPlain(path, start, '/', allowWildcards: true);
        }

        bool hasDrive = path.Length > start + 3 && path[start + 1] == ':' && char.ToUpperInvariant(path[start]) is >= 'A' and <= 'Z';
        return hasDrive && IsPlain(path, start + 2, '\\', allowWildcards: true);
    }

    /// <summary>
    /// Determines whether a path, from an index on, is rooted and needs no resolving: no alternative separator, no empty, . or .. part, no provider and,
    /// unless literal, no wildcards or escapes.
    /// </summary>
    private static bool IsPlain(string path, int start, char separator, bool allowWildcards)
    {
        if (path.Length < start + 2 || path[start] != separator)
        {
            return false;
        }

        int partStart = start + 1;
        for (int i = partStart; i <= path.Length; i++)
        {
            char c = i < path.Length ? path[i] : separator;
            if ((uint)((c | 0x20) - 'a') <= 'z' - 'a' || (uint)(c - '0') <= 9)
            {
                // The common characters. Running every character through the checks below would cost half as much as opening a file.
                continue;
            }

            if (c == separator)
            {
                int length = i - partStart;
                bool isDots = (length == 1 && path[partStart] == '.') || (length == 2 && path[partStart] == '.' && path[partStart + 1] == '.');
                if (length == 0 || isDots)
                {
                    return false;
                }

                partStart = i + 1;
            }
            else if (c is '/' or '\\' || (c == ':' && (separator == '\\' || path[i - 1] == ':'))
                || (!allowWildcards && c is '*' or '?' or '[' or ']' or '`'))
            {
                return false;
            }
        }

        return true;
    }
}
