using System.Runtime.CompilerServices;

namespace RoamShm.Parameters;

/// <summary>
/// Paths that an object brought along rather than somebody wrote: the engine hands them on as plain strings, and this remembers which they are. Such a path
/// is the name of one file, never a pattern, and on an object of another computer it is a file over there.
/// </summary>
internal static class PathOfObject
{
    private static readonly ConditionalWeakTable<string, Origin> Known = new();

    /// <summary>Notes where a path is from.</summary>
    /// <param name="path">The path, not empty.</param>
    /// <param name="computer">The computer of the object, as the engine notes it; null for this one.</param>
    /// <returns>A string of its own with that text.</returns>
    internal static string Note(string path, string? computer)
    {
        string own = new(path.ToCharArray());
        Known.Add(own, new Origin(computer));
        return own;
    }

    /// <summary>Whether an object brought a path along.</summary>
    /// <param name="path">The very string that <see cref="Note"/> returned, or any other.</param>
    /// <param name="computer">The computer of the object.</param>
    internal static bool Is(string path, out string? computer)
    {
        bool isKnown = Known.TryGetValue(path, out Origin? origin);
        computer = origin?.Computer;
        return isKnown;
    }

    private sealed class Origin
    {
        internal Origin(string? computer) => Computer = computer;

        internal string? Computer { get; }
    }
}
