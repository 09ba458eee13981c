<#
.SYNOPSIS
    Recovers guests that crashed or left: finds their peer entries, shows what they hold, and frees them.
.DESCRIPTION
    Searches segments for peers that are in goodbye and peers that are attached but stale. If it is
    proved that nobody uses the segment, every attached or reserved peer is dead too, whatever its
    heartbeat says, and an empty peer that still owns slots is worth recovering. Shows what each
    holds, and recovers it with Reset-RoamPeer, which frees its slots, empties its rings and sets
    the peer to Empty.

    Run it with -WhatIf first. It then changes nothing, but says what it would refuse.

    The script leaves alone a peer that may be alive. It also leaves alone every peer of a segment
    that somebody may still use, because the host may be running, and a host recovers its peers
    itself. -Force overrides both refusals; it is for a human who knows better.

    The script prompts for nothing unless you give -Confirm, so it can run unattended.

    The exit code is 0 if there was nothing to do or everything was done, and 1 if something needs
    a human: a peer was refused, damaged data was left unchanged, a segment could not be read, or
    an attached peer has no heartbeat to judge it by and it is not known whether anybody uses its
    segment.

    It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm:

        roamshm -File Repair-RoamGuest.ps1 /dev/shm/orders.seg -WhatIf
        pwsh -NoProfile -File Repair-RoamGuest.ps1 /dev/shm/orders.seg -WhatIf
.PARAMETER Path
    The segments, wildcards allowed. With -File it is a single string; for several segments use a pattern, such as
    '/dev/shm/*.seg'.
.PARAMETER PeerId
    Recovers only these peers, 1 to 255, whatever their state. With -File, give several as a single string, such as 1,2.
    By default the script recovers the peers that look dead.
.PARAMETER Force
    Recovers peers that may be alive, and peers of a host that may be running. This breaks a guest that is alive.
.EXAMPLE
    ./Repair-RoamGuest.ps1 /dev/shm/orders.seg -WhatIf

    Shows which peers look dead and what they hold, and changes nothing.
.EXAMPLE
    ./Repair-RoamGuest.ps1 /dev/shm/orders.seg -PeerId 3 -Force

    Recovers peer 3 of a hub that is still running, after somebody made sure that the guest's process has ended.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string[]] $Path,

    [ValidatePattern('^\s*\d{1,3}(\s*,\s*\d{1,3})*\s*$')]
    [string[]] $PeerId,

    [switch] $Force
)

$ErrorActionPreference = 'Stop'

# The module that this runbook is a part of; in the repository, the staged build; elsewhere, an installed module.
if (-not (Get-Module RoamShm)) {
    $near = [IO.Path]::Combine($PSScriptRoot, '..', 'RoamShm.psd1'),
    [IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'RoamShm', 'RoamShm.psd1')
    Import-Module @(@($near | Where-Object { [IO.File]::Exists($_) }) + 'RoamShm')[0]
}

$quiet = @{ ErrorAction = 'SilentlyContinue'; WarningAction = 'SilentlyContinue' }

function Get-Problem($Problem) {
    $id = ($Problem.FullyQualifiedErrorId -split ',')[0]
    "  $($id): $($Problem.Exception.Message)"
    if ($Problem.ErrorDetails.RecommendedAction) { "  $($Problem.ErrorDetails.RecommendedAction)" }
}

# PowerShell would convert the string 1,2 to the number 12.
$ids = @(foreach ($text in $PeerId) { $text -split ',' | ForEach-Object { [int] $_.Trim() } })

$needsHuman = 0
$recovered = 0
$headers = @(Get-RoamSegmentHeader -Path $Path -ErrorAction SilentlyContinue -ErrorVariable problems)
foreach ($problem in $problems) {
    $needsHuman++
    "== $($problem.TargetObject)"
    Get-Problem $problem
}

foreach ($header in $headers) {
    "== $($header.Path)"
    $segment = @{ LiteralPath = $header.PSPath; ErrorAction = 'SilentlyContinue' }
    $asked = if ($ids) { @{ PeerId = $ids } } else { @{} }
    $peers = @(Get-RoamPeer @segment @asked -All -ErrorVariable problems)
    foreach ($problem in $problems) {
        $needsHuman++
        Get-Problem $problem
    }

    $found = @(Find-RoamSegment -LiteralPath $header.PSPath @quiet | Where-Object Status -NE 'Deleted')
    $use = @($found | ForEach-Object { $_.Use })
    $isFree = $use -contains 'Free'
    $isInDoubt = -not $isFree -and $use -notcontains 'Used'
    $dead = @($peers | Where-Object { $_.StateCode -ne 0 -or $_.SlotsOwned })
    $doubtful = @()
    if (-not $ids) {
        $dead = @($peers | Where-Object {
                $_.State -eq 'Goodbye' -or ($_.State -eq 'Attached' -and $_.Liveness -eq 'Stale') -or
                ($isFree -and ($_.StateCode -ne 0 -or $_.SlotsOwned))
            })
        $doubtful = @($peers | Where-Object {
                $_.State -eq 'Attached' -and $_.Liveness -ne 'Stale' -and $_.Liveness -ne 'Alive' -and $isInDoubt
            })
    }

    if ($dead) {
        $dead | Format-Table
    }
    elseif (-not $doubtful -and -not $problems) {
        '  Nothing to recover.'
    }

    foreach ($peer in $dead) {
        $reset = @{ PeerId = $peer.PeerId; Force = $Force; Confirm = $false }
        if ($WhatIfPreference) {
            # With -WhatIf the cmdlet itself says what it would do, or why it would refuse.
            Reset-RoamPeer @segment @reset -ErrorVariable refused
        }
        elseif ($PSCmdlet.ShouldProcess($header.Path, "Recover peer $($peer.PeerId), now $($peer.State)")) {
            $result = Reset-RoamPeer @segment @reset -ErrorVariable refused -WarningAction SilentlyContinue
            if ($result) {
                $recovered++
                $slots = $result.ReferencedSlotsFreed + $result.OwnedSlotsFreed
                $entries = "$($result.EntriesDropped) entries to it and $($result.GuestToHostEntriesDropped) from it"
                $done = "$entries dropped, $slots slots freed"
                "  Peer $($peer.PeerId): now $($result.State), $done."
                if ($result.Skipped) { "  Peer $($peer.PeerId): left as it was, damaged: $($result.Skipped)." }
                if ($result.Skipped -or $result.State -ne 'Empty') { $needsHuman++ }
            }
        }
        else {
            $refused = @()
        }

        foreach ($problem in $refused) {
            $needsHuman++
            Get-Problem $problem
        }
    }

    foreach ($peer in $doubtful) {
        $needsHuman++
        "  Peer $($peer.PeerId) is attached (liveness $($peer.Liveness)). Whether anybody uses the segment is unknown here."
        "  Run this as the segment's owner or as root; or, if its process has surely ended, with -PeerId $($peer.PeerId) -Force."
    }
}

if (-not $headers -and -not $needsHuman) { 'No segment matches.' }
if ($recovered) { "$recovered recovered." }
if ($needsHuman) {
    "Needs a human: $needsHuman."
    exit 1
}

exit 0
