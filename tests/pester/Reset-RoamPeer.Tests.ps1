# Reset-RoamPeer: frees the entry of a guest that crashed or left, as the format requires, and changes nothing else.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    $script:BrokenCases = @(Get-BrokenCase) + @(Get-DamagedCase)
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Reset-RoamPeer'
    $script:None = [uint32]::MaxValue

    <# Skips the test if mappings cannot be listed, since only an unused segment is recovered without -Force. #>
    function Skip-WhereInDoubt {
        Skip-Because (Get-MappingDoubt)
    }

    <# The stored state, epoch and heartbeat of a peer. #>
    function Read-Peer {
        param([int] $PeerId)

        Read-Hex $script:Path $script:Layout["Peer$PeerId.State"] 16
    }

    function Read-Ring {
        param([string] $Direction)

        $ring = $script:Layout["Peer1.$Direction"]
        (Read-Hex $script:Path $ring 8) + (Read-Hex $script:Path ($ring + 64) 4)
    }
}

Describe 'Reset-RoamPeer' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'What it does' {
        It 'resets an idle peer byte for byte to a fresh entry, except for its epoch' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ 'Peer1.Epoch' = 5 }
            $fresh = Get-Sha256 $script:Path
            Edit-Peer $script:Path 1 -State 2 -Epoch 5 -LastHeartbeat 99
            Edit-Ring $script:Path 1 ToHost -Write 40 -Read 40
            Edit-Ring $script:Path 1 ToGuest -Write 0 -Watermark 64 -Read 64
            $null = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false
            Get-Sha256 $script:Path | Should -BeExactly $fresh
        }

        It 'drops queued entries, frees the slots they refer to and those the peer owns, and reports how many' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2 -Epoch 3 -LastHeartbeat 77
            # Slot 0 of class 0 is the host's and queued for the guest; slots 1 and 2 are the guest's. Class 1 is the
            # host's.
            $null = Use-Slot $script:Path 0 -Owner 0
            $null = Use-Slot $script:Path 0 -Owner 1
            $null = Use-Slot $script:Path 0 -Owner 1
            $null = Use-Slot $script:Path 1 -Owner 0
            Edit-Ring $script:Path 1 ToGuest -Entry (Get-InlineEntry 8), (Get-SlotEntry 0 0), (Get-InlineEntry 4)
            Edit-Ring $script:Path 1 ToHost -Entry (Get-SlotEntry 0 1)
            $result = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false -WarningVariable warned
            $warned | Should -HaveCount 0
            $result | Should -BeOfType ([RoamShm.PeerRecoveryResult])
            $expected = @(
                @{ Name = 'PeerId'; Value = 1; Type = [int] }
                @{ Name = 'PreviousState'; Value = 'Goodbye'; Type = [string] }
                @{ Name = 'State'; Value = 'Empty'; Type = [string] }
                @{ Name = 'EntriesDropped'; Value = 3; Type = [long] }
                @{ Name = 'ReferencedSlotsFreed'; Value = 1; Type = [long] }
                @{ Name = 'OwnedSlotsFreed'; Value = 2; Type = [long] }
                @{ Name = 'Path'; Value = $script:Path; Type = [string] }
            )
            foreach ($one in $expected) {
                $result.($one.Name) | Should -BeExactly $one.Value -Because "that is $($one.Name)"
                $result.($one.Name) | Should -BeOfType $one.Type -Because "that is the type of $($one.Name)"
            }

            $result.Skipped | Should -BeNullOrEmpty
            (Get-Item -LiteralPath $result.PSPath).FullName | Should -BeExactly $script:Path

            Read-Peer 1 | Should -BeExactly '00000000030000000000000000000000' -Because 'the epoch stays'
            Read-Ring ToHost | Should -BeExactly ('00' * 12)
            Read-Ring ToGuest | Should -BeExactly ('00' * 12)
            # The last slot freed is the first on the list; each push increments the counter in the head.
            Get-Field $script:Path Class0.FreeHead, Class0.FreeCount | Should -Be @(2, 6)
            Read-Slot $script:Path 0 2 | Should -Be @(1, 0, 0, 1)
            Read-Slot $script:Path 0 1 | Should -Be @(1, 0, 0, 0)
            Read-Slot $script:Path 0 0 | Should -Be @(1, 0, 0, 3)
            Read-Slot $script:Path 0 3 | Should -Be @(0, 0, 0, $script:None)
            Get-Field $script:Path Class1.FreeHead, Class1.FreeCount | Should -Be @(1, 1)
            Read-Slot $script:Path 1 0 | Should -Be @(1, 1, 0, 1) -Because 'no queued entry refers to it'
            Test-RoamSegment $script:Path -Full | Should -BeTrue
        }

        It 'frees no slot that has been freed or reallocated since' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
            # Slot 0 has been reallocated since, so its generation differs; slot 1 is free.
            Edit-Slot $script:Path 0 0 -Generation 9 -State 1 -Owner 2 -NextFree 1
            Set-Field $script:Path @{ 'Class0.FreeHead' = 1; 'Class0.FreeCount' = 1 }
            Edit-Ring $script:Path 1 ToGuest -Entry (Get-SlotEntry 0 0 -Generation 8), (Get-SlotEntry 0 1 -Generation 0)
            $result = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false
            $result.EntriesDropped, $result.ReferencedSlotsFreed, $result.OwnedSlotsFreed | Should -Be @(2, 0, 0)
            Get-Field $script:Path Class0.FreeHead, Class0.FreeCount | Should -Be @(1, 1)
            Read-Slot $script:Path 0 0 | Should -Be @(9, 1, 2, 1)
        }

        It 'changes no other peer, the host''s slots or the header' {
            $null = Add-Segment $script:Path -HeartbeatInterval 1us
            Edit-Peer $script:Path 1 -State 2
            Edit-Peer $script:Path 2 -State 1 -Epoch 4 -LastHeartbeat 5
            Edit-Ring $script:Path 2 ToGuest -Entry (Get-InlineEntry 8)
            $null = Use-Slot $script:Path 0 -Owner 2
            $null = Use-Slot $script:Path 1 -Owner 0
            $header = Read-Hex $script:Path 0 128
            $other = Read-Peer 2
            $null = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false
            Read-Peer 2 | Should -BeExactly $other
            Read-Hex $script:Path 0 128 | Should -BeExactly $header
            (Get-RoamPeer $script:Path).HostToGuestQueued | Should -Be 16
            @(Get-RoamSlotClass $script:Path).Allocated | Should -Be @(1, 1)
            (Get-Item -LiteralPath $script:Path).Length | Should -Be $script:SmallSize
        }

        It 'returns an empty entry unchanged' {
            $null = Add-Segment $script:Path
            $before = Get-Sha256 $script:Path
            $result = Reset-RoamPeer $script:Path 1 -Confirm:$false -ErrorAction Stop
            $result.PreviousState, $result.State | Should -BeExactly @('Empty', 'Empty')
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'recovers several peers, each once, in the given order' {
            $null = Add-Segment $script:Path
            1, 2 | ForEach-Object { Edit-Peer $script:Path $_ -State 2 }
            $results = Reset-RoamPeer $script:Path 2, 1, 2 -Force -Confirm:$false
            $results.PeerId | Should -BeExactly @(2, 1, 2)
            $results.PreviousState | Should -BeExactly @('Goodbye', 'Goodbye', 'Empty')
        }

        It 'makes room for a new guest' {
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path
            $guest = Open-Agent
            try {
                Invoke-Agent $guest attach, $script:Path | Should -Be '1'
                Invoke-Agent $guest attach, $script:Path | Should -Be '2'
                { Invoke-Agent $guest attach, $script:Path } | Should -Throw '*no entry is empty*'
                $null = Invoke-Agent $guest state, $script:Path, 2
                $null = Reset-RoamPeer $script:Path 2 -Force -Confirm:$false
                Invoke-Agent $guest attach, $script:Path | Should -Be '2'
                (Get-RoamPeer $script:Path -PeerId 2).Epoch | Should -Be 2
            } finally {
                Close-Agent $guest
            }
        }

        It 'recovers what a killed guest left behind' {
            Skip-Because (Get-AgentDoubt)
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path -HeartbeatInterval 1us
            $guest = Open-Agent
            $null = Invoke-Agent $guest attach, $script:Path
            $null = Invoke-Agent $guest queue-slot, $script:Path, h2g, 0, 0
            $null = Invoke-Agent $guest queue, $script:Path, h2g, 56
            $null = Invoke-Agent $guest allocate, $script:Path, 0, 1
            $null = Invoke-Agent $guest allocate, $script:Path, 1, 1
            $null = Invoke-Agent $guest beat, $script:Path, 60000
            Close-Agent $guest -Now
            (Get-RoamPeer $script:Path).Liveness | Should -BeExactly 'Stale'
            $result = Reset-RoamPeer $script:Path 1 -Confirm:$false -ErrorAction Stop
            $result.PreviousState, $result.State | Should -BeExactly @('Attached', 'Empty')
            $result.EntriesDropped, $result.ReferencedSlotsFreed, $result.OwnedSlotsFreed | Should -Be @(2, 1, 2)
            @(Get-RoamSlotClass $script:Path).Free | Should -Be @(4, 2)
            Test-RoamSegment $script:Path -Full | Should -BeTrue
        }

        It 'survives Clixml and JSON with every value' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
            Edit-Ring $script:Path 1 ToGuest -Write 5000
            $result = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false -WarningAction SilentlyContinue
            Assert-RoundTrip $result $script:Folder
        }
    }

    Context 'Damage' {
        BeforeEach {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
        }

        It 'is reported in a warning and in the result, and not followed: <Fault>' -ForEach @(
            @{ Fault = 'positions'; With = @{ Write = 4097 }; Says = 'ring: write 4097'; Dropped = 0 }
            @{ Fault = 'a slot class that does not exist'; With = @{ Entry = '[class]' }; Says = 'slot class 2 of 2'; Dropped = 0 }
            @{ Fault = 'a slot that does not exist'; With = @{ Entry = '[slot]' }; Says = 'slot 4 of 4'; Dropped = 0 }
            @{ Fault = 'an extent'; With = @{ Entry = '[extent]' }; Says = 'extent 1'; Dropped = 0 }
            @{ Fault = 'a length'; With = @{ Entry = '[inline]', '0c00000000001000' }; Says = 'entry at 16 .*12'; Dropped = 1 }
        ) {
            $ring = $With.Clone()
            if ($ring.Entry) {
                $ring.Entry = foreach ($entry in $ring.Entry) {
                    switch ($entry) {
                        '[class]' { Get-SlotEntry 2 0 }
                        '[slot]' { Get-SlotEntry 0 4 }
                        '[extent]' { Get-SlotEntry 0 0 -Extent 1 }
                        '[inline]' { Get-InlineEntry 8 }
                        default { $entry }
                    }
                }
            }

            Edit-Ring $script:Path 1 ToGuest @ring
            $null = Use-Slot $script:Path 0 -Owner 0
            $null = Use-Slot $script:Path 0 -Owner 1
            $with = @{ Force = $true; Confirm = $false; WarningAction = 'SilentlyContinue' }
            $result = Reset-RoamPeer $script:Path 1 @with -WarningVariable warned
            $result.Skipped | Should -HaveCount 1
            $result.Skipped | Should -Match $Says
            $warned | Should -HaveCount 1
            "$warned" | Should -Match ([regex]::Escape($script:Path) + '.*' + $Says)
            $result.State | Should -BeExactly 'Empty'
            $result.EntriesDropped, $result.ReferencedSlotsFreed | Should -Be @($Dropped, 0)
            $result.OwnedSlotsFreed | Should -Be 1 -Because 'the rest is done'
            Read-Ring ToGuest | Should -BeExactly ('00' * 12) -Because 'the ring is reset'
            (Read-Slot $script:Path 0 0)[1] | Should -Be 1 -Because 'the slot of the host is kept'
        }

        It 'is reported for rings outside the file, which are left unchanged' {
            Set-Field $script:Path @{ 'Peer1.RingOffset' = $script:SmallSize }
            $with = @{ Force = $true; Confirm = $false; WarningAction = 'SilentlyContinue' }
            $result = Reset-RoamPeer $script:Path 1 @with -WarningVariable warned
            $result.State | Should -BeExactly 'Empty'
            $result.Skipped -split '; ' | Should -HaveCount 2
            $warned | Should -HaveCount 1
            "$warned" | Should -Match 'host.guest ring does not lie within the file; the guest.host ring does not lie within the file'
            (Get-Item -LiteralPath $script:Path).Length | Should -Be $script:SmallSize
        }

        It 'is reported for a class with more slots than the limit' {
            Skip-Unless $script:OnUnix 'needs a sparse file of more than a gigabyte'
            Remove-Item -LiteralPath $script:Path
            $null = Add-HugeSegment $script:Path
            Edit-Peer $script:Path 1 -State 2
            $result = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false -WarningAction SilentlyContinue
            $result.Skipped | Should -HaveCount 1
            $result.Skipped | Should -Match 'class 0: it has 67108865 slots'
            $result.State | Should -BeExactly 'Empty'
        }
    }

    Context 'Which peers it refuses' {
        It 'one that may be alive, PeerAlive: <Case>' -ForEach @(
            @{ Case = 'it sends heartbeats'; Interval = '1h'; Beat = 'now'; Liveness = 'Alive' }
            @{ Case = 'it has not sent a heartbeat yet'; Interval = '1h'; Beat = 0; Liveness = 'NeverBeat' }
            @{ Case = 'heartbeats are off'; Beat = 1; Liveness = 'Unknown' }
            @{ Case = 'its heartbeat is in the future'; Interval = '1us'; Beat = [uint64]::MaxValue; Liveness = 'Unknown' }
            @{ Case = 'its state is undefined'; State = 9; Beat = 1; Liveness = 'Unknown' }
        ) {
            $null = Add-Segment $script:Path -HeartbeatInterval $_.Interval
            $state = if ($_.State) { $_.State } else { 1 }
            $beat = if ($Beat -eq 'now') { Get-MonotonicTime } else { $Beat }
            Edit-Peer $script:Path 1 -State $state -LastHeartbeat $beat
            $before = Get-Sha256 $script:Path
            $user = Open-User $script:Path
            try {
                $out = Reset-RoamPeer $script:Path 1 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            } finally {
                $user.Dispose()
            }

            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id PeerAlive -Target $script:Path -Message "Peer 1 of .*liveness $Liveness"
            Get-Sha256 $script:Path | Should -BeExactly $before
            $result = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false -ErrorAction Stop
            $result.State | Should -BeExactly 'Empty' -Because '-Force recovers in spite of it'
            Read-Peer 1 | Should -BeExactly '00000000010000000000000000000000'
        }

        It 'not one <Case>' -ForEach @(
            @{ Case = 'in goodbye'; State = 2; Beat = 'now'; Interval = '1h'; Name = 'Goodbye' }
            @{ Case = 'that is reserved'; State = 3; Beat = 0; Interval = '1h'; Name = 'Reserved' }
            @{ Case = 'whose heartbeat is stale'; State = 1; Beat = 1; Interval = '1us'; Name = 'Attached' }
            @{ Case = 'in goodbye while heartbeats are off'; State = 2; Beat = 0; Name = 'Goodbye' }
        ) {
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path -HeartbeatInterval $_.Interval
            $beat = if ($Beat -eq 'now') { Get-MonotonicTime } else { $Beat }
            Edit-Peer $script:Path 1 -State $State -LastHeartbeat $beat
            $result = Reset-RoamPeer $script:Path 1 -Confirm:$false -ErrorAction Stop
            $result.PreviousState, $result.State | Should -BeExactly @($Name, 'Empty')
        }

        It 'one that attaches while the user is prompted' {
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
            # The -Verbose message comes between the check and the recovery.
            $with = @{ Confirm = $false; Verbose = $true; ErrorAction = 'SilentlyContinue' }
            $said = Reset-RoamPeer $script:Path 1 @with -ErrorVariable failed 4>&1 |
                ForEach-Object { if ("$_" -match 'Recover peer') { Edit-Peer $script:Path 1 -State 1 -Epoch 2 }; $_ }
            "$said" | Should -Match 'Recover peer 1, now Goodbye'
            Assert-SegmentError $failed -Id PeerAlive -Target $script:Path
            Read-Peer 1 | Should -BeExactly '01000000020000000000000000000000'
        }

        It 'one whose host may be running, HostMayBeRunning: a process maps the segment' {
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
            $before = Get-Sha256 $script:Path
            $hub = Open-Agent
            try {
                $null = Invoke-Agent $hub map, $script:Path
                $null = Reset-RoamPeer $script:Path 1 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
                # If mappings cannot be listed, the error says so.
                $says = if ($script:OnLinux) { "process $($hub.Id) maps it" } else { 'cannot be found out|neither' }
                Assert-SegmentError $failed -Id HostMayBeRunning -Target $script:Path -Message $says
                Get-Sha256 $script:Path | Should -BeExactly $before
                $null = Reset-RoamPeer $script:Path 1 -WhatIf -ErrorAction SilentlyContinue -ErrorVariable failed
                $failed[0].FullyQualifiedErrorId | Should -BeLike 'HostMayBeRunning,*' -Because '-WhatIf reports it too'
                (Reset-RoamPeer $script:Path 1 -Force -Confirm:$false).State | Should -BeExactly 'Empty'
            } finally {
                Close-Agent $hub
            }
        }

        It 'one of a segment that this process itself maps: it may be the host' {
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
            $map = [System.IO.MemoryMappedFiles.MemoryMappedFile]::CreateFromFile($script:Path)
            $view = $map.CreateViewAccessor()
            try {
                @(Get-RoamSegmentProcess $script:Path).Id | Should -Be $PID
                $null = Reset-RoamPeer $script:Path 1 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id HostMayBeRunning -Target $script:Path -Message "process $PID maps it"
                (Reset-RoamPeer $script:Path 1 -Force -Confirm:$false -ErrorAction Stop).State | Should -BeExactly 'Empty'
                $view.ReadUInt32(128) | Should -Be 0 -Because 'the change is visible in a mapping'
            } finally {
                $view.Dispose()
                $map.Dispose()
            }
        }

        It 'every one if mappings cannot be listed, HostMayBeRunning' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
            if (Get-MappingDoubt) {
                $null = Reset-RoamPeer $script:Path 1 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id HostMayBeRunning -Target $script:Path -Message 'cannot be found out|neither'
            } else {
                & chmod 666 $script:Path
                $recovery = "Reset-RoamPeer '$script:Path' 1 -Confirm:`$false"
                $lines = Invoke-AsStranger $script:Folder "$(ConvertTo-ErrorScript $recovery)`n($recovery -Force).State"
                $lines | Should -HaveCount 3
                $failed = $lines[1] | ConvertFrom-Json
                $failed.Id | Should -BeExactly 'HostMayBeRunning,RoamShm.Commands.ResetRoamPeerCommand'
                $failed.Category | Should -BeExactly 'ResourceBusy'
                $failed.Target | Should -BeExactly $script:Path
                $failed.Action | Should -Match 'Get-RoamSegmentProcess'
                $lines[2] | Should -BeExactly 'Empty'
            }
        }
    }

    Context 'Selecting peers' {
        BeforeEach {
            $null = Add-Segment $script:Path
            1, 2 | ForEach-Object { Edit-Peer $script:Path $_ -State 2 -Epoch $_ }
        }

        It 'reports PeerNotFound for an id that the segment does not have, and recovers the others' {
            $with = @{ Force = $true; Confirm = $false; ErrorAction = 'SilentlyContinue' }
            $results = Reset-RoamPeer $script:Path 3, 2 @with -ErrorVariable failed
            $results.PeerId | Should -BeExactly 2
            Assert-SegmentError $failed -Id PeerNotFound -Target $script:Path -Message 'no peer 3; its peers are 1 to 2'
        }

        It 'rejects <Value>' -ForEach @(
            @{ Value = '0'; Id = 'ParameterArgumentValidationError,*' }
            @{ Value = '256'; Id = 'ParameterArgumentValidationError,*' }
            @{ Value = '-1'; Id = 'ParameterArgumentValidationError,*' }
            @{ Value = 'all'; Id = 'CannotConvertArgument*' }
        ) {
            { Reset-RoamPeer $script:Path -PeerId $Value -Force -Confirm:$false } | Should -Throw -ErrorId $Id
            (Get-RoamPeer $script:Path).State | Should -BeExactly @('Goodbye', 'Goodbye')
        }

        It 'fails with PeerIdMissing if no peer is given: <_>' -ForEach @(
            'a path', 'a literal path', 'a pattern', 'text from the pipeline', 'a file', 'a header'
        ) {
            $script:How = $_
            $call = {
                switch ($script:How) {
                    'a path' { Reset-RoamPeer $script:Path -Force -Confirm:$false }
                    'a literal path' { Reset-RoamPeer -LiteralPath $script:Path -Force -Confirm:$false }
                    'a pattern' { Reset-RoamPeer (Join-Path $script:Folder '*.seg') -Force -Confirm:$false }
                    'text from the pipeline' { $script:Path | Reset-RoamPeer -Force -Confirm:$false }
                    'a file' { Get-Item -LiteralPath $script:Path | Reset-RoamPeer -Force -Confirm:$false }
                    'a header' { Get-RoamSegmentHeader $script:Path | Reset-RoamPeer -Force -Confirm:$false }
                }
            }
            $failed = try { & $call } catch { $_ }
            $failed | Should -HaveCount 1
            $failed.FullyQualifiedErrorId | Should -BeExactly 'PeerIdMissing,RoamShm.Commands.ResetRoamPeerCommand'
            $failed.CategoryInfo.Category | Should -Be 'InvalidArgument'
            $failed.TargetObject | Should -BeExactly $script:Path
            $failed.ErrorDetails.RecommendedAction | Should -Match 'Get-RoamPeer'
            (Get-RoamPeer $script:Path).State | Should -BeExactly @('Goodbye', 'Goodbye')
        }

        It 'accepts peers from the pipeline: <_>' -ForEach 'themselves', 'Clixml', 'JSON', 'a thread job', 'CSV' {
            $peers = Get-RoamPeer $script:Path -PeerId 2
            $again = switch ($_) {
                'themselves' { $peers }
                'Clixml' { ConvertTo-Deserialized $peers }
                'JSON' { $peers | ConvertTo-Json | ConvertFrom-Json }
                'a thread job' { Invoke-ThreadJob { Get-RoamPeer $args[0] -PeerId 2 } $script:Path }
                'CSV' { $peers | ConvertTo-Csv | ConvertFrom-Csv }
            }
            $result = $again | Reset-RoamPeer -Force -Confirm:$false -ErrorAction Stop
            $result.PeerId, $result.PreviousState | Should -BeExactly @(2, 'Goodbye')
            (Get-RoamPeer $script:Path).PeerId | Should -BeExactly 1 -Because 'only that peer was given'
        }

        It 'accepts its own results' {
            $result = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false
            Edit-Peer $script:Path 1 -State 2
            $again = ConvertTo-Deserialized $result | Reset-RoamPeer -Force -Confirm:$false
            $again.PreviousState | Should -BeExactly 'Goodbye'
        }

        It 'accepts a watch event and recovers the peer it is about' {
            $watch = Open-Watch @{ Path = $script:Path; Peer = $true }
            try {
                $script:State = 2
                Wait-Until {
                    # Attach and detach until the watch has seen it.
                    $script:State = 3 - $script:State
                    Edit-Peer $script:Path 1 -State $script:State
                    @($watch.Events | Where-Object { $_.PeerId -eq 1 }).Count -gt 0
                } 'the watch told of a peer'
                $happened = @($watch.Events | Where-Object { $_.PeerId -eq 1 })[0]
            } finally {
                Close-Watch $watch
            }

            ($happened | Reset-RoamPeer -Force -Confirm:$false -ErrorAction Stop).PeerId | Should -BeExactly 1
        }

        It 'writes each result before it prompts for the next peer' {
            $first = Get-RoamPeer $script:Path | Reset-RoamPeer -Force -Confirm:$false | Select-Object -First 1
            $first.PeerId | Should -Be 1
            (Get-RoamPeer $script:Path).PeerId | Should -BeExactly 2 -Because 'the pipeline stopped'
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>, and recovers peers there and nowhere else' -ForEach $script:Routes {
            $files = @(Get-ChildItem -LiteralPath $script:Folder -Filter *.seg)
            $files | Should -HaveCount 5
            $files | ForEach-Object { Edit-Peer $_.FullName 2 -State 2 }
            $with = @{ PeerId = 2; Force = $true; Confirm = $false; ErrorAction = 'Stop' }
            $results = @(Invoke-Route -Route $Route -Command Reset-RoamPeer -Folder $script:Folder -With $with)
            $names = @($results | ForEach-Object { Split-Path -Leaf $_.Path })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
            $done = @($files | Where-Object { (Get-Field $_.FullName Peer2.State) -eq 0 } | ForEach-Object Name)
            ($done | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
        }
    }

    Context 'Files that are not segments' {
        It 'are refused if they have <Fault>: <Id>, and left unchanged, even with -Force' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $before = Get-Sha256 $script:Path
            $out = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'are SegmentNotFound: a missing file, and none is created' {
            $null = Reset-RoamPeer $script:Path 1 -Force -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path
            $script:Path | Should -Not -Exist
        }

        It 'are NotAFileSystemPath: a path of another provider' {
            $null = Reset-RoamPeer Env:PATH 1 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH
        }

        It 'are NotARegularFile: a directory' {
            $null = Reset-RoamPeer $script:Folder 1 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target $script:Folder -Message 'directory'
        }

        It 'are NotARegularFile: a FIFO and a device' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            foreach ($name in $script:Path, '/dev/null') {
                $null = Reset-RoamPeer $name 1 -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $name
            }
        }

        It 'are SegmentAccessDenied: a file that is readable but not writable' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
            if ($script:OnUnix) { & chmod 444 $script:Path }
            $recovery = ConvertTo-ErrorScript "Reset-RoamPeer '$script:Path' 1 -Force -Confirm:`$false"
            $lines = Invoke-AsStranger $script:Folder "(Get-RoamPeer '$script:Path').State`n$recovery"
            $lines | Should -HaveCount 3
            $lines[0] | Should -BeExactly 'Goodbye' -Because 'it may be read'
            $failed = $lines[2] | ConvertFrom-Json
            $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.ResetRoamPeerCommand'
            $failed.Category | Should -BeExactly 'PermissionDenied'
            $failed.Target | Should -BeExactly $script:Path
            $failed.Action | Should -Match 'user who owns'
            (Get-RoamPeer $script:Path).State | Should -BeExactly 'Goodbye'
        }

        It 'are SegmentIOError: a file that the operating system cannot read' {
            Skip-Unless $script:OnLinux 'needs /proc/self/mem, whose first byte cannot be read'
            $null = Reset-RoamPeer /proc/self/mem 1 -Force -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentIOError -Target /proc/self/mem
        }

        It 'are RemoteObject: a peer from another computer; the local file of that name is unchanged' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
            $before = Get-Sha256 $script:Path
            $peer = ConvertTo-Deserialized (Get-RoamPeer $script:Path)
            $peer | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $out = $peer | Reset-RoamPeer -Force -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id RemoteObject -Target $script:Path -Message 'host-of-somebody-else'
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'do not stop the rest' {
            $good = 'a.seg', 'b.seg' | ForEach-Object { Add-Segment (Join-Path $script:Folder $_) }
            $good | ForEach-Object { Edit-Peer $_ 1 -State 2 }
            $results = $good[0], $script:Path, $good[1] |
                Reset-RoamPeer -PeerId 1 -Force -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            $results.Path | Should -BeExactly $good
            $results.State | Should -BeExactly @('Empty', 'Empty')
            $failed | Should -HaveCount 1
        }

        It 'stop the rest with -ErrorAction Stop, with their own error id' {
            $good = Add-Segment (Join-Path $script:Folder 'a.seg')
            Edit-Peer $good 1 -State 2
            { Reset-RoamPeer $script:Path, $good 1 -Force -Confirm:$false -ErrorAction Stop } |
                Should -Throw -ErrorId 'SegmentNotFound,RoamShm.Commands.ResetRoamPeerCommand'
            (Get-RoamPeer $good).State | Should -BeExactly 'Goodbye'
        }
    }

    Context 'Confirmation' {
        BeforeEach {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1 -State 2
        }

        It '-WhatIf shows the action and the file, and changes nothing, even with -Force' -Tag NewPowerShell {
            $before = Get-Sha256 $script:Path
            $written = (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc
            $recovery = "Reset-RoamPeer '$script:Path' 1 -Force -WhatIf"
            $text = (Invoke-NewProcess -Folder $script:Folder -Script $recovery) -join ' '
            $text | Should -Match 'What if: .*Recover peer 1, now Goodbye'
            $text | Should -Match ([regex]::Escape($script:Path))
            Get-Sha256 $script:Path | Should -BeExactly $before
            (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc | Should -Be $written
        }

        It '-WhatIf shows what would be refused' {
            Edit-Peer $script:Path 1 -State 1
            $user = Open-User $script:Path
            try {
                $out = Reset-RoamPeer $script:Path 1, 3 -WhatIf -ErrorAction SilentlyContinue -ErrorVariable failed
            } finally {
                $user.Dispose()
            }

            $out | Should -BeNullOrEmpty
            $failed | Should -HaveCount 2
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'PeerAlive,*'
            $failed[1].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound,*'
        }

        It 'obeys $WhatIfPreference' {
            $out = & { $WhatIfPreference = $true; Reset-RoamPeer $script:Path 1 -Force }
            $out | Should -BeNullOrEmpty
            (Get-RoamPeer $script:Path).State | Should -BeExactly 'Goodbye'
        }

        It 'prompts, even with -Force, unless -Confirm:$false or $ConfirmPreference None is set' -Tag NewPowerShell {
            Edit-Peer $script:Path 2 -State 2
            $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
try { Reset-RoamPeer '$script:Path' 1 -Force } catch { 'asked' }
@(Get-RoamPeer '$script:Path').Count
(Reset-RoamPeer '$script:Path' 1 -Force -Confirm:`$false).PreviousState
`$ConfirmPreference = 'None'
(Reset-RoamPeer '$script:Path' 2 -Force).PreviousState
"@
            $lines | Should -BeExactly @('asked', '2', 'Goodbye', 'Goodbye')
        }
    }

    Context 'At the prompt' {
        It 'shows a table that fits, and a list with every property' {
            $path = Add-Segment (Join-Path $script:Folder ('x' * 120 + '.seg'))
            Edit-Peer $path 2 -State 3
            Edit-Ring $path 2 ToGuest -Entry (Get-InlineEntry 8), (Get-SlotEntry 5 0)
            1, 2 | ForEach-Object { $null = Use-Slot $path 0 -Owner 2 }
            $result = Reset-RoamPeer $path 2 -Force -Confirm:$false -WarningAction SilentlyContinue
            Assert-View $result 'Peer', 'Was', 'Is', 'ToGuest', 'ToHost', 'Referenced', 'Owned', 'Skipped'
            @($result | ConvertTo-ShownLine)[2] | Should -MatchExactly '^ +2 Reserved Empty +1 +0 +0 +2 +1$'
            $result.Skipped = $null
            @($result | ConvertTo-ShownLine)[2] | Should -MatchExactly ' 2 +0$' -Because 'nothing was skipped'
            @(ConvertTo-Deserialized $result | ConvertTo-ShownLine)[2] | Should -MatchExactly ' 2 +0$'
        }

        It 'declares its output type' {
            (Get-Command Reset-RoamPeer).OutputType.Name | Should -BeExactly 'RoamShm.PeerRecoveryResult'
        }

        It 'completes its parameters' {
            $offered = (TabExpansion2 'Reset-RoamPeer -').CompletionMatches.CompletionText
            foreach ($parameter in '-Path', '-LiteralPath', '-PeerId', '-Force', '-WhatIf', '-Confirm') {
                $offered | Should -Contain $parameter
            }

            $offered | Should -Not -Contain '-PSComputerName' -Because 'only the engine binds it'
        }

        It 'leaves no handle and no mapping behind in any case' {
            Skip-Unless $script:OnLinux 'needs /proc to list open files and mappings'
            $null = Add-Segment $script:Path
            $short = Join-Path $script:Folder 'short.seg'
            [System.IO.File]::WriteAllText($short, 'short')
            $mine = [System.IO.File]::OpenRead($short)
            try {
                foreach ($i in 1..20) {
                    Edit-Peer $script:Path 1 -State 2
                    $null = Use-Slot $script:Path 0 -Owner 1
                    $null = $script:Path, $short, $script:Folder |
                        Reset-RoamPeer -PeerId 1, 3 -Force -Confirm:$false -ErrorAction SilentlyContinue
                }

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
