using System;

namespace RoamShm;

/// <summary>What the recovery of one peer did (<c>r[shm.crash.recovery]</c>).</summary>
public sealed class PeerRecoveryResult
{
    /// <summary>The peer, 1 to 255.</summary>
    public int PeerId { get; set; }

    /// <summary>Its state before.</summary>
    public string? PreviousState { get; set; }

    /// <summary>Its state now.</summary>
    public string? State { get; set; }

    /// <summary>Entries that waited in its host→guest ring and were dropped.</summary>
    public long EntriesDropped { get; set; }

    /// <summary>Slots freed to which those entries referred.</summary>
    public long ReferencedSlotsFreed { get; set; }

    /// <summary>Slots freed that the peer owned.</summary>
    public long OwnedSlotsFreed { get; set; }

    /// <summary>What was damaged and therefore left as it was.</summary>
    public string[] Skipped { get; set; } = Array.Empty<string>();

    /// <summary>The file, as the operating system names it.</summary>
    public string? Path { get; set; }

    /// <summary>The file as PowerShell names it in full; only the PowerShell module sets it.</summary>
    public string? PSPath { get; set; }
}
