# Test-RoamSegment: a yes or no for scripts, a full report for people, a filter for pipelines.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    $script:BrokenCases = Get-BrokenCase

    $pool, $end = $script:Layout.VarPool, $script:Layout.End
    $grown = $end + 4096
    $rings = $script:Layout['Peer1.ToHost']
    $past64 = [uint64]::MaxValue - 63

    # At is where the finding is, if that is not the one field that is overwritten.
    $script:Faults = @(
        @{
            Fault = 'max_guests 0'; Edit = @{ MaxGuests = 0 }
            Id = 'InvalidMaxGuests'; Field = 'max_guests'; Expected = '1 to 255'; Actual = '0'
        }
        @{
            Fault = 'max_guests 256'; Edit = @{ MaxGuests = 256 }
            Id = 'InvalidMaxGuests'; Field = 'max_guests'; Expected = '1 to 255'; Actual = '256'
        }
        @{
            Fault = 'bipbuf_capacity 0'; Edit = @{ BipbufCapacity = 0 }
            Id = 'InvalidBipbufCapacity'; Field = 'bipbuf_capacity'; Actual = '0'
        }
        @{
            Fault = '257 classes'; Edit = @{ NumVarSlotClasses = 257 }
            Id = 'TooManySlotClasses'; Field = 'num_var_slot_classes'; Actual = '257'
        }
        @{
            Fault = 'current_size below total_size'; Edit = @{ CurrentSize = $end - 256 }
            Id = 'CurrentSizeBelowTotalSize'; Field = 'current_size'; Actual = "$($end - 256)"
        }
        @{
            Fault = 'current_size past the end'; Edit = @{ CurrentSize = $grown }
            Id = 'SegmentTruncated'; Field = 'current_size'; Actual = "$grown"
        }
        @{
            Fault = 'total_size past the end'; Edit = @{ TotalSize = $grown; CurrentSize = $grown }; At = 'TotalSize'
            Id = 'SegmentTruncated'; Field = 'total_size'; Actual = "$grown"
        }
        @{
            Fault = 'total_size before the end of the pool'; Edit = @{ TotalSize = $end - 256; CurrentSize = $end - 256 }; At = 'TotalSize'
            Id = 'VarPoolPastTotalSize'; Field = 'total_size'; Expected = "$end"; Actual = "$($end - 256)"
        }
        @{
            Fault = 'a reserved byte'; Edit = @{ LastReserved = '00000001' }; At = 127
            Id = 'ReservedNotZero'; Field = 'reserved'; Expected = '0'; Actual = '1'
        }
        @{
            Fault = 'a peer table past the end'; Edit = @{ PeerTableOffset = $end }
            Id = 'PeerTableOutOfBounds'; Field = 'peer_table_offset'; Actual = "$end"
        }
        @{
            Fault = 'a peer table at 2^64 - 8'; Edit = @{ PeerTableOffset = [uint64]::MaxValue - 7 }
            Id = 'PeerTableOutOfBounds'; Field = 'peer_table_offset'; Actual = '18446744073709551608'
        }
        @{
            Fault = 'a peer table at an odd offset'; Edit = @{ PeerTableOffset = 129 }
            Id = 'PeerTableMisaligned'; Field = 'peer_table_offset'; Actual = '129'
        }
        @{ Fault = 'a peer table over the header'; Edit = @{ PeerTableOffset = 64 }; At = 64; Id = 'RegionsOverlap' }
        @{
            Fault = 'a peer state that does not exist'; Edit = @{ 'Peer1.State' = 4 }
            Id = 'InvalidPeerState'; Field = 'peer[1].state'; Expected = '0 to 3'; Actual = '4'
        }
        @{
            Fault = 'a ring_offset past the end'; Edit = @{ 'Peer2.RingOffset' = $end }
            Id = 'RingOutOfBounds'; Field = 'peer[2].ring_offset'; Actual = "$end"
        }
        @{
            Fault = 'a ring_offset at 2^64 - 64'; Edit = @{ 'Peer2.RingOffset' = $past64 }
            Id = 'RingOutOfBounds'; Field = 'peer[2].ring_offset'; Actual = "$past64"
        }
        @{
            Fault = 'a ring_offset that is not aligned'; Edit = @{ 'Peer1.RingOffset' = $rings + 8 }
            Id = 'RingMisaligned'; Field = 'peer[1].ring_offset'; Expected = "$rings"; Actual = "$($rings + 8)"
        }
        @{
            Fault = 'two peers with the same rings'; Edit = @{ 'Peer2.RingOffset' = $rings }; At = $rings
            Id = 'RegionsOverlap'
        }
        @{
            Fault = 'another capacity in a guest-to-host ring'; Edit = @{ 'Peer1.ToHost.Capacity' = 4097 }
            Id = 'RingCapacityMismatch'; Field = 'peer[1].g2h.capacity'; Expected = '4096'; Actual = '4097'
        }
        @{
            Fault = 'another capacity in a host-to-guest ring'; Edit = @{ 'Peer2.ToGuest.Capacity' = 0 }
            Id = 'RingCapacityMismatch'; Field = 'peer[2].h2g.capacity'; Expected = '4096'; Actual = '0'
        }
        @{
            Fault = 'a pool that is not aligned'; Edit = @{ VarPoolOffset = $pool + 8 }
            Id = 'VarPoolMisaligned'; Field = 'var_pool_offset'; Actual = "$($pool + 8)"
        }
        @{
            Fault = 'a class with a slot too many'; Edit = @{ 'Class1.SlotCount' = 3 }; At = 'VarPoolOffset'
            Id = 'VarPoolOutOfBounds'; Field = 'var_pool_offset'
        }
        @{
            Fault = 'a class whose size overflows 64 bits'; Edit = @{ 'Class0.SlotSize' = 'ff' * 8; 'Class1.SlotSize' = 'ff' * 8 }; At = 'VarPoolOffset'
            Id = 'VarPoolOutOfBounds'; Field = 'var_pool_offset'
        }
        @{
            Fault = 'a free list that begins past its class'; Edit = @{ 'Class0.FreeHead' = 4 }
            Id = 'FreeHeadOutOfRange'; Field = 'class[0].free_head'; Actual = '4'
        }
    )
    foreach ($case in $script:Faults) {
        $at = if ($case.At) { $case.At } else { @($case.Edit.Keys)[0] }
        $case.At = if ($at -is [string]) { $script:Layout[$at] } else { $at }
    }

    # Whether a segment with this finding is otherwise sound.
    $script:Warnings = @(
        @{
            Condition = 'rings that the implementations pad differently'; Edit = @{ BipbufCapacity = 4100; 'Peer1.ToHost.Capacity' = 4100 }
            Id = 'RingCapacityNotAligned'; Field = 'bipbuf_capacity'; StaysValid = $false
        }
        @{
            Condition = 'inline payloads that do not fit into a ring'; Edit = @{ MaxPayloadSize = 1MB; InlineThreshold = 4089 }
            Id = 'InlineDoesNotFitRing'; Field = 'inline_threshold'; StaysValid = $true
        }
        @{
            Condition = 'inline payloads too long for their length field'; Edit = @{ MaxPayloadSize = 1MB; InlineThreshold = 65536 }
            Id = 'InlineLengthOverflow'; Field = 'inline_threshold'; StaysValid = $true
        }
        @{
            Condition = 'a smaller class after a larger one'; Edit = @{ 'Class1.SlotSize' = 512 }
            Id = 'SlotClassesNotAscending'; Field = 'class[1].slot_size'; StaysValid = $true
        }
        @{
            Condition = 'a heartbeat interval whose double wraps around'; Edit = @{ HeartbeatInterval = '0000000000000080' }
            Id = 'HeartbeatIntervalTooLarge'; Field = 'heartbeat_interval'; StaysValid = $true
        }
        @{
            Condition = 'an attached peer without a heartbeat although heartbeats are on'; Edit = @{ HeartbeatInterval = 1000000000; 'Peer2.State' = 1 }
            Id = 'PeerNeverBeat'; Field = 'peer[2].last_heartbeat'; StaysValid = $true
        }
        @{
            Condition = 'a peer left in goodbye'; Edit = @{ 'Peer1.State' = 2 }
            Id = 'PeerLeftInGoodbye'; Field = 'peer[1].state'; StaysValid = $true
        }
    )

    $script:Harmless = @(
        @{ State = 'a raised goodbye'; Edit = @{ HostGoodbye = 1 } }
        @{ State = 'an attached peer'; Edit = @{ 'Peer1.State' = 1; 'Peer1.Epoch' = 1 } }
        @{
            State = 'an attached peer that sends heartbeats'
            Edit = @{ HeartbeatInterval = 1000000000; 'Peer1.State' = 1; 'Peer1.Epoch' = 1; 'Peer1.LastHeartbeat' = 1 }
        }
        @{ State = 'a reserved peer'; Edit = @{ 'Peer1.State' = 3; 'Peer1.Epoch' = 1 } }
        @{ State = 'slots in use'; Edit = @{ 'Class0.FreeHead' = 2; 'Class0.FreeCount' = 3 } }
        @{ State = 'an exhausted class'; Edit = @{ 'Class0.FreeHead' = [uint32]::MaxValue; 'Class0.FreeCount' = 7 } }
        @{ State = 'messages in a ring'; Edit = @{ 'Peer1.ToHost.Write' = 64 } }
    )
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Test-RoamSegment'
}

Describe 'Test-RoamSegment' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'True or false' {
        It 'returns $true for a sound segment' {
            $null = Add-Segment $script:Path
            $answer = Test-RoamSegment $script:Path
            $answer | Should -BeOfType ([bool])
            $answer | Should -BeTrue
        }

        It 'returns $false for a file with <Fault>, without an error' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $answer = Test-RoamSegment $script:Path -ErrorVariable failed -ErrorAction SilentlyContinue
            $answer | Should -BeOfType ([bool])
            $answer | Should -BeFalse
            $failed | Should -BeNullOrEmpty
        }

        It 'returns $false for <_>, without an error' -ForEach 'a missing file', 'a file in a missing folder', 'a text', 'a directory' {
            $name = switch ($_) {
                'a missing file' { $script:Path }
                'a file in a missing folder' { Join-Path (Join-Path $script:Folder 'no') 'no.seg' }
                'a text' { [System.IO.File]::WriteAllText($script:Path, 'x' * 5000); $script:Path }
                'a directory' { $script:Folder }
            }
            $answer = Test-RoamSegment $name -ErrorVariable failed -ErrorAction SilentlyContinue
            $answer | Should -BeOfType ([bool])
            $answer | Should -BeFalse
            $failed | Should -BeNullOrEmpty
        }

        It 'returns $false for a FIFO and for a device' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            Test-RoamSegment $script:Path, /dev/null -ErrorAction Stop | Should -Be @($false, $false)
        }

        It 'works as the condition of an if' {
            $null = Add-Segment $script:Path
            $(if (Test-RoamSegment $script:Path) { 'yes' } else { 'no' }) | Should -BeExactly 'yes'
            $(if (Test-RoamSegment "$script:Path.no") { 'yes' } else { 'no' }) | Should -BeExactly 'no'
        }

        It 'shows the reason with -Verbose' {
            $said = Test-RoamSegment $script:Path -Verbose 4>&1
            @($said | Where-Object { $_ -is [bool] }) | Should -Be @($false)
            $reason = @($said | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] })
            $reason | Should -HaveCount 1
            $reason[0].Message | Should -Match 'SegmentNotFound'
            $reason[0].Message | Should -Match ([regex]::Escape($script:Path))
        }

        It 'shows every reason with -Verbose' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ MaxGuests = 256 }
            Set-Field $script:Path @{ LastReserved = '00000001' }
            $reasons = Test-RoamSegment $script:Path -Verbose 4>&1 |
                Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
            "$reasons" | Should -Match 'InvalidMaxGuests'
            "$reasons" | Should -Match 'ReservedNotZero'
        }

        It 'is silent without -Verbose' {
            Test-RoamSegment $script:Path *>&1 | Should -HaveCount 1
        }

        It 'reports an error for an unreadable file: SegmentAccessDenied' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            if ($script:OnUnix) { & chmod 000 $script:Path }
            $lines = Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript "Test-RoamSegment '$script:Path'")
            $lines | Should -HaveCount 2
            $lines[0] | Should -Be '0' -Because 'neither answer would be true'
            ($lines[1] | ConvertFrom-Json).Id |
                Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.TestRoamSegmentCommand'
        }

        It 'reports an error for a file that the operating system cannot read: SegmentIOError' {
            Skip-Unless $script:OnLinux 'needs /proc/self/mem, whose first byte cannot be read'
            $out = Test-RoamSegment /proc/self/mem -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id SegmentIOError -Target /proc/self/mem
        }

        It 'reports an error for a path of another provider: NotAFileSystemPath' {
            $out = Test-RoamSegment Env:PATH -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH
        }

        It 'reports an error for a header from another computer: RemoteObject' {
            $header = Get-RoamSegmentHeader (Add-Segment $script:Path)
            $header | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $out = $header | Test-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeExactly 'RemoteObject,RoamShm.Commands.TestRoamSegmentCommand'
        }

        It 'returns a result for each item, even after an error' {
            $null = Add-Segment $script:Path
            $answers = $script:Path, 'Env:PATH', "$script:Path.no", $script:Path |
                Test-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable failed
            $answers | Should -Be @($true, $false, $true)
            $failed | Should -HaveCount 1
        }

        It 'stops at an error with -ErrorAction Stop' {
            { Test-RoamSegment Env:PATH -ErrorAction Stop } |
                Should -Throw -ErrorId 'NotAFileSystemPath,RoamShm.Commands.TestRoamSegmentCommand'
        }

        It 'checks a file that another process has locked exclusively' {
            Skip-Unless (Get-Command flock -CommandType Application -ErrorAction Ignore) 'there is no flock'
            $null = Add-Segment $script:Path
            $holder = Lock-File $script:Path
            try {
                Test-RoamSegment $script:Path -ErrorAction Stop | Should -BeTrue
            } finally {
                $holder.Kill()
            }
        }

        It 'changes nothing' {
            $null = Add-Segment $script:Path
            $before = Get-Sha256 $script:Path
            $null = Test-RoamSegment $script:Path -Detailed
            Get-Sha256 $script:Path | Should -BeExactly $before
        }
    }

    Context 'Errors' {
        It 'finds <Fault>: <Id>' -ForEach $script:Faults {
            $null = Add-BrokenSegment $script:Path $_
            $report = Test-RoamSegment $script:Path -Detailed -ErrorAction Stop
            $report.IsValid | Should -BeFalse
            $finding = @($report.Findings | Where-Object { $_.Id -eq $Id -and $_.Offset -eq $At })
            $finding | Should -HaveCount 1 -Because "the report has $($report.Findings -join '; ')"
            $finding[0].Severity | Should -BeExactly 'Error'
            foreach ($property in 'Field', 'Expected', 'Actual') {
                if ($_[$property]) {
                    $finding[0].$property | Should -BeExactly $_[$property]
                }
            }

            $finding[0].Message | Should -Match '^\S.*\.$'
            $finding[0].Rule | Should -Match '^r\[shm\.[a-z0-9.-]+\]$'
            Test-RoamSegment $script:Path | Should -BeFalse
        }

        It 'finds what the reference refuses: <Fault>, <Id>' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $report = Test-RoamSegment $script:Path -Detailed -ErrorAction Stop
            @($report.Findings | Where-Object Severity -EQ 'Error').Id | Should -Contain $Id
        }

        It 'finds every fault, not just the first' {
            $null = Add-BrokenSegment $script:Path @{
                Edit = @{
                    MaxGuests = 256; LastReserved = '00000001'; 'Peer1.State' = 9
                    'Peer1.ToHost.Capacity' = 4097; 'Class0.FreeHead' = 99
                }
            }
            $report = Test-RoamSegment $script:Path -Detailed
            foreach ($id in 'InvalidMaxGuests', 'ReservedNotZero', 'InvalidPeerState', 'RingCapacityMismatch', 'FreeHeadOutOfRange') {
                $report.Findings.Id | Should -Contain $id
            }

            $report.ErrorCount | Should -Be @($report.Findings | Where-Object Severity -EQ 'Error').Count
            $report.WarningCount | Should -Be @($report.Findings | Where-Object Severity -EQ 'Warning').Count
            $report.ErrorCount | Should -BeGreaterOrEqual 5
        }

        It 'checks arbitrary bytes without an exception' {
            $null = Add-Segment $script:Path
            $random = New-Object System.Random 20251
            for ($round = 0; $round -lt 150; $round++) {
                $copy = Join-Path $script:Folder 'copy.seg'
                Copy-Item -LiteralPath $script:Path -Destination $copy -Force
                # Eight bytes somewhere in the header, the peers, a ring header or the classes; the magic stays.
                $area = @(@('Version', 112), @('Peer1.State', 120), @('Peer1.ToHost', 120), @('VarPool', 120))[$random.Next(4)]
                $bytes = New-Object byte[] 8
                $random.NextBytes($bytes)
                Write-Hex $copy ($script:Layout[$area[0]] + $random.Next($area[1])) (ConvertTo-Hex $bytes)
                $report = Test-RoamSegment $copy -Detailed -ErrorAction Stop
                $report.IsValid | Should -Be ($report.ErrorCount -eq 0)
                Test-RoamSegment $copy -ErrorAction Stop | Should -Be $report.IsValid
            }
        }
    }

    Context 'Warnings' {
        It 'cover <Condition>: <Id>' -ForEach $script:Warnings {
            $null = Add-BrokenSegment $script:Path $_
            $report = Test-RoamSegment $script:Path -Detailed -ErrorAction Stop
            $finding = @($report.Findings | Where-Object Id -EQ $Id)
            $finding | Should -HaveCount 1 -Because "the report has $($report.Findings -join '; ')"
            $finding[0].Severity | Should -BeExactly 'Warning'
            $finding[0].Field | Should -BeExactly $Field
            if ($StaysValid) {
                $report.IsValid | Should -BeTrue
                Test-RoamSegment $script:Path | Should -BeTrue
            }
        }

        It 'match those of New-RoamSegment' {
            $null = New-RoamSegment $script:Path -BipbufCapacity 100 -MaxPayloadSize 777 -SlotClass '1000:5', '100:3' -WarningAction SilentlyContinue -WarningVariable warned
            $report = Test-RoamSegment $script:Path -Detailed
            $report.IsValid | Should -BeTrue
            $report.Findings | Should -HaveCount $warned.Count
            $warned.Count | Should -Be 3
            foreach ($finding in $report.Findings) {
                "$warned" | Should -Match ([regex]::Escape($finding.Message))
            }
        }

        It 'are not raised for <State>' -ForEach $script:Harmless {
            $null = Add-BrokenSegment $script:Path $_
            $report = Test-RoamSegment $script:Path -Detailed -ErrorAction Stop
            $report.Findings | Should -HaveCount 0
            $report.IsValid | Should -BeTrue
        }

        It 'are not raised for a segment that has grown' {
            $null = Add-Segment $script:Path
            Edit-Length $script:Path ($script:SmallSize + 4096)
            Set-Field $script:Path @{ CurrentSize = ($script:SmallSize + 4096) }
            (Test-RoamSegment $script:Path -Detailed).Findings | Should -HaveCount 0
        }

        It 'are not raised for a peer that the reference has reserved' {
            $null = New-RoamSegment $script:Path -MaxGuests 4 -BipbufCapacity 4KB -MaxPayloadSize 64KB -InlineThreshold 256 -SlotClass '1KB:4', '8KB:2'
            Set-Field $script:Path @{ 'Peer1.State' = '0300000001000000' }
            Get-Sha256 $script:Path |
                Should -BeExactly '7e8789c46212e9f08c125a0da326ce77e543d4713316331e57bb339619bd355e' -Because 'these are the bytes of the reference'
            (Test-RoamSegment $script:Path -Detailed).Findings | Should -HaveCount 0
        }
    }

    Context '-Detailed' {
        It 'reports the path, the verdict, the header and the findings' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ LastReserved = '00000001' }
            $report = Test-RoamSegment $script:Path -Detailed
            $report | Should -BeOfType ([RoamShm.SegmentReport])
            $report.Path | Should -BeExactly $script:Path
            $report.IsValid | Should -BeFalse
            $report.Header | Should -BeOfType ([RoamShm.SegmentHeader])
            $report.Header.TotalSize | Should -Be $script:SmallSize
            $report.Findings | Should -HaveCount 1
            foreach ($property in 'Id', 'Severity', 'Field', 'Offset', 'Expected', 'Actual', 'Message', 'Rule') {
                $report.Findings[0].$property | Should -Not -BeNullOrEmpty -Because "a finding has its $property"
            }
        }

        It 'reports a missing file too: one finding, no header' {
            $report = Test-RoamSegment $script:Path -Detailed -ErrorAction Stop
            $report.IsValid | Should -BeFalse
            $report.Header | Should -BeNullOrEmpty
            $report.Findings | Should -HaveCount 1
            $report.Findings[0].Id | Should -BeExactly 'SegmentNotFound'
        }

        It 'keeps its findings through <_>' -Tag NewPowerShell -ForEach 'Clixml', 'JSON', 'a job' {
            $null = Add-BrokenSegment $script:Path @{ Edit = @{ LastReserved = '00000001'; 'Peer1.State' = 2 } }
            $report = Test-RoamSegment $script:Path -Detailed
            $report.Findings | Should -HaveCount 2
            $back = switch ($_) {
                'Clixml' {
                    $file = Join-Path $script:Folder 'report.clixml'
                    $report | Export-Clixml -LiteralPath $file
                    Import-Clixml -LiteralPath $file
                }
                'JSON' { $report | ConvertTo-Json -Depth 4 | ConvertFrom-Json }
                'a job' {
                    Invoke-Job { Test-RoamSegment -LiteralPath $args[0] -Detailed } $script:Path
                }
            }
            $back.IsValid | Should -BeFalse
            $back.Findings | Should -HaveCount 2
            for ($i = 0; $i -lt 2; $i++) {
                foreach ($property in 'Id', 'Severity', 'Field', 'Offset', 'Expected', 'Actual', 'Message', 'Rule') {
                    $back.Findings[$i].$property |
                        Should -Be $report.Findings[$i].$property -Because "$property came back"
                }
            }

            $back.Header.TotalSize | Should -Be $script:SmallSize
        }

        It 'cannot be combined with -PassThru' {
            { Test-RoamSegment $script:Path -Detailed -PassThru } |
                Should -Throw -ErrorId 'DetailedAndPassThru,RoamShm.Commands.TestRoamSegmentCommand'
        }
    }

    Context '-PassThru' {
        It 'returns the header of a sound segment' {
            $null = Add-Segment $script:Path
            $header = Test-RoamSegment $script:Path -PassThru
            $header | Should -BeOfType ([RoamShm.SegmentHeader])
            $header.Path | Should -BeExactly $script:Path
        }

        It 'returns nothing for any other file, and no error' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ Version = 6 }
            Test-RoamSegment $script:Path, "$script:Path.no" -PassThru -ErrorAction Stop | Should -BeNullOrEmpty
        }

        It 'passes the sound segments of a folder through' {
            foreach ($name in 'a.seg', 'b.seg', 'c[1].seg') { $null = Add-Segment (Join-Path $script:Folder $name) }
            [System.IO.File]::WriteAllText((Join-Path $script:Folder 'notes.txt'), 'notes')
            Set-Field (Join-Path $script:Folder 'b.seg') @{ LastReserved = '00000001' }
            $headers = Get-ChildItem -LiteralPath $script:Folder | Test-RoamSegment -PassThru
            $headers.Path | Split-Path -Leaf | Sort-Object | Should -BeExactly @('a.seg', 'c[1].seg')
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>' -ForEach $script:Routes {
            $headers = @(Invoke-Route -Route $Route -Command Test-RoamSegment -Folder $script:Folder -With @{ PassThru = $true; ErrorAction = 'Stop' })
            $names = @($headers | ForEach-Object { Split-Path -Leaf $_.Path })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
        }

        It 'returns nothing for a pattern that matches nothing' {
            Test-RoamSegment (Join-Path $script:Folder '*.nothing') | Should -BeNullOrEmpty
        }
    }

    Context 'Many names of every kind' {
        BeforeEach {
            $script:Good = Add-Segment $script:Path
            $script:Bad = Add-BrokenSegment (Join-Path $script:Folder '[x].seg') @{ Edit = @{ Version = 6 } }
            $kinds = @(
                @{ Name = $script:Good; Result = 'True' }
                @{ Name = $script:Bad; Result = 'False' }
                @{ Name = 'one.seg'; Result = 'True' }
                @{ Name = Join-Path $script:Folder '*.seg'; Result = 'True,False' }
                @{ Name = Join-Path $script:Folder 'none'; Result = 'False' }
                @{ Name = './[[]x*'; Result = 'False' }
                @{ Name = 'nodrive:/x'; Result = 'False' }
                @{ Name = 'Env:PATH'; Result = 'NotAFileSystemPath' }
                @{ Name = "$(Join-Path $script:Folder n)`0o"; Result = 'NotAFileSystemPath' }
                @{ Name = Join-Path $script:Folder '*.none'; Result = '' }
            )
            $script:Many = foreach ($i in 0..699) { $kinds[$i * $i % 997 % $kinds.Count] }
            $script:Files = @($script:Many.Name | Where-Object { $_ -in $script:Good, $script:Bad })
        }

        It 'are tested in order, with errors between the results' {
            Push-Location -LiteralPath $script:Folder
            try {
                $results = Test-RoamSegment -Path $script:Many.Name -ErrorAction Continue 2>&1 |
                    ForEach-Object { if ($_ -is [bool]) { "$_" } else { ($_.FullyQualifiedErrorId -split ',')[0] } }
            } finally {
                Pop-Location
            }

            $results -join ',' | Should -BeExactly (($script:Many.Result | Where-Object { $_ }) -join ',')
        }

        It 'are reported and passed through in order' {
            $script:Files.Count | Should -BeGreaterThan 100
            (Test-RoamSegment -LiteralPath $script:Files -Detailed).Path | Should -BeExactly $script:Files
            @((Test-RoamSegment -LiteralPath $script:Files -PassThru).Path) |
                Should -BeExactly @($script:Files | Where-Object { $_ -eq $script:Good })
            @(Test-RoamSegment -LiteralPath $script:Files -Verbose 4>&1 | Where-Object { $_ -isnot [bool] }) |
                Should -HaveCount @($script:Files | Where-Object { $_ -eq $script:Bad }).Count
        }

        It 'are not all tested if the pipeline stops early' {
            @(Test-RoamSegment -LiteralPath (@($script:Good) * 1000) | Select-Object -First 2) | Should -BeExactly @($true, $true)
        }
    }

    Context '-Full' {
        It 'checks the rings too, and finds what a plain test does not' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ 'Peer1.State' = 2; 'Peer1.ToGuest.Write' = 9999 }
            Test-RoamSegment $script:Path | Should -BeTrue
            Test-RoamSegment $script:Path -Full | Should -BeFalse
            (Test-RoamSegment $script:Path -Full -Detailed).Findings.Id | Should -Contain 'RingPositionsInvalid'
            $null = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false -WarningAction SilentlyContinue -WarningVariable warned
            "$warned" | Should -Match 'write 9999'
            Test-RoamSegment $script:Path -Full | Should -BeTrue
        }

        It 'checks the slots too' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ 'Class0.FreeHead' = 1 }
            Test-RoamSegment $script:Path | Should -BeTrue
            (Test-RoamSegment $script:Path -Full -Detailed).WarningCount | Should -BeGreaterThan 0
        }
    }

    Context 'At the prompt' {
        It 'completes its parameters' {
            $offered = (TabExpansion2 'Test-RoamSegment -').CompletionMatches.CompletionText
            foreach ($parameter in '-Path', '-LiteralPath', '-Detailed', '-PassThru') {
                $offered | Should -Contain $parameter
            }
        }

        It 'leaves no handle behind' {
            Skip-Unless $script:OnLinux 'needs /proc to list open files'
            $null = Add-Segment $script:Path
            1..20 | ForEach-Object { $null = Test-RoamSegment $script:Path, $script:Folder, "$script:Path.no" }
            Get-OpenFile $script:Folder | Should -HaveCount 0
        }
    }
}
