# Test-RoamHealth: verdicts on segments that other processes use and damage, and the ways to give thresholds.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm

    # The ids of the reasons, in the order in which they are returned.
    function Get-ReasonId {
        param([Parameter(Mandatory)] [object] $Health)

        @($Health.Reasons | ForEach-Object Id)
    }
}

Describe 'Test-RoamHealth' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'The verdict' {
        It 'is OK for a sound segment that nobody uses' {
            $null = Add-Segment $script:Path -HeartbeatInterval 1s
            $health = Test-RoamHealth $script:Path
            $health | Should -BeOfType ([RoamShm.SegmentHealth])
            $health.Status | Should -BeExactly 'OK'
            $health.Reasons | Should -HaveCount 0
            $health.PeersAttached, $health.PeersFree, $health.SlotsLeaked | Should -Be @(0, 2, 0)
            $health.Path | Should -BeExactly $script:Path
            $health.CheckedTime.Kind | Should -Be 'Utc'
            (Get-Item -LiteralPath $health.PSPath).FullName | Should -BeExactly $script:Path
        }

        It 'changes as a guest attaches, fills rings and slots, and leaves' {
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path -HeartbeatInterval 1h
            $guest = Open-Agent
            try {
                $null = Invoke-Agent $guest attach, $script:Path
                $health = Test-RoamHealth $script:Path
                $health.Status | Should -BeExactly 'Warning'
                Get-ReasonId $health | Should -BeExactly @('NeverBeat')
                $health.Reasons[0].PeerId | Should -Be 1

                $null = Invoke-Agent $guest beat, $script:Path
                (Test-RoamHealth $script:Path).Status | Should -BeExactly 'OK'
                (Test-RoamHealth $script:Path).OldestHeartbeatPeerId | Should -Be 1

                # Rings of 4096 bytes: 3400 are 83 %, 600 more are 97.9 %.
                $null = Invoke-Agent $guest queue, $script:Path, g2h, 3392
                $health = Test-RoamHealth $script:Path
                $health.Status | Should -BeExactly 'Warning'
                Get-ReasonId $health | Should -BeExactly @('RingFull')
                $reason = $health.Reasons[0]
                $reason.Severity, $reason.Value, $reason.Threshold, $reason.PeerId |
                    Should -Be @('Warning', 83, 80, 1)
                $reason.Message | Should -Match 'ring of peer 1 is 83 % full'
                "$reason" | Should -BeExactly $reason.Message
                $null = Invoke-Agent $guest queue, $script:Path, g2h, 592
                $health = Test-RoamHealth $script:Path
                $health.Status | Should -BeExactly 'Critical'
                $health.GuestToHostPercent, $health.GuestToHostPeerId | Should -Be @(97.7, 1)

                $null = Invoke-Agent $guest allocate, $script:Path, 1, 1
                $null = Invoke-Agent $guest allocate, $script:Path, 1, 1
                $health = Test-RoamHealth $script:Path
                Get-ReasonId $health | Should -BeExactly @('RingFull', 'SlotsFull')
                $health.SlotPercent, $health.SlotClass | Should -Be @(100, 1)

                $null = Invoke-Agent $guest state, $script:Path, 2
                $health = Test-RoamHealth $script:Path
                Get-ReasonId $health | Should -Contain 'PeersWaiting'
                $health.PeersWaiting | Should -Be 1

                $null = Invoke-Agent $guest state, $script:Path, 0
                Get-ReasonId (Test-RoamHealth $script:Path) | Should -Contain 'SlotsOrphaned'
            } finally {
                Close-Agent $guest
            }
        }

        It 'is Critical if a guest has died and nobody else uses its segment' {
            Skip-Because (Get-AgentDoubt)
            Skip-Because (Get-MappingDoubt)
            $null = Add-Segment $script:Path
            $guest = Open-Agent
            $null = Invoke-Agent $guest attach, $script:Path
            (Test-RoamHealth $script:Path).Status | Should -BeExactly 'OK'
            Close-Agent $guest -Now
            $health = Test-RoamHealth $script:Path
            $health.Status | Should -BeExactly 'Critical'
            Get-ReasonId $health | Should -BeExactly @('Abandoned')
        }

        It 'is Critical after ten intervals without a heartbeat, and Warning after two' {
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path -HeartbeatInterval 100s
            $guest = Open-Agent
            try {
                $null = Invoke-Agent $guest attach, $script:Path
                $null = Invoke-Agent $guest beat, $script:Path, 250000
                $health = Test-RoamHealth $script:Path
                $health.Status | Should -BeExactly 'Warning'
                $health.Reasons[0].Id | Should -BeExactly 'HeartbeatAge'
                $health.Reasons[0].Value | Should -BeGreaterThan 249
                $health.Reasons[0].Threshold | Should -Be 200
                $null = Invoke-Agent $guest beat, $script:Path, 1001000
                (Test-RoamHealth $script:Path).Status | Should -BeExactly 'Critical'
                (Test-RoamHealth $script:Path -HeartbeatAge 1h).Status | Should -BeExactly 'OK'
                (Test-RoamHealth $script:Path -HeartbeatAge 1m, 1h).Status | Should -BeExactly 'Warning'
            } finally {
                Close-Agent $guest
            }
        }

        It 'is Critical for a segment that no guest can attach to' {
            $null = Add-Segment $script:Path
            Write-Hex $script:Path 32 '00000000'
            $health = Test-RoamHealth $script:Path
            $health.Status, $health.SegmentStatus | Should -BeExactly @('Critical', 'Invalid')
            Get-ReasonId $health | Should -BeExactly @('Invalid')
            $health.Reasons[0].Message | Should -Match 'max_guests'
        }

        It 'is Critical for a damaged ring, and for a named file that is not a segment' {
            Set-Content -LiteralPath $script:Path 'This is no segment.'
            (Test-RoamHealth $script:Path).Status | Should -BeExactly 'Critical'
            $other = Add-Segment (Join-Path $script:Folder 'two.seg')
            Edit-Peer $other 1
            Edit-Ring $other 1 ToHost -Entry '0400000000000000'
            Get-ReasonId (Test-RoamHealth $other) | Should -Contain 'RingDamaged'
        }

        It 'is Unknown for a path that cannot be read, without an error' {
            $health = @(Test-RoamHealth $script:Path, $script:Folder/none -ErrorAction Stop)
            $health | Should -HaveCount 2
            $health.Status | Should -BeExactly @('Unknown', 'Unknown')
            Get-ReasonId $health[0] | Should -BeExactly @('CannotRead')
            $health[0].SegmentStatus | Should -BeNullOrEmpty
        }

        It 'is Unknown for files and folders that the user may not read, and the others still get verdicts' {
            $null = Add-Segment $script:Path
            $open = Add-Segment (Join-Path $script:Folder 'open.seg')
            $closed = New-Item -ItemType Directory (Join-Path $script:Folder 'closed')
            $null = Add-Segment (Join-Path $closed 'three.seg')
            if ($script:OnUnix) {
                & chmod 644 $open
                & chmod 000 $script:Path $closed.FullName
            }

            try {
                $check = [System.IO.Path]::Combine($script:Repository, 'examples', 'runbooks', 'Invoke-RoamCheck.ps1')
                Copy-Item -LiteralPath $check -Destination $script:Folder
                $lines = @(Invoke-AsStranger $script:Folder @"
Test-RoamHealth '$script:Folder' -Recurse -ErrorAction Stop | Where-Object Path -NotMatch 'module' | Sort-Object Path |
    ForEach-Object { "`$(Split-Path -Leaf `$_.Path) `$(`$_.Status) `$(`$_.Reasons.Id) `$(`$_.Reasons.Message)" }
Test-RoamHealth '$script:Folder' -Recurse -Quiet
& '$script:Folder/Invoke-RoamCheck.ps1' '$script:Path'
`$LASTEXITCODE
& '$script:Folder/Invoke-RoamCheck.ps1' '$script:Folder' -FileSystemPercent 100 -InodePercent 100
`$LASTEXITCODE
"@)
                $lines[0] | Should -MatchExactly '^closed Unknown CannotRead Access denied: '
                $lines[1] | Should -MatchExactly '^one\.seg Unknown CannotRead Access denied: '
                $lines[2] | Should -BeExactly 'open.seg OK  '
                $lines[3] | Should -BeExactly 'False'
                $lines[4] | Should -MatchExactly '^ROAM UNKNOWN - one\.seg: Access denied: .* \| segments=0;'
                $lines[5] | Should -BeExactly '3'
                $lines[6] | Should -MatchExactly '^ROAM UNKNOWN - one\.seg: Access denied: .* \| segments=1;'
                $lines[7] | Should -BeExactly '3'
            } finally {
                if ($script:OnUnix) {
                    & chmod 700 $closed.FullName
                }
            }
        }

        It 'changes nothing in the segment' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            $before = Get-Sha256 $script:Path
            $null = Test-RoamHealth $script:Path
            Get-Sha256 $script:Path | Should -BeExactly $before
        }
    }

    Context 'Paths' {
        BeforeEach {
            $null = Add-Segment $script:Path
            $null = Add-Segment (Join-Path $script:Folder 'two[1].seg')
            Set-Content -LiteralPath (Join-Path $script:Folder 'text.txt') 'no segment'
            $sub = New-Item -ItemType Directory (Join-Path $script:Folder 'sub')
            $null = Add-Segment (Join-Path $sub 'three.seg')
        }

        It 'accepts a folder, and searches its subfolders with -Recurse or -Depth' {
            Split-Path -Leaf (Test-RoamHealth $script:Folder).Path | Should -BeExactly @('one.seg', 'two[1].seg')
            @(Test-RoamHealth $script:Folder -Recurse) | Should -HaveCount 3
            @(Test-RoamHealth $script:Folder -Depth 1) | Should -HaveCount 3
        }

        It 'accepts patterns, literal names, and files and module objects from the pipeline' {
            @(Test-RoamHealth (Join-Path $script:Folder '*.seg')) | Should -HaveCount 2
            Split-Path -Leaf (Test-RoamHealth -LiteralPath (Join-Path $script:Folder 'two[1].seg')).Path |
                Should -BeExactly 'two[1].seg'
            @(Get-ChildItem -LiteralPath $script:Folder -Filter *.seg | Test-RoamHealth) | Should -HaveCount 2
            @(Find-RoamSegment $script:Folder | Test-RoamHealth) | Should -HaveCount 2
            @(Test-RoamHealth $script:Folder | Test-RoamHealth) | Should -HaveCount 2
        }

        It 'refuses an object from another computer' {
            $there = [pscustomobject]@{ PSPath = $script:Path; PSComputerName = 'elsewhere' }
            $there | Test-RoamHealth -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
            $failed[0].FullyQualifiedErrorId | Should -BeExactly 'RemoteObject,RoamShm.Commands.TestRoamHealthCommand'
        }
    }

    Context '-Quiet' {
        It 'returns true if all segments are OK, and false if one is not or if there are none' {
            $null = Add-Segment $script:Path
            $null = Add-Segment (Join-Path $script:Folder 'two.seg')
            $all = Test-RoamHealth $script:Folder -Quiet
            $all | Should -BeOfType ([bool])
            $all | Should -BeTrue
            Write-Hex (Join-Path $script:Folder 'two.seg') 32 '00000000'
            Test-RoamHealth $script:Folder -Quiet | Should -BeFalse
            Test-RoamHealth (Join-Path $script:Folder '*.none') -Quiet | Should -BeFalse
            Test-RoamHealth (Join-Path $script:Folder 'none') -Quiet | Should -BeFalse
        }
    }

    Context 'Thresholds' {
        BeforeEach {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            Edit-Ring $script:Path 1 ToGuest -Entry (@(Get-InlineEntry 248) * 8)
        }

        It 'of <Given> make a ring that is 50 % full <Status>' -ForEach @(
            @{ Given = 51; Status = 'OK' }
            @{ Given = 50; Status = 'Warning' }
            @{ Given = @(40, 50); Status = 'Critical' }
            @{ Given = '40,51'; Status = 'Warning' }
            @{ Given = @($null, 50); Status = 'Critical' }
            @{ Given = @{ '*.seg' = 40, 50 }; Status = 'Critical' }
            @{ Given = @{ 'two*' = 40, 50 }; Status = 'OK' }
            @{ Given = @{ '*' = 10; 'one.seg' = 60 }; Status = 'OK' }
            @{ Given = $null; Status = 'OK' }
        ) {
            # The peer is attached, but nobody uses the segment; only the ring matters here.
            $health = Test-RoamHealth $script:Path -RingPercent $Given
            $health.Reasons | Where-Object Id -EQ 'RingFull' | ForEach-Object Severity |
                Should -BeExactly $(if ($Status -ne 'OK') { $Status })
        }

        It 'can be given for everything that is checked' {
            $null = Use-Slot $script:Path 1 -Owner 2
            Edit-Peer $script:Path 2 -State 2
            $strict = @{
                SlotPercent = 50; OrphanedSlot = 0, 0; LeakedSlot = 0, 0; WaitingPeer = 0, 1; FreePeer = 0, 0
                FileSystemPercent = 0; InodePercent = 0, 0
            }
            $found = @((Test-RoamHealth $script:Path @strict).Reasons)
            foreach ($id in 'SlotsFull', 'SlotsOrphaned', 'SlotsLeaked', 'PeersWaiting', 'PeersFree', 'FileSystemFull') {
                $found.Id | Should -Contain $id
            }

            if ($script:OnLinux) {
                $found.Id | Should -Contain 'InodesFull'
            }

            ($found | Where-Object Id -EQ 'PeersWaiting').Severity | Should -BeExactly 'Critical'
        }

        It 'of <Given> are refused' -ForEach @(
            @{ Given = 'much' }
            @{ Given = @(95, 80) }
            @{ Given = @(1, 2, 3) }
            @{ Given = @{ '*' = 'much' } }
            @{ Given = $true }
        ) {
            { Test-RoamHealth $script:Path -RingPercent $Given -ErrorAction Stop } |
                Should -Throw -ErrorId 'ParameterArgumentTransformationError*'
        }

        It 'for free peer entries get worse as the number falls' {
            { Test-RoamHealth $script:Path -FreePeer 0, 1 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError*'
            $reasons = (Test-RoamHealth $script:Path -FreePeer 2, 1).Reasons
            ($reasons | Where-Object Id -EQ 'PeersFree').Severity | Should -BeExactly 'Critical'
        }
    }

    Context 'Objects' {
        BeforeEach {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            Edit-Ring $script:Path 1 ToGuest -Entry (@(Get-InlineEntry 248) * 16)
        }

        It 'keep every value and reason through Clixml' {
            $health = Test-RoamHealth $script:Path
            $health.Reasons.Count | Should -BeGreaterThan 0
            $file = Join-Path $script:Folder 'health.clixml'
            $health | Export-Clixml -LiteralPath $file
            $back = Import-Clixml -LiteralPath $file
            foreach ($property in $health.PSObject.Properties | Where-Object Name -NE 'Reasons') {
                $back.($property.Name) | Should -BeExactly $property.Value -Because "that is $($property.Name)"
            }

            $back.Reasons.Count | Should -Be $health.Reasons.Count
            foreach ($name in 'Id', 'Severity', 'Value', 'Threshold', 'PeerId', 'Message') {
                @($back.Reasons)[0].$name | Should -BeExactly $health.Reasons[0].$name
            }

            @($back | Test-RoamHealth) | Should -HaveCount 1
        }

        It 'fit 80 columns with their segment and reasons, and so do the reasons alone' {
            $health = Test-RoamHealth $script:Path
            foreach ($shown in $health, $health.Reasons[0]) {
                $rows = @($shown | ConvertTo-ShownLine -Width 80)
                $rows | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
                -join ($rows -replace '\s+' -replace '[^ -~]') | Should -Match ([regex]::Escape(($health.Reasons[0].Message -replace '\s+' -replace '[^ -~]')))
                (@($shown | Format-List | ConvertTo-ShownLine -Width 400) -match '^Message\s*:|^Reasons\s*:') |
                    Should -HaveCount 1
                @(ConvertTo-Deserialized $shown | ConvertTo-ShownLine -Width 80) | Should -BeExactly $rows
            }

            $text = $health | Out-String -Width 80
            $text | Should -Match ([regex]::Escape($script:Folder))
            $text | Should -Match 'one\.seg'
        }
    }
}
