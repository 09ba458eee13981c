using System;
using System.IO;

namespace RoamShm;

/// <summary>What is special to the names of files on Windows.</summary>
internal static class WindowsPath
{
    // MAX_PATH less the 12 characters that a folder leaves for a short name.
    private const int LongestPlain = 247;

    /// <summary>Whether a path leads to the devices' own names.</summary>
    internal static bool IsDevice(string path) => path.StartsWith(@"\\.\", StringComparison.Ordinal) || path.StartsWith("//./", StringComparison.Ordinal);

    /// <summary>Why a name cannot be that of a segment, as part of a sentence; null where it can.</summary>
    /// <param name="path">The path.</param>
    internal static string? WhyNoFile(string path)
    {
        string name = path.Substring(path.LastIndexOfAny(['\\', '/']) + 1);
        // The colon behind a drive letter, as in C:a.seg, is the path's second character.
        int colon = name.IndexOf(':', name.Length == path.Length && path.Length > 1 && path[1] == ':' ? 2 : 0);
        return colon >= 0 ? "it names an alternate data stream, and a segment is a whole file" : null;
    }

    /// <summary>
    /// Whether the last part of a path is the name of a device, with any extension, in some version of Windows. Behind \\?\ such a name is one as any other.
    /// </summary>
    /// <param name="path">The path.</param>
    internal static bool IsReserved(string path)
    {
        if (path.StartsWith(@"\\?\", StringComparison.Ordinal))
        {
            return false;
        }

        string name = path.Substring(path.LastIndexOfAny(['\\', '/', ':']) + 1);
        int dot = name.IndexOf('.');
        string stem = (dot < 0 ? name : name.Substring(0, dot)).TrimEnd(' ').ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
                && (stem[3] is >= '1' and <= '9' or '\u00B9' or '\u00B2' or '\u00B3'));
    }

    /// <summary>The path as the system takes it however long it is. .NET sees to that for what goes through its own file API.</summary>
    /// <param name="path">The path.</param>
    internal static string Extend(string path)
    {
        if (path.Length <= LongestPlain || path.StartsWith(@"\\?\", StringComparison.Ordinal) || IsDevice(path))
        {
            return path;
        }

        string full = Path.GetFullPath(path);
        return full.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\?\UNC\" + full.Substring(2) : @"\\?\" + full;
    }
}
