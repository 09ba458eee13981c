#requires -Version 5.1

<#
.SYNOPSIS
    Runs the Pester tests of the built module, out/RoamShm.
.DESCRIPTION
    The last line tells the figures: "N passed, N failed, N skipped". The exit code is 0 where everything passed, 1 where
    something failed or nothing ran, and 77 where there is no Pester 5, which others take for "skipped".
.PARAMETER OutputPath
    Where to write the results; without it they are only shown.
.PARAMETER OutputFormat
    The format of the results: NUnitXml, NUnit2.5, NUnit3 or JUnitXml.
.PARAMETER Name
    Only the tests in files whose names match, such as Watch*.
.PARAMETER TimeoutMinutes
    After this time the whole process ends with exit code 1: a watch that does not end would hang the tests for ever, and
    whoever started them. By default 20 in a shell that was started with -NonInteractive, else 0, which is never.
.PARAMETER Verbosity
    How much is shown: None, Normal, Detailed or Diagnostic.
.EXAMPLE
    ./tests/pester/Invoke-Suite.ps1

    Runs all tests in this shell.
.EXAMPLE
    pwsh -NoProfile -File tests/pester/Invoke-Suite.ps1 -OutputPath out/pester.xml -OutputFormat JUnitXml

    Runs all tests in a shell of their own and writes the results for a build server.
.EXAMPLE
    ./tests/pester/Invoke-Suite.ps1 -Name Watch* -Verbosity Detailed

    Runs the tests of Watch-RoamSegment and shows each.
#>
[CmdletBinding()]
param(
    [string] $OutputPath,

    [ValidateSet('NUnitXml', 'NUnit2.5', 'NUnit3', 'JUnitXml')]
    [string] $OutputFormat = 'NUnitXml',

    [string] $Name = '*',

    [ValidateRange(0, 1440)]
    [int] $TimeoutMinutes = $(if ([Environment]::GetCommandLineArgs() -contains '-NonInteractive') { 20 } else { 0 }),

    [ValidateSet('None', 'Normal', 'Detailed', 'Diagnostic')]
    [string] $Verbosity = 'Normal'
)

$ErrorActionPreference = 'Stop'

# The tests ask for properties that may be missing; a strict caller must not change what they see.
Set-StrictMode -Off

# Windows comes with Pester 3, which cannot run these tests.
$pester = Get-Module -Name Pester -ListAvailable | Where-Object { $_.Version.Major -eq 5 } |
    Sort-Object -Property Version -Descending | Select-Object -First 1
if (-not $pester) {
    'Pester 5 is not on this machine. Install it with:'
    'Install-Module Pester -MinimumVersion 5.5 -MaximumVersion 5.99 -Scope CurrentUser -SkipPublisherCheck'
    exit 77
}

Import-Module -Name $pester.Path

$manifest = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'RoamShm', 'RoamShm.psd1')
if (-not (Test-Path -LiteralPath $manifest)) {
    'There is no out/RoamShm to test. Build it first: dotnet build, or ./build.ps1.'
    exit 1
}

$files = @(Get-ChildItem -LiteralPath $PSScriptRoot -Filter *.Tests.ps1 |
        Where-Object { $_.Name -like $Name -or $_.Name -like "$Name.Tests.ps1" })
if ($files.Count -eq 0) {
    "No test file matches '$Name'."
    exit 1
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = @($files.FullName)
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = $Verbosity
if ($OutputPath) {
    $configuration.TestResult.Enabled = $true
    $paths = $ExecutionContext.SessionState.Path
    $configuration.TestResult.OutputPath = $paths.GetUnresolvedProviderPathFromPSPath($OutputPath)
    $configuration.TestResult.OutputFormat = $OutputFormat
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
    $result = Invoke-Pester -Configuration $configuration
} finally {
    $isOver.Set()
    $watchdog.Dispose()
    if ($style) {
        $style.OutputRendering = $rendering
    }
}

# A file that could not even be read has no failed test.
$failed = $result.FailedCount
if ($failed -eq 0) {
    $failed = $result.FailedBlocksCount + $result.FailedContainersCount
}

'{0} passed, {1} failed, {2} skipped' -f $result.PassedCount, $failed, $result.SkippedCount
exit $(if ($failed -eq 0 -and $result.PassedCount -gt 0) { 0 } else { 1 })
