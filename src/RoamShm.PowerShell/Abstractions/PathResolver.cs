using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Runtime.InteropServices;
using Microsoft.PowerShell.Commands;

namespace RoamShm.Abstractions;

/// <summary>
/// From what a user wrote to the paths of files. Asking the provider takes ten times as long as reading a header, so a path that
/// can mean only one file is taken as it is; whatever could mean something else is asked.
/// </summary>
internal sealed class PathResolver
{
    internal const string FileSystemPrefix = "Microsoft.PowerShell.Core\\FileSystem::";

    private static readonly bool IsWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
    private readonly PathIntrinsics _paths;

    internal PathResolver(SessionState session) => _paths = session.Path;

    /// <summary>The name that binds to -LiteralPath, whatever characters it has.</summary>
    internal static string ToPSPath(string path) => FileSystemPrefix + path;

    /// <summary>The file that a literal path means.</summary>
    /// <exception cref="SegmentException">It means none.</exception>
    internal string ResolveLiteral(string path)
    {
        return ToOneFile(path, isLiteral: true) ?? AskProvider(path);
    }

    /// <summary>The file of a path that can mean only one, whatever the session's location and drives are; or null.</summary>
    /// <param name="path">The path.</param>
    /// <param name="isLiteral">Whether wildcards in it are characters as others.</param>
    internal static string? ToOneFile(string path, bool isLiteral)
    {
        if (isLiteral && path.StartsWith(FileSystemPrefix, StringComparison.Ordinal) && IsPlainProviderPath(path, FileSystemPrefix.Length))
        {
            return path.Substring(FileSystemPrefix.Length);
        }

        return !IsWindows && IsPlain(path, 0, '/', allowWildcards: isLiteral) ? path : null;
    }

    /// <summary>The files that a path with wildcards means: those that match; else the one that has just that name; else none.</summary>
    /// <exception cref="SegmentException">It has no wildcards and means no file.</exception>
    internal IReadOnlyList<string> Resolve(string path)
    {
        if (WildcardPattern.ContainsWildcardCharacters(path))
        {
            return Match(path);
        }

        // Without wildcards a backtick escapes what follows it, unless a file has just that name.
        string unescaped = WildcardPattern.Unescape(path);
        string resolved = ResolveLiteral(unescaped);
        return [unescaped == path || Exists(resolved) || FindLiteral(path) is not string literal ? resolved : literal];
    }

    /// <summary>
    /// What the provider would match, for a pattern in the last part of a path that can mean only one folder: names without regard to case, those that
    /// begin with a dot left out. Null where the provider has to be asked.
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
            // Nothing matches, or it is no pattern.
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

    /// <summary>The error for what the path intrinsics throw, or null for what is not theirs, a stopped pipeline above all.</summary>
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
    /// Whether a path, from a position on, is rooted and has nothing to resolve: no other separator, no empty, . or .. part, no provider,
    /// and, where they count, no wildcards or escapes.
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
                // Most characters; the sum of the others costs as much as opening half a file.
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
