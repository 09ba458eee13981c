# Get-RoamSlotClass: how the slots of a segment are used, who owns them, and which are lost.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    $script:BrokenCases = @(Get-BrokenCase) + @(Get-DamagedCase)
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Get-RoamSlotClass'

    <# The counts of a class: free, allocated, leaked; host, peers, orphaned; after checking that they add up. #>
    function Get-Count {
        param(
            [Parameter(Mandatory)] [string] $Path,
            [int] $Class = 0)

        $one = @(Get-RoamSlotClass $Path -ErrorAction Stop)[$Class]
        $one.Free + $one.Allocated + $one.Leaked | Should -Be $one.SlotCount
        $one.Free, $one.Allocated, $one.Leaked | ForEach-Object { $_ | Should -BeGreaterOrEqual 0 }
        $one.OwnedByHost + $one.OwnedByPeers | Should -Be $one.Allocated
        $one.AllocatedBytes | Should -Be ($one.Allocated * $one.SlotSize)
        $one.UsedPercent | Should -Be ([math]::Round(100 * ($one.SlotCount - $one.Free) / $one.SlotCount, 1))
        $use = '{0} {1} {2}' -f $one.Free, $one.Allocated, $one.Leaked
        '{0}, {1} {2} {3}' -f $use, $one.OwnedByHost, $one.OwnedByPeers, $one.Orphaned
    }
}

Describe 'Get-RoamSlotClass' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'What it returns' {
        It 'has every property of a class, with its name and type' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            $null = Use-Slot $script:Path 0 -Owner 0
            $null = Use-Slot $script:Path 0 -Owner 1
            $null = Use-Slot $script:Path 0 -Owner 2
            $classes = @(Get-RoamSlotClass $script:Path)
            $classes | Should -HaveCount 2
            $classes | Should -BeOfType ([RoamShm.SegmentSlotClass])
            $classes.Index | Should -BeExactly @(0, 1)
            $classes.SlotSize | Should -BeExactly @(1024, 16384)
            $classes.SlotCount | Should -BeExactly @(4, 2)
            $classes.CapacityBytes | Should -BeExactly @(4096, 32768)
            $expected = @(
                @{ Name = 'Index'; Value = 0; Type = [int] }
                @{ Name = 'SlotSize'; Value = 1024; Type = [uint32] }
                @{ Name = 'SlotCount'; Value = 4; Type = [uint32] }
                @{ Name = 'Free'; Value = 1; Type = [long] }
                @{ Name = 'Allocated'; Value = 3; Type = [long] }
                @{ Name = 'Leaked'; Value = 0; Type = [long] }
                @{ Name = 'UsedPercent'; Value = 75; Type = [double] }
                @{ Name = 'OwnedByHost'; Value = 1; Type = [long] }
                @{ Name = 'OwnedByPeers'; Value = 2; Type = [long] }
                @{ Name = 'Orphaned'; Value = 1; Type = [long] }
                @{ Name = 'CapacityBytes'; Value = 4096; Type = [uint64] }
                @{ Name = 'AllocatedBytes'; Value = 3072; Type = [uint64] }
                @{ Name = 'Path'; Value = $script:Path; Type = [string] }
            )
            foreach ($one in $expected) {
                $classes[0].($one.Name) | Should -BeExactly $one.Value -Because "that is $($one.Name)"
                $classes[0].($one.Name) | Should -BeOfType $one.Type -Because "that is the type of $($one.Name)"
            }

            (Get-Item -LiteralPath $classes[1].PSPath).FullName | Should -BeExactly $script:Path
        }

        It 'reports a fresh segment as all free' {
            $null = Add-Segment $script:Path
            Get-Count $script:Path 0 | Should -BeExactly '4 0 0, 0 0 0'
            Get-Count $script:Path 1 | Should -BeExactly '2 0 0, 0 0 0'
        }

        It 'returns an object for each class, up to 256' {
            $classes = 1..256 | ForEach-Object { '{0}:{1}' -f (64 * $_), ($_ % 3 + 1) }
            $null = New-RoamSegment $script:Path -MaxGuests 1 -BipbufCapacity 4KB -SlotClass $classes
            $out = @(Get-RoamSlotClass $script:Path)
            $out.Index | Should -BeExactly @(0..255)
            $out | ForEach-Object { '{0}:{1}' -f $_.SlotSize, $_.SlotCount } | Should -BeExactly $classes
            ($out | Measure-Object Free -Sum).Sum | Should -Be ($out | Measure-Object SlotCount -Sum).Sum
        }

        It 'shows what another process does, as it happens' {
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path
            $guest = Open-Agent
            try {
                $null = Invoke-Agent $guest attach, $script:Path
                $null = Invoke-Agent $guest allocate, $script:Path, 0, 1
                $null = Invoke-Agent $guest queue-slot, $script:Path, g2h, 0, 1
                $null = Invoke-Agent $guest allocate, $script:Path, 1, 0
                Get-Count $script:Path 0 | Should -BeExactly '2 2 0, 0 2 0'
                Get-Count $script:Path 1 | Should -BeExactly '1 1 0, 1 0 0'
                $null = Invoke-Agent $guest state, $script:Path, 0
                Get-Count $script:Path 0 | Should -BeExactly '2 2 0, 0 2 2'
                # Every slot is allocated and freed.
                $null = Invoke-Agent $guest toggle, $script:Path, 10
                Get-Count $script:Path 0 | Should -BeExactly '2 2 0, 0 2 2'
            } finally {
                Close-Agent $guest
            }
        }

        It 'has counts that add up while another process allocates and frees slots' {
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path
            $guest = Open-Agent
            try {
                Send-Agent $guest toggle, $script:Path, 3000000
                $answer = $guest.StandardOutput.ReadLineAsync()
                $looks = 0
                while ($looks -lt 20 -or (-not $answer.IsCompleted -and $looks -lt 200)) {
                    $null = Get-Count $script:Path 0
                    $looks++
                }
            } finally {
                Close-Agent $guest -Now
            }
        }

        It 'changes nothing' {
            $null = Add-Segment $script:Path
            $before = Get-Sha256 $script:Path
            $written = (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc
            $null = Get-RoamSlotClass $script:Path
            Get-Sha256 $script:Path | Should -BeExactly $before
            (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc | Should -Be $written
        }

        It 'survives Clixml and JSON with every value' {
            $null = Add-Segment $script:Path
            $null = Use-Slot $script:Path 0 -Owner 2
            Assert-RoundTrip @(Get-RoamSlotClass $script:Path)[0] $script:Folder
        }

        It 'is a plain object: sorting, filtering and measuring work on numbers' {
            $null = Add-Segment $script:Path
            $null = Use-Slot $script:Path 1 -Owner 0
            $classes = Get-RoamSlotClass $script:Path
            ($classes | Sort-Object UsedPercent -Descending)[0].Index | Should -Be 1
            @($classes | Where-Object UsedPercent -GT 30).Index | Should -Be 1
            ($classes | Measure-Object CapacityBytes -Sum).Sum | Should -Be 36864
        }
    }

    Context 'Slot owners' {
        BeforeEach {
            $null = Add-Segment $script:Path
        }

        It 'counts a slot of a peer in state <State> as that of the peer, and not as orphaned' -ForEach @(
            @{ State = 1 }, @{ State = 2 }, @{ State = 3 }, @{ State = 9 }
        ) {
            Edit-Peer $script:Path 2 -State $State
            $null = Use-Slot $script:Path 0 -Owner 2
            Get-Count $script:Path | Should -BeExactly '3 1 0, 0 1 0'
        }

        It 'counts a slot of a peer whose entry is empty as orphaned' {
            $null = Use-Slot $script:Path 0 -Owner 2
            $null = Use-Slot $script:Path 0 -Owner 1
            Get-Count $script:Path | Should -BeExactly '2 2 0, 0 2 2'
            Edit-Peer $script:Path 1
            Get-Count $script:Path | Should -BeExactly '2 2 0, 0 2 1'
        }

        It 'counts a slot of nonexistent owner <Owner> as that of a peer' -ForEach @(
            @{ Owner = 3 }, @{ Owner = 255 }, @{ Owner = 256 }, @{ Owner = [uint32]::MaxValue }
        ) {
            $null = Use-Slot $script:Path 0 -Owner $Owner
            Get-Count $script:Path | Should -BeExactly '3 1 0, 0 1 0'
        }

        It 'never counts a slot of the host as orphaned' {
            $null = Use-Slot $script:Path 0 -Owner 0
            Get-Count $script:Path | Should -BeExactly '3 1 0, 1 0 0'
        }

        It 'counts all slots in use' {
            1..4 | ForEach-Object { $null = Use-Slot $script:Path 0 -Owner 0 }
            Get-Field $script:Path Class0.FreeHead, Class0.FreeCount | Should -Be @([uint32]::MaxValue, 4) -Because 'the list is at its end'
            Get-Count $script:Path | Should -BeExactly '0 4 0, 4 0 0'
            Get-Count $script:Path 1 | Should -BeExactly '2 0 0, 0 0 0' -Because 'each class has its own list'
        }
    }

    Context 'Lost slots' {
        BeforeEach {
            $null = Add-Segment $script:Path
        }

        It 'counts a slot on no list as leaked' {
            Set-Field $script:Path @{ 'Class0.FreeHead' = 1; 'Class0.FreeCount' = 0 }
            Get-Count $script:Path | Should -BeExactly '3 0 1, 0 0 0'
        }

        It 'counts a slot in an undefined state as leaked if it is on no list' {
            Set-Field $script:Path @{ 'Class0.FreeHead' = 1; 'Class0.FreeCount' = 0 }
            Edit-Slot $script:Path 0 0 -State 5 -Owner 1
            Get-Count $script:Path | Should -BeExactly '3 0 1, 0 0 0'
        }

        It 'counts slots beyond the damage of a list as leaked: <Fault>' -ForEach @(
            @{ Fault = 'a link out of range'; Slot = 1; Next = 77; Expected = '2 0 2, 0 0 0' }
            @{ Fault = 'a link just out of range'; Slot = 0; Next = 4; Expected = '1 0 3, 0 0 0' }
            @{ Fault = 'an early end'; Slot = 2; Next = [uint32]::MaxValue; Expected = '3 0 1, 0 0 0' }
            @{ Fault = 'a loop'; Slot = 1; Next = 0; Expected = '2 0 2, 0 0 0' }
            @{ Fault = 'a slot that leads to itself'; Slot = 2; Next = 2; Expected = '3 0 1, 0 0 0' }
        ) {
            Edit-Slot $script:Path 0 $Slot -NextFree $Next
            Get-Count $script:Path | Should -BeExactly $Expected
        }

        It 'counts all slots as leaked if the head is out of range' {
            Set-Field $script:Path @{ 'Class0.FreeHead' = 4; 'Class0.FreeCount' = 0 }
            Get-Count $script:Path | Should -BeExactly '0 0 4, 0 0 0'
        }

        It 'counts a slot that is both allocated and on the list as allocated' {
            Edit-Slot $script:Path 0 2 -State 1 -NextFree 3
            Get-Count $script:Path | Should -BeExactly '3 1 0, 1 0 0'
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>' -ForEach $script:Routes {
            $classes = @(Invoke-Route -Route $Route -Command Get-RoamSlotClass -Folder $script:Folder -With @{ ErrorAction = 'Stop' })
            $names = @($classes | Where-Object Index -EQ 1 | ForEach-Object { Split-Path -Leaf $_.Path })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
            $classes | Should -HaveCount (2 * $names.Count)
        }

        It 'accepts <_>, and reads the segment again' -ForEach 'a slot class', 'a slot class through Clixml', 'a peer', 'a listing' {
            Edit-Peer $script:Path 1
            $object = switch ($_) {
                'a slot class' { @(Get-RoamSlotClass $script:Path)[0] }
                'a slot class through Clixml' { ConvertTo-Deserialized @(Get-RoamSlotClass $script:Path)[0] }
                'a peer' { Get-RoamPeer $script:Path }
                'a listing' { Find-RoamSegment $script:Path }
            }
            $null = Use-Slot $script:Path 0 -Owner 0
            @($object | Get-RoamSlotClass -ErrorAction Stop).Free | Should -BeExactly @(3, 2)
        }
    }

    Context 'Errors' {
        It 'refuses a file with <Fault>: <Id>' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $out = Get-RoamSlotClass $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
        }

        It 'reports TooManySlots for a class with more slots than the limit' {
            Skip-Unless $script:OnUnix 'needs a sparse file of more than a gigabyte'
            $null = Add-HugeSegment $script:Path
            $null = Get-RoamSlotClass $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id TooManySlots -Target $script:Path -Message 'class 0 has 67108865 slots'
        }

        It 'reports SegmentNotFound for a missing file' {
            $null = Get-RoamSlotClass $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path -Message 'There is no file'
        }

        It 'reports NotAFileSystemPath for a path of another provider' {
            $null = Get-RoamSlotClass Env:PATH -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH -Message 'provider'
        }

        It 'reports NotARegularFile for a directory' {
            $null = Get-RoamSlotClass $script:Folder -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target $script:Folder -Message 'directory'
        }

        It 'reports NotARegularFile for a FIFO and of a device' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            foreach ($name in $script:Path, '/dev/null') {
                $null = Get-RoamSlotClass $name -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $name
            }
        }

        It 'reports SegmentAccessDenied for a file that is not readable' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            if ($script:OnUnix) { & chmod 000 $script:Path }
            $lines = Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript "Get-RoamSlotClass '$script:Path'")
            $lines | Should -HaveCount 2
            $lines[0] | Should -Be '0'
            $failed = $lines[1] | ConvertFrom-Json
            $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.GetRoamSlotClassCommand'
            $failed.Category | Should -BeExactly 'PermissionDenied'
            $failed.Target | Should -BeExactly $script:Path
            $failed.Action | Should -Match 'user who owns'
        }

        It 'reports SegmentIOError for a file that the operating system cannot read' {
            Skip-Unless $script:OnLinux 'needs /proc/self/mem, whose first byte cannot be read'
            $null = Get-RoamSlotClass /proc/self/mem -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentIOError -Target /proc/self/mem
        }

        It 'reports RemoteObject for a slot class from another computer' {
            $null = Add-Segment $script:Path
            $class = ConvertTo-Deserialized @(Get-RoamSlotClass $script:Path)[1]
            $class | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $out = $class | Get-RoamSlotClass -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id RemoteObject -Target $script:Path -Message 'host-of-somebody-else'
        }

        It 'does not stop the rest' {
            $good = 'a.seg', 'b.seg' | ForEach-Object { Add-Segment (Join-Path $script:Folder $_) }
            $classes = $good[0], $script:Path, $good[1] |
                Get-RoamSlotClass -ErrorAction SilentlyContinue -ErrorVariable failed
            $classes.Path | Select-Object -Unique | Should -BeExactly $good
            $failed | Should -HaveCount 1
        }

        It 'stops the rest with -ErrorAction Stop, with its own id' {
            $good = Add-Segment (Join-Path $script:Folder 'a.seg')
            { Get-RoamSlotClass $script:Path, $good -ErrorAction Stop } |
                Should -Throw -ErrorId 'SegmentNotFound,RoamShm.Commands.GetRoamSlotClassCommand'
        }
    }

    Context 'At the prompt' {
        It 'shows a table with units that fits, and a list with every property' {
            $path = Add-Segment (Join-Path $script:Folder ('x' * 120 + '.seg'))
            Set-Field $path @{ 'Class0.FreeHead' = 1; 'Class0.FreeCount' = 0 }
            $null = Use-Slot $path 0 -Owner 1
            $class = @(Get-RoamSlotClass $path)[0]
            Assert-View $class 'Class', 'Slot', 'Count', 'Free', 'Used', 'Host', 'Peers', 'Orphaned', 'Leaked'
            @($class | ConvertTo-ShownLine)[2] | Should -MatchExactly '^ +0 +1 KB +4 +2 +50 % +0 +1 +1 +1$'
        }

        It 'shows a table that fits with the largest numbers' {
            $class = New-Object RoamShm.SegmentSlotClass -Property @{
                Index        = 255
                SlotSize     = 4294967295
                SlotCount    = 4294967295
                Free         = 4294967295
                UsedPercent  = 100
                OwnedByHost  = 67108864
                OwnedByPeers = 67108864
                Orphaned     = 67108864
                Leaked       = 9999999
                Path         = '/dev/shm/hub.seg'
            }
            $lines = @($class | ConvertTo-ShownLine)
            $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
            $lines[2] | Should -MatchExactly '^ +255 +4 GB +4\.3 G +4\.3 G +100 % 67108864 67108864 67108864 +9999999$'
        }

        It 'declares its output type' {
            (Get-Command Get-RoamSlotClass).OutputType.Name | Should -BeExactly 'RoamShm.SegmentSlotClass'
        }

        It 'completes its parameters' {
            $offered = (TabExpansion2 'Get-RoamSlotClass -').CompletionMatches.CompletionText
            $offered | Should -Contain '-Path'
            $offered | Should -Contain '-LiteralPath'
            $offered | Should -Not -Contain '-PSComputerName' -Because 'only the engine binds it'
        }

        It 'works in several thread jobs at once' {
            $null = Add-Segment $script:Path
            $classes = Invoke-ThreadJob -Count 3 { foreach ($i in 1..20) { Get-RoamSlotClass $args[0] } } $script:Path
            $classes | Should -HaveCount 120
            $classes | Should -BeOfType ([RoamShm.SegmentSlotClass])
        }

        It 'stops when the pipeline stops early, and leaves no handle behind in any case' {
            $null = Add-Segment $script:Path
            $failed = $null
            $paths = @($script:Path) + (Join-Path $script:Folder 'none.seg')
            @(Get-RoamSlotClass $paths -ErrorVariable failed -ErrorAction SilentlyContinue | Select-Object -First 2) |
                Should -HaveCount 2
            $failed | Should -HaveCount 0 -Because 'the second item is never reached'
            Skip-Unless $script:OnLinux 'needs /proc to list open files'
            $short = Join-Path $script:Folder 'short.seg'
            [System.IO.File]::WriteAllText($short, 'short')
            $mine = [System.IO.File]::OpenRead($short)
            try {
                1..20 |
                    ForEach-Object { $null = Get-RoamSlotClass $script:Path, $short, $script:Folder -ErrorAction SilentlyContinue }
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
