<#
.SYNOPSIS
    Drains the segments of a service before a deployment, and deploys only if every guest has left.
.DESCRIPTION
    Raises the goodbye in all segments at once and waits until no guest is attached to any. Then it runs the deployment.
    If a guest does not leave in time, it deploys nothing and lists the guests that are left. A goodbye cannot be undone:
    the guests that have left stay away until their host creates the segment again.

    The exit code is 0, or 1 if nothing was deployed.

    It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm.
.PARAMETER Path
    The segments, wildcards allowed.
.PARAMETER Deploy
    The script that deploys. It receives the paths of the segments.
.PARAMETER Timeout
    How long to wait for each segment. Text with a unit (30s, 2m), or a number of seconds. The default is 30s.
.EXAMPLE
    ./Invoke-RoamDeploy.ps1 '/dev/shm/orders*.seg' -Deploy ./restart-orders.ps1 -Timeout 2m

    Drains the segments, then runs the script.
.EXAMPLE
    ./Invoke-RoamDeploy.ps1 '/dev/shm/orders*.seg' -Deploy ./restart-orders.ps1 -WhatIf

    Shows which segments would be drained.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string[]] $Path,

    [Parameter(Mandatory = $true, Position = 1)]
    [string] $Deploy,

    [string] $Timeout = '30s'
)

$ErrorActionPreference = 'Stop'

# In roamshm the module is imported already. Otherwise take the one that the build staged, or an installed one.
if (-not (Get-Module RoamShm)) {
    $staged = [IO.Path]::Combine($PSScriptRoot, '..', 'out', 'RoamShm', 'RoamShm.psd1')
    Import-Module $(if ([IO.File]::Exists($staged)) { $staged } else { 'RoamShm' })
}

$drained = @(Set-RoamGoodbye $Path -Wait -Timeout $Timeout -ErrorAction SilentlyContinue -ErrorVariable problems)
foreach ($problem in $problems) { "$(($problem.FullyQualifiedErrorId -split ',')[0]): $($problem.Exception.Message)" }
foreach ($problem in @($problems | Where-Object FullyQualifiedErrorId -Like 'DrainTimeout,*')) {
    $left = @(Get-RoamPeer -LiteralPath $problem.TargetObject | Where-Object State -EQ 'Attached')
    foreach ($peer in $left) { "  peer $($peer.PeerId) is attached, $($peer.Liveness)" }
}

if ($problems) {
    "Nothing was deployed: $($drained.Count) segments were drained, $(@($problems).Count) were not."
    exit 1
}

if ($drained.Count -eq 0 -and -not $WhatIfPreference) {
    'Nothing was deployed: no segment matches.'
    exit 1
}

if ($PSCmdlet.ShouldProcess($Deploy, 'Deploy')) {
    "$($drained.Count) segments are drained."
    & $Deploy $drained.Path
}

exit 0
