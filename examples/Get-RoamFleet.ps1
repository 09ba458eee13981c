<#
.SYNOPSIS
    Lists the segments of many hosts in one table.
.DESCRIPTION
    Queries all hosts at once, over SSH, and returns a row for each segment with the name of its host. A host that cannot
    be reached gives an error, and the others go on. The module must be installed on the hosts.

    The rows describe files on the remote hosts. To change one, run the cmdlet on its host with Invoke-Command.

    It needs a PowerShell with remoting.
.PARAMETER HostName
    The hosts, by the names that ssh knows.
.PARAMETER Session
    Sessions that are already open, instead of host names.
.PARAMETER Path
    Folders or segments on the hosts. The default is /dev/shm.
.PARAMETER Status
    Only segments with these statuses, such as Stale or Invalid.
.EXAMPLE
    ./Get-RoamFleet.ps1 web1, web2 | Sort-Object CurrentSize -Descending | Format-Table

    Lists the segments of two hosts, the largest first.
.EXAMPLE
    ./Get-RoamFleet.ps1 web1, web2 -Status Stale, Invalid | Export-Csv cleanup.csv -NoTypeInformation -Encoding utf8

    Writes the segments that need attention to a CSV file.
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
