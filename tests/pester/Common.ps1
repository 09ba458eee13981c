# Shared by the test files. Dot-source it in BeforeAll, and in BeforeDiscovery if its tables provide test cases.
# The files stay ASCII: Windows PowerShell 5.1 reads a script without a byte order mark in the machine's code page.

$script:Repository = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
$script:ModuleFolder = [System.IO.Path]::Combine($script:Repository, 'out', 'RoamShm')
$script:ModuleManifest = Join-Path $script:ModuleFolder 'RoamShm.psd1'

# Windows PowerShell 5.1 has neither variable.
$script:OnLinux = [bool](Get-Variable -Name IsLinux -ValueOnly -ErrorAction Ignore)
$script:OnMacOS = [bool](Get-Variable -Name IsMacOS -ValueOnly -ErrorAction Ignore)
$script:OnUnix = $script:OnLinux -or $script:OnMacOS

# Enough for the slowest machine: only a failing test waits this long.
$script:PatienceSeconds = 60

. (Join-Path $PSScriptRoot 'ThisPowerShell.ps1')
foreach ($helper in Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'helpers') -Filter *.ps1) {
    . $helper.FullName
}

function Get-ModuleCommand {
    'Export-RoamMetric', 'Find-RoamSegment', 'Get-RoamMessage', 'Get-RoamPeer', 'Get-RoamSegmentHeader', 'Get-RoamSegmentProcess'
    'Get-RoamSlotClass', 'New-RoamSegment', 'Remove-RoamSegment', 'Reset-RoamPeer', 'Set-RoamGoodbye', 'Show-RoamSegment'
    'Test-RoamHealth', 'Test-RoamSegment', 'Watch-RoamSegment'
}

function Import-RoamShm {
    if (-not (Test-Path -LiteralPath $script:ModuleManifest)) {
        throw "There is no $script:ModuleManifest. Build the module first: ./build.ps1, or dotnet build."
    }

    Import-Module $script:ModuleManifest -ErrorAction Stop
}

<# Creates an empty folder on the shared-memory file system, where segments live, or elsewhere if there is none. #>
function Initialize-Folder {
    $base = if (Test-Path -LiteralPath '/dev/shm') { '/dev/shm' } else { [System.IO.Path]::GetTempPath() }
    $path = Join-Path $base "roamshm-pester-$PID-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    (New-Item -ItemType Directory -Path $path).FullName
}

function Clear-Folder {
    param([Parameter(Mandatory)] [string] $Path)

    for ($attempt = 1; Test-Path -LiteralPath $Path; $attempt++) {
        try {
            Remove-Item -LiteralPath $Path -Recurse -Force -ErrorAction Stop
        } catch {
            # On Windows a deleted file keeps its name for as long as a virus scanner, for one, has it open.
            if ($script:OnUnix -or $attempt -ge 50) {
                throw
            }

            Start-Sleep -Milliseconds 20
        }
    }
}

function Get-Sha256 {
    param([Parameter(Mandatory)] [string] $Path)

    # Get-FileHash does not read what others may write, on Windows.
    $stream = [System.IO.File]::Open($Path, 'Open', 'Read', 'ReadWrite,Delete')
    try {
        (Get-FileHash -InputStream $stream -Algorithm SHA256).Hash.ToLowerInvariant()
    } finally {
        $stream.Dispose()
    }
}

function Skip-Unless {
    param([AllowNull()] [object] $Condition, [Parameter(Mandatory)] [string] $Because)

    if (-not $Condition) {
        Set-ItResult -Skipped -Because $Because
    }
}

<# Skips the test if there is a reason to. #>
function Skip-Because {
    param([AllowNull()] [AllowEmptyString()] [string] $Reason)

    if ($Reason) {
        Set-ItResult -Skipped -Because $Reason
    }
}

<# Waits for a condition by polling, so that no test depends on timing. #>
function Wait-Until {
    param([Parameter(Mandatory)] [scriptblock] $Condition, [Parameter(Mandatory)] [string] $What)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $script:PatienceSeconds) {
            throw "Waited $script:PatienceSeconds s in vain until $What."
        }

        Start-Sleep -Milliseconds 10
    }
}
