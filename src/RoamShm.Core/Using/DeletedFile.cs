using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>A file that processes still map although its name was deleted or taken by another file.</summary>
internal sealed class DeletedFile
{
    private readonly List<DeletedMapping> _mappings = [];

    internal DeletedFile(string name) => Name = name;

    /// <summary>The path that the file had.</summary>
    internal string Name { get; }

    /// <summary>The path as mapping lists show it, which names no file.</summary>
    internal string ShownName => Name + " (deleted)";

    /// <summary>The processes that map the file.</summary>
    internal IReadOnlyList<int> ProcessIds => _mappings.ConvertAll(mapping => mapping.ProcessId);

    /// <summary>The largest number of bytes that a single process maps.</summary>
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

    /// <summary>Opens the file through a process that maps it; returns <see langword="null"/> if that is not allowed.</summary>
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

                // Another file is mapped at that address by now.
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
