using System;
using System.IO;

namespace RoamShm;

/// <summary>Rules for file names that are specific to Windows.</summary>
internal static class WindowsPath
{
    // MAX_PATH minus the 12 characters that a folder reserves for a short name.
    private const int LongestPlain = 247;

    /// <summary>Whether a path leads into the device namespace.</summary>
    internal static bool IsDevice(string path) => path.StartsWith(@"\\.\", StringComparison.Ordinal) || path.StartsWith("//./", StringComparison.Ordinal);

    /// <summary>Returns why a name cannot be that of a segment, as a clause; null if it can.</summary>
    /// <param name="path">The path.</param>
    internal static string? WhyNoFile(string path)
    {
        string name = path.Substring(path.LastIndexOfAny(['\\', '/']) + 1);
        // A colon after a drive letter, as in C:a.seg, is the second character of the path.
        int colon = name.IndexOf(':', name.Length == path.Length && path.Length > 1 && path[1] == ':' ? 2 : 0);
        return colon >= 0 ? "it names an alternate data stream, and a segment is a whole file" : null;
    }

    /// <summary>
    /// Whether the last part of a path is a device name, with any extension, in some version of Windows. After \\?\ such a name is like any other.
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

    /// <summary>Returns the path in a form that the operating system accepts at any length. The file API of .NET needs no such help.</summary>
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
