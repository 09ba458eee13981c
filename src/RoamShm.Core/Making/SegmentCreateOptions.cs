namespace RoamShm;

/// <summary>Options for <see cref="Segment.Create"/>.</summary>
public sealed class SegmentCreateOptions
{
    /// <summary>The default <see cref="Mode"/>: read and write for the owner only, octal 0600.</summary>
    public const int DefaultMode = 0x180;

    /// <summary>
    /// Gets or sets a value indicating whether to replace an existing file. The new file takes the name by rename, so processes that map the old file keep it.
    /// </summary>
    public bool Force { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether to leave storage to be allocated on first write. On a full file system, that write then kills the process.
    /// </summary>
    public bool Sparse { get; set; }

    /// <summary>
    /// Gets or sets the permission bits on Unix, octal 0 to 0777, regardless of the umask; <see langword="null"/> for 0600 (<c>r[shm.file.permissions]</c>).
    /// </summary>
    public int? Mode { get; set; }
}
