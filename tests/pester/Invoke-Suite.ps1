#requires -Version 5.1

<#
.SYNOPSIS
    Runs the Pester tests of the built module, out/RoamShm.
.DESCRIPTION
    The last line tells the figures: "N passed, N failed, N skipped". The exit code is 0 where everything passed, 1 where
    something failed or nothing ran.
.PARAMETER OutputPath
    Where to write the results, in the format NUnit3; without it they are only shown.
.PARAMETER Share
    A folder. Processes that are given the same one share out the test files among them: each takes a file that no other
    has taken, until none is left. The results of a file are in this folder under its name.
.PARAMETER Name
    Only the tests in files whose names match, such as Watch*.
.PARAMETER ExcludeTag
    Leaves out the tests with these tags. NewPowerShell is the tag of those that start another PowerShell, which a program with only its
    engine is not.
.PARAMETER TimeoutMinutes
    After this time the whole process ends with exit code 1: a watch that does not end would hang the tests for ever, and
    whoever started them. By default 20 in a shell that was started with -NonInteractive, else 0, which is never.
.PARAMETER Verbosity
    How much is shown: None, Normal, Detailed or Diagnostic.
.EXAMPLE
    ./tests/pester/Invoke-Suite.ps1

    Runs all tests in this shell.
.EXAMPLE
    pwsh -NoProfile -File tests/pester/Invoke-Suite.ps1 -OutputPath out/pester.xml

    Runs all tests in a shell of their own and writes the results for a build server.
.EXAMPLE
    ./tests/pester/Invoke-Suite.ps1 -Name Watch* -Verbosity Detailed

    Runs the tests of Watch-RoamSegment and shows each.
#>
[CmdletBinding()]
param(
    [string] $OutputPath,

    [string] $Share,

    [string] $Name = '*',

    [string[]] $ExcludeTag = @(),

    [ValidateRange(0, 1440)]
    [int] $TimeoutMinutes = $(if ([Environment]::GetCommandLineArgs() -contains '-NonInteractive') { 20 } else { 0 }),

    [ValidateSet('None', 'Normal', 'Detailed', 'Diagnostic')]
    [string] $Verbosity = 'Normal'
)

$ErrorActionPreference = 'Stop'

# The tests ask for properties that may be missing; a strict caller must not change what they see.
Set-StrictMode -Off

# The build stages the pinned Pester; Windows comes with Pester 3, which cannot run these tests.
$pester = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'Pester', 'Pester.psd1')
$manifest = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'RoamShm', 'RoamShm.psd1')
foreach ($built in $manifest, $pester) {
    if (-not (Test-Path -LiteralPath $built)) {
        "$built is missing. Build it first: dotnet build, or ./build.ps1."
        exit 1
    }
}

Import-Module -Name $pester

# What plays whole pages and runbooks takes longest and comes first, so that no process is left alone with it at the end.
$files = @(Get-ChildItem -LiteralPath $PSScriptRoot -Filter *.Tests.ps1 |
        Where-Object { $_.Name -like $Name -or $_.Name -like "$Name.Tests.ps1" } |
        Sort-Object -Property { $_.Name -like '*-*' }, { -$_.Length })
if ($files.Count -eq 0) {
    "No test file matches '$Name'."
    exit 1
}

<# Takes a file for this process, unless another has it. #>
function Test-Taken {
    param([Parameter(Mandatory)] [string] $ResultPath)

    try {
        [System.IO.File]::Open($ResultPath, 'CreateNew').Dispose()
        $false
    } catch [System.IO.IOException] {
        $true
    }
}

function Invoke-Suite {
    param(
        [Parameter(Mandatory)] [string[]] $Path,
        [string] $ResultPath)

    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $Path
    $configuration.Run.PassThru = $true
    $configuration.Filter.ExcludeTag = $ExcludeTag
    $configuration.Output.Verbosity = $Verbosity
    if ($ResultPath) {
        $configuration.TestResult.Enabled = $true
        $configuration.TestResult.OutputPath = $ResultPath
        # The other formats cannot be written when a message has control characters in it, such as the codes of colours.
        $configuration.TestResult.OutputFormat = 'NUnit3'
    }

    Invoke-Pester -Configuration $configuration
}

# Captured output is for files and other programs, which show the codes of colours as they are.
$style = Get-Variable -Name PSStyle -ValueOnly -ErrorAction Ignore
$rendering = if ($style) { $style.OutputRendering }
if ($style -and [Console]::IsOutputRedirected) {
    $style.OutputRendering = 'PlainText'
}

# On a thread of its own, since this one may be what hangs.
$isOver = New-Object System.Threading.ManualResetEventSlim
$watchdog = [powershell]::Create()
$null = $watchdog.AddScript({
        param([System.Threading.ManualResetEventSlim] $IsOver, [int] $Minutes)
        if (-not $IsOver.Wait([timespan]::FromMinutes($Minutes))) {
            [Console]::Out.WriteLine("The tests did not end within $Minutes minutes.")
            [Environment]::Exit(1)
        }
    }).AddArgument($isOver).AddArgument($TimeoutMinutes)
if ($TimeoutMinutes -gt 0) {
    $null = $watchdog.BeginInvoke()
}

try {
    $results = @(if ($Share) {
            foreach ($file in $files) {
                $path = Join-Path $Share ($file.Name -replace '\.Tests\.ps1$', '.xml')
                if (-not (Test-Taken $path)) {
                    Invoke-Suite -Path $file.FullName -ResultPath $path
                }
            }
        } else {
            $path = if ($OutputPath) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputPath) }
            Invoke-Suite -Path $files.FullName -ResultPath $path
        })
} finally {
    $isOver.Set()
    $watchdog.Dispose()
    if ($style) {
        $style.OutputRendering = $rendering
    }
}

$passed = 0
$failed = 0
$skipped = 0
foreach ($result in $results) {
    $passed += $result.PassedCount
    $skipped += $result.SkippedCount
    # A file that could not even be read has no failed test.
    $failed += if ($result.FailedCount) { $result.FailedCount } else { $result.FailedBlocksCount + $result.FailedContainersCount }
}

"$passed passed, $failed failed, $skipped skipped"
exit $(if ($failed -eq 0 -and ($passed -gt 0 -or $Share)) { 0 } else { 1 })
