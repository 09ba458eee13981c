<#
.SYNOPSIS
    Alerts when a host says goodbye or its segment is gone.
.DESCRIPTION
    Watches segments, including those that appear later, and calls a script for each that goes into goodbye or is
    removed, truncated or damaged. Without a script it writes a line. It ends at Ctrl+C, after -Timeout, or after -Count
    alerts.

    It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm.
.PARAMETER Path
    The segments, wildcards allowed.
.PARAMETER Alert
    The script that alerts somebody. It receives the text and the event.
.PARAMETER Count
    The number of alerts after which the watch ends.
.PARAMETER Timeout
    The time after which the watch ends. Text with a unit (30s, 2m), or a number of seconds.
.PARAMETER Interval
    The time from one poll to the next. The default is 1s.
.EXAMPLE
    ./Watch-RoamGoodbye.ps1 '/dev/shm/*.seg' -Alert ./Send-Page.ps1

    Pages somebody at each event until you press Ctrl+C.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string[]] $Path,

    [string] $Alert,

    [int] $Count,

    [string] $Timeout,

    [string] $Interval = '1s'
)

$ErrorActionPreference = 'Stop'

# In roamshm the module is imported already. Otherwise take the one that the build staged, or an installed one.
if (-not (Get-Module RoamShm)) {
    $staged = [IO.Path]::Combine($PSScriptRoot, '..', 'out', 'RoamShm', 'RoamShm.psd1')
    Import-Module $(if ([IO.File]::Exists($staged)) { $staged } else { 'RoamShm' })
}

$watch = @{ Path = $Path; WaitForFile = $true; Interval = $Interval }
if ($Timeout) { $watch.Timeout = $Timeout }
$wanted = if ($Count) { $Count } else { [int]::MaxValue }

# Also alert for a goodbye raised before the watch: perhaps nobody was watching when it came.
Watch-RoamSegment @watch |
    Where-Object { $_.Change -match 'Goodbye|Removed|Truncated|Invalid' -or ($_.Change -eq 'Initial' -and $_.HostGoodbye) } |
    Select-Object -First $wanted |
    ForEach-Object {
        $what = if ($_.HostGoodbye) { "has said goodbye, value $($_.HostGoodbyeValue)" } else { "is $($_.Change)" }
        $text = "$([datetime]::Now.ToString('s')) $($_.Path) $what"
        if ($Alert) { & $Alert $text $_ } else { $text }
    }
