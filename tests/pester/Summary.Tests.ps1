# Show-RoamSegment -Summary: one line for each segment, with those that need attention first.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
}

Describe 'Show-RoamSegment -Summary' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Good = Add-Segment (Join-Path $script:Folder 'a-good.seg')
        $script:Full = Add-Segment (Join-Path $script:Folder 'b-full.seg')
        Edit-Peer $script:Full 1
        Edit-Ring $script:Full 1 ToHost -Entry (@(Get-InlineEntry 248) * 16)
        $script:Torn = Add-Segment (Join-Path $script:Folder 'c-torn.seg')
        Write-Hex $script:Torn 32 '00000000'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    It 'counts the segments, and draws a line for each, the worst first' {
        $lines = @(Show-RoamSegment -Summary (Join-Path $script:Folder '*.seg') -Width 80 -Ascii)
        $lines | ForEach-Object { $_ | Should -BeOfType ([string]); $_.Length | Should -BeLessOrEqual 80 }
        $lines | Should -HaveCount 6
        $lines[0] | Should -BeExactly '3 segments, 2 Critical, 1 OK'
        $lines[1] | Should -BeExactly $script:Folder
        $lines[2] | Should -Match '^Status +Segment +Users +Heartbeat +Ring +Full +Slots +Used$'
        $lines[3] | Should -Match '^Critical b-full\.seg +\S+ +- #+ +100 % \.+ +0 %$'
        $lines[4] | Should -Match '^Critical c-torn\.seg'
        $lines[5] | Should -Match '^OK +a-good\.seg'
    }

    It 'also accepts folders and pipeline input' {
        @(Show-RoamSegment -Summary $script:Folder -Width 80) | Should -HaveCount 6
        @(Get-ChildItem -LiteralPath $script:Folder | Show-RoamSegment -Summary -Width 80) | Should -HaveCount 6
        @(Show-RoamSegment -Summary (Join-Path $script:Folder '*.none') -Width 80) | Should -BeExactly @('0 segments')
    }

    It 'gives the reason if there is room' {
        (Show-RoamSegment -Summary $script:Folder -Width 140) -match 'c-torn' | Should -Match 'max_guests'
    }

    It 'keeps both ends of a long name, and fits its lines in 80 and in 40 columns' {
        $stem = 'orders-of-the-warehouse-in-the-north-west'
        1..2 | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder "$stem-$_.seg") }
        $lines = @(Show-RoamSegment -Summary $script:Folder -Width 80)
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
        @($lines -match 'orders-.*-1\.seg') | Should -HaveCount 1
        @($lines -match 'orders-.*-2\.seg') | Should -HaveCount 1
        Show-RoamSegment -Summary $script:Folder -Width 40 | ForEach-Object { $_.Length | Should -BeLessOrEqual 40 }
    }

    It 'reports an error for a missing file, and draws the others' {
        $lines = @(Show-RoamSegment -Summary $script:Good, (Join-Path $script:Folder 'none') -Width 80 -ErrorAction SilentlyContinue -ErrorVariable failed)
        $failed[0].FullyQualifiedErrorId | Should -BeExactly 'SegmentNotFound,RoamShm.Commands.ShowRoamSegmentCommand'
        $lines[0] | Should -BeExactly '1 segment, 1 OK'
    }

    It 'shows with -Refresh that segments come and go' {
        $watch = Open-Runspace {
            param([string] $Pattern)
            Show-RoamSegment -Summary $Pattern -Interval 5ms -Width 80
        } @{ Pattern = (Join-Path $script:Folder '*.seg') }
        try {
            Wait-Until { @($watch.Events) -match '^3 segments' } 'three were drawn'
            $null = Add-Segment (Join-Path $script:Folder 'd-new.seg')
            Wait-Until { @($watch.Events) -match '^4 segments' } 'four were drawn'
            Remove-Item -LiteralPath $script:Torn, $script:Full
            Wait-Until { @($watch.Events) -match '^2 segments, 2 OK' } 'two were drawn'
            @($watch.Events) -match ', every 5 ms$' | Should -Not -BeNullOrEmpty
            $watch.Shell.Streams.Error | Should -HaveCount 0
        } finally {
            Close-Watch $watch
        }
    }

    It 'ends after -Count pictures' {
        $lines = @(Show-RoamSegment -Summary $script:Folder -Count 2 -Interval 1ms -Width 80)
        @($lines -match '^3 segments') | Should -HaveCount 2
    }
}
