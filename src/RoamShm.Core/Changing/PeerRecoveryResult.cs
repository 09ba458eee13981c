namespace RoamShm;

/// <summary>The result of recovering one peer (<c>r[shm.crash.recovery]</c>).</summary>
public sealed class PeerRecoveryResult
{
    private string? _fileId;

    /// <summary>Gets or sets the peer id, 1 to 255.</summary>
    public int PeerId { get; set; }

    /// <summary>Gets or sets the state of the peer before the recovery.</summary>
    public string? PreviousState { get; set; }

    /// <summary>Gets or sets the state of the peer after the recovery.</summary>
    public string? State { get; set; }

    /// <summary>Gets or sets the number of entries dropped from the host→guest ring.</summary>
    public long EntriesDropped { get; set; }

    /// <summary>Gets or sets the number of entries dropped from the guest→host ring that the host never read.</summary>
    public long GuestToHostEntriesDropped { get; set; }

    /// <summary>Gets or sets the number of slots freed because a dropped entry referred to them.</summary>
    public long ReferencedSlotsFreed { get; set; }

    /// <summary>Gets or sets the number of slots freed because the peer owned them.</summary>
    public long OwnedSlotsFreed { get; set; }

    /// <summary>
    /// Gets or sets the damaged parts that were left unchanged, separated by <c>; </c>; <see langword="null"/> if nothing was damaged. A single string, so
    /// that it fits a text table as it is.
    /// </summary>
    public string? Skipped { get; set; }

    /// <summary>Gets or sets the path of the file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets the full PowerShell path of the file. Only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Gets or sets a string that identifies the file that was read: device, inode and birth time, or the boot if the file system stores no birth time. Given
    /// this object, a cmdlet that changes something refuses to act if the path now names another file. <see langword="null"/> if unknown.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>The source of <see cref="FileId"/>, which is computed on demand.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>The peer entry as it was when it was checked.</summary>
    internal PeerEntry Before { get; set; }
}
