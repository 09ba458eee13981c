# examples/runbooks/Invoke-RoamCheck.ps1: the line and the exit code that monitoring systems read.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
    $script:Check = [System.IO.Path]::Combine($root, 'examples', 'runbooks', 'Invoke-RoamCheck.ps1')

    # A separate process, as a monitoring agent starts it: its exit code matters, and arguments are text.
    function Invoke-Check {
        param([Parameter(ValueFromRemainingArguments)] [string[]] $Argument)

        $script = "& '{0}' {1}; exit `$LASTEXITCODE" -f $script:Check, (@($Argument | ForEach-Object {
                    if ($_ -match '^-[A-Za-z]') { $_ } else { "'" + $_.Replace("'", "''") + "'" }
                }) -join ' ')
        $lines = @(Invoke-NewProcess -Folder $script:Work -Script $script)
        [pscustomobject]@{ Code = $LASTEXITCODE; Lines = $lines }
    }

    # The format of the Monitoring Plugins: text, a bar, and 'label'=value[unit];warn;crit;min;max.
    $script:Form = '^ROAM (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+ \|( [a-z_]+=-?[\d.]+(s|%|)(;[\d.]*){0,4})+$'
}

Describe 'Invoke-RoamCheck.ps1' -Tag NewPowerShell {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Work = Initialize-Folder
        $script:Path = Add-Segment (Join-Path $script:Folder 'one.seg')
    }

    AfterEach {
        Clear-Folder $script:Folder
        Clear-Folder $script:Work
    }

    It 'exits 0 with one line if all is well' {
        $result = Invoke-Check $script:Folder
        $result.Code | Should -Be 0
        $result.Lines | Should -HaveCount 1
        $result.Lines[0] | Should -Match $script:Form
        $result.Lines[0] | Should -Match '^ROAM OK - 1 segments are fine \| segments=1;;;0 critical=0;;;0 '
        $result.Lines[0] | Should -Match ' ring=0%;80;95;0;100 '
    }

    It 'exits 1 for a warning and 2 for a critical reason, and puts the worst reason first' {
        Skip-Because (Get-AgentDoubt)
        $guest = Open-Agent
        try {
            $null = Invoke-Agent $guest attach, $script:Path
            $null = Invoke-Agent $guest queue, $script:Path, g2h, 3392
            $result = Invoke-Check $script:Folder
            $result.Code | Should -Be 1
            $result.Lines[0] | Should -Match '^ROAM WARNING - one\.seg: the guest->host ring of peer 1 is 83 % full \|'
            $result.Lines[0] | Should -Match $script:Form
            $null = Add-Segment (Join-Path $script:Folder 'torn.seg')
            Write-Hex (Join-Path $script:Folder 'torn.seg') 32 '00000000'
            $result = Invoke-Check $script:Folder
            $result.Code | Should -Be 2
            $result.Lines[0] | Should -Match '^ROAM CRITICAL - torn\.seg: .*; one\.seg: .* \| segments=2;;;0 critical=1;;;0 warning=1;;;0'
            (Invoke-Check $script:Folder -Most 1).Lines[0] | Should -Match '^ROAM CRITICAL - torn\.seg: [^|]*; 1 more \|'
            (Invoke-Check $script:Path -RingPercent '90,95').Code | Should -Be 0
        } finally {
            Close-Agent $guest
        }
    }

    It 'reports only once that the file system is full, however many segments are on it' {
        1..4 | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder "more$_.seg") }
        $result = Invoke-Check $script:Folder -FileSystemPercent 0 -InodePercent 100
        $result.Code | Should -Be 1
        $result.Lines[0] | Should -Match '^ROAM WARNING - the file system \S+ is [\d.]+ % full \|'
    }

    It 'exits 3, never 0, if <What>' -ForEach @(
        @{ What = 'there is no segment'; With = { Join-Path $script:Folder '*.none' } }
        @{ What = 'the only one is missing'; With = { Join-Path $script:Folder 'none.seg' } }
        @{ What = 'the folder is empty'; With = { $script:Work } }
        @{ What = 'the path is not a file'; With = { 'Env:PATH' } }
        @{ What = 'a threshold is not a number'; With = { $script:Path, '-RingPercent', 'much' } }
        @{ What = 'the thresholds are the wrong way round'; With = { $script:Path, '-RingPercent', '95,80' } }
        @{ What = 'a parameter is unknown'; With = { $script:Path, '-Nonsense', '5' } }
        @{ What = 'the number of reasons is not a number'; With = { $script:Path, '-Most', 'x' } }
    ) {
        $result = Invoke-Check @(& $With)
        $result.Code | Should -Be 3
        $result.Lines | Should -HaveCount 1
        $result.Lines[0] | Should -Match '^ROAM UNKNOWN - '
    }

    It 'exits 3 if the module is not installed' {
        $copy = Join-Path $script:Work 'Invoke-RoamCheck.ps1'
        Copy-Item -LiteralPath $script:Check $copy
        $script = "`$env:PSModulePath = ''; Remove-Module RoamShm; & '$copy' '$($script:Folder)'; exit `$LASTEXITCODE"
        $lines = @(Invoke-NewProcess -Folder $script:Work -Script $script)
        $LASTEXITCODE | Should -Be 3
        $lines[0] | Should -Match '^ROAM UNKNOWN - .*RoamShm'
    }

    It 'prints one line of ASCII, whatever the name of the file' {
        Skip-Unless $script:OnUnix 'Windows does not allow such file names'
        [System.IO.File]::Move($script:Path, "$script:Folder/a|b`nc$([char]0xe9).seg")
        Write-Hex "$script:Folder/a|b`nc$([char]0xe9).seg" 32 '00000000'
        $result = Invoke-Check $script:Folder
        $result.Code | Should -Be 2
        $result.Lines | Should -HaveCount 1
        $result.Lines[0] | Should -Match '^ROAM CRITICAL - a/b\?c\?\.seg: '
        $result.Lines[0] | Should -MatchExactly '^[\x20-\x7e]+$'
    }

    It 'accepts a hashtable of thresholds at a PowerShell prompt' {
        Edit-Peer $script:Path 1
        Edit-Ring $script:Path 1 ToGuest -Entry (@(Get-InlineEntry 248) * 8)
        $line = & $script:Check $script:Path -RingPercent @{ 'one*' = 40, 90 }
        $line | Should -Match 'ring of peer 1 is 50 % full'
    }
}

Describe 'Get-RoamShmUsage.ps1' {
    It 'reports how much of the size is allocated if segments are sparse' {
        Skip-Unless $script:OnUnix 'Windows does not say'
        $folder = Initialize-Folder
        $work = Initialize-Folder
        try {
            $usage = Join-Path (Split-Path -Parent $script:Check) 'Get-RoamShmUsage.ps1'
            $null = New-RoamSegment (Join-Path $folder 'sparse.seg') -SlotClass '1MB:64' -Sparse
            $lines = @(Invoke-NewProcess -Folder $work -Script "& '$usage' '$folder'")
            $lines[0] | Should -Match '^== 1 segments, 65 MB, \d+(\.\d)? KB of it allocated$'
            Remove-Item -LiteralPath (Join-Path $folder 'sparse.seg')
            $null = Add-Segment (Join-Path $folder 'whole.seg')
            $lines = @(Invoke-NewProcess -Folder $work -Script "& '$usage' '$folder'")
            $lines[0] | Should -BeExactly '== 1 segments, 53 KB'
        } finally {
            Clear-Folder $folder
            Clear-Folder $work
        }
    }
}
