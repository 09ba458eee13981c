# Get-RoamPeer: the peers of a segment, what is queued for them and what they own; selected by id and state.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    $script:BrokenCases = @(Get-BrokenCase) + @(Get-DamagedCase)
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Get-RoamPeer'

    # Six entries: one in each state, one in an undefined state, and another empty one.
    $script:Six = @{ MaxGuests = 6; BipbufCapacity = 512; MaxPayloadSize = 256; SlotClass = @('1KB:4') }

    function Add-SixPeer {
        param([Parameter(Mandatory)] [string] $Path)

        $configuration = $script:Six
        $null = New-RoamSegment -Path $Path @configuration -ErrorAction Stop
        $layout = Get-SegmentLayout $configuration
        $id = 0
        foreach ($state in 1, 2, 3, 0, 7, 0) {
            $id++
            Edit-Peer $Path $id -State $state -Epoch $id -Layout $layout
        }
    }
}

Describe 'Get-RoamPeer' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'What it returns' {
        It 'has every property of a peer, with its name and type' {
            $null = Add-Segment $script:Path -HeartbeatInterval 1h
            $beat = Get-MonotonicTime
            Edit-Peer $script:Path 2 -State 1 -Epoch 7 -LastHeartbeat $beat
            Edit-Ring $script:Path 2 ToHost -Entry (Get-InlineEntry 24), (Get-InlineEntry 21)
            Edit-Ring $script:Path 2 ToGuest -Entry (Get-SlotEntry 0 3)
            1..3 | ForEach-Object { $null = Use-Slot $script:Path 0 -Owner 2 }
            $null = Use-Slot $script:Path 1 -Owner 2
            $null = Use-Slot $script:Path 1 -Owner 0
            $peer = Get-RoamPeer $script:Path
            $peer | Should -BeOfType ([RoamShm.SegmentPeer])
            $expected = @(
                @{ Name = 'PeerId'; Value = 2; Type = [int] }
                @{ Name = 'State'; Value = 'Attached'; Type = [string] }
                @{ Name = 'StateCode'; Value = 1; Type = [uint32] }
                @{ Name = 'Epoch'; Value = 7; Type = [uint32] }
                @{ Name = 'LastHeartbeat'; Value = $beat; Type = [uint64] }
                @{ Name = 'Liveness'; Value = 'Alive'; Type = [string] }
                @{ Name = 'RingOffset'; Value = $script:Layout['Peer2.ToHost']; Type = [uint64] }
                @{ Name = 'GuestToHostQueued'; Value = 64; Type = [long] }
                @{ Name = 'GuestToHostEntries'; Value = 2; Type = [long] }
                @{ Name = 'GuestToHostPercent'; Value = 1.6; Type = [double] }
                @{ Name = 'HostToGuestQueued'; Value = 20; Type = [long] }
                @{ Name = 'HostToGuestEntries'; Value = 1; Type = [long] }
                @{ Name = 'HostToGuestPercent'; Value = 0.5; Type = [double] }
                @{ Name = 'SlotsOwned'; Value = 4; Type = [long] }
                @{ Name = 'Path'; Value = $script:Path; Type = [string] }
            )
            foreach ($one in $expected) {
                $peer.($one.Name) | Should -BeExactly $one.Value -Because "that is $($one.Name)"
                $peer.($one.Name) | Should -BeOfType $one.Type -Because "that is the type of $($one.Name)"
            }

            $peer.HeartbeatAgeMilliseconds | Should -BeOfType ([double])
            $peer.HeartbeatAgeMilliseconds | Should -BeGreaterOrEqual 0
            $passed = ((Get-MonotonicTime) - $beat) / 1000000
            $peer.HeartbeatAgeMilliseconds | Should -BeLessOrEqual $passed -Because 'it is no older than now'
            (Get-Item -LiteralPath $peer.PSPath).FullName | Should -BeExactly $script:Path
        }

        It 'names state <Code> <Name>' -ForEach @(
            @{ Code = 0; Name = 'Empty' }
            @{ Code = 1; Name = 'Attached' }
            @{ Code = 2; Name = 'Goodbye' }
            @{ Code = 3; Name = 'Reserved' }
            @{ Code = 4; Name = 'Invalid' }
            @{ Code = [uint32]::MaxValue; Name = 'Invalid' }
        ) {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State $Code
            $peer = Get-RoamPeer $script:Path -PeerId 1 -All
            $peer.State | Should -BeExactly $Name
            $peer.StateCode | Should -Be $Code
        }

        It 'reports <Liveness> for a peer <Case>' -ForEach @(
            @{ Case = 'with a fresh heartbeat'; Interval = '1h'; Beat = 'now'; Liveness = 'Alive' }
            @{ Case = 'with an old heartbeat'; Interval = '1us'; Beat = 1; Liveness = 'Stale' }
            @{ Case = 'in goodbye'; State = 2; Interval = '1us'; Beat = 1; Liveness = 'Stale' }
            @{ Case = 'without a heartbeat'; Interval = '1h'; Beat = 0; Liveness = 'NeverBeat'; Ageless = $true }
            @{ Case = 'reserved'; State = 3; Interval = '1h'; Beat = 0; Liveness = 'NeverBeat'; Ageless = $true }
            @{ Case = 'with a heartbeat while heartbeats are off'; Beat = 'now'; Liveness = 'Unknown' }
            @{ Case = 'without a heartbeat while heartbeats are off'; Beat = 0; Liveness = 'Unknown'; Ageless = $true }
            @{ Case = 'with a heartbeat in the future'; Interval = '1h'; Beat = [uint64]::MaxValue; Liveness = 'Unknown'; Ageless = $true }
            @{ Case = 'that is gone'; State = 0; Interval = '1h'; Beat = 0; Liveness = 'None'; Ageless = $true }
        ) {
            $null = Add-Segment $script:Path -HeartbeatInterval $_.Interval
            $state = if ($null -ne $_.State) { $_.State } else { 1 }
            $beat = if ($Beat -eq 'now') { Get-MonotonicTime } else { $Beat }
            Edit-Peer $script:Path 1 -State $state -LastHeartbeat $beat
            $peer = Get-RoamPeer $script:Path -PeerId 1 -All
            $peer.Liveness | Should -BeExactly $Liveness
            $peer.LastHeartbeat | Should -Be $beat
            ($null -eq $peer.HeartbeatAgeMilliseconds) | Should -Be ([bool]$_.Ageless)
        }

        It 'reports the age of a heartbeat' {
            # Sent at 1 ns, so its age is that of the clock; the interval is longer than the test can take.
            $age = [decimal](Get-MonotonicTime)
            $null = Add-Segment $script:Path -HeartbeatInterval ('{0}ns' -f [decimal]::Truncate($age * 10))
            Edit-Peer $script:Path 1 -LastHeartbeat 1
            $peer = Get-RoamPeer $script:Path
            $peer.Liveness | Should -BeExactly 'Alive'
            $peer.HeartbeatAgeMilliseconds | Should -BeGreaterOrEqual ([double]($age / 1000000) - 1)
        }

        It 'shows what another process does, as it happens' {
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path -HeartbeatInterval 1h
            @(Get-RoamPeer $script:Path) | Should -HaveCount 0
            $guest = Open-Agent
            try {
                Invoke-Agent $guest attach, $script:Path | Should -Be '1'
                $peer = Get-RoamPeer $script:Path
                $peer.State, $peer.Liveness, $peer.Epoch | Should -BeExactly @('Attached', 'NeverBeat', 1)
                $null = Invoke-Agent $guest beat, $script:Path
                (Get-RoamPeer $script:Path).Liveness | Should -BeExactly 'Alive'
                $null = Invoke-Agent $guest queue, $script:Path, g2h, 100
                $null = Invoke-Agent $guest queue-slot, $script:Path, g2h, 0, 1
                $null = Invoke-Agent $guest allocate, $script:Path, 1, 1
                $peer = Get-RoamPeer $script:Path
                $peer.GuestToHostQueued, $peer.GuestToHostEntries, $peer.SlotsOwned | Should -Be @(128, 2, 2)
                $peer.HostToGuestQueued | Should -Be 0
                $null = Invoke-Agent $guest state, $script:Path, 2
                (Get-RoamPeer $script:Path).State | Should -BeExactly 'Goodbye'
            } finally {
                Close-Agent $guest
            }

            (Get-RoamPeer $script:Path).State | Should -BeExactly 'Goodbye' -Because 'its entry is kept'
        }

        It 'returns all 255 peers' {
            $null = New-RoamSegment $script:Path -MaxGuests 255 -BipbufCapacity 512 -MaxPayloadSize 256 -SlotClass '64:1'
            @(Get-RoamPeer $script:Path) | Should -HaveCount 0
            $peers = Get-RoamPeer $script:Path -All
            $peers.PeerId | Should -BeExactly @(1..255)
            $peers[254].RingOffset | Should -Be (128 + 64 * 255 + 254 * 2 * 640)
        }

        It 'changes nothing' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            $before = Get-Sha256 $script:Path
            $written = (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc
            $null = Get-RoamPeer $script:Path -All
            Get-Sha256 $script:Path | Should -BeExactly $before
            (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc | Should -Be $written
        }

        It 'survives Clixml and JSON with every value' {
            $null = Add-Segment $script:Path -HeartbeatInterval 1us
            Edit-Peer $script:Path 1 -Epoch 4294967295 -LastHeartbeat 1
            Assert-RoundTrip (Get-RoamPeer $script:Path) $script:Folder
        }

        It 'is a plain object: sorting, grouping and measuring work' {
            Add-SixPeer $script:Path
            $peers = Get-RoamPeer $script:Path -All
            ($peers | Sort-Object Epoch, PeerId -Descending | Select-Object -First 1).PeerId | Should -Be 6
            ($peers | Group-Object State | Where-Object Name -EQ 'Empty').Count | Should -Be 2
            ($peers | Measure-Object PeerId -Maximum).Maximum | Should -Be 6
        }
    }

    Context 'What is queued in the rings' {
        BeforeEach {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
        }

        It 'is counted across a wrap: the end of the ring, then its start' {
            # Two entries of 16 bytes before the watermark, one at the start.
            Edit-Ring $script:Path 1 ToGuest -Entry (Get-InlineEntry 8) -Watermark 4064 -Read 4032
            $data = $script:Layout['Peer1.ToGuest.Data']
            Write-Hex $script:Path ($data + 4032) ((Get-InlineEntry 8) + (Get-InlineEntry 8))
            $peer = Get-RoamPeer $script:Path
            $peer.HostToGuestQueued | Should -Be 48
            $peer.HostToGuestEntries | Should -Be 3
            $peer.HostToGuestPercent | Should -Be 1.2
        }

        It 'does not include what was read' {
            Edit-Ring $script:Path 1 ToHost -Entry (Get-InlineEntry 8), (Get-InlineEntry 8) -Read 16
            $peer = Get-RoamPeer $script:Path
            $peer.GuestToHostQueued, $peer.GuestToHostEntries | Should -Be @(16, 1)
        }

        It 'is 100 percent for a full ring' {
            Edit-Ring $script:Path 1 ToHost -Entry (@(Get-InlineEntry 248) * 16)
            $peer = Get-RoamPeer $script:Path
            $peer.GuestToHostQueued, $peer.GuestToHostEntries, $peer.GuestToHostPercent | Should -Be @(4096, 16, 100)
        }

        It 'cannot be counted in a ring with <Fault>' -ForEach @(
            @{ Fault = 'a write position past its capacity'; With = @{ Write = 4097 }; Queued = 0 }
            @{ Fault = 'a read position past the write position'; With = @{ Write = 16; Read = 32 }; Queued = 0 }
            @{ Fault = 'a watermark past its capacity'; With = @{ Write = 0; Watermark = 5000 }; Queued = 0 }
            @{ Fault = 'a read position past the watermark'; With = @{ Write = 0; Watermark = 16; Read = 32 }; Queued = 0 }
            @{ Fault = 'an entry shorter than its header'; With = @{ Entry = '0400000000000000' }; Queued = 8 }
            @{ Fault = 'an entry longer than what is queued'; With = @{ Entry = '1000000000000000' }; Queued = 8 }
            @{ Fault = 'an entry with flags that contradict'; With = @{ Entry = '0800000003000000' }; Queued = 8 }
            @{ Fault = 'a payload longer than its entry'; With = @{ Entry = '0800000000000100' }; Queued = 8 }
        ) {
            $ring = $With
            Edit-Ring $script:Path 1 ToHost @ring
            Edit-Ring $script:Path 1 ToGuest -Entry (Get-InlineEntry 8)
            $peer = Get-RoamPeer $script:Path -ErrorAction Stop
            $peer.GuestToHostEntries | Should -BeNullOrEmpty
            $peer.GuestToHostQueued | Should -Be $Queued
            $peer.HostToGuestEntries | Should -Be 1 -Because 'the other ring is sound'
        }

        It 'is nothing for a peer whose rings lie <Where>, but the peer is returned' -ForEach @(
            @{ Where = 'past the end'; At = $script:SmallSize }
            @{ Where = 'in the header'; At = 64 }
            @{ Where = 'at an offset that is not a multiple of 64'; At = 260 }
            @{ Where = 'at 2^64 - 64'; At = [uint64]::MaxValue - 63 }
        ) {
            Edit-Ring $script:Path 1 ToHost -Entry (Get-InlineEntry 8)
            Set-Field $script:Path @{ 'Peer1.RingOffset' = $At }
            $peer = Get-RoamPeer $script:Path -ErrorAction Stop
            $peer.State | Should -BeExactly 'Attached'
            $peer.GuestToHostQueued, $peer.HostToGuestQueued | Should -Be @(0, 0)
            $peer.GuestToHostEntries | Should -BeNullOrEmpty
            $peer.HostToGuestEntries | Should -BeNullOrEmpty
            $peer.RingOffset | Should -Be $At
        }
    }

    Context 'Selecting peers' {
        BeforeEach {
            Add-SixPeer $script:Path
        }

        It 'returns <Expected> with <What>' -ForEach @(
            @{ What = 'nothing'; With = @{}; Expected = 1, 2, 3, 5 }
            @{ What = '-All'; With = @{ All = $true }; Expected = 1..6 }
            @{ What = '-State Attached'; With = @{ State = 'Attached' }; Expected = , 1 }
            @{ What = '-State goodbye'; With = @{ State = 'goodbye' }; Expected = , 2 }
            @{ What = '-State Reserved'; With = @{ State = 'Reserved' }; Expected = , 3 }
            @{ What = '-State Empty'; With = @{ State = 'Empty' }; Expected = 4, 6 }
            @{ What = '-State Invalid'; With = @{ State = 'Invalid' }; Expected = , 5 }
            @{ What = '-State Empty, Attached'; With = @{ State = 'Empty', 'Attached' }; Expected = 1, 4, 6 }
            @{ What = '-State Attached -All'; With = @{ State = 'Attached'; All = $true }; Expected = , 1 }
            @{ What = '-PeerId 2'; With = @{ PeerId = 2 }; Expected = , 2 }
            @{ What = '-PeerId of an empty entry'; With = @{ PeerId = 4 }; Expected = @() }
            @{ What = '-PeerId of an empty entry, and -All'; With = @{ PeerId = 4; All = $true }; Expected = , 4 }
            @{ What = 'several -PeerId in any order'; With = @{ PeerId = 5, 1 }; Expected = 1, 5 }
            @{ What = 'the same -PeerId twice'; With = @{ PeerId = 1, 1 }; Expected = , 1 }
            @{ What = '-PeerId and -State'; With = @{ PeerId = 1, 2, 4; State = 'Goodbye', 'Empty' }; Expected = 2, 4 }
            @{ What = '-PeerId and a -State that the peer is not in'; With = @{ PeerId = 1; State = 'Goodbye' }; Expected = @() }
        ) {
            $parameters = $With
            $peers = @(Get-RoamPeer $script:Path @parameters -ErrorAction Stop)
            @($peers | ForEach-Object PeerId) | Should -BeExactly @($Expected)
        }

        It 'rejects <Value>' -ForEach @(
            @{ Value = '-PeerId 0'; With = @{ PeerId = 0 }; Id = 'ParameterArgumentValidationError,*' }
            @{ Value = '-PeerId 256'; With = @{ PeerId = 1, 256 }; Id = 'ParameterArgumentValidationError,*' }
            @{ Value = '-PeerId that is not a number'; With = @{ PeerId = 'first' }; Id = 'CannotConvertArgument*' }
            @{ Value = '-State that there is none'; With = @{ State = 'Sleeping' }; Id = 'ParameterArgumentValidationError,*' }
        ) {
            $parameters = $With
            { Get-RoamPeer $script:Path @parameters } | Should -Throw -ErrorId $Id
        }

        It 'reports PeerNotFound for an id that the segment does not have, and returns the others' {
            $peers = Get-RoamPeer $script:Path -PeerId 7, 2, 1 -ErrorAction SilentlyContinue -ErrorVariable failed
            $peers.PeerId | Should -BeExactly @(1, 2)
            Assert-SegmentError $failed -Id PeerNotFound -Target $script:Path -Message 'no peer 7; its peers are 1 to 6'
        }

        It 'accepts a peer id from a property' {
            $ids = @([pscustomobject]@{ LiteralPath = $script:Path; PeerId = 3 } | Get-RoamPeer -ErrorAction Stop).PeerId
            $ids | Should -BeExactly 3
            $rows = "LiteralPath,PeerId`n$($script:Path),5`n$($script:Path),2" | ConvertFrom-Csv
            ($rows | Get-RoamPeer -ErrorAction Stop).PeerId | Should -BeExactly @(5, 2)
        }

        It 'selects only that peer if given a peer: <_>' -ForEach 'itself', 'Clixml', 'JSON', 'a thread job' {
            $peer = Get-RoamPeer $script:Path -PeerId 2
            $again = switch ($_) {
                'itself' { $peer }
                'Clixml' { ConvertTo-Deserialized $peer }
                'JSON' { $peer | ConvertTo-Json | ConvertFrom-Json }
                'a thread job' {
                    Invoke-ThreadJob { Get-RoamPeer $args[0] -PeerId 2 } $script:Path
                }
            }
            ($again | Get-RoamPeer -ErrorAction Stop).PeerId | Should -BeExactly 2
            Edit-Peer $script:Path 2 -State 1 -Layout (Get-SegmentLayout $script:Six)
            ($again | Get-RoamPeer).State | Should -BeExactly 'Attached' -Because 'the segment is read again'
        }

        It 'selects all peers if given an event that is not about a peer' {
            $ids = @(Watch-RoamSegment $script:Path -Count 1 | Get-RoamPeer -ErrorAction Stop).PeerId
            $ids | Should -BeExactly @(1, 2, 3, 5)
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>' -ForEach $script:Routes {
            Get-ChildItem -LiteralPath $script:Folder | ForEach-Object { Edit-Peer $_.FullName 2 }
            $peers = @(Invoke-Route -Route $Route -Command Get-RoamPeer -Folder $script:Folder -With @{ ErrorAction = 'Stop' })
            $names = @($peers | ForEach-Object { Split-Path -Leaf $_.Path })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
            $peers | ForEach-Object { $_.PeerId | Should -Be 2 }
        }

        It 'returns the peers segment by segment, in the given order' {
            $two, $one = 'two.seg', 'one.seg' | ForEach-Object { Join-Path $script:Folder $_ }
            $peers = Get-RoamPeer $two, $one -All
            @($peers | ForEach-Object { '{0} {1}' -f (Split-Path -Leaf $_.Path), $_.PeerId }) |
                Should -BeExactly @('two.seg 1', 'two.seg 2', 'one.seg 1', 'one.seg 2')
        }

        It 'accepts a listing of Find-RoamSegment' {
            Edit-Peer $script:Path 1
            (Find-RoamSegment $script:Path | Get-RoamPeer -ErrorAction Stop).Path | Should -BeExactly $script:Path
        }
    }

    Context 'Errors' {
        It 'refuses a file with <Fault>: <Id>' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $out = Get-RoamPeer $script:Path -All -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
        }

        It 'reports TooManySlots for a class with more slots than the limit' {
            Skip-Unless $script:OnUnix 'needs a sparse file of more than a gigabyte'
            $null = Add-HugeSegment $script:Path
            $null = Get-RoamPeer $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id TooManySlots -Target $script:Path -Message 'class 0 has 67108865 slots'
        }

        It 'reports SegmentNotFound for a missing file' {
            $null = Get-RoamPeer $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path -Message 'There is no file'
        }

        It 'reports SegmentNotFound for a literal name that would match as a pattern' {
            $null = Add-Segment (Join-Path $script:Folder 'a1.seg')
            $literal = Join-Path $script:Folder 'a[1].seg'
            $null = Get-RoamPeer -LiteralPath $literal -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $literal
        }

        It 'reports NotAFileSystemPath for a path of another provider' {
            $null = Get-RoamPeer Env:PATH -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH -Message 'provider'
        }

        It 'reports NotARegularFile for a directory' {
            $null = Get-RoamPeer $script:Folder -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target $script:Folder -Message 'directory'
        }

        It 'reports NotARegularFile for a FIFO and of a device' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            foreach ($name in $script:Path, '/dev/null') {
                $null = Get-RoamPeer $name -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $name
            }
        }

        It 'reports SegmentAccessDenied for a file that is not readable' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            if ($script:OnUnix) { & chmod 000 $script:Path }
            $lines = Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript "Get-RoamPeer '$script:Path' -All")
            $lines | Should -HaveCount 2
            $lines[0] | Should -Be '0'
            $failed = $lines[1] | ConvertFrom-Json
            $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.GetRoamPeerCommand'
            $failed.Category | Should -BeExactly 'PermissionDenied'
            $failed.Target | Should -BeExactly $script:Path
            $failed.Action | Should -Match 'user who owns'
        }

        It 'reports SegmentIOError for a file that the operating system cannot read' {
            Skip-Unless $script:OnLinux 'needs /proc/self/mem, whose first byte cannot be read'
            $null = Get-RoamPeer /proc/self/mem -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentIOError -Target /proc/self/mem
        }

        It 'does not stop the rest' {
            $good = 'a.seg', 'b.seg' | ForEach-Object { Add-Segment (Join-Path $script:Folder $_) }
            $peers = $good[0], $script:Path, $good[1] |
                Get-RoamPeer -All -ErrorAction SilentlyContinue -ErrorVariable failed
            $peers.Path | Select-Object -Unique | Should -BeExactly $good
            $failed | Should -HaveCount 1
        }

        It 'stops the rest with -ErrorAction Stop, with its own id' {
            $good = Add-Segment (Join-Path $script:Folder 'a.seg')
            { Get-RoamPeer $script:Path, $good -ErrorAction Stop } |
                Should -Throw -ErrorId 'SegmentNotFound,RoamShm.Commands.GetRoamPeerCommand'
        }
    }

    Context 'A peer from another computer' {
        It 'is refused as RemoteObject, as <_>' -ForEach 'itself', 'Clixml' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            $peer = Get-RoamPeer $script:Path
            if ($_ -eq 'Clixml') { $peer = ConvertTo-Deserialized $peer }
            $peer | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $out = $peer | Get-RoamPeer -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id RemoteObject -Target $script:Path -Message 'host-of-somebody-else'
            $failed[0].ErrorDetails.RecommendedAction | Should -Match 'Invoke-Command'
        }
    }

    Context 'At the prompt' {
        It 'shows a table with units that fits, and a list with every property' {
            $null = Add-Segment (Join-Path $script:Folder ('x' * 120 + '.seg')) -HeartbeatInterval 1us
            $path = (Get-ChildItem -LiteralPath $script:Folder).FullName
            Edit-Peer $path 2 -State 2 -LastHeartbeat 1
            Edit-Ring $path 2 ToHost -Entry (@(Get-InlineEntry 248) * 6)
            $peer = Get-RoamPeer $path
            Assert-View $peer 'Peer', 'State', 'Liveness', 'Heartbeat', 'To host', 'Full', 'To guest', 'Full', 'Slots'
            # The age must not change between two views of the object.
            $peer.HeartbeatAgeMilliseconds = 12345.678
            @($peer | ConvertTo-ShownLine)[2] |
                Should -MatchExactly '^ +2 Goodbye +Stale +12\.3 s ago +1\.5 KB +37\.5 % +0 B +0 % +0$'
            $peer.HeartbeatAgeMilliseconds = 250.4
            @($peer | ConvertTo-ShownLine)[2] | Should -MatchExactly ' Stale +250 ms ago '
            $peer.HeartbeatAgeMilliseconds = $null
            @($peer | ConvertTo-ShownLine)[2] | Should -MatchExactly ' Stale +- '
        }

        It 'shows a table that fits with the largest numbers' {
            $peer = New-Object RoamShm.SegmentPeer -Property @{
                PeerId                   = 255
                State                    = 'Reserved'
                Liveness                 = 'NeverBeat'
                HeartbeatAgeMilliseconds = 99999999.9
                GuestToHostQueued        = 4294967295
                GuestToHostPercent       = 100
                HostToGuestQueued        = 1073741823
                HostToGuestPercent       = 99.9
                SlotsOwned               = 9999999
                Path                     = '/dev/shm/hub.seg'
            }
            $lines = @($peer | ConvertTo-ShownLine)
            $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
            $lines[2] | Should -MatchExactly '^ 255 Reserved NeverBeat .* 100 % .* 99\.9 % +9999999$'
        }

        It 'groups the peers of several segments by segment' {
            'a.seg', 'b.seg' | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder $_) }
            @(Get-RoamPeer (Join-Path $script:Folder '*.seg') -All | ConvertTo-ShownLine) | Should -HaveCount 8 -Because 'each segment has its labels'
        }

        It 'declares its output type' {
            (Get-Command Get-RoamPeer).OutputType.Name | Should -BeExactly 'RoamShm.SegmentPeer'
        }

        It 'completes its parameters and the states' {
            $offered = (TabExpansion2 'Get-RoamPeer -').CompletionMatches.CompletionText
            foreach ($parameter in '-Path', '-LiteralPath', '-PeerId', '-State', '-All') {
                $offered | Should -Contain $parameter
            }

            $offered | Should -Not -Contain '-PSComputerName' -Because 'only the engine binds it'
            $states = (TabExpansion2 'Get-RoamPeer x -State ').CompletionMatches.CompletionText
            foreach ($state in 'Attached', 'Goodbye', 'Reserved', 'Empty') {
                $states | Should -Contain $state
            }
        }

        It 'works in several thread jobs at once' {
            Add-SixPeer $script:Path
            $peers = Invoke-ThreadJob -Count 3 { foreach ($i in 1..20) { Get-RoamPeer $args[0] } } $script:Path
            $peers | Should -HaveCount 240
            $peers | Should -BeOfType ([RoamShm.SegmentPeer])
        }

        It 'stops when the pipeline stops early, and leaves no handle behind in any case' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            $paths = @($script:Path) * 20
            @($paths | Get-RoamPeer -All | Select-Object -First 3) | Should -HaveCount 3
            # One bad path before the end, which is never reached.
            $failed = $null
            $bad = @($script:Path) + (Join-Path $script:Folder 'none.seg')
            @(Get-RoamPeer $bad -ErrorVariable failed -ErrorAction SilentlyContinue | Select-Object -First 1) |
                Should -HaveCount 1
            $failed | Should -HaveCount 0
            Skip-Unless $script:OnLinux 'needs /proc to list open files'
            $short = Join-Path $script:Folder 'short.seg'
            [System.IO.File]::WriteAllText($short, 'short')
            $mine = [System.IO.File]::OpenRead($short)
            try {
                1..20 |
                    ForEach-Object { $null = Get-RoamPeer $script:Path, $short, $script:Folder -ErrorAction SilentlyContinue }
                Get-OpenFile $script:Folder | Should -HaveCount 1 -Because 'the count includes an open file'
            } finally {
                $mine.Dispose()
            }

            Get-OpenFile $script:Folder | Should -HaveCount 0
            @(Get-Content -LiteralPath "/proc/$PID/maps" | Where-Object { $_.Contains($script:Folder) }) |
                Should -HaveCount 0
        }
    }
}
