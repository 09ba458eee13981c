<#
.SYNOPSIS
    Drains hubs and removes their segments: says goodbye, waits, reports who is left, removes only what is unused.
.DESCRIPTION
    For each segment: shows who uses it, raises the host's goodbye, waits until the guests have detached and the
    processes have let go of the file, and removes it. If a segment is still in use when the time runs out, the script
    does not remove it, but lists the peers and processes that are left.

    The script says goodbye to all hubs first, then waits for them together. It does not wait for a
    segment that nobody uses. If a host removes its own file after the goodbye, that counts as
    success. If a restarted host creates a new segment under the name, the script does not touch
    it.

    The script prompts for nothing unless you give -Confirm, so it can run unattended. It never forces anything.

    The exit code is 0 if every segment is gone, or with -WhatIf if every segment could be read, and 1 if something needs
    a human.

    It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm:

        roamshm -File Remove-RoamHub.ps1 /dev/shm/orders.seg -Timeout 2m
        pwsh -NoProfile -File Remove-RoamHub.ps1 /dev/shm/orders.seg -Timeout 2m
.PARAMETER Path
    The segments, wildcards allowed. With -File it is a single string; for several segments use a pattern, such as
    '/dev/shm/orders*.seg'.
.PARAMETER Timeout
    How long to wait for the guests to detach, and then again for the processes to let go of the file. Text with a unit
    (500ms, 30s, 2m), or a number of seconds. The default is 30s.
.EXAMPLE
    ./Remove-RoamHub.ps1 /dev/shm/orders.seg -WhatIf

    Shows who uses the segment, and changes nothing.
.EXAMPLE
    ./Remove-RoamHub.ps1 /dev/shm/orders*.seg -Timeout 2m

    Drains and removes all hubs whose names match.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string[]] $Path,

    [string] $Timeout = '30s'
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

# Who is on a segment. Peers of a damaged one, and processes where they cannot be listed, are left out.
function Get-User([string] $Segment) {
    $peers = @(Get-RoamPeer -LiteralPath $Segment @quiet)
    $processes = @(Get-RoamSegmentProcess -LiteralPath $Segment @quiet)
    if ($peers) { $peers | Format-Table }
    if ($processes) { $processes | Format-Table }
    if (-not $peers -and -not $processes) { '  No visible users.' }
}

$needsHuman = 0
$headers = @(Get-RoamSegmentHeader -Path $Path -ErrorAction SilentlyContinue -ErrorVariable problems)
foreach ($problem in $problems) {
    $needsHuman++
    "== $($problem.TargetObject)"
    Get-Problem $problem
}

$chosen = @()
foreach ($header in $headers) {
    "== $($header.Path): who is on it"
    Get-User $header.PSPath
    if ($PSCmdlet.ShouldProcess($header.Path, 'Say goodbye, wait for its users, and remove')) { $chosen += $header }
}

# Dead peers stay attached for ever; where it is proved that nobody uses the file, there is nobody to wait for.
$awaited = @()
$others = @()
foreach ($header in $chosen) {
    $now = @(Find-RoamSegment -LiteralPath $header.PSPath @quiet | Where-Object Status -NE 'Deleted')
    if ($now -and $now[0].Use -eq 'Free') { $others += $header } else { $awaited += $header }
}

if ($chosen) {
    "== Goodbye to $($chosen.Count), waiting for $($awaited.Count)"
    $told = @{ Confirm = $false; ErrorAction = 'SilentlyContinue'; ErrorVariable = '+late' }
    $late = @()
    $null = $others | Set-RoamGoodbye @told
    $null = $awaited | Set-RoamGoodbye -Wait -Timeout $Timeout @told
    foreach ($problem in $late) { Get-Problem $problem }
}

foreach ($header in $chosen) {
    "== $($header.Path)"
    $now = Get-RoamSegmentHeader -LiteralPath $header.PSPath @quiet
    if ($now -and -not $now.HostGoodbye) {
        $needsHuman++
        '  A new segment has the name: its host was started again. It was not touched.'
        continue
    }

    $isLate = @($late | Where-Object { $_.TargetObject -eq $header.Path }).Count -gt 0
    $isAwaited = $awaited -contains $header
    $remove = @{ Confirm = $false; ErrorAction = 'SilentlyContinue' }

    # The guests have detached; their processes and the host may need a moment to let go of the file.
    if ($isAwaited -and -not $isLate) { $remove += @{ Goodbye = $true; Timeout = $Timeout } }
    $header | Remove-RoamSegment @remove -ErrorVariable refused
    $gone = @($refused | Where-Object { $_.FullyQualifiedErrorId -like 'SegmentNotFound,*' })
    if ($gone) {
        '  Its host has removed it.'
    }
    elseif ($refused) {
        $needsHuman++
        $refused | ForEach-Object { Get-Problem $_ }
        '  Who is left:'
        Get-User $header.PSPath
    }
    else {
        '  Removed.'
    }
}

if (-not $headers -and -not $needsHuman) { 'No segment matches.' }
if ($needsHuman) {
    "Needs a human: $needsHuman of $($headers.Count + $problems.Count)."
    exit 1
}

exit 0
