namespace RoamShm;

/// <summary>File operations, worded to fit "cannot ... the file".</summary>
internal static class FileOperation
{
    internal const string Open = "open";
    internal const string OpenForWriting = "open for writing";
    internal const string LookAt = "look at";
    internal const string Read = "read";
    internal const string Map = "map";
    internal const string Remove = "remove";
    internal const string Create = "create";
    internal const string Reserve = "reserve";
    internal const string Lengthen = "lengthen";
    internal const string Write = "write";
    internal const string SetMode = "set the mode of";
    internal const string Name = "name";
    internal const string Replace = "replace";
}
