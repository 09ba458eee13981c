<#
.SYNOPSIS
    Checks roam segments for a monitoring system: one line, performance data and an exit code.
.DESCRIPTION
    Runs Test-RoamHealth and prints one line in the format of the Monitoring Plugins, which Nagios, Icinga, Naemon, Zabbix
    and Sensu read:

        ROAM CRITICAL - orders.seg: peer 2 sent its last heartbeat 63.3 s ago | segments=3;;;0 critical=1;;;0 ...

    The line starts with the worst status, followed by the reasons, the worst segments first. The performance data after the
    bar covers all segments together, so its labels stay the same however many segments there are.

    The exit code is 0 for OK, 1 for WARNING, 2 for CRITICAL and 3 for UNKNOWN. If there is no segment, or none that can be
    read, it is 3 and never 0.

    The script changes nothing and never prompts. It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm:

        pwsh -NoProfile -File Invoke-RoamCheck.ps1 '/dev/shm/*.seg'
        pwsh -NoProfile -File Invoke-RoamCheck.ps1 /dev/shm -RingPercent 70,90 -HeartbeatAge 5s,30s

    Run it as a user who may read the segments. To find out whether anybody uses another user's segment, it needs root or
    the capability CAP_SYS_PTRACE; without them, use is not checked.
.PARAMETER Path
    Folders or segments, wildcards allowed. With -File it is a single string. The default is /dev/shm, if it exists, and
    the temporary folder.
.PARAMETER Recurse
    Searches subfolders too.
.PARAMETER HeartbeatAge
    Age of an attached peer's last heartbeat: warning, or warning,critical, such as 5s,1m. The default is 2 times and 10
    times the segment's heartbeat interval. At a PowerShell prompt, each threshold can also be a hashtable by segment
    pattern.
.PARAMETER RingPercent
    How full a ring is, in percent. The default is 80,95.
.PARAMETER SlotPercent
    How much of a slot class is used, in percent. The default is 80,95.
.PARAMETER OrphanedSlot
    Number of allocated slots whose owners are gone. The default is 1, which is a warning.
.PARAMETER LeakedSlot
    Number of leaked slots. The default is 1, which is a warning.
.PARAMETER WaitingPeer
    Number of peers in Goodbye or Reserved. The default is 1, which is a warning.
.PARAMETER FreePeer
    Number of free peer entries at which, or below which, to warn. The default is 0; -1 turns it off.
.PARAMETER FileSystemPercent
    How full the file system is, in percent. The default is 80,95.
.PARAMETER InodePercent
    How many of the file system's inodes are used, in percent. The default is 80,95.
.PARAMETER Most
    How many reasons to print, 1 to 99. The default is 3; the line counts the rest.
.EXAMPLE
    ./Invoke-RoamCheck.ps1

    Checks the segments in /dev/shm and in the temporary folder.
.EXAMPLE
    ./Invoke-RoamCheck.ps1 /dev/shm/orders.seg -RingPercent 70,90 -FreePeer -1

    Checks one segment, with stricter limits for its rings, and accepts it if all its peer entries are taken.
#>
# No CmdletBinding, and types that accept anything: an argument that does not bind would end the script with exit code 1,
# which a monitoring system reads as a warning.
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingPositionalParameters', '', Justification = 'The performance data read as a table.')]
param(
    [string[]] $Path,
    [switch] $Recurse,
    [object] $HeartbeatAge,
    [object] $RingPercent,
    [object] $SlotPercent,
    [object] $OrphanedSlot,
    [object] $LeakedSlot,
    [object] $WaitingPeer,
    [object] $FreePeer,
    [object] $FileSystemPercent,
    [object] $InodePercent,
    [object] $Most = 3
)

$ErrorActionPreference = 'Stop'
$codes = @{ OK = 0; Warning = 1; Critical = 2; Unknown = 3 }

# A plugin prints one line of ASCII, in which the bar starts the performance data.
function ConvertTo-Line([string] $Text) {
    $Text -replace [char]0x2192, '->' -replace '\|', '/' -replace '[^\x20-\x7e]', '?'
}

function Get-Maximum([object[]] $Number) {
    $most = $null
    foreach ($one in $Number) {
        if ($null -ne $one -and ($null -eq $most -or $one -gt $most)) { $most = $one }
    }

    $most
}

# 'label'=value[unit];warning;critical;minimum;maximum, as far as known.
function Get-Datum([string] $Label, [object] $Value, [string] $Unit, [object] $Threshold, [string] $Maximum) {
    if ($null -ne $Value) {
        $limits = @("$Threshold" -split ',')
        if ($limits.Count -gt 2 -or "$Threshold" -notmatch '^[\d.,-]*$') { $limits = @('') }
        $number = [string]::Format([cultureinfo]::InvariantCulture, '{0:0.###}', $Value)
        $text = '{0}={1}{2};{3};{4};0;{5}' -f $Label, $number, $Unit, $limits[0], $limits[1], $Maximum
        $text.TrimEnd(';')
    }
}

try {
    if ($args) { throw "There is no parameter for '$($args -join ' ')'. Get-Help $PSCommandPath -Full lists them." }
    if ($Most -notmatch '^[1-9]\d?$') { throw "-Most is '$Most'; it can be 1 to 99." }

    # The module that contains this runbook; in the repository, the staged build; elsewhere, an installed module.
    if (-not (Get-Module RoamShm)) {
        $near = [IO.Path]::Combine($PSScriptRoot, '..', 'RoamShm.psd1'),
        [IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'RoamShm', 'RoamShm.psd1')
        Import-Module @(@($near | Where-Object { [IO.File]::Exists($_) }) + 'RoamShm')[0]
    }

    $limits = @{
        RingPercent = '80,95'; SlotPercent = '80,95'; OrphanedSlot = '1'; LeakedSlot = '1'; WaitingPeer = '1'
        FileSystemPercent = '80,95'; InodePercent = '80,95'
    }
    $check = @{ Recurse = $Recurse; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'problems' }
    if ($Path) { $check.Path = $Path }
    foreach ($name in 'HeartbeatAge', 'RingPercent', 'SlotPercent', 'OrphanedSlot', 'LeakedSlot', 'WaitingPeer',
        'FreePeer', 'FileSystemPercent', 'InodePercent') {
        if ($PSBoundParameters.ContainsKey($name)) {
            $check[$name] = $PSBoundParameters[$name]
            $limits[$name] = @($PSBoundParameters[$name]) -join ','
        }
    }

    $verdicts = @(Test-RoamHealth @check)
    $worst = 'OK'
    $reasons = @()
    $counts = @{ OK = 0; Warning = 0; Critical = 0; Unknown = 0 }
    foreach ($verdict in $verdicts) { $counts[$verdict.Status]++ }
    foreach ($severity in 'Critical', 'Warning', 'Unknown') {
        foreach ($verdict in $verdicts) {
            foreach ($reason in $verdict.Reasons) {
                if ($reason.Severity -eq $severity) {
                    if ($worst -eq 'OK') { $worst = $severity }
                    # Report a file system only once, however many segments are on it.
                    $said = $reason.Message
                    if ($reason.Id -notin 'FileSystemFull', 'InodesFull') {
                        $said = '{0}: {1}' -f [IO.Path]::GetFileName($verdict.Path), $said
                    }

                    if ($reasons -notcontains $said) { $reasons += $said }
                }
            }
        }
    }

    foreach ($problem in $problems) {
        if ($worst -eq 'OK') { $worst = 'Unknown' }
        $counts.Unknown++
        $reasons += $problem.Exception.Message
    }

    if ($verdicts.Count -eq 0 -and -not $problems) {
        $worst = 'Unknown'
        $where = $(if ($Path) { $Path -join ', ' } else { '/dev/shm or the temporary folder' })
        $reasons += "there is no segment in $where"
    }

    $read = @($verdicts | Where-Object { $null -ne $_.SegmentStatus })
    $text = $(if ($reasons) { @($reasons)[0..([int]$Most - 1)] -join '; ' } else { "$($read.Count) segments are fine" })
    if ($reasons.Count -gt [int]$Most) { $text += "; $($reasons.Count - [int]$Most) more" }

    $heartbeat = Get-Maximum @($read | ForEach-Object OldestHeartbeatMilliseconds)
    if ($null -ne $heartbeat) { $heartbeat /= 1000 }
    $ring = Get-Maximum @($read | ForEach-Object { $_.GuestToHostPercent; $_.HostToGuestPercent })
    $data = @(
        Get-Datum segments $read.Count
        Get-Datum critical $counts.Critical
        Get-Datum warning $counts.Warning
        Get-Datum unknown $counts.Unknown
        Get-Datum heartbeat_age $heartbeat 's'
        Get-Datum ring $ring '%' $limits.RingPercent 100
        Get-Datum slots (Get-Maximum @($read | ForEach-Object SlotPercent)) '%' $limits.SlotPercent 100
        Get-Datum orphaned_slots (Get-Maximum @($read | ForEach-Object SlotsOrphaned)) '' $limits.OrphanedSlot
        Get-Datum leaked_slots (Get-Maximum @($read | ForEach-Object SlotsLeaked)) '' $limits.LeakedSlot
        Get-Datum waiting_peers (Get-Maximum @($read | ForEach-Object PeersWaiting)) '' $limits.WaitingPeer
        Get-Datum filesystem (Get-Maximum @($read | ForEach-Object FileSystemPercent)) '%' $limits.FileSystemPercent 100
        Get-Datum inodes (Get-Maximum @($read | ForEach-Object InodePercent)) '%' $limits.InodePercent 100
    )
    'ROAM {0} - {1} | {2}' -f $worst.ToUpperInvariant(), (ConvertTo-Line $text), ($data -join ' ')
}
catch {
    # An error that prevents the check says nothing about the segments, so the status is unknown.
    $worst = 'Unknown'
    'ROAM UNKNOWN - {0}' -f (ConvertTo-Line $_.Exception.Message)
}

exit $codes[$worst]
