<#
.SYNOPSIS
    Shows who fills /dev/shm: the segments by size, with status, owner and processes, and those left behind.
.DESCRIPTION
    Lists the segments in the given folders, the largest first, the processes that map them, and how full the file
    systems are. Then it names what was left behind: stale segments (nobody maps them, nobody has changed them for a
    while), segments whose host said goodbye and is gone, damaged segments, and files left by an interrupted
    New-RoamSegment.

    -RemoveStale removes the stale segments and the files left by an interrupted New-RoamSegment. The script checks each
    again immediately before it removes it; one that is in use by then stays. It never removes the others;
    Remove-RoamHub.ps1 does that.

    The script prompts for nothing unless you give -Confirm, so it can run unattended.

    The exit code is 0 if nothing was left behind or all of it has been removed, and 1 if something needs a human.

    It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm:

        roamshm -File Get-RoamShmUsage.ps1
        pwsh -NoProfile -File Get-RoamShmUsage.ps1 -RemoveStale -WhatIf
.PARAMETER Path
    Folders or segments, wildcards allowed. With -File it is a single string. The default is /dev/shm where it exists, and
    the temporary folder.
.PARAMETER Recurse
    Searches subfolders too.
.PARAMETER MinimumAge
    How long a segment must have been unchanged to be stale. Text with a unit (30s, 10m, 2h), or a number of seconds. The
    default is 10m.
.PARAMETER RemoveStale
    Removes the stale segments and the files left by an interrupted New-RoamSegment.
.EXAMPLE
    ./Get-RoamShmUsage.ps1

    Lists what is there, and changes nothing.
.EXAMPLE
    ./Get-RoamShmUsage.ps1 /dev/shm -RemoveStale -MinimumAge 1h -WhatIf

    Shows which segments, unchanged for an hour, would be removed.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string[]] $Path,

    [switch] $Recurse,

    [string] $MinimumAge = '10m',

    [switch] $RemoveStale
)

$ErrorActionPreference = 'Stop'

# The module that this runbook is a part of; in the repository, the staged build; elsewhere, an installed module.
if (-not (Get-Module RoamShm)) {
    $near = [IO.Path]::Combine($PSScriptRoot, '..', 'RoamShm.psd1'),
    [IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'RoamShm', 'RoamShm.psd1')
    Import-Module @(@($near | Where-Object { [IO.File]::Exists($_) }) + 'RoamShm')[0]
}

function Get-Problem($Problem) {
    $id = ($Problem.FullyQualifiedErrorId -split ',')[0]
    "  $($id): $($Problem.Exception.Message)"
    if ($Problem.ErrorDetails.RecommendedAction) { "  $($Problem.ErrorDetails.RecommendedAction)" }
}

function Get-Size([double] $Bytes) {
    $unit = 0
    while ($Bytes -ge 1024 -and $unit -lt 4) { $Bytes /= 1024; $unit++ }
    [string]::Format([cultureinfo]::InvariantCulture, '{0:0.#} {1}', $Bytes, ('B', 'KB', 'MB', 'GB', 'TB')[$unit])
}

function Get-Total($Segments) {
    $bytes = 0
    foreach ($segment in $Segments) { $bytes += $segment.FileLength }
    Get-Size $bytes
}

$needsHuman = 0
$find = @{ Recurse = $Recurse; MinimumAge = $MinimumAge; ErrorAction = 'SilentlyContinue' }
if ($Path) { $find.Path = $Path }
$segments = @(Find-RoamSegment @find -ErrorVariable problems -WarningAction SilentlyContinue -WarningVariable leftovers)
foreach ($problem in $problems) {
    $needsHuman++
    Get-Problem $problem
}

# The largest first.
$sizes = [long[]] @($segments | ForEach-Object { - $_.FileLength })
$order = [int[]] @(for ($i = 0; $i -lt $sizes.Count; $i++) { $i })
[Array]::Sort($sizes, $order)
$sorted = @($order | ForEach-Object { $segments[$_] })

"== $($sorted.Count) segments, $(Get-Total $sorted)"
$sorted | Format-Table

$processes = @($sorted | Get-RoamSegmentProcess -ErrorAction SilentlyContinue)
if ($processes) {
    '== The processes that map them'
    $processes | Format-Table
}

# Show each file system once; folders on the same one have the same numbers.
$seen = @{}
foreach ($segment in $sorted) {
    try {
        $folder = [IO.Path]::GetDirectoryName($segment.Path)
        $drive = [IO.DriveInfo]::new($folder)
        $use = "$(Get-Size ($drive.TotalSize - $drive.AvailableFreeSpace)) of $(Get-Size $drive.TotalSize)"
        if (-not $seen[$use]) { "The file system of $folder has $use in use." }
        $seen[$use] = $true
    }
    catch {
        # A network folder has no drive, and some file systems do not report their size.
        continue
    }
}

$stale = @($sorted | Where-Object Status -EQ 'Stale')
$invalid = @($sorted | Where-Object Status -EQ 'Invalid')
$unknown = @($sorted | Where-Object Status -EQ 'Unknown')
$leftInGoodbye = @($sorted | Where-Object {
        ($_.Status -eq 'Drained' -or $_.Status -eq 'Draining') -and $_.MappedBy.Count -eq 0
    })

if ($unknown) {
    "== $($unknown.Count) unknown: this user cannot see whether a process maps them"
    $unknown | ForEach-Object { "  $($_.Path)" }
}

if ($invalid) {
    $needsHuman += $invalid.Count
    "== $($invalid.Count) damaged: Test-RoamSegment -Detailed shows what is wrong"
    $invalid | ForEach-Object { "  $($_.Path)" }
}

if ($leftInGoodbye) {
    $needsHuman += $leftInGoodbye.Count
    "== $($leftInGoodbye.Count) in goodbye, and nobody maps them: Remove-RoamHub.ps1 removes them"
    $leftInGoodbye | ForEach-Object { "  $($_.Path)" }
}

if ($stale) {
    "== $($stale.Count) stale, $(Get-Total $stale)"
    foreach ($segment in $stale) {
        if (-not $RemoveStale) {
            $needsHuman++
            "  $($segment.Path)"
        }
        elseif (-not $PSCmdlet.ShouldProcess($segment.Path, 'Remove stale roam segment')) {
            $needsHuman++
        }
        else {
            $remove = @{ LiteralPath = $segment.PSPath; Stale = $true; MinimumAge = $MinimumAge; Confirm = $false }
            Remove-RoamSegment @remove -ErrorAction SilentlyContinue -ErrorVariable refused
            foreach ($problem in $refused) { Get-Problem $problem }
            if ([IO.File]::Exists($segment.Path)) {
                $needsHuman++
                "  $($segment.Path): not removed."
            }
            else {
                "  $($segment.Path): removed."
            }
        }
    }

    if (-not $RemoveStale) { '  -RemoveStale removes them.' }
}

if ($leftovers) {
    "== $($leftovers.Count) files of killed creations"
    $leftovers | ForEach-Object { "  $_" }
    if ($RemoveStale) {
        $null = Find-RoamSegment @find -RemoveLeftover -ErrorVariable problems
        foreach ($problem in $problems) { Get-Problem $problem }
        $null = Find-RoamSegment @find -WarningAction SilentlyContinue -WarningVariable leftovers
    }

    $needsHuman += $leftovers.Count
}

if ($needsHuman) {
    "Needs a human: $needsHuman."
    exit 1
}

if ($unknown) { 'Nothing else was left behind.' } else { 'Nothing was left behind.' }
exit 0
