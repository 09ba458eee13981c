namespace RoamShm;

/// <summary>How <see cref="Segment.Create"/> makes a file.</summary>
public sealed class SegmentCreateOptions
{
    /// <summary>The default of <see cref="Mode"/>: read and write for the owner alone, octal 0600.</summary>
    public const int DefaultMode = 0x180;

    /// <summary>Whether to replace what has the name. The new file takes the name by rename: who maps the old file keeps the old file.</summary>
    public bool Force { get; set; }

    /// <summary>Whether to leave the storage to be reserved as it is written. A full file system then kills whoever writes first.</summary>
    public bool Sparse { get; set; }

    /// <summary>The permission bits on Unix, octal 0 to 0777, whatever the umask is; <see langword="null"/> for 0600 (<c>r[shm.file.permissions]</c>).</summary>
    public int? Mode { get; set; }
}
