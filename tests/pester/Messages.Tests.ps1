# Messages about a file are safe to print, whatever its name is.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Bad = "bad$([char]27)]0;owned$([char]7)$([char]10)end.seg"
    $script:Shown = 'bad\x1b]0;owned\x07\x0aend.seg'
    $script:Control = '[\x00-\x09\x0b-\x1f]'
}

Describe 'A name with control characters' {
    BeforeEach {
        Skip-Unless $OnUnix 'Windows does not allow such names'
        $script:Folder = Initialize-Folder
        $script:Path = Add-Segment (Join-Path $script:Folder $script:Bad)
    }

    AfterEach {
        if ($script:Folder) {
            Clear-Folder $script:Folder
        }
    }

    It 'is escaped in an error, while the target object is unchanged' {
        Write-Hex $Path 0 '00'
        $null = Get-RoamSegmentHeader -LiteralPath $Path -ErrorAction SilentlyContinue -ErrorVariable problem
        $text = $problem | Out-String -Width 500
        $text -replace '\x1b\[[0-9;]*m' | Should -Not -Match $Control
        $text | Should -Match ([regex]::Escape($Shown))
        $problem[0].Exception.Message | Should -Not -Match $Control
        $problem[0].CategoryInfo.ToString() | Should -Not -Match $Control
        $problem[0].TargetObject | Should -BeExactly $Path
    }

    It 'is escaped in the output of <Name>' -Tag NewPowerShell -ForEach @(
        @{ Name = '-WhatIf'; Script = { Remove-RoamSegment -LiteralPath $args[0] -WhatIf } }
        @{ Name = '-Verbose'; Script = { $null = Test-RoamSegment -LiteralPath $args[0] -Verbose } }
        @{ Name = 'a warning'; Script = { New-RoamSegment ($args[0] + '2') -SlotClass 1KB:4 -HeartbeatInterval 1 | Out-Null } }
        @{ Name = 'Show-RoamSegment'; Script = { Show-RoamSegment -LiteralPath $args[0] -Width 200 } }
    ) {
        # A finding, so that there is verbose output.
        Write-Hex $Path 127 '01'
        $given = ($Path.ToCharArray() | ForEach-Object { [int]$_ }) -join ','
        $child = "`$path = -join [char[]]($given)`n& { $Script } `$path"
        $said = (Invoke-NewProcess -Folder $Folder -Script $child) -join "`n"
        $said -replace '\x1b\[[0-9;]*m' | Should -Not -Match $Control
        $said | Should -Match ([regex]::Escape('bad\x1b]0;owned\x07'))
    }
}
