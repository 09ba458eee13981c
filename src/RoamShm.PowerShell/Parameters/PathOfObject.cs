using System.Runtime.CompilerServices;

namespace RoamShm.Parameters;

/// <summary>
/// Remembers where a path came from if an object supplied it rather than the user: the engine passes it on as a plain string, so this keeps track of those
/// string instances. Such a path is the name of one file, never a pattern; on an object from another computer, it means a file there.
/// </summary>
internal sealed class PathOfObject
{
    private static readonly ConditionalWeakTable<string, PathOfObject> Known = new();

    private PathOfObject(string? computer, string? fileId)
    {
        Computer = computer;
        FileId = fileId;
    }

    /// <summary>The computer of the object, as the engine notes it; <see langword="null"/> for the local one.</summary>
    internal string? Computer { get; }

    /// <summary>The identity of the file that the object was read from; <see langword="null"/> if unknown.</summary>
    internal string? FileId { get; }

    /// <summary>Records where a path came from.</summary>
    /// <param name="path">The path; must not be empty.</param>
    /// <param name="computer">The computer of the object.</param>
    /// <param name="fileId">The identity of the file that it was read from.</param>
    /// <returns>A new string instance with that text.</returns>
    internal static string Note(string path, string? computer, string? fileId = null)
    {
        string own = new(path.ToCharArray());
        Known.Add(own, new PathOfObject(computer, fileId));
        return own;
    }

    /// <summary>Returns where a path came from.</summary>
    /// <param name="path">The string instance that <see cref="Note"/> returned, or any other.</param>
    /// <returns><see langword="null"/> for a path that the user typed.</returns>
    internal static PathOfObject? Of(string path) => Known.TryGetValue(path, out PathOfObject? source) ? source : null;
}
