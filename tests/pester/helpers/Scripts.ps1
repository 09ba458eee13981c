# Runs the example scripts in this process: "exit N" in a called script sets $LASTEXITCODE and ends nothing else.

<#
Runs a script; returns its exit code and its text as a console of 200 columns shows it, including -WhatIf messages.
#>
function Invoke-Example {
    param([Parameter(Mandatory)] [string] $Name, [object[]] $Argument = @(), [hashtable] $With = @{})

    $script = [System.IO.Path]::Combine($script:Repository, 'examples', $Name)
    $console = Join-Path ([System.IO.Path]::GetTempPath()) "roamshm-$([guid]::NewGuid().ToString('N')).txt"
    $global:LASTEXITCODE = 0
    $null = Start-Transcript -LiteralPath $console
    try {
        $text = & $script @Argument @With | Out-String -Width 200
        $code = $global:LASTEXITCODE
    } finally {
        $null = Stop-Transcript
        $asked = @(Get-Content -LiteralPath $console | Where-Object { $_ -like 'What if: *' })
        Remove-Item -LiteralPath $console
    }

    [pscustomobject]@{ ExitCode = $code; Text = $text + ($asked -join "`n") }
}

<# Starts a script in a separate runspace, to be followed with Wait-Until and ended with Wait-Example. #>
function Open-Example {
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [hashtable] $With)

    Open-Runspace -Parameters @{ File = [System.IO.Path]::Combine($script:Repository, 'examples', $Name); With = $With } -Script {
        param([string] $File, [hashtable] $With)
        & $File @With | Out-String -Stream -Width 200
        "exit code $LASTEXITCODE"
    }
}

<# Waits until a started script has ended; returns the same as Invoke-Example, without -WhatIf messages. #>
function Wait-Example {
    param([Parameter(Mandatory)] [object] $Example)

    Wait-Ended $Example
    $lines = @($Example.Events)
    if ("$($lines[-1])" -notmatch '^exit code (\d*)$') { throw "The script has failed: $($Example.Shell.Streams.Error)" }
    [pscustomobject]@{ ExitCode = [int]$Matches[1]; Text = $lines[0..($lines.Count - 2)] -join "`n" }
}
