#requires -Version 7.0

<#
.SYNOPSIS
    Runs the tests as programs for other systems, under emulation on Linux, and summarises the results.
.DESCRIPTION
    Three legs:

    Windows    The library's tests, published for win-x64, and the Pester suite in a PowerShell engine for Windows, both
               under Wine. The process that plays hosts and guests is a Windows program too.
    Arm64      The library's tests, published for linux-arm64, under qemu-user.
    Framework  The library's tests for .NET Framework 4.7.2: directly on Windows, elsewhere under Mono.

    If the tools for a leg are missing, the script skips it and says why. Tests that fail because of the emulation are
    listed in known.psd1, by name and with the reason; any other failure counts. If a listed test passes, the script
    reports it, so that the list stays up to date.

    Each Pester file runs in a process of its own, and each xUnit class too, except for Framework. So if one crashes or hangs,
    only its own tests are lost. Every process has a time limit. One that ends without results, as when the runtime crashes, is tried three times.
    Results and logs are in out/platforms.
.PARAMETER Platform
    Which legs to run.
.PARAMETER Configuration
    Debug or Release.
.PARAMETER Name
    Runs only the xUnit classes and Pester files whose names match one of these, such as Watch*. A name with a hyphen is that
    of a Pester file, one that ends in Tests that of an xUnit class, and any other means both.
.PARAMETER TimeoutMinutes
    The time limit for one process, in minutes.
.EXAMPLE
    ./tests/platforms/Invoke-Platform.ps1 -Platform Windows -Name New-*, MetricTests

    Runs the Pester tests of New-RoamSegment and the class MetricTests under Wine.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in a function or script block.')]
[CmdletBinding()]
param(
    [ValidateSet('Windows', 'Arm64', 'Framework')]
    [string[]] $Platform = @('Windows', 'Arm64', 'Framework'),

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    [string[]] $Name = @('*'),

    [ValidateRange(1, 600)]
    [int] $TimeoutMinutes = 15
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

$repository = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
$out = [System.IO.Path]::Combine($repository, 'out', 'platforms')
$known = Import-PowerShellDataFile -LiteralPath (Join-Path $PSScriptRoot 'known.psd1')
$null = New-Item -ItemType Directory -Path $out -Force

<# Why a leg cannot run here, or nothing. #>
function Get-Doubt {
    param([Parameter(Mandatory)] [string] $Platform)

    switch ($Platform) {
        'Windows' {
            if (-not $IsLinux) {
                'this leg needs Wine on Linux; on Windows, run the tasks Test and Pester instead'
            } elseif (-not (Get-Command -Name wine -CommandType Application -ErrorAction Ignore)) {
                'wine is missing (Debian: apt-get install wine wine64)'
            }
        }
        'Arm64' {
            if (-not $IsLinux -or [System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture -ne 'X64') {
                'this leg needs qemu-user on Linux x64; on arm64, run the task Test instead'
            } elseif (-not (Get-Command -Name qemu-aarch64 -CommandType Application -ErrorAction Ignore)) {
                'qemu-aarch64 is missing (Debian: apt-get install qemu-user)'
            } elseif (-not (Get-Arm64Root)) {
                'libstdc++.so.6 or libssl.so.3 for arm64 is missing; docs/platforms.md says how to get them'
            }
        }
        'Framework' {
            if (-not $IsWindows -and -not (Get-Command -Name mono -CommandType Application -ErrorAction Ignore)) {
                'mono is missing (Debian: apt-get install mono-devel)'
            }
        }
    }
}

<# The folder in which qemu looks for the libraries of arm64 programs. #>
function Get-Arm64Root {
    foreach ($root in $env:ROAMSHM_ARM64_ROOT, '/usr/aarch64-linux-gnu', '/') {
        $isWhole = $root -and (Test-Path -LiteralPath (Join-Path $root 'lib/ld-linux-aarch64.so.1'))
        foreach ($library in 'libstdc++.so.6', 'libssl.so.3') {
            $places = 'lib', 'lib/aarch64-linux-gnu', 'usr/lib/aarch64-linux-gnu' | ForEach-Object { "$root/$_/$library" }
            $isWhole = $isWhole -and @($places | Where-Object { Test-Path -LiteralPath $_ }).Count -gt 0
        }

        if ($isWhole) {
            return $root
        }
    }
}

<# Publishes a project with everything it needs, outside the project's own folders, and returns the folder. #>
function Publish-Project {
    param(
        [Parameter(Mandatory)] [string] $Project,
        [Parameter(Mandatory)] [string] $Runtime,
        [string[]] $Property = @())

    $artifacts = Join-Path $out $Runtime
    $arguments = @(
        'publish', [System.IO.Path]::Combine($repository, 'tests', $Project), '--configuration', $Configuration
        '--runtime', $Runtime, '--self-contained', '--artifacts-path', $artifacts, '--verbosity', 'quiet', '--nologo'
    )
    & dotnet @arguments @Property | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($arguments -join ' ') failed with exit code $LASTEXITCODE."
    }

    [System.IO.Path]::Combine($artifacts, 'publish', $Project, "$($Configuration.ToLowerInvariant())_$Runtime")
}

<# Runs a program and writes its output to a file. After the time limit, ends it and everything it started. #>
function Invoke-Bounded {
    param(
        [Parameter(Mandatory)] [string[]] $Command,
        [Parameter(Mandatory)] [string] $LogPath,
        [hashtable] $Environment = @{},
        [string] $Folder = $repository)

    $start = [System.Diagnostics.ProcessStartInfo]::new($Command[0])
    foreach ($argument in $Command | Select-Object -Skip 1) {
        $start.ArgumentList.Add($argument)
    }

    foreach ($key in $Environment.Keys) {
        $start.Environment[$key] = $Environment[$key]
    }

    $start.WorkingDirectory = $Folder
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $texts = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
    $isOver = $process.WaitForExit([timespan]::FromMinutes($TimeoutMinutes))
    if (-not $isOver) {
        $process.Kill($true)
        $process.WaitForExit()
    }

    # A child that outlives the process keeps the pipes open.
    $lines = @(foreach ($text in $texts) { if ($text.Wait(5000)) { $text.Result } })
    if (-not $isOver) {
        $lines += "The run was ended after $TimeoutMinutes minutes."
    }

    [System.IO.File]::WriteAllText($LogPath, $lines -join "`n")
    [pscustomobject]@{ ExitCode = $process.ExitCode; IsOver = $isOver }
}

<# Runs a program until it has results: at most three times, and not again after a timeout. #>
function Invoke-Run {
    param(
        [Parameter(Mandatory)] [string] $ResultPath,
        [Parameter(Mandatory)] [hashtable] $Run,
        [scriptblock] $After = {})

    for ($attempt = 1; $attempt -le 3; $attempt++) {
        Remove-Item -LiteralPath $ResultPath -ErrorAction Ignore
        $ended = Invoke-Bounded @Run
        & $After
        $hasResults = (Test-Path -LiteralPath $ResultPath) -and (Get-Item -LiteralPath $ResultPath).Length -gt 0
        if ($hasResults) {
            return $attempt
        }

        Write-Warning "Attempt $attempt ended with exit code $($ended.ExitCode) and no results; see $($Run.LogPath)."
        if (-not $ended.IsOver) {
            break
        }
    }

    0
}

<# The tests in a results file, in the format of xUnit or of NUnit 3, which Pester writes. #>
function Read-Result {
    param([Parameter(Mandatory)] [string] $Path)

    $xml = [xml]::new()
    $xml.Load($Path)
    foreach ($test in $xml.SelectNodes('//assembly//test')) {
        [pscustomobject]@{
            Name    = $test.GetAttribute('name') -replace '^RoamShm\.Tests\.'
            Method  = ($test.GetAttribute('type') + '.' + $test.GetAttribute('method')) -replace '^RoamShm\.Tests\.'
            Result  = $test.GetAttribute('result') -replace '^Pass$', 'Passed' -replace '^Fail$', 'Failed' -replace '^Skip$', 'Skipped'
            Message = "$(if ($failure = $test.SelectSingleNode('failure/message')) { $failure.InnerText })"
        }
    }

    # If a block's setup fails, none of its tests is reported as failed, so the block itself must be.
    foreach ($test in $xml.SelectNodes('//test-case | //test-suite[@runstate="NotRunnable"]')) {
        [pscustomobject]@{
            Name    = $test.GetAttribute('fullname')
            Method  = $test.GetAttribute('fullname')
            Result  = $test.GetAttribute('result') -replace '^Skipped$|^Inconclusive$|^Ignored$', 'Skipped'
            Message = "$(if ($failure = $test.SelectSingleNode('failure/message')) { $failure.InnerText })"
        }
    }
}

<# Returns a row of the summary, and prints each failure. #>
function Measure-Run {
    param(
        [Parameter(Mandatory)] [string] $Leg,
        [Parameter(Mandatory)] [string] $ResultPath,
        [Parameter(Mandatory)] [int] $Attempt,
        [Parameter(Mandatory)] [timespan] $Elapsed,
        [Parameter(Mandatory)] [hashtable] $Known)

    $row = [pscustomobject]@{ Leg = $Leg; Passed = 0; Failed = 0; Skipped = 0; Known = 0; NotRun = $Known.NotRun.Count; Attempts = $Attempt; Seconds = [int]$Elapsed.TotalSeconds }
    if ($Attempt -eq 0) {
        "$Leg has no results." | Out-Host
        $row.Failed = 1
        return $row
    }

    foreach ($test in Read-Result -Path $ResultPath) {
        $key = $test.Name, $test.Method | Where-Object { $Known.Fails.ContainsKey($_) } | Select-Object -First 1
        if ($test.Result -eq 'Failed' -and $key) {
            $row.Known++
        } elseif ($test.Result -eq 'Failed') {
            $row.Failed++
            "$Leg, failed: $($test.Name)`n    $($test.Message -replace '\r?\n', "`n    ")" | Out-Host
        } elseif ($test.Result -eq 'Skipped') {
            $row.Skipped++
        } else {
            $row.Passed++
            if ($key) {
                "$Leg, passed although known.psd1 lists it: $($test.Name)" | Out-Host
            }
        }
    }

    $row
}

<# Adds the row of one process to that of its leg, and returns the sum. #>
function Add-Row {
    param([object] $Total, [Parameter(Mandatory)] [string] $Leg, [Parameter(Mandatory)] [object] $Row)

    if (-not $Total) {
        $Row.Leg = $Leg
        return $Row
    }

    foreach ($field in 'Passed', 'Failed', 'Skipped', 'Known', 'Seconds') {
        $Total.$field += $Row.$field
    }

    $Total.Attempts = [Math]::Max($Total.Attempts, $Row.Attempts)
    $Total
}

<#
Runs the classes of an xUnit program that -Name selects, and returns a row of the summary. Each has a process of its own, unless they
are to run together: under Mono a process may crash when it ends, after its results.
#>
function Invoke-Class {
    param(
        [Parameter(Mandatory)] [string] $Leg,
        [Parameter(Mandatory)] [string[]] $Command,
        [Parameter(Mandatory)] [hashtable] $Environment,
        [Parameter(Mandatory)] [hashtable] $Known,
        [switch] $Together,
        [string] $Folder = $out,
        [scriptblock] $Convert = { param($path) $path },
        [scriptblock] $After = {})

    $patterns = @($Name | Where-Object { $_ -notlike '*-*' })
    if (-not $patterns) {
        return
    }

    $log = Join-Path $out "$Leg-classes.log"
    for ($attempt = 1; $attempt -le 3; $attempt++) {
        $ended = Invoke-Bounded -Command ($Command + '-list', 'classes', '-noLogo') -Environment $Environment -LogPath $log -Folder $Folder
        & $After
        if ($ended.ExitCode -eq 0) {
            break
        }
    }

    $classes = @([System.IO.File]::ReadAllLines($log) -match '^RoamShm\.Tests\.' | ForEach-Object { $_.Trim() -replace '^RoamShm\.Tests\.' } | Sort-Object)
    if ($ended.ExitCode -ne 0 -or -not $classes) {
        throw "The leg $Leg cannot list its classes: exit code $($ended.ExitCode); see $log."
    }

    $exclusions = @($Known.NotRun.Keys | ForEach-Object { '-method-', "RoamShm.Tests.$_" })
    $selected = @($classes | Where-Object { $one = $_; @($patterns | Where-Object { $one -like $_ }) })
    $runs = if ($Together -and $selected) { @{ Name = 'Core'; Classes = $selected } } else { $selected | ForEach-Object { @{ Name = $_; Classes = @($_) } } }
    $total = $null
    foreach ($run in $runs) {
        $result = Join-Path $out "$Leg-$($run.Name).xml"
        $filter = @($run.Classes | ForEach-Object { '-class', "RoamShm.Tests.$_" })
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $attempt = Invoke-Run -ResultPath $result -After $After -Run @{
            Command     = $Command + '-result-xml', (& $Convert $result), '-parallelMode', 'none', '-noColor' + $filter + $exclusions
            Environment = $Environment
            LogPath     = Join-Path $out "$Leg-$($run.Name).log"
            Folder      = $Folder
        }
        $row = Measure-Run -Leg "$($Leg): $($run.Name)" -ResultPath $result -Attempt $attempt -Elapsed $clock.Elapsed -Known $Known
        $total = Add-Row -Total $total -Leg "$($Leg): Core" -Row $row
    }

    $total
}

function Invoke-Windows {
    $wine = (Get-Command -Name wine -CommandType Application)[0].Path
    $prefix = Join-Path $out 'wine'
    $property = @('-p:RoamShmForWine=true')
    $tests = Publish-Project -Project RoamShm.Core.Tests -Runtime win-x64 -Property $property
    $agent = Publish-Project -Project RoamShm.TestAgent -Runtime win-x64 -Property $property
    $shell = Publish-Project -Project RoamShm.WindowsHost -Runtime win-x64 -Property $property
    $environment = @{
        WINEPREFIX                    = $prefix
        WINEDEBUG                     = '-all'
        DOTNET_EnableWriteXorExecute  = '0'
        DOTNET_TieredPGO              = '0'
        POWERSHELL_TELEMETRY_OPTOUT   = '1'
        ROAMSHM_TEST_AGENT            = ConvertTo-WindowsPath (Join-Path $agent 'RoamShm.TestAgent.exe')
    }
    $end = { $null = Invoke-Bounded -Command wineserver, -k -Environment $environment -LogPath (Join-Path $out 'wineserver.log') }
    try {
        # Created anew, so that nothing depends on what another version of Wine left behind.
        Remove-Item -LiteralPath $prefix -Recurse -Force -ErrorAction Ignore
        $null = New-Item -ItemType Directory -Path $prefix
        $log = Join-Path $out 'wine.log'
        $null = Invoke-Bounded -Command $wine, wineboot, --init -Environment $environment -LogPath $log -Folder $out
        $null = Invoke-Bounded -Command $wine, winecfg, /v, win10 -Environment $environment -LogPath $log -Folder $out
        $folder = Join-Path $prefix 'drive_c'
        if (-not (Test-Path -LiteralPath $folder)) {
            throw "Wine did not start; see $log."
        }

        $program = @{ Command = $wine, (Join-Path $tests 'RoamShm.Core.Tests.exe'); Environment = $environment; Folder = $folder; After = $end }
        Invoke-Class -Leg Windows @program -Known $known.WindowsCore -Convert ${function:ConvertTo-WindowsPath}

        $patterns = @($Name | Where-Object { $_ -notlike '*Tests' })
        $total = $null
        foreach ($file in Get-ChildItem -LiteralPath ([System.IO.Path]::Combine($repository, 'tests', 'pester')) -Filter '*.Tests.ps1') {
            $test = $file.Name -replace '\.Tests\.ps1$'
            if (-not @($patterns | Where-Object { $test -like $_ })) {
                continue
            }

            $result = Join-Path $out "Windows-$test.xml"
            $suite = ConvertTo-WindowsPath ([System.IO.Path]::Combine($repository, 'tests', 'pester', 'Invoke-Suite.ps1'))
            $script = "& '$suite' -Name '$test' -OutputPath '$(ConvertTo-WindowsPath $result)' -ExcludeTag NewPowerShell"
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $attempt = Invoke-Run -ResultPath $result -After $end -Run @{
                Command     = $wine, (Join-Path $shell 'RoamShm.WindowsHost.exe'), $script
                Environment = $environment
                LogPath     = Join-Path $out "Windows-$test.log"
                Folder      = $folder
            }
            $row = Measure-Run -Leg "Windows: $test" -ResultPath $result -Attempt $attempt -Elapsed $clock.Elapsed -Known $known.WindowsPester
            $total = Add-Row -Total $total -Leg 'Windows: Pester' -Row $row
        }

        $total
    } finally {
        & $end
    }
}

function ConvertTo-WindowsPath {
    param([Parameter(Mandatory)] [string] $Path)

    'Z:' + $Path.Replace('/', '\')
}

function Invoke-Arm64 {
    $root = Get-Arm64Root
    $tests = Publish-Project -Project RoamShm.Core.Tests -Runtime linux-arm64
    $agent = Publish-Project -Project RoamShm.TestAgent -Runtime linux-arm64
    # The tests start the agent as a plain program, so a script calls qemu.
    $starter = Join-Path $out 'arm64-agent'
    [System.IO.File]::WriteAllText($starter, "#!/bin/sh`nexec qemu-aarch64 -L '$root' '$agent/RoamShm.TestAgent' `"`$@`"`n")
    [System.IO.File]::SetUnixFileMode($starter, 'UserRead, UserWrite, UserExecute, GroupRead, GroupExecute, OtherRead, OtherExecute')
    Invoke-Class -Leg Arm64 -Command qemu-aarch64, -L, $root, (Join-Path $tests 'RoamShm.Core.Tests') -Known $known.Arm64 -Environment @{
        DOTNET_EnableWriteXorExecute           = '0'
        DOTNET_TieredPGO                       = '0'
        DOTNET_SYSTEM_GLOBALIZATION_INVARIANT  = '1'
        ROAMSHM_TEST_AGENT                     = $starter
    }
}

function Invoke-Framework {
    $artifacts = Join-Path $out 'net472'
    foreach ($project in 'RoamShm.Net472.Tests', 'RoamShm.TestAgent') {
        & dotnet build ([System.IO.Path]::Combine($repository, 'tests', $project)) --configuration $Configuration --artifacts-path $artifacts --verbosity quiet --nologo | Out-Host
        if ($LASTEXITCODE -ne 0) {
            throw "$project could not be built."
        }
    }

    $bin = [System.IO.Path]::Combine($artifacts, 'bin')
    $program = [System.IO.Path]::Combine($bin, 'RoamShm.Net472.Tests', $Configuration.ToLowerInvariant(), 'RoamShm.Core.Tests.exe')
    $agent = [System.IO.Path]::Combine($bin, 'RoamShm.TestAgent', $Configuration.ToLowerInvariant(), 'RoamShm.TestAgent')
    if ($IsWindows) {
        Invoke-Class -Leg Framework -Together -Command $program -Known @{ Fails = @{}; NotRun = @{} } -Environment @{ ROAMSHM_TEST_AGENT = "$agent.exe" }
    } else {
        Invoke-Class -Leg Framework -Together -Command mono, $program -Known $known.Mono -Environment @{ ROAMSHM_TEST_AGENT = $agent }
    }
}

$rows = @(foreach ($one in $Platform) {
        if ($doubt = Get-Doubt $one) {
            "$one was skipped: $doubt." | Out-Host
        } else {
            switch ($one) {
                'Windows' { Invoke-Windows }
                'Arm64' { Invoke-Arm64 }
                'Framework' { Invoke-Framework }
            }
        }
    }) | Where-Object { $_ }

if ($rows) {
    $rows | Format-Table -AutoSize | Out-String -Width 120 | Tee-Object -FilePath (Join-Path $out 'summary.txt') | Out-Host
}

exit $(if (@($rows | Where-Object { $_.Failed -gt 0 -or $_.Passed -eq 0 }).Count -gt 0) { 1 } else { 0 })
