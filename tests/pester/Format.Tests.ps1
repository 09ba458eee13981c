# What users see: tables that fit, complete lists, and the same output for deserialized objects.

BeforeDiscovery {
    $script:Kinds = 'RoamShm.SegmentHeader', 'RoamShm.SegmentEvent', 'RoamShm.SegmentReport', 'RoamShm.SegmentFinding' |
        ForEach-Object { @{ Kind = $_ } }

    # A command for each type of object, and the columns of its table.
    $script:Sources = @(
        @{ Source = 'Get-RoamSegmentHeader $path'; Column = 'Name Size Guests Ring Payload Heartbeat Goodbye' }
        @{ Source = 'Watch-RoamSegment $path -Count 1'; Column = 'Time Name Change Peer Size Goodbye' }
        @{ Source = 'Test-RoamSegment $path -Detailed'; Column = 'Name Valid Errors Warnings First finding' }
        @{ Source = '(Test-RoamSegment $path -Detailed).Findings[0]'; Column = 'Severity Id Message' }
        @{ Source = 'Find-RoamSegment $path'; Column = 'Name Status Size Peers MappedBy Owner Mode' }
        @{ Source = 'Get-RoamPeer $path -PeerId 1'; Column = 'Peer State Liveness Heartbeat To host Full To guest Full Slots' }
        @{ Source = 'Get-RoamSlotClass $path | Select-Object -First 1'; Column = 'Class Slot Count Free Used Host Peers Orphaned Leaked' }
        @{ Source = 'Reset-RoamPeer $path 9 -Force -Confirm:$false'; Column = 'Peer Was Is ToGuest ToHost Referenced Owned Skipped' }
    )
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm

    # Without colours, so that the length of a line is its visible length.
    $script:StyleBefore = $null
    if (Get-Variable -Name PSStyle -ErrorAction Ignore) {
        $script:StyleBefore = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
    }

    $script:Folder = Initialize-Folder
    $script:Path = Add-Segment (Join-Path $script:Folder 'one.seg')
    $longName = 'a-segment-with-a-name-that-is-much-longer-than-anybody-would-like-it-to-be-' + ('x' * 100) + '.seg'
    $script:LongPath = Add-Segment (Join-Path $script:Folder $longName)
    Set-Field $script:LongPath @{ LastReserved = '00000001' }
    $script:Objects = @{}
    foreach ($size in 'short', 'long') {
        $path = if ($size -eq 'short') { $script:Path } else { $script:LongPath }
        $report = Test-RoamSegment -LiteralPath $path -Detailed
        $script:Objects[$size] = @{
            'RoamShm.SegmentHeader'  = Get-RoamSegmentHeader -LiteralPath $path
            'RoamShm.SegmentEvent'   = Watch-RoamSegment -LiteralPath $path -Count 1
            'RoamShm.SegmentReport'  = $report
            'RoamShm.SegmentFinding' = (Test-RoamSegment -LiteralPath $script:LongPath -Detailed).Findings[0]
        }
    }

    <# Returns an object in which every number has as many digits as its field can hold. #>
    function Get-LargestHeader {
        param([string] $Kind = 'RoamShm.SegmentHeader')

        $header = New-Object $Kind
        foreach ($property in $header.GetType().GetProperties()) {
            $type = [Nullable]::GetUnderlyingType($property.PropertyType)
            if (-not $type) { $type = $property.PropertyType }
            if ($type -in [uint32], [uint64], [long]) { $property.SetValue($header, $type::MaxValue) }
        }

        $header.Path = '/dev/shm/' + ('p' * 200) + '.seg'
        $header.HostGoodbye = $true
        $header
    }
}

AfterAll {
    if (Get-Variable -Name PSStyle -ErrorAction Ignore) {
        $PSStyle.OutputRendering = $script:StyleBefore
    }

    Clear-Folder $script:Folder
}

Describe 'The table of <Kind>' -ForEach $script:Kinds {
    It 'is the default view' {
        $object = $script:Objects.short[$Kind]
        $object | ConvertTo-ShownLine | Should -BeExactly ($object | Format-Table | ConvertTo-ShownLine)
    }

    It 'fits 100 columns with <Size> names, with all its columns' -ForEach @(@{ Size = 'short' }, @{ Size = 'long' }) {
        $columns = @{
            'RoamShm.SegmentHeader'  = 'Name', 'Size', 'Guests', 'Ring', 'Payload', 'Heartbeat', 'Goodbye'
            'RoamShm.SegmentEvent'   = 'Time', 'Name', 'Change', 'Peer', 'Size', 'Goodbye'
            'RoamShm.SegmentReport'  = 'Name', 'Valid', 'Errors', 'Warnings', 'First finding'
            'RoamShm.SegmentFinding' = 'Severity', 'Id', 'Message'
        }[$Kind]
        $lines = @($script:Objects[$Size][$Kind] | Format-Table | ConvertTo-ShownLine)
        $lines.Count | Should -BeGreaterOrEqual 3 -Because 'there are the labels, the rules and a row'
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        $lines[0].Trim() | Should -Match ('^' + (($columns | ForEach-Object { [regex]::Escape($_) }) -join '\s+') + '$')
    }

    It 'has no colours by default' {
        $text = $script:Objects.short[$Kind] | Format-Table | Out-String -Width 100
        $text | Should -Not -Match ([char]27)
    }

    It 'is the same for an object from Clixml, a job or remoting' {
        $object = $script:Objects.long[$Kind]
        $back = ConvertTo-Deserialized $object
        $back.PSObject.TypeNames[0] | Should -BeExactly "Deserialized.$Kind"
        $back | ConvertTo-ShownLine | Should -BeExactly ($object | ConvertTo-ShownLine)
        $back | Format-List | ConvertTo-ShownLine | Should -BeExactly ($object | Format-List | ConvertTo-ShownLine)
    }
}

Describe 'The table of headers' {
    It 'shows units, although the object has plain numbers' {
        $path = Join-Path $script:Folder 'units.seg'
        $header = New-RoamSegment $path -MaxGuests 3 -BipbufCapacity 8KB -MaxPayloadSize 1MB -HeartbeatInterval 500ms -SlotClass '1MB:2'
        try {
            @($header | ConvertTo-ShownLine)[2] | Should -Match '^units\.seg\s+2(\.\d)? MB\s+3\s+8 KB\s+1 MB\s+500 ms\s+no$'
            $header.BipbufCapacity | Should -BeOfType ([uint32])
            $header.BipbufCapacity | Should -Be 8192
        } finally {
            Remove-Item -LiteralPath $path
        }
    }

    It 'shows a path of ordinary length in full' {
        $header = New-Object RoamShm.SegmentHeader
        $header.Path = '/dev/shm/roam/hub-0123456789.seg'
        $shown = $header | Out-String -Width 80
        $shown | Should -Match 'Folder: /dev/shm/roam\s'
        $shown | Should -Match '(?m)^hub-0123456789\.seg '
    }

    It 'fits 100 columns with the largest numbers' {
        $lines = @(Get-LargestHeader | ConvertTo-ShownLine)
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        $lines[2] | Should -Match '16 EB'
        $lines[2] | Should -Not -Match ([char]0x2026)
    }

    It 'shows whether goodbye is raised, and whether heartbeats are off' {
        $header = New-Object RoamShm.SegmentHeader
        $header.Path = 'x'
        @($header | ConvertTo-ShownLine)[2] | Should -Match '\soff\s+no$'
        $header.HostGoodbye = $true
        $header.HeartbeatInterval = 250
        @($header | ConvertTo-ShownLine)[2] | Should -Match '\s250 ns\s+yes$'
        $header.HeartbeatInterval = 1500
        @($header | ConvertTo-ShownLine)[2] | Should -Match '\s1\.5 us\s'
        $header.HeartbeatInterval = 2000000000
        @($header | ConvertTo-ShownLine)[2] | Should -Match '\s2 s\s'
    }

    It 'is one table for the headers of a folder' {
        $lines = @((Get-ChildItem -LiteralPath $script:Folder -Filter *.seg | Get-RoamSegmentHeader | Out-String -Width 100) -split '\r?\n' | Where-Object { $_.Trim() })
        $lines[0] | Should -Match '^ +Folder: '
        @($lines -match '^Name ') | Should -HaveCount 1
    }
}

Describe 'The table of events' {
    It 'shows the local time to the millisecond' {
        $happened = New-Object RoamShm.SegmentEvent
        $happened.ReadTime = [datetime]::new(2030, 1, 2, 3, 4, 5, 678, [System.DateTimeKind]::Utc)
        $happened.Change = 'Initial'
        $expected = $happened.ReadTime.ToLocalTime().ToString('HH:mm:ss.fff', [cultureinfo]::InvariantCulture)
        @($happened | ConvertTo-ShownLine)[2] | Should -Match ('^' + [regex]::Escape($expected) + ' ')
    }

    It 'fits 100 columns with the largest numbers and several changes' {
        $happened = Get-LargestHeader RoamShm.SegmentEvent
        $happened.Change = 'Goodbye, Resized, Replaced, HeaderChanged'
        $lines = @($happened | ConvertTo-ShownLine)
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
    }
}

Describe 'The list of <Kind>' -ForEach $script:Kinds {
    It 'has every property' {
        $object = $script:Objects.long[$Kind]
        $text = $object | Format-List | Out-String -Width 400
        $properties = @($object.GetType().GetProperties().Name)
        $properties.Count | Should -BeGreaterThan 5
        foreach ($property in $properties) {
            $text | Should -Match "(?m)^$property\s*:" -Because "$property is in the list"
        }
    }

    It 'has the plain numbers' {
        $object = $script:Objects.short[$Kind]
        $text = $object | Format-List | Out-String -Width 400
        foreach ($property in $object.GetType().GetProperties() | Where-Object { $_.PropertyType -in [uint32], [uint64], [long], [int] }) {
            $text | Should -Match "(?m)^$($property.Name)\s*: $($property.GetValue($object))\s*$"
        }
    }
}

Describe 'The list of a report' {
    It 'shows each finding with its message' {
        $report = $script:Objects.long['RoamShm.SegmentReport']
        $text = $report | Format-List | Out-String -Width 1000
        $report.Findings | Should -HaveCount 1
        $text | Should -Match ([regex]::Escape($report.Findings[0].Message))
        $text | Should -Match 'Error ReservedNotZero'
    }
}

Describe 'A table in a console' {
    BeforeAll {
        # Numbers with many digits, a live peer and one in goodbye.
        $script:Wide = Join-Path $script:Folder 'wide.seg'
        $with = @{ MaxGuests = 255; BipbufCapacity = 1000000; MaxPayloadSize = 1000000; HeartbeatInterval = '123456us' }
        $null = New-RoamSegment $script:Wide @with -Sparse -WarningAction SilentlyContinue -ErrorAction Stop
        Set-Field $script:Wide @{ HeartbeatInterval = 3600000000000 }
        Edit-Peer $script:Wide 1 -LastHeartbeat (Get-MonotonicTime)
        Edit-Peer $script:Wide 2 -State 2

        # The colours of states. Those of labels are also bold.
        $script:ColourOfState = "$([char]27)\[[39][0-7]m"

        <# Returns what a terminal receives, including colours. #>
        function Show-Coloured {
            param([string] $Source, [int] $Width = 100, [string] $Rendering = 'Ansi')

            # The source uses it.
            Set-Variable -Name path -Value $script:Wide
            $renderingBefore = $PSStyle.OutputRendering
            $variableBefore = $env:NO_COLOR
            try {
                $env:NO_COLOR = $null
                $PSStyle.OutputRendering = $Rendering
                & ([scriptblock]::Create($Source)) | Out-String -Width $Width
            } finally {
                $env:NO_COLOR = $variableBefore
                $PSStyle.OutputRendering = $renderingBefore
            }
        }
    }

    It 'fits with all its columns: <Source>' -ForEach $script:Sources {
        Set-Variable -Name path -Value $script:Wide
        foreach ($width in 80, 100, 120) {
            $lines = @(& ([scriptblock]::Create($Source)) | Format-Table | ConvertTo-ShownLine -Width $width)
            $lines.Count | Should -BeGreaterOrEqual 3
            $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual $width }
            $lines[0].Trim() -replace '\s+', ' ' | Should -BeExactly $Column
        }
    }

    It 'shows large numbers with their units' {
        $path = $script:Wide
        $shown = Get-RoamSegmentHeader $path | Format-Table | Out-String -Width 100
        $shown | Should -Match '976\.6 KB'
        $shown | Should -Match ' 60 min '
        (New-Object RoamShm.SegmentHeader -Property @{ HeartbeatInterval = 123456000; Path = 'x' } | Out-String -Width 100) |
            Should -Match '123\.456 ms'
    }

    It 'has colours that do not change any column: <Source>' -ForEach $script:Sources {
        Skip-Unless (Get-Variable -Name PSStyle -ErrorAction Ignore) 'there is no $PSStyle'
        # Values that depend on time are in other columns than the colours.
        $still = @(
            $Source, 'ForEach-Object { if ($null -ne $_.HeartbeatAgeMilliseconds) { $_.HeartbeatAgeMilliseconds = 1 }; if ($_.ReadTime) { $_.ReadTime = [datetime]0 }; $_ }'
            'Format-Table'
        ) -join ' | '
        foreach ($width in 60, 80, 100, 120) {
            $plain = Show-Coloured $still -Width $width -Rendering PlainText
            $plain | Should -Not -Match $script:ColourOfState
            $coloured = Show-Coloured $still $width
            $stripped = [System.Management.Automation.Internal.StringDecorated]::new($coloured).ToString('PlainText')
            ($stripped -split "`n").TrimEnd() | Should -BeExactly ($plain -split "`n").TrimEnd()
        }
    }

    It 'shows <What> in <Colour>' -ForEach @(
        @{ What = 'Attached'; Colour = 'Green'; Source = 'Get-RoamPeer $path' }
        @{ What = 'Alive'; Colour = 'Green'; Source = 'Get-RoamPeer $path' }
        @{ What = 'Goodbye'; Colour = 'Yellow'; Source = 'Get-RoamPeer $path' }
        @{ What = 'Warning'; Colour = 'Yellow'; Source = '(Test-RoamSegment $path -Detailed).Findings' }
        @{ What = 'yes'; Colour = 'Green'; Source = 'Test-RoamSegment $path -Detailed | Format-Table' }
        @{ What = 'yes'; Colour = 'Yellow'; Source = 'Set-RoamGoodbye $path' }
        @{ What = 'no'; Colour = 'Red'; Source = 'Test-RoamSegment $path -Detailed | Format-Table'; Edit = @{ MaxGuests = 0 } }
        @{ What = 'Invalid'; Colour = 'Red'; Source = 'Find-RoamSegment $path | Format-Table'; Edit = @{ MaxGuests = 0 } }
    ) {
        Skip-Unless (Get-Variable -Name PSStyle -ErrorAction Ignore) 'there is no $PSStyle'
        if ($Edit) { Set-Field $script:Wide $Edit }
        $shown = Show-Coloured $Source
        Set-Field $script:Wide @{ MaxGuests = 255 }
        $shown | Should -Match ([regex]::Escape("$($PSStyle.Foreground.$Colour)$What$([char]27)[0m"))
    }

    It 'shows no colour if there is no state' {
        Skip-Unless (Get-Variable -Name PSStyle -ErrorAction Ignore) 'there is no $PSStyle'
        Show-Coloured "[pscustomobject]@{ PSTypeName = 'RoamShm.SegmentPeer'; State = `$null }" |
            Should -Not -Match ([regex]::Escape($PSStyle.Foreground.Red))
    }

    It 'is without colours in strict mode if $PSStyle is <What>' -ForEach @(
        @{ What = 'missing'; Style = $null }
        @{ What = 'text'; Style = 'mine' }
        @{ What = 'of another type'; Style = @{ Foreground = 1; OutputRendering = 'Ansi' } }
    ) {
        $strict = 'Set-StrictMode -Version 3; Get-RoamPeer $Path -PeerId 1 | Out-String -Width 100; if ($Error) { $Error[0] }'
        $shown = Invoke-WithStyle $Style $strict $script:Wide
        $shown | Should -Match '(?m)^   1 Attached Alive '
        $shown | Should -Not -Match $script:ColourOfState
        $shown | Should -Not -Match 'Exception'
    }

    It 'is without state colours if output is redirected' -Tag NewPowerShell {
        $script = "Get-RoamPeer '$script:Wide'; Get-RoamSegmentHeader '$script:Wide' | Format-Table"
        $shown = (Invoke-NewProcess -Folder $script:Folder -Script $script) -join "`n"
        $shown | Should -Match 'Attached'
        $shown | Should -Not -Match $script:ColourOfState
    }
}
