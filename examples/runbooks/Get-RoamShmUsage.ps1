<#
.SYNOPSIS
    Shows who fills /dev/shm: the segments by size, with status, owner and processes, and those left behind.
.DESCRIPTION
    Lists the segments in the given folders, the largest first, the processes that map them, and
    how full the file systems are. Then it names what was left behind: abandoned segments (peers
    are attached, but nobody uses them), stale segments (no peer is attached, nobody uses them, and
    they are not new), segments whose host said goodbye and is gone, damaged segments, deleted
    segments that processes still map, and files left by an interrupted New-RoamSegment or
    Remove-RoamSegment. It also names what it could not read, because that may be a segment.

    -RemoveStale removes the abandoned and stale segments and the files left by an interrupted
    New-RoamSegment or Remove-RoamSegment. The script checks each again immediately before it
    removes it; one that is in use by then stays. It never removes the others; Remove-RoamHub.ps1
    does that.

    The script prompts for nothing unless you give -Confirm, so it can run unattended.

    The exit code is 0 if nothing was left behind or all of it has been removed, and 1 if something
    needs a human or could not be read.

    It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm:

        roamshm -File Get-RoamShmUsage.ps1
        pwsh -NoProfile -File Get-RoamShmUsage.ps1 -RemoveStale -WhatIf
.PARAMETER Path
    Folders or segments, wildcards allowed. With -File it is a single string. The default is /dev/shm where it exists, and
    the temporary folder.
.PARAMETER Recurse
    Searches subfolders too.
.PARAMETER MinimumAge
    How old a segment must be to be stale, or to be removed. The age counts from when the file was
    created or last written to as a file, or from the most recent heartbeat if that is later. Text
    with a unit (30s, 10m, 2h), or a number of seconds. The default is 10m.
.PARAMETER RemoveStale
    Removes the abandoned and stale segments and the files left by an interrupted New-RoamSegment
    or Remove-RoamSegment.
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

# A sparse file takes less of the file system than its size, until it is used.
function Get-Total($Segments) {
    $bytes = 0
    $allocated = 0
    foreach ($segment in $Segments) {
        $bytes += $segment.FileLength
        $taken = $segment.AllocatedBytes
        $allocated += $(if ($null -ne $taken -and $taken -lt $segment.FileLength) { $taken } else { $segment.FileLength })
    }

    "$(Get-Size $bytes)$(if ($allocated -lt $bytes) { ", $(Get-Size $allocated) of it allocated" })"
}

$needsHuman = 0
$find = @{ Recurse = $Recurse; MinimumAge = $MinimumAge; ErrorAction = 'SilentlyContinue' }
if ($Path) { $find.Path = $Path }
$found = @(Find-RoamSegment @find -ErrorVariable problems -WarningAction SilentlyContinue -WarningVariable warnings)
$segments = @($found | Where-Object Status -NE 'Unreadable')
$unreadable = @($found | Where-Object Status -EQ 'Unreadable')
$leftovers = @($warnings | Where-Object { "$_" -like '*.roamshm-*' })
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

$quiet = @{ ErrorAction = 'SilentlyContinue'; WarningAction = 'SilentlyContinue' }
$processes = @($sorted | Where-Object Status -NE 'Deleted' | Get-RoamSegmentProcess @quiet)
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

$stale = @($sorted | Where-Object { $_.Status -eq 'Stale' -or $_.Status -eq 'Abandoned' })
$deleted = @($sorted | Where-Object Status -EQ 'Deleted')
$invalid = @($sorted | Where-Object Status -EQ 'Invalid')
$unknown = @($sorted | Where-Object Status -EQ 'Unknown')
$leftInGoodbye = @($sorted | Where-Object {
        $_.Status -eq 'Drained' -and $_.Use -eq 'Free'
    })

if ($unreadable) {
    $needsHuman += $unreadable.Count
    "== $($unreadable.Count) could not be read, and may be segments, or contain some"
    $unreadable | ForEach-Object { "  $($_.Path): $($_.UseReason)" }
}

if ($unknown) {
    "== $($unknown.Count) unknown: whether a process uses them cannot be found out here, by this user"
    $unknown | ForEach-Object { "  $($_.Path)" }
}

if ($deleted) {
    $needsHuman += $deleted.Count
    "== $($deleted.Count) deleted, $(Get-Total $deleted) that are freed only when these processes end"
    $deleted | ForEach-Object { "  $($_.Path), $(Get-Size $_.FileLength): $($_.MappedBy -replace ' ', ', ')" }
}

$hints = @($sorted | Where-Object Hint)
if ($hints) {
    "== $($hints.Count) to be looked at"
    $hints | ForEach-Object { "  $($_.Path): $($_.Hint)" }
}

if ($invalid) {
    $needsHuman += $invalid.Count
    "== $($invalid.Count) damaged: Test-RoamSegment -Detailed says what is wrong"
    $invalid | ForEach-Object { "  $($_.Path)" }
}

if ($leftInGoodbye) {
    $needsHuman += $leftInGoodbye.Count
    "== $($leftInGoodbye.Count) in goodbye, and nobody uses them: Remove-RoamHub.ps1 removes them"
    $leftInGoodbye | ForEach-Object { "  $($_.Path)" }
}

if ($stale) {
    $abandoned = @($stale | Where-Object Status -EQ 'Abandoned')
    "== $($stale.Count) stale, $(Get-Total $stale)$(if ($abandoned) { ", $($abandoned.Count) of them abandoned" })"
    foreach ($segment in $stale) {
        if (-not $RemoveStale) {
            $needsHuman++
            "  $($segment.Path)"
        }
        elseif (-not $PSCmdlet.ShouldProcess($segment.Path, 'Remove stale roam segment')) {
            $needsHuman++
        }
        else {
            # The object, and not its path: another file may have that by now.
            $remove = @{ Stale = $true; MinimumAge = $MinimumAge; Confirm = $false }
            $segment | Remove-RoamSegment @remove -ErrorAction SilentlyContinue -ErrorVariable refused
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
    "== $($leftovers.Count) files of killed creations and removals"
    $leftovers | ForEach-Object { "  $_" }
    if ($RemoveStale) {
        $null = Find-RoamSegment @find -RemoveLeftover -ErrorVariable problems
        foreach ($problem in $problems) { Get-Problem $problem }
        $null = Find-RoamSegment @find -WarningAction SilentlyContinue -WarningVariable warnings
        $leftovers = @($warnings | Where-Object { "$_" -like '*.roamshm-*' })
    }

    $needsHuman += $leftovers.Count
}

if ($needsHuman) {
    "Needs a human: $needsHuman."
    exit 1
}

if ($unknown) { 'Nothing else was left behind.' } else { 'Nothing was left behind.' }
exit 0
