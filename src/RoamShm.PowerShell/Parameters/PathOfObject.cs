using System.Runtime.CompilerServices;

namespace RoamShm.Parameters;

/// <summary>
/// Where a path is from that an object brought along rather than somebody wrote: the engine hands it on as a plain string, and this remembers which strings are such. That
/// path is the name of one file, never a pattern; on an object of another computer it is a file over there.
/// </summary>
internal sealed class PathOfObject
{
    private static readonly ConditionalWeakTable<string, PathOfObject> Known = new();

    private PathOfObject(string? computer, string? fileId)
    {
        Computer = computer;
        FileId = fileId;
    }

    /// <summary>The computer of the object, as the engine notes it; null for this one.</summary>
    internal string? Computer { get; }

    /// <summary>The file that the object was read from; null where it does not say.</summary>
    internal string? FileId { get; }

    /// <summary>Notes where a path is from.</summary>
    /// <param name="path">The path, not empty.</param>
    /// <param name="computer">The computer of the object.</param>
    /// <param name="fileId">The file that it was read from.</param>
    /// <returns>A string of its own with that text.</returns>
    internal static string Note(string path, string? computer, string? fileId = null)
    {
        string own = new(path.ToCharArray());
        Known.Add(own, new PathOfObject(computer, fileId));
        return own;
    }

    /// <summary>Where a path is from.</summary>
    /// <param name="path">The very string that <see cref="Note"/> returned, or any other.</param>
    /// <returns>Null for what somebody wrote.</returns>
    internal static PathOfObject? Of(string path) => Known.TryGetValue(path, out PathOfObject? source) ? source : null;
}
