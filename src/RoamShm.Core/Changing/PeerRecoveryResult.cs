namespace RoamShm;

/// <summary>What the recovery of one peer did (<c>r[shm.crash.recovery]</c>).</summary>
public sealed class PeerRecoveryResult
{
    private string? _fileId;

    /// <summary>The peer, 1 to 255.</summary>
    public int PeerId { get; set; }

    /// <summary>Its state before.</summary>
    public string? PreviousState { get; set; }

    /// <summary>Its state now.</summary>
    public string? State { get; set; }

    /// <summary>Entries that waited in its host→guest ring and were dropped.</summary>
    public long EntriesDropped { get; set; }

    /// <summary>Entries that waited in its guest→host ring and were dropped, unread by the host.</summary>
    public long GuestToHostEntriesDropped { get; set; }

    /// <summary>Slots freed to which those entries referred.</summary>
    public long ReferencedSlotsFreed { get; set; }

    /// <summary>Slots freed that the peer owned.</summary>
    public long OwnedSlotsFreed { get; set; }

    /// <summary>What was damaged and therefore left as it was, with <c>; </c> between the parts; <see langword="null"/> where nothing was. One text, so that it
    /// goes into a table of text as it is.</summary>
    public string? Skipped { get; set; }

    /// <summary>The file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>The file as PowerShell names it in full; only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }

    /// <summary>
    /// Which file this was read from, as one text: its device, inode and time of birth, or the boot where the file system keeps none. A cmdlet that changes
    /// something and is given this object refuses where another file has the path by then. <see langword="null"/> where it is not known.
    /// </summary>
    public string? FileId
    {
        get => _fileId ??= Identity?.ToString();
        set => _fileId = value;
    }

    /// <summary>What <see cref="FileId"/> is made of when it is asked for.</summary>
    internal FileIdentity? Identity { get; set; }

    /// <summary>The peer as it was when it was checked.</summary>
    internal PeerEntry Before { get; set; }
}
