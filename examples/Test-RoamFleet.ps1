#Requires -Version 7.0

<#
.SYNOPSIS
    Checks the roam segments of many hosts at once and returns one table, with the hosts that could not be checked in it.
.DESCRIPTION
    Runs Test-RoamHealth on all hosts over SSH, a limited number at a time, and returns a row for each segment with the name
    of its host. Of 200 hosts some are always down, slow or without the module: such a host is a row of its own, with the
    status Unknown and the reason, and the last line of the run, a warning, counts them. No host holds up the others: one
    that is not done in time is given up.

    The rows describe files on the remote hosts. To change one, run the cmdlet on its host with Invoke-Command.

    The module must be installed on the hosts, and their SSH servers must offer PowerShell as a subsystem. It needs
    PowerShell 7.
.PARAMETER HostName
    The hosts, by the names that ssh knows.
.PARAMETER Path
    Folders or segments on the hosts. The default is /dev/shm.
.PARAMETER Recurse
    Searches subfolders too.
.PARAMETER ThrottleLimit
    How many hosts are checked at the same time. The default is 32.
.PARAMETER Timeout
    After how many seconds a host that is not done is given up. The default is 60.
.PARAMETER Status
    Only rows with these statuses, such as Warning or Critical. Hosts that could not be checked are always rows.
.EXAMPLE
    ./Test-RoamFleet.ps1 (Get-Content hosts.txt) -Status Warning, Critical | Format-Table

    Shows what is wrong on all hosts of a list.
.EXAMPLE
    $rows = ./Test-RoamFleet.ps1 (1..200 | ForEach-Object { "web$_" }) -ThrottleLimit 20 -WarningVariable missing
    $rows | Where-Object Status -NE OK | Sort-Object Status, HostName | Format-Table HostName, Status, Path, Why

    Checks 200 hosts, 20 at a time, and shows what is not OK. $missing says how many hosts could not be checked, and which.
.EXAMPLE
    ./Test-RoamFleet.ps1 web1, web2 -ThrottleLimit 8 | Group-Object Status -NoElement

    Counts the segments of two hosts by verdict.
#>
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

# Each host in a runspace of its own, so that what one host has to say against being checked is said of that host.
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

# A script block does not cross into other runspaces; its text does.
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
