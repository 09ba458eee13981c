# Tables show which segment a row is about, at the 80 columns of pipes, cron and CI, and numbers keep their digits.

BeforeDiscovery {
    $script:Tables = @(
        @{ Kind = 'headers'; Source = { Get-RoamSegmentHeader -LiteralPath $args }; Above = 'Folder'; Named = $true }
        @{ Kind = 'listings'; Source = { Find-RoamSegment -LiteralPath $args }; Above = 'Folder'; Named = $true }
        @{ Kind = 'events'; Source = { Watch-RoamSegment -LiteralPath $args -Count 2 }; Above = 'Folder'; Named = $true }
        @{ Kind = 'reports'; Source = { Test-RoamSegment -LiteralPath $args -Detailed }; Above = 'Folder'; Named = $true }
        @{ Kind = 'peers'; Source = { Get-RoamPeer -LiteralPath $args }; Above = 'Segment' }
        @{ Kind = 'slot classes'; Source = { Get-RoamSlotClass -LiteralPath $args }; Above = 'Segment' }
        @{ Kind = 'findings'; Source = { (Test-RoamSegment -LiteralPath $args -Detailed).Findings }; Above = 'Segment' }
        @{
            Kind = 'recovered peers'; Above = 'Segment'
            Source = { Reset-RoamPeer -LiteralPath $args -PeerId 1 -Force -Confirm:$false }
        }
    )
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Folder = Initialize-Folder

    # Names that differ only at the end, where a narrow column would cut them off.
    $stem = 'orders-of-the-warehouse-in-the-north-west'
    $script:Paths = 1..2 | ForEach-Object { Add-Segment (Join-Path $script:Folder "$stem-$_.seg") }
    foreach ($path in $script:Paths) {
        Write-Hex $path 128 '02000000'
        Write-Hex $path 127 '01'
    }

    function Get-Row {
        param([object[]] $InputObject, [int] $Width = 80)

        $text = $InputObject | Format-Table | Out-String -Width $Width
        ($text -replace ([char]27 + '\[[0-9;]*m')) -split '\r?\n' | ForEach-Object { $_.TrimEnd() } | Where-Object { $_ }
    }

    # The cells of a wrapped column, joined again.
    function Get-Name {
        param([string[]] $Row)

        $labels = @($Row | Where-Object { $_ -match '\bName ' })[0]
        $start = $labels.IndexOf('Name')
        $length = 23
        -join ($Row | Where-Object { $_.Length -gt $start } | ForEach-Object {
                $_.Substring($start, [Math]::Min($length, $_.Length - $start)).Trim()
            })
    }
}

AfterAll {
    Clear-Folder $script:Folder
}

Describe 'A table' {
    It 'fits a terminal of 80 columns, where PowerShell leaves the last one free' {
        $views = [xml][System.IO.File]::ReadAllText((Join-Path $script:ModuleFolder 'RoamShm.Format.ps1xml'))
        $tables = @($views.Configuration.ViewDefinitions.View | Where-Object { $_.TableControl })
        $tables.Count | Should -BeGreaterThan 8
        foreach ($table in $tables) {
            $columns = @($table.TableControl.TableHeaders.TableColumnHeader)
            # A column without a width takes what is left, and wraps.
            $width = $columns.Count - 1
            foreach ($column in $columns) { $width += [int] $column.Width }
            $width | Should -BeLessThan 80 -Because "that is the width of $($table.Name)"
        }
    }
}

Describe 'The table of <Kind>' -ForEach $script:Tables {
    It 'fits <_> columns and shows in full which segment each row is about' -ForEach 80, 100, 120 {
        $width = $_
        $rows = @(Get-Row (& $Source @Paths) -Width $width)
        $rows | ForEach-Object { $_.Length | Should -BeLessOrEqual $width }
        $text = $rows -join "`n"
        foreach ($path in $Paths) {
            if ($Named) {
                Get-Name $rows | Should -BeLike "*$([System.IO.Path]::GetFileName($path))*"
            } else {
                # A long path begins a line of its own.
                ($rows -join '') -replace ' ' | Should -BeLike ("*Segment:$path*" -replace ' ')
            }
        }

        $text | Should -Not -Match ([char]0x2026)
        if ($Named) { $text | Should -BeLike "*Folder: $Folder*" }
    }

    It 'escapes control characters in names' {
        Skip-Unless $OnUnix 'Windows does not allow such names'
        $bad = Join-Path $Folder "bad$([char]27)[31m$([char]10)end.seg"
        $null = Add-Segment $bad
        Write-Hex $bad 128 '02000000'
        Write-Hex $bad 127 '01'
        try {
            $rows = Get-Row (& $Source $bad $Paths[0])
            -join $rows | Should -Match ([regex]::Escape('bad\x1b[31m\x0aend'))
            $rows -join "`n" | Should -Not -Match "^end|$([char]27)"
            $list = & $Source $bad $Paths[0] | Format-List | Out-String -Width 200
            $list | Should -Match ([regex]::Escape('bad\x1b[31m\x0aend'))
            $list | Should -Not -Match ([char]27 + '\[31')
        } finally {
            [System.IO.File]::Delete($bad)
        }
    }
}

Describe 'A script that shows several types' {
    # PowerShell does not start a second table, but shows what does not fit the first as lists of all properties.
    It 'shows <Second> after <First>, with the properties that only <Second> have' -ForEach @(
        @{ First = 'headers'; Second = 'listings'; Property = 'Status' }
        @{ First = 'headers'; Second = 'events'; Property = 'Change' }
        @{ First = 'listings'; Second = 'events'; Property = 'Change' }
        @{ First = 'listings'; Second = 'headers'; Property = 'HeartbeatInterval' }
        @{ First = 'events'; Second = 'listings'; Property = 'Status' }
    ) {
        $source = @{
            headers  = { Get-RoamSegmentHeader -LiteralPath $Paths[0] }
            listings = { Find-RoamSegment -LiteralPath $Paths[0] }
            events   = { Watch-RoamSegment -LiteralPath $Paths[0] -Count 1 }
        }
        $text = & { & $source[$First]; & $source[$Second] } | Out-String -Width 80
        $text | Should -Match "(?m)^$Property +: \w"
    }
}

Describe 'A number in a table' {
    It 'for <Milliseconds> ms since a heartbeat reads <Text>' -ForEach @(
        @{ Milliseconds = 9999; Text = '9999 ms ago' }
        @{ Milliseconds = 48900; Text = '48.9 s ago' }
        @{ Milliseconds = 2349000; Text = '39 min ago' }
        @{ Milliseconds = 7200000; Text = '2 h ago' }
        @{ Milliseconds = 172800000; Text = '2 d ago' }
        @{ Milliseconds = 18446744073709.55; Text = '213503 d ago' }
    ) {
        $peer = New-Object RoamShm.SegmentPeer -Property @{ PeerId = 1; HeartbeatAgeMilliseconds = $Milliseconds }
        @(Get-Row $peer)[-1] | Should -Match "  +$Text  "
    }

    It 'for a heartbeat interval of <Nanoseconds> ns reads <Text>' -ForEach @(
        @{ Nanoseconds = 0; Text = 'off' }
        @{ Nanoseconds = 999; Text = '999 ns' }
        @{ Nanoseconds = 999999; Text = '999.999 us' }
        @{ Nanoseconds = 500000000; Text = '500 ms' }
        @{ Nanoseconds = 90000000000; Text = '90 s' }
        @{ Nanoseconds = 150000000000; Text = '2.5 min' }
        @{ Nanoseconds = 9000000000000; Text = '2.5 h' }
        @{ Nanoseconds = [uint64]::MaxValue; Text = '213504 d' }
    ) {
        $header = New-Object RoamShm.SegmentHeader -Property @{ Path = 'x'; HeartbeatInterval = $Nanoseconds }
        @(Get-Row $header)[-1] | Should -Match " $([regex]::Escape($Text)) no$"
    }

    It 'keeps its first digit at the largest value of its type, in <_>' -ForEach @(
        'SegmentHeader', 'SegmentPeer', 'SegmentSlotClass', 'SegmentReport', 'SegmentListing', 'PeerRecoveryResult'
    ) {
        $object = New-Object "RoamShm.$_"
        $ids = 'PeerId', 'Index', 'PeersAttached'
        foreach ($property in $object.GetType().GetProperties()) {
            if ($property.PropertyType -in [uint32], [uint64], [long], [int]) {
                $value = if ($property.Name -in $ids) { 255 } else { $property.PropertyType::MaxValue }
                $property.SetValue($object, $value)
            }
        }

        $rows = Get-Row $object
        $rows -join "`n" | Should -Not -Match ([char]0x2026)
        @($rows | Where-Object { $_ -match '\d' }) | Should -HaveCount 1 -Because 'no number needs a second line'
    }
}

Describe 'In Constrained Language' {
    It '<_> shows the same as elsewhere, without colours' -Tag NewPowerShell -ForEach @(
        'Show-RoamSegment -LiteralPath $path -Width 80'
        'Show-RoamSegment -LiteralPath $path -Width 80 -Count 1'
        'Get-RoamSegmentHeader -LiteralPath $path | Format-Table'
        'Find-RoamSegment -LiteralPath $path | Format-Table'
        'Test-RoamSegment -LiteralPath $path -Detailed | Format-Table'
        'Get-RoamSlotClass -LiteralPath $path | Format-Table'
    ) {
        $script = "`$env:NO_COLOR = ''; `$path = '$($Paths[0])'; {0}; $_ | Out-String -Width 80"
        $free = Invoke-NewProcess -Folder $Folder -Script $script.Replace('{0}', '')
        $constrained = "`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'"
        $held = Invoke-NewProcess -Folder $Folder -Script $script.Replace('{0}', $constrained)
        $time = '\d\d:\d\d:\d\d'
        $held -join "`n" -replace $time | Should -BeExactly ($free -join "`n" -replace $time)
    }

    It 'lines drawn in colour before show as plain text' -Tag NewPowerShell {
        $child = @"
`$env:NO_COLOR = ''
`$lines = Show-RoamSegment -LiteralPath '$($Paths[0])' -Width 200
`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
`$lines
"@
        $shown = Invoke-NewProcess -Folder $Folder -Script $child
        $shown | Should -Contain $Paths[0]
        "$shown" | Should -Not -Match 'method'
    }
}
