#Requires -Version 7.0

<#
.SYNOPSIS
    Checks the roam segments of many hosts at once and returns one table, including the hosts that could not be checked.
.DESCRIPTION
    Runs Test-RoamHealth on all hosts over SSH, a limited number at a time, and returns a row for each segment with the name
    of its host. Among 200 hosts, some are always down, slow or without the module. Each of those gets a row of its own,
    with the status Unknown and the reason, and a warning at the end counts them. No host holds up the others: the script
    gives up on a host that takes too long.

    The rows describe files on the remote hosts. To change one, run the cmdlet on its host with Invoke-Command.

    The module must be installed on the hosts, and their SSH servers must offer PowerShell as a subsystem. The script needs
    PowerShell 7.
.PARAMETER HostName
    The names of the hosts, as you would give them to ssh.
.PARAMETER Path
    Folders or segments on the hosts. The default is /dev/shm.
.PARAMETER Recurse
    Searches subfolders too.
.PARAMETER ThrottleLimit
    How many hosts to check at the same time. The default is 32.
.PARAMETER Timeout
    How many seconds to wait for each host before giving up on it. The default is 60.
.PARAMETER Status
    Returns only rows with these statuses, such as Warning or Critical. Hosts that could not be checked are always returned.
.EXAMPLE
    ./Test-RoamFleet.ps1 (Get-Content hosts.txt) -Status Warning, Critical | Format-Table

    Shows what is wrong on the hosts in a list.
.EXAMPLE
    $rows = ./Test-RoamFleet.ps1 (1..200 | ForEach-Object { "web$_" }) -ThrottleLimit 20 -WarningVariable missing
    $rows | Where-Object Status -NE OK | Sort-Object Status, HostName | Format-Table HostName, Status, Path, Why

    Checks 200 hosts, 20 at a time, and shows what is not OK. $missing says how many hosts could not be checked, and which.
.EXAMPLE
    ./Test-RoamFleet.ps1 web1, web2 -ThrottleLimit 8 | Group-Object Status -NoElement

    Counts the segments of two hosts by verdict.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in a function or script block.')]
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string[]] $HostName,

    [string[]] $Path = '/dev/shm',

    [switch] $Recurse,

    [ValidateRange(1, 1000)]
    [int] $ThrottleLimit = 32,

    [ValidateRange(1, 3600)]
    [int] $Timeout = 60,

    [ValidateSet('OK', 'Warning', 'Critical', 'Unknown')]
    [string[]] $Status
)

$there = {
    param([string[]] $Path, [bool] $Recurse)

    $ErrorActionPreference = 'Stop'
    Import-Module RoamShm
    Test-RoamHealth $Path -Recurse:$Recurse
}

# Each host has its own runspace, so that every error belongs to one host.
$askOne = {
    $row = {
        param([string] $Verdict, [string] $Why, [object] $Health)

        [pscustomobject]@{
            HostName                    = $name
            Status                      = $Verdict
            Why                         = $Why
            SegmentStatus               = $Health.SegmentStatus
            PeersAttached               = $Health.PeersAttached
            OldestHeartbeatMilliseconds = $Health.OldestHeartbeatMilliseconds
            GuestToHostPercent          = $Health.GuestToHostPercent
            HostToGuestPercent          = $Health.HostToGuestPercent
            SlotPercent                 = $Health.SlotPercent
            Path                        = $Health.Path
            IsChecked                   = $null -ne $Health
        }
    }

    $name = $_
    $job = $null
    try {
        $remote = @{ HostName = $name; ScriptBlock = [scriptblock]::Create($using:text); AsJob = $true }
        $job = Invoke-Command @remote -ArgumentList $using:Path, $using:isRecursive -ErrorAction Stop
        if (-not (Wait-Job $job -Timeout $using:Timeout)) {
            throw "it was not done after $using:Timeout s"
        }

        foreach ($health in Receive-Job $job -ErrorAction Stop) {
            & $row $health.Status (@($health.Reasons | ForEach-Object Message) -join '; ') $health
        }
    } catch {
        & $row Unknown ("$_" -replace '\s+', ' ') $null
    } finally {
        if ($job) { Remove-Job $job -Force }
    }
}

# A script block cannot be passed to another runspace, but its text can.
$text = "$there"
$isRecursive = [bool]$Recurse
$hosts = @($HostName | Sort-Object -Unique)
$failed = [System.Collections.Generic.List[string]]::new()
$hosts | ForEach-Object -ThrottleLimit $ThrottleLimit -Parallel $askOne | ForEach-Object {
    if (-not $_.IsChecked) { $failed.Add($_.HostName) }
    if (-not $_.IsChecked -or -not $Status -or $_.Status -in $Status) {
        $_.PSObject.Properties.Remove('IsChecked')
        $_
    }
}

if ($failed.Count) {
    Write-Warning "$($failed.Count) of $($hosts.Count) hosts could not be checked: $(@($failed | Sort-Object) -join ', ')."
}
