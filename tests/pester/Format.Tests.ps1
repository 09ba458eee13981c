# What a user sees: tables that fit, lists with everything, the same for objects that have been elsewhere.

BeforeDiscovery {
    $script:Kinds = 'RoamShm.SegmentHeader', 'RoamShm.SegmentEvent', 'RoamShm.SegmentReport', 'RoamShm.SegmentFinding' |
        ForEach-Object { @{ Kind = $_ } }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm

    # Without colours, so that a line is as long as it looks.
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

    function ConvertTo-Line {
        param(
            [Parameter(ValueFromPipeline)] [object] $InputObject,
            [int] $Width = 100)

        begin {
            $all = New-Object System.Collections.ArrayList
        }

        process {
            $null = $all.Add($InputObject)
        }

        end {
            ($all | Out-String -Width $Width) -split '\r?\n' | ForEach-Object { $_.TrimEnd() } | Where-Object { $_ }
        }
    }

    <# An object whose every number has as many digits as its field can hold. #>
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
    if ($null -ne $script:StyleBefore) {
        $PSStyle.OutputRendering = $script:StyleBefore
    }

    Clear-Folder $script:Folder
}

Describe 'The table of <Kind>' -ForEach $script:Kinds {
    It 'is what is shown by itself' {
        $object = $script:Objects.short[$Kind]
        $object | ConvertTo-Line | Should -BeExactly ($object | Format-Table | ConvertTo-Line)
    }

    It 'fits 100 columns with <Size> names, every column in it' -ForEach @(@{ Size = 'short' }, @{ Size = 'long' }) {
        $columns = @{
            'RoamShm.SegmentHeader'  = 'Size', 'Guests', 'Ring', 'Payload', 'Classes', 'Heartbeat', 'Goodbye', 'Path'
            'RoamShm.SegmentEvent'   = 'Time', 'Change', 'Peer', 'Size', 'Goodbye', 'Path'
            'RoamShm.SegmentReport'  = 'Valid', 'Errors', 'Warnings', 'First finding', 'Path'
            'RoamShm.SegmentFinding' = 'Severity', 'Id', 'Offset', 'Expected', 'Actual', 'Field'
        }[$Kind]
        $lines = @($script:Objects[$Size][$Kind] | Format-Table | ConvertTo-Line)
        $lines | Should -HaveCount 3 -Because 'there are the labels, the rules and one row'
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        $lines[0].Trim() | Should -Match ('^' + (($columns | ForEach-Object { [regex]::Escape($_) }) -join '\s+') + '$')
    }

    It 'has no colours of its own' {
        $text = $script:Objects.short[$Kind] | Format-Table | Out-String -Width 100
        $text | Should -Not -Match ([char]27)
    }

    It 'is the same for an object from Clixml, a job or remoting' {
        $object = $script:Objects.long[$Kind]
        $back = ConvertTo-Deserialized $object
        $back.PSObject.TypeNames[0] | Should -BeExactly "Deserialized.$Kind"
        $back | ConvertTo-Line | Should -BeExactly ($object | ConvertTo-Line)
        $back | Format-List | ConvertTo-Line | Should -BeExactly ($object | Format-List | ConvertTo-Line)
    }
}

Describe 'The table of headers' {
    It 'shows units, while the object has numbers' {
        $path = Join-Path $script:Folder 'units.seg'
        $header = New-RoamSegment $path -MaxGuests 3 -BipbufCapacity 8KB -MaxPayloadSize 1MB -HeartbeatInterval 500ms -SlotClass '1MB:2'
        try {
            @($header | ConvertTo-Line)[2] | Should -Match '^\s+2(\.\d)? MB\s+3\s+8 KB\s+1 MB\s+1\s+500 ms\s+no\s+\S'
            $header.BipbufCapacity | Should -BeOfType ([uint32])
            $header.BipbufCapacity | Should -Be 8192
        } finally {
            Remove-Item -LiteralPath $path
        }
    }

    It 'shows a path of usual length in full' {
        $header = New-Object RoamShm.SegmentHeader
        $header.Path = '/dev/shm/roam/hub-0123456789.seg'
        @($header | ConvertTo-Line)[2] | Should -Match ([regex]::Escape($header.Path))
    }

    It 'fits 100 columns with the largest numbers' {
        $lines = @(Get-LargestHeader | ConvertTo-Line)
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        $lines[2] | Should -Match '16 EB'
        $lines[2] | Should -Match ' 4294967295 |\S{6,}'
    }

    It 'says whether goodbye has been said, and when heartbeats are off' {
        $header = New-Object RoamShm.SegmentHeader
        $header.Path = 'x'
        @($header | ConvertTo-Line)[2] | Should -Match '\soff\s+no\s'
        $header.HostGoodbye = $true
        $header.HeartbeatInterval = 250
        @($header | ConvertTo-Line)[2] | Should -Match '\s250 ns\s+yes\s'
        $header.HeartbeatInterval = 1500
        @($header | ConvertTo-Line)[2] | Should -Match '\s1\.5 us\s'
        $header.HeartbeatInterval = 2000000000
        @($header | ConvertTo-Line)[2] | Should -Match '\s2 s\s'
    }

    It 'is one table for the headers of a folder' {
        $lines = @((Get-ChildItem -LiteralPath $script:Folder -Filter *.seg | Get-RoamSegmentHeader | Out-String -Width 100) -split '\r?\n' | Where-Object { $_.Trim() })
        $lines | Should -HaveCount 4
    }
}

Describe 'The table of events' {
    It 'shows the local time to the millisecond' {
        $happened = New-Object RoamShm.SegmentEvent
        $happened.ReadTime = [datetime]::new(2030, 1, 2, 3, 4, 5, 678, [System.DateTimeKind]::Utc)
        $happened.Change = 'Initial'
        $expected = $happened.ReadTime.ToLocalTime().ToString('HH:mm:ss.fff', [cultureinfo]::InvariantCulture)
        @($happened | ConvertTo-Line)[2] | Should -Match ('^' + [regex]::Escape($expected) + ' ')
    }

    It 'fits 100 columns with the largest numbers and several changes' {
        $happened = Get-LargestHeader RoamShm.SegmentEvent
        $happened.Change = 'Goodbye, Resized, Replaced, HeaderChanged'
        $lines = @($happened | ConvertTo-Line)
        $lines | Should -HaveCount 3
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
    It 'has each finding with its message' {
        $report = $script:Objects.long['RoamShm.SegmentReport']
        $text = $report | Format-List | Out-String -Width 1000
        $report.Findings | Should -HaveCount 1
        $text | Should -Match ([regex]::Escape($report.Findings[0].Message))
        $text | Should -Match 'Error ReservedNotZero'
    }
}
