# Completions explain themselves, even if Tab shows only the list texts, as it does on Linux.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Folder = Initialize-Folder
    $script:Path = Add-Segment (Join-Path $script:Folder 'one.seg') -HeartbeatInterval 1s
    Write-Hex $script:Path 128 '01000000'

    function Get-Offer {
        param([string] $Line)

        [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
    }
}

AfterAll {
    Clear-Folder $script:Folder
}

Describe 'The list that Tab shows' {
    It 'shows the state of each peer' {
        $offer = Get-Offer "Reset-RoamPeer $Path "
        $offer.CompletionText | Should -BeExactly '1'
        $offer.ListItemText | Should -Match '^1 \(Attached, \w+\)$'
    }

    It 'shows which peers are in each state' {
        $offer = @(Get-Offer "Get-RoamPeer $Path -State ")
        $offer[0].CompletionText | Should -BeExactly 'Attached'
        $offer[0].ListItemText | Should -BeExactly 'Attached (peer 1)'
        $offer[1].ListItemText | Should -BeExactly $offer[1].CompletionText
    }

    It 'shows the meaning of each value' {
        $offer = @(Get-Offer 'New-RoamSegment x.seg -Mode ')
        $offer[0].CompletionText | Should -BeExactly '0600'
        $offer[0].ListItemText | Should -BeLike '0600 (The default*'
    }
}

Describe 'Where-Object' {
    It 'completes the values of <Property> after <Command>' -ForEach @(
        @{ Command = 'Find-RoamSegment'; Property = 'Status'; Value = 'Stale' }
        @{ Command = 'Get-RoamPeer x.seg'; Property = 'State'; Value = 'Attached' }
        @{ Command = 'Get-RoamPeer x.seg'; Property = 'Liveness'; Value = 'Alive' }
        @{ Command = 'Watch-RoamSegment x.seg'; Property = 'Change'; Value = 'Goodbye' }
        @{ Command = 'Test-RoamSegment x.seg -Detailed | ForEach-Object Findings'; Property = 'Severity'; Value = 'Error' }
    ) {
        (Get-Offer "$Command | Where-Object $Property -eq ").CompletionText | Should -Contain $Value
        (Get-Offer "$Command | Where-Object $Property -ne $($Value.Substring(0, 2))").CompletionText | Should -Contain $Value
    }

    It 'completes nothing of ours after other commands, or for other properties' {
        (Get-Offer 'Get-Service | Where-Object Status -eq St').CompletionText | Should -Not -Contain 'Stale'
        (Get-Offer 'Find-RoamSegment | Where-Object Owner -eq St').CompletionText | Should -Not -Contain 'Stale'
    }
}

Describe 'A path completed by Tab' {
    It 'is one word, even with line breaks and control characters in the name' {
        Skip-Unless $OnUnix 'Windows does not allow such names'
        $sub = Join-Path $Folder 'odd'
        $null = New-Item -ItemType Directory -Path $sub
        $path = Add-Segment (Join-Path $sub "a$([char]10)Write-Error owned$([char]27)[31m.seg")
        foreach ($parameter in '', '-LiteralPath ') {
            $offer = @(Get-Offer "Get-RoamSegmentHeader $parameter$sub/")
            $offer | Should -HaveCount 1
            $statement = "Get-RoamSegmentHeader $parameter$($offer.CompletionText)"
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($statement, [ref]$null, [ref]$null)
            $tree.EndBlock.Statements | Should -HaveCount 1
            (& ([scriptblock]::Create($statement))).Path | Should -BeExactly $path
            $offer.ListItemText, $offer.ToolTip | Should -Not -Match '[\x00-\x1f]'
        }
    }

    It 'is missing, without an error, if the engine itself fails' {
        Skip-Unless $OnUnix 'Windows does not allow such names'
        $completer = New-Object RoamShm.Completers.FileCompleter
        $sub = Join-Path $Folder 'brackets'
        $null = New-Item -ItemType Directory -Path $sub
        foreach ($name in 'a`b.seg', '[x].seg', 'q"u.seg', "o'b.seg", '$d.seg', 'a*b') {
            [System.IO.File]::WriteAllText("$sub/$name", '')
        }

        Push-Location -LiteralPath $sub
        try {
            foreach ($word in '""', '*\', "$([char]0)", 'nosuchdrive:\x', "'", '[') {
                { $null = @($completer.CompleteArgument('Get-RoamPeer', 'Path', $word, $null, @{})) } | Should -Not -Throw
            }
        } finally {
            Pop-Location
        }
    }
}
