using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>A file that has lost its name, by deletion or to another file, and that processes still map.</summary>
internal sealed class DeletedFile
{
    private readonly List<DeletedMapping> _mappings = [];

    internal DeletedFile(string name) => Name = name;

    /// <summary>The path that it had.</summary>
    internal string Name { get; }

    /// <summary>The path as the lists of mappings show it, which no file has.</summary>
    internal string ShownName => Name + " (deleted)";

    /// <summary>The processes that map it.</summary>
    internal IReadOnlyList<int> ProcessIds => _mappings.ConvertAll(mapping => mapping.ProcessId);

    /// <summary>The most that one process maps of it, in bytes.</summary>
    internal ulong MappedBytes
    {
        get
        {
            ulong most = 0;
            foreach (DeletedMapping mapping in _mappings)
            {
                most = Math.Max(most, mapping.Bytes);
            }

            return most;
        }
    }

    internal FileKey Key => _mappings[0].File;

    internal void Add(DeletedMapping mapping) => _mappings.Add(mapping);

    /// <summary>Opens it by way of a process that maps it; null where that is not allowed.</summary>
    internal SegmentFile? TryOpen()
    {
        foreach (DeletedMapping mapping in _mappings)
        {
            if (mapping.Path is not string path)
            {
                continue;
            }

            try
            {
                SegmentFile file = SegmentFile.OpenRead(path);
                if (file.Status.Identity.File == mapping.File.Inode)
                {
                    return file;
                }

                // Something else is mapped there by now.
                file.Dispose();
            }
            catch (SegmentException)
            {
                if (ProcessMemoryFile.TryOpen(ShownName, mapping) is ProcessMemoryFile memory)
                {
                    return memory;
                }
            }
        }

        return null;
    }
}
