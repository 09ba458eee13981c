<#
.SYNOPSIS
    Lists the segments of many hosts in one table.
.DESCRIPTION
    Asks all hosts at once, over SSH, and returns a row for each segment with the name of its host. A host that cannot be
    asked is an error, and the others go on. The module has to be installed on the hosts.

    The rows tell of files over there: to do something about one, do it over there, with Invoke-Command.

    It needs a PowerShell with remoting.
.PARAMETER HostName
    The hosts, as ssh knows them.
.PARAMETER Session
    Sessions that are open already, in place of host names.
.PARAMETER Path
    Folders or segments on the hosts. Default: /dev/shm.
.PARAMETER Status
    Only segments with these statuses, such as Stale or Invalid.
.EXAMPLE
    ./Get-RoamFleet.ps1 web1, web2 | Sort-Object CurrentSize -Descending | Format-Table

    The largest segments of two hosts.
.EXAMPLE
    ./Get-RoamFleet.ps1 web1, web2 -Status Stale, Invalid | Export-Csv cleanup.csv

    What somebody should look at.
#>
[CmdletBinding(DefaultParameterSetName = 'HostName')]
param(
    [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'HostName')]
    [string[]] $HostName,

    [Parameter(Mandatory = $true, ParameterSetName = 'Session')]
    [System.Management.Automation.Runspaces.PSSession[]] $Session,

    [string[]] $Path = '/dev/shm',

    [string[]] $Status
)

$there = {
    param([string[]] $Path)

    Import-Module RoamShm
    Find-RoamSegment $Path
}
$target = if ($Session) { @{ Session = $Session } } else { @{ HostName = $HostName } }
Invoke-Command @target -ScriptBlock $there -ArgumentList (, $Path) |
    Where-Object { -not $Status -or $_.Status -in $Status } |
    Select-Object PSComputerName, Status, CurrentSize, MaxGuests, PeersAttached, HostGoodbye, Owner, Path
