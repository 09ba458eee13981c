#requires -Version 5.1

<#
.SYNOPSIS
    Runs the Pester tests of the built module, out/RoamShm.
.DESCRIPTION
    The last line shows the totals: "N passed, N failed, N skipped". The exit code is 0 if everything passed, and 1 if
    something failed or nothing ran.
.PARAMETER OutputPath
    The file for the results, in NUnit3 format. Without it they are only shown.
.PARAMETER Share
    A folder. Processes with the same folder share the test files: each takes a file that no other process has taken,
    until none is left. The results of a test file are in this folder under its name.
.PARAMETER Name
    Run only the tests in files whose names match, such as Watch*.
.PARAMETER ExcludeTag
    Leave out the tests with these tags. NewPowerShell is the tag of tests that start another PowerShell, which a program
    that has only the engine cannot do.
.PARAMETER TimeoutMinutes
    End the whole process with exit code 1 after this time: a watch that does not end would hang the tests, and whatever
    started them. The default is 20 in a shell that was started with -NonInteractive, otherwise 0, which means never.
.PARAMETER Verbosity
    The level of output: None, Normal, Detailed or Diagnostic.
.EXAMPLE
    ./tests/pester/Invoke-Suite.ps1

    Runs all tests in this shell.
.EXAMPLE
    pwsh -NoProfile -File tests/pester/Invoke-Suite.ps1 -OutputPath out/pester.xml

    Runs all tests in a separate shell and writes the results for a build server.
.EXAMPLE
    ./tests/pester/Invoke-Suite.ps1 -Name Watch* -Verbosity Detailed

    Runs the tests of Watch-RoamSegment and shows each.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in a function or script block.')]
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

# The tests read properties that may be missing; a caller in strict mode must not change the results.
Set-StrictMode -Off

# The build stages the pinned Pester; Windows ships with Pester 3, which cannot run these tests.
$pester = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'Pester', 'Pester.psd1')
$manifest = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'RoamShm', 'RoamShm.psd1')
foreach ($built in $manifest, $pester) {
    if (-not (Test-Path -LiteralPath $built)) {
        "$built is missing. Build it first: dotnet build, or ./build.ps1."
        exit 1
    }
}

Import-Module -Name $pester

# Files that play whole pages and runbooks take longest, so they come first and no process is left alone with one.
$files = @(Get-ChildItem -LiteralPath $PSScriptRoot -Filter *.Tests.ps1 |
        Where-Object { $_.Name -like $Name -or $_.Name -like "$Name.Tests.ps1" } |
        Sort-Object -Property { $_.Name -like '*-*' }, @{ Expression = 'Length'; Descending = $true })
if ($files.Count -eq 0) {
    "No test file matches '$Name'."
    exit 1
}

<# Claims a test file for this process, unless another process has claimed it. #>
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
        # The other formats cannot represent messages with control characters, such as colour codes.
        $configuration.TestResult.OutputFormat = 'NUnit3'
    }

    Invoke-Pester -Configuration $configuration
}

# Captured output goes to files and programs that show colour codes as they are.
$style = Get-Variable -Name PSStyle -ValueOnly -ErrorAction Ignore
$rendering = if ($style) { $style.OutputRendering }
if ($style -and [Console]::IsOutputRedirected) {
    $style.OutputRendering = 'PlainText'
}

# On a separate thread, since this one may be the one that hangs.
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
