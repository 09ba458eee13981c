using System;

namespace RoamShm;

/// <summary>A deleted file that a process maps, as shown in the mapping list of that process.</summary>
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

    /// <summary>The name that the file had, as seen from the process's mount namespace.</summary>
    internal string Name { get; }

    /// <summary>The number of bytes of the file that the process maps.</summary>
    internal ulong Bytes { get; set; }

    /// <summary>
    /// The name under /proc/PID/map_files of the mapping that begins with the first byte of the file; <see langword="null"/> if that byte is not mapped.
    /// </summary>
    internal string? First { get; set; }

    /// <summary>The path that opens the file through this process; <see langword="null"/> if its first byte is not mapped.</summary>
    internal string? Path => First is null ? null : FormattableString.Invariant($"/proc/{ProcessId}/map_files/{First}");

    /// <summary>The address where the first byte is mapped.</summary>
    internal ulong FirstAddress { get; set; }

    /// <summary>The length of the mapping that begins with the first byte.</summary>
    internal ulong FirstLength { get; set; }
}
