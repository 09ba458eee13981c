using System;

namespace RoamShm;

/// <summary>A file without a name that a process maps, as the list of that process's mappings has it.</summary>
internal sealed class DeletedMapping
{
    internal DeletedMapping(FileKey file, int processId, string name)
    {
        File = file;
        ProcessId = processId;
        Name = name;
    }

    internal FileKey File { get; }

    internal int ProcessId { get; }

    /// <summary>The name that the file had, as it is seen from the process's own mount namespace.</summary>
    internal string Name { get; }

    /// <summary>How many bytes of it the process maps.</summary>
    internal ulong Bytes { get; set; }

    /// <summary>Where the part is mapped that begins with the file's first byte: the name of the mapping below /proc/PID/map_files; null where it is not mapped.</summary>
    internal string? First { get; set; }

    /// <summary>The path that opens the file by way of this process; null where its first byte is not mapped.</summary>
    internal string? Path => First is null ? null : FormattableString.Invariant($"/proc/{ProcessId}/map_files/{First}");

    /// <summary>Where the first byte is mapped.</summary>
    internal ulong FirstAddress { get; set; }

    /// <summary>The length of the part that begins with the first byte.</summary>
    internal ulong FirstLength { get; set; }
}
