<#
.SYNOPSIS
    Measures how the time and memory that health and metrics need grow with the number of segments on a host.
.DESCRIPTION
    Creates 1, 10, 100 and so on segments in a folder. Measures what a monitor runs, each command in a process of its own:
    the time of the command alone, as the median of several rounds; the largest working set of the process, which includes
    garbage not yet worth collecting; and the memory still in use after a full collection. If growth is linear, the time per
    segment stops changing. Everything is cleaned up at the end.

    Build the module first: dotnet build -c Release src/RoamShm.PowerShell.
.EXAMPLE
    pwsh -NoProfile -File bench/Growth.ps1
#>
[CmdletBinding()]
param(
    [int[]] $Items = @(1, 10, 100, 1000, 10000),

    [ValidateRange(1, 100)]
    [int] $Rounds = 5,

    # The folder in which to create the segments.
    [string] $Folder = '/dev/shm',

    # The path to the manifest of the module to measure.
    [string] $Module
)

$ErrorActionPreference = 'Stop'
. ([System.IO.Path]::Combine($PSScriptRoot, '..', 'tests', 'pester', 'ThisPowerShell.ps1'))
if (-not $Module) {
    $Module = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', 'out', 'RoamShm', 'RoamShm.psd1'))
}

Import-Module $Module
$work = [System.IO.Path]::Combine($Folder, 'roamshm-growth-' + [guid]::NewGuid().ToString('n'))
$commands = [ordered]@{
    'nothing, for comparison'        = ''
    'Test-RoamHealth dir'            = "Test-RoamHealth '$work/segments' > `$null"
    'Export-RoamMetric dir to file'  = "Export-RoamMetric '$work/segments' -Destination '$work/roam.prom'"
    'Show-RoamSegment -Summary dir'  = "Show-RoamSegment -Summary '$work/segments' > `$null"
}
try {
    $made = 0
    foreach ($count in $Items | Sort-Object) {
        $null = New-Item -ItemType Directory "$work/segments" -Force
        if ($count -gt $made) {
            # 8 guests with rings of 64 KB, 3 slot classes; two guests attached.
            $made..($count - 1) | ForEach-Object { "$work/segments/segment$_.seg" } |
                New-RoamSegment -Sparse -SlotClass '1KB:64', '16KB:16', '64KB:4' -HeartbeatInterval 1h > $null
            foreach ($i in $made..($count - 1)) {
                $file = [System.IO.File]::OpenWrite("$work/segments/segment$i.seg")
                foreach ($at in 128, 192) { $file.Position = $at; $file.WriteByte(1) }
                $file.Dispose()
            }

            $made = $count
        }

        foreach ($name in $commands.Keys) {
            $script = "$work/measure.ps1"
            Set-Content -LiteralPath $script @"
Import-Module '$Module'
`$before = 0
`$times = foreach (`$round in 0..$Rounds) {
    # Do not count the first round, which loads and compiles.
    if (`$round -eq 1) { `$before = [GC]::GetTotalMemory(`$true) }
    `$clock = [System.Diagnostics.Stopwatch]::StartNew()
    $($commands[$name])
    if (`$round) { `$clock.Elapsed.TotalMilliseconds }
}
`$kept = ([GC]::GetTotalMemory(`$true) - `$before) / 1MB
`$process = [System.Diagnostics.Process]::GetCurrentProcess()
"`$((`$times | Sort-Object)[$([int][Math]::Floor($Rounds / 2))]) `$(`$process.PeakWorkingSet64 / 1MB) `$kept"
"@
            $first, $rest = @(Get-ThisPowerShell) + @('-NoProfile', '-NonInteractive', '-File', $script)
            $time, $memory, $kept = [double[]] ((& $first @rest) -split ' ')
            [pscustomobject]@{
                Segments = $count
                Command  = $name
                'ms'     = [Math]::Round($time, 1)
                'us per segment' = [Math]::Round(1000 * $time / $count, 1)
                'MB at most' = [Math]::Round($memory, 0)
                'MB kept'  = [Math]::Round($kept, 1)
            }
        }
    }
}
finally {
    if (Test-Path -LiteralPath $work) {
        Remove-Item -LiteralPath $work -Recurse -Force
    }
}
