using System;
using System.IO;

namespace RoamShm.Bench;

/// <summary>
/// The floor for a search: once, the mappings of all processes, which show deleted segments that are still in use; the names in a folder, in order; and for
/// each the status of the name, the reads of a validation, and one check whether anybody uses the file: a lease, taken and released. With 8 guests, 24 system
/// calls an item.
/// </summary>
public static class FindFloor
{
    public static long FindAll(string folder)
    {
        string[] paths = Directory.GetFileSystemEntries(folder);
        Array.Sort(paths, StringComparer.OrdinalIgnoreCase);
        long free = LibC.IsUsed && ProcessFloor.ReadAll() == 0 ? 1 : 0;
        foreach (string path in paths)
        {
            free += Find(path) ? 1 : 0;
        }

        return free;
    }

    private static bool Find(string path)
    {
        if (!LibC.IsUsed)
        {
            return File.Exists(path) && ValidateFloor.Validate(path);
        }

        HeaderFloor.Require(LibC.IsRegularItself(path));
        using RawFile file = RawFile.Open(path);
        return ValidateFloor.Validate(file) && LibC.IsUnused(file.Descriptor);
    }
}
