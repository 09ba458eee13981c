# Watch-RoamSegment: an object for the current state and one for each change, until the watch ends.
# A watch runs in its own runspace while the test makes the changes. Each test first waits for output that proves that
# the watch has polled, so none depends on timing.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    $script:BrokenCases = Get-BrokenCase
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Watch-RoamSegment'
}

Describe 'Watch-RoamSegment' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
        $script:Other = Join-Path $script:Folder 'two.seg'
        $script:Watch = $null
    }

    AfterEach {
        Close-Watch $script:Watch
        Clear-Folder $script:Folder
    }

    Context 'What it returns' {
        It 'Initial for each segment, with its current state' {
            $null = Add-Segment $script:Path
            $null = Add-Segment $script:Other
            Set-Field $script:Other @{ HostGoodbye = 1 }
            $events = Watch-RoamSegment $script:Path, $script:Other -Count 2
            $events | Should -HaveCount 2
            $events | Should -BeOfType ([RoamShm.SegmentEvent])
            $events | Should -Not -BeOfType ([RoamShm.SegmentHeader]) -Because 'the table of headers has no Change'
            $events.Path | Should -BeExactly @($script:Path, $script:Other)
            $events.Change | Should -BeExactly @('Initial', 'Initial')
            $events.HostGoodbye | Should -Be @($false, $true)
            $events[0].TotalSize | Should -Be $script:SmallSize
            $events[0].PreviousHostGoodbyeValue | Should -BeNullOrEmpty
        }

        It 'Goodbye, when the host raises it' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            (Wait-Watch $script:Watch 1).Change | Should -BeExactly 'Initial'
            $null = Set-RoamGoodbye $script:Path -Value 5
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'Goodbye'
            $change.HostGoodbye | Should -BeTrue
            $change.HostGoodbyeValue | Should -Be 5
            $change.PreviousHostGoodbyeValue | Should -Be 0
        }

        It 'Resized, when the file grows and when the growth is published' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            Edit-Length $script:Path ($script:SmallSize + 4096)
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'Resized'
            $change.FileLength | Should -Be ($script:SmallSize + 4096)
            $change.PreviousFileLength | Should -Be $script:SmallSize
            $change.PreviousCurrentSize | Should -BeNullOrEmpty
            Set-Field $script:Path @{ CurrentSize = ($script:SmallSize + 4096) }
            $change = Wait-Watch $script:Watch 3
            $change.Change | Should -BeExactly 'Resized'
            $change.CurrentSize | Should -Be ($script:SmallSize + 4096)
            $change.PreviousCurrentSize | Should -Be $script:SmallSize
        }

        It 'Truncated, when the file becomes shorter than <What>, with the last header' -ForEach @(
            @{ What = 'its segment'; Length = 54271; ErrorId = 'SegmentTruncated' }
            @{ What = 'its class table'; Length = $script:Layout.VarPool; ErrorId = 'SlotClassTableOutOfBounds' }
            @{ What = 'its header'; Length = 100; ErrorId = 'SegmentTooShort' }
            @{ What = 'a byte'; Length = 0; ErrorId = 'SegmentNotReady' }
        ) {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            Edit-Length $script:Path $Length
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'Truncated'
            $change.ErrorId | Should -BeExactly $ErrorId
            $change.TotalSize | Should -Be $script:SmallSize -Because 'it is the last header'
            $change.FileLength | Should -Be $Length
            $change.PreviousFileLength | Should -Be $script:SmallSize
        }

        It 'Reappeared, when a truncated segment is whole again' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            Edit-Length $script:Path 54271
            $null = Wait-Watch $script:Watch 2
            Edit-Length $script:Path $script:SmallSize
            (Wait-Watch $script:Watch 3).Change | Should -BeExactly 'Reappeared'
        }

        It 'Replaced, when another segment takes the name' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            $null = New-RoamSegment $script:Path -SlotClass '1KB:2' -Force
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'Replaced'
            $change.NumVarSlotClasses | Should -Be 1
            $change.PreviousCurrentSize | Should -Be $script:SmallSize
        }

        It 'Replaced, even by an identical segment' {
            $with = $script:SmallSegment
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            $null = New-RoamSegment $script:Path @with -Force
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'Replaced'
            $change.PreviousCurrentSize | Should -BeNullOrEmpty
        }

        It 'Replaced and Goodbye, when a segment in goodbye takes the name' {
            $null = Add-Segment $script:Path
            $null = Add-Segment $script:Other
            $null = Set-RoamGoodbye $script:Other
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            if ($script:OnUnix) {
                & mv -f -- $script:Other $script:Path
                (Wait-Watch $script:Watch 2).Change | Should -BeExactly 'Goodbye, Replaced'
            } else {
                # On Windows the old file goes away first, and the watch may poll in between. While a poll has it open, its name is taken.
                Wait-Until {
                    Move-Item -LiteralPath $script:Other -Destination $script:Path -Force -ErrorAction SilentlyContinue
                    -not (Test-Path -LiteralPath $script:Other)
                } 'the file was moved'
                Wait-Until { ($script:Watch.Events.Change -join ' ') -match 'Goodbye, Replaced|Removed Goodbye, Reappeared' } 'the segment was replaced'
            }
        }

        It 'Replaced and Invalid, when another file takes the name' {
            Skip-Unless $script:OnUnix 'on Windows the old file goes away first'
            $null = Add-Segment $script:Path
            [System.IO.File]::WriteAllText($script:Other, 'x' * 60000)
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            & mv -f -- $script:Other $script:Path
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'Replaced, Invalid'
            $change.ErrorId | Should -BeExactly 'BadMagic'
            $change.TotalSize | Should -Be $script:SmallSize -Because 'it is the last header'
        }

        It 'Invalid, when the segment is damaged, and Reappeared when it is repaired' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            Set-Field $script:Path @{ Version = 6 }
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'Invalid'
            $change.ErrorId | Should -BeExactly 'UnsupportedVersion'
            $change.Version | Should -Be 7 -Because 'it is the last header that could be read'
            Set-Field $script:Path @{ Version = 7 }
            (Wait-Watch $script:Watch 3).Change | Should -BeExactly 'Reappeared'
        }

        It 'Removed with the last header, and Reappeared when the segment is back' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            Remove-Item -LiteralPath $script:Path
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'Removed'
            $change.TotalSize | Should -Be $script:SmallSize
            $change.Path | Should -BeExactly $script:Path
            $null = New-RoamSegment $script:Path -SlotClass '1KB:2'
            $change = Wait-Watch $script:Watch 3
            $change.Change | Should -BeExactly 'Reappeared'
            $change.NumVarSlotClasses | Should -Be 1
        }

        It 'Removed once, however long the file is missing' {
            $null = Add-Segment $script:Path
            $null = Add-Segment $script:Other
            $script:Watch = Open-Watch @{ Path = @($script:Path, $script:Other) }
            $null = Wait-Watch $script:Watch 2
            Remove-Item -LiteralPath $script:Path
            $null = Wait-Watch $script:Watch 3
            # Ten changes of the other file take at least ten polls of this one.
            foreach ($i in 1..10) {
                Set-Field $script:Other @{ HeartbeatInterval = $i }
                (Wait-Watch $script:Watch (3 + $i)).Path | Should -BeExactly $script:Other
            }

            @($script:Watch.Events | Where-Object Change -EQ 'Removed') | Should -HaveCount 1
        }

        It 'HeaderChanged, when <What> changes' -ForEach @(
            @{ What = 'the heartbeat interval'; Field = @{ HeartbeatInterval = 1000000000 } }
            @{ What = 'the number of guests'; Field = @{ MaxGuests = 3 } }
            @{ What = 'a reserved byte'; Field = @{ LastReserved = '000000ff' } }
        ) {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            Set-Field $script:Path $Field
            (Wait-Watch $script:Watch 2).Change | Should -BeExactly 'HeaderChanged'
        }

        It 'HeaderChanged, when the goodbye is revoked' {
            $null = Add-Segment $script:Path
            $null = Set-RoamGoodbye $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            Set-Field $script:Path @{ HostGoodbye = 0 }
            $change = Wait-Watch $script:Watch 2
            $change.Change | Should -BeExactly 'HeaderChanged'
            $change.PreviousHostGoodbyeValue | Should -Be 1
            $change.HostGoodbye | Should -BeFalse
        }

        It 'nothing for what does not change the segment' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            # Peers attach and detach, messages pass, the write time changes.
            Set-Field $script:Path @{ 'Peer1.State' = 1; 'Peer1.ToHost.Write' = 64 }
            (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc = [datetime]::UtcNow
            Set-Field $script:Path @{ HostGoodbye = 1 }
            (Wait-Watch $script:Watch 2).Change | Should -BeExactly 'Goodbye'
        }

        It 'one object for each change of each of many segments' {
            $paths = foreach ($i in 1..20) { Add-Segment (Join-Path $script:Folder "$i.seg") }
            $script:Watch = Open-Watch @{ Path = (Join-Path $script:Folder '*.seg') }
            $null = Wait-Watch $script:Watch 20
            foreach ($path in $paths) { Set-Field $path @{ HostGoodbye = 1 } }
            $null = Wait-Watch $script:Watch 40
            foreach ($path in $paths) { Remove-Item -LiteralPath $path }
            $null = Wait-Watch $script:Watch 60
            $groups = $script:Watch.Events | Group-Object Path
            @($groups) | Should -HaveCount 20
            foreach ($group in $groups) {
                $group.Group.Change | Should -BeExactly @('Initial', 'Goodbye', 'Removed')
            }
        }

        It 'the change made by a store through a mapping' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            $stream = [System.IO.FileStream]::new($script:Path, 'Open', 'ReadWrite', 'ReadWrite,Delete')
            $map = [System.IO.MemoryMappedFiles.MemoryMappedFile]::CreateFromFile($stream, [NullString]::Value, 0, 'ReadWrite', 'None', $false)
            $view = $map.CreateViewAccessor()
            try {
                $view.Write(64, [uint32]9)
                (Wait-Watch $script:Watch 2).HostGoodbyeValue | Should -Be 9
            } finally {
                $view.Dispose()
                $map.Dispose()
                $stream.Dispose()
            }
        }

        It 'an object that other cmdlets accept' {
            $null = Add-Segment $script:Path
            (Watch-RoamSegment $script:Path -Count 1 | Set-RoamGoodbye -ErrorAction Stop).HostGoodbye | Should -BeTrue
        }

        It 'an object that survives Clixml with every property' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            $null = Set-RoamGoodbye $script:Path
            $change = Wait-Watch $script:Watch 2
            $back = ConvertTo-Deserialized $change
            $back.Change | Should -BeExactly 'Goodbye'
            $back.PreviousHostGoodbyeValue | Should -Be 0
            $back.HostGoodbyeValue | Should -Be 1
        }

        It 'each object as soon as it is known' {
            # If it waited for the end there would be no output, since this watch never ends.
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path; Interval = '1h' }
            $null = Wait-Watch $script:Watch 1
            $script:Watch.Call.IsCompleted | Should -BeFalse
        }
    }

    Context 'Peers, with -Peer' {
        It 'are reported with -SkipInitial from their first change on' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path; Peer = $true; SkipInitial = $true }
            # Without the initial object nothing shows when the watch has started, so the peer attaches and detaches
            # until it is seen.
            Wait-Until {
                Set-Field $script:Path @{ 'Peer1.State' = 1 - (Get-Field $script:Path Peer1.State) }
                $script:Watch.Events.Count -gt 0
            } 'the peer was seen to come or go'
            $script:Watch.Events[0].Change | Should -BeIn 'Attached', 'Detached'
            $script:Watch.Events[0].PeerId | Should -Be 1
        }

        It 'are reported with their states, one after another' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path; Peer = $true }
            $null = Wait-Watch $script:Watch 1
            $number = 1
            foreach ($state in @{ Code = 1; Change = 'Attached' }, @{ Code = 2; Change = 'Goodbye' }, @{ Code = 0; Change = 'Recovered' }) {
                Set-Field $script:Path @{ 'Peer2.State' = $state.Code }
                $change = Wait-Watch $script:Watch (++$number)
                $change.Change | Should -BeExactly $state.Change
                $change.PeerId | Should -Be 2
            }
        }
    }

    Context 'When it ends' {
        It 'with -Count, after that many objects' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path; Count = 3 }
            $null = Wait-Watch $script:Watch 1
            Set-Field $script:Path @{ HostGoodbye = 1 }
            $null = Wait-Watch $script:Watch 2
            $script:Watch.Call.IsCompleted | Should -BeFalse
            Set-Field $script:Path @{ HostGoodbye = 2 }
            Wait-Ended $script:Watch
            $script:Watch.Events | Should -HaveCount 3
            $script:Watch.Shell.HadErrors | Should -BeFalse
        }

        It 'with -Count, in the middle of a poll' {
            foreach ($name in 'a.seg', 'b.seg', 'c.seg') { $null = Add-Segment (Join-Path $script:Folder $name) }
            Watch-RoamSegment (Join-Path $script:Folder '*.seg') -Count 2 | Should -HaveCount 2
        }

        It 'with -Timeout, after that time and no earlier, as <Form>' -ForEach @(
            @{ Form = 'text'; Value = '400ms' }
            @{ Form = 'a TimeSpan'; Value = [timespan]::FromMilliseconds(400) }
            @{ Form = 'a bare number of seconds'; Value = 0.4 }
            @{ Form = 'bare digits of seconds'; Value = '0.4' }
        ) {
            $null = Add-Segment $script:Path
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $events = @(Watch-RoamSegment $script:Path -Interval 20ms -Timeout $Value -ErrorAction Stop)
            $clock.Elapsed.TotalMilliseconds | Should -BeGreaterThan 390
            $events.Change | Should -BeExactly @('Initial')
        }

        It 'with -Timeout, even if the next poll would be later' {
            $null = Add-Segment $script:Path
            $null = Watch-RoamSegment $script:Path -Interval 1h -Timeout 100ms
        }

        It 'with -Timeout 0, after one poll' {
            $null = Add-Segment $script:Path
            @(Watch-RoamSegment $script:Path -Timeout 0) | Should -HaveCount 1
        }

        It 'with -UntilGoodbye, when every segment is in goodbye or gone' {
            $null = Add-Segment $script:Path
            $null = Add-Segment $script:Other
            $script:Watch = Open-Watch @{ Path = @($script:Path, $script:Other); UntilGoodbye = $true }
            $null = Wait-Watch $script:Watch 2
            $null = Set-RoamGoodbye $script:Path
            (Wait-Watch $script:Watch 3).Change | Should -BeExactly 'Goodbye'
            $script:Watch.Call.IsCompleted | Should -BeFalse -Because 'the other one is neither'
            Remove-Item -LiteralPath $script:Other
            Wait-Ended $script:Watch
            $script:Watch.Events.Change | Should -BeExactly @('Initial', 'Initial', 'Goodbye', 'Removed')
        }

        It 'with -UntilGoodbye, at once if goodbye is already raised' {
            $null = Add-Segment $script:Path
            $null = Set-RoamGoodbye $script:Path
            $events = @(Watch-RoamSegment $script:Path -UntilGoodbye -Timeout 60)
            $events.Change | Should -BeExactly @('Initial')
        }

        It 'when the pipeline stops early: Select-Object -First <_>' -ForEach 1, 2 {
            $null = Add-Segment $script:Path
            $null = Add-Segment $script:Other
            # With this interval it would wait for an hour if it continued.
            $events = @(Watch-RoamSegment $script:Path, $script:Other -Interval 1h -Timeout 120 | Select-Object -First $_)
            $events | Should -HaveCount $_
        }

        It 'when it is stopped between polls, at once and without an error' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path; Interval = '1h' }
            $null = Wait-Watch $script:Watch 1
            $script:Watch.Shell.Stop()
            $script:Watch.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $script:Watch.Shell.Streams.Error | Should -HaveCount 0
        }

        It 'when its job is stopped' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            $job = Start-Job -ScriptBlock { Import-Module $args[0]; Watch-RoamSegment $args[1] -Interval 1h } -ArgumentList $script:ModuleManifest, $script:Path
            try {
                Wait-Until { $job.ChildJobs[0].Output.Count -gt 0 } 'the job wrote the first object'
                Stop-Job -Job $job
                Wait-Until { $job.State -eq 'Stopped' } 'the job was stopped'
                ($job | Receive-Job).Change | Should -BeExactly 'Initial'
            } finally {
                Remove-Job -Job $job -Force
            }
        }

        It 'when its thread job is stopped, with every handle released' {
            Skip-Unless (Get-Command Start-ThreadJob -ErrorAction Ignore) 'there is no Start-ThreadJob'
            Skip-Unless $script:OnLinux 'needs /proc to list open files'
            $paths = foreach ($i in 1..30) { Add-Segment (Join-Path $script:Folder "$i.seg") }
            $mine = [System.IO.File]::OpenRead($paths[0])
            Get-OpenFile $script:Folder | Should -HaveCount 1 -Because 'the count includes an open file'
            $mine.Dispose()
            $job = Start-ThreadJob -ScriptBlock { Import-Module $args[0]; Watch-RoamSegment $args[1] -Interval 1ms } -ArgumentList $script:ModuleManifest, (Join-Path $script:Folder '*.seg')
            try {
                Wait-Until { $job.Output.Count -ge 30 } 'the job had looked at all segments'
                Stop-Job -Job $job
                Wait-Until { $job.State -eq 'Stopped' } 'the job was stopped'
                Get-OpenFile $script:Folder | Should -HaveCount 0
            } finally {
                Remove-Job -Job $job -Force
            }
        }

        It 'without leaving a handle open, however it ends' {
            Skip-Unless $script:OnLinux 'needs /proc to list open files'
            $null = Add-Segment $script:Path
            [System.IO.File]::WriteAllText($script:Other, 'no segment')
            $null = Watch-RoamSegment $script:Path, $script:Other -Interval 1ms -Timeout 50ms -ErrorAction SilentlyContinue
            $null = Watch-RoamSegment $script:Path -Interval 1ms | Select-Object -First 1
            $null = Watch-RoamSegment $script:Path -Count 1
            try { Watch-RoamSegment $script:Path -Interval 1ms | ForEach-Object { throw 'enough' } } catch { $null = $_ }
            Get-OpenFile $script:Folder | Should -HaveCount 0
        }

        It 'when nothing is left to watch' {
            $null = Watch-RoamSegment $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | Should -HaveCount 1
        }

        It 'at once if a pattern matches nothing' {
            Watch-RoamSegment (Join-Path $script:Folder '*.seg') -Timeout 60 -ErrorAction Stop | Should -BeNullOrEmpty
        }
    }

    Context 'What it starts with' {
        It 'the first change, with -SkipInitial' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path; SkipInitial = $true }
            # Nothing shows that it has polled, so change the file until it sees a change.
            $script:Beat = 0
            Wait-Until {
                $script:Beat++
                Set-Field $script:Path @{ HeartbeatInterval = $script:Beat }
                $script:Watch.Events.Count -gt 0
            } 'the watch saw a change'
            $script:Watch.Events | ForEach-Object { $_.Change | Should -BeExactly 'HeaderChanged' }
        }

        It 'an error for a missing file without -WaitForFile, and the rest is watched: SegmentNotFound' {
            $null = Add-Segment $script:Path
            $events = @(Watch-RoamSegment $script:Other, $script:Path -Timeout 0 -ErrorAction SilentlyContinue -ErrorVariable failed)
            $events.Path | Should -BeExactly @($script:Path)
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Other
        }

        It 'Initial when a missing file appears, and no error, with -WaitForFile' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = @($script:Other, $script:Path); WaitForFile = $true }
            (Wait-Watch $script:Watch 1).Path | Should -BeExactly $script:Path
            # The missing file comes first, so it has been polled in vain.
            $null = Add-Segment $script:Other
            $change = Wait-Watch $script:Watch 2
            $change.Path | Should -BeExactly $script:Other
            $change.Change | Should -BeExactly 'Initial'
            $script:Watch.Shell.Streams.Error | Should -HaveCount 0
        }

        It 'a file whose folder is missing too, with -WaitForFile' {
            $null = Add-Segment $script:Path
            $folder = Join-Path $script:Folder 'later'
            $late = Join-Path $folder 'late.seg'
            $script:Watch = Open-Watch @{ Path = @($late, $script:Path); WaitForFile = $true }
            $null = Wait-Watch $script:Watch 1
            $null = New-Item -ItemType Directory -Path $folder
            $null = Add-Segment $late
            (Wait-Watch $script:Watch 2).Path | Should -BeExactly $late
        }

        It 'a segment that a host creates step by step, once it is complete, with -WaitForFile' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = @($script:Other, $script:Path); WaitForFile = $true }
            $null = Wait-Watch $script:Watch 1
            $bytes = [System.IO.File]::ReadAllBytes($script:Path)
            $stream = [System.IO.File]::Open($script:Other, 'CreateNew', 'ReadWrite', 'ReadWrite,Delete')
            $steps = @(
                { $stream.SetLength($bytes.Length) }
                { $stream.Write($bytes, 0, 8) }
                { $stream.Write($bytes, 8, $bytes.Length - 8) }
            )
            $expected = 1
            foreach ($step in $steps) {
                # Each change of the first segment shows that the second was polled in its present state.
                $expected++
                Set-Field $script:Path @{ HeartbeatInterval = $expected }
                (Wait-Watch $script:Watch $expected).Path | Should -BeExactly $script:Path
                & $step
                $stream.Flush()
            }

            $stream.Dispose()
            $change = Wait-Watch $script:Watch ($expected + 1)
            $change.Path | Should -BeExactly $script:Other
            $change.Change | Should -BeExactly 'Initial'
            $script:Watch.Shell.Streams.Error | Should -HaveCount 0
        }

        It 'every file that comes to match a pattern, with -WaitForFile' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = (Join-Path $script:Folder '*.seg'); WaitForFile = $true }
            (Wait-Watch $script:Watch 1).Path | Should -BeExactly $script:Path
            $null = Add-Segment (Join-Path $script:Folder 'no match')
            foreach ($i in 2..4) {
                $late = Add-Segment (Join-Path $script:Folder "late[$i].seg")
                $change = Wait-Watch $script:Watch $i
                $change.Path | Should -BeExactly $late
                $change.Change | Should -BeExactly 'Initial'
            }
        }

        It 'a pattern that matches nothing yet, with -WaitForFile' {
            $script:Watch = Open-Watch @{ Path = (Join-Path $script:Folder '*.seg'); WaitForFile = $true; Count = 1 }
            $null = Add-Segment $script:Path
            (Wait-Watch $script:Watch 1).Path | Should -BeExactly $script:Path
            Wait-Ended $script:Watch
        }

        It 'a missing file, which keeps -UntilGoodbye from ending, with -WaitForFile' {
            $null = Add-Segment $script:Path
            $null = Set-RoamGoodbye $script:Path
            $script:Watch = Open-Watch @{ Path = @($script:Other, $script:Path); WaitForFile = $true; UntilGoodbye = $true }
            $null = Wait-Watch $script:Watch 1
            $null = Add-Segment $script:Other
            (Wait-Watch $script:Watch 2).Path | Should -BeExactly $script:Other
            $null = Set-RoamGoodbye $script:Other
            Wait-Ended $script:Watch
            $script:Watch.Events | Should -HaveCount 3
        }

        It 'each file once, however often it is named' {
            $null = Add-Segment $script:Path
            @(Watch-RoamSegment $script:Path, $script:Path, (Join-Path $script:Folder '*.seg') -Timeout 0) |
                Should -HaveCount 1
        }
    }

    Context 'Files that are not segments' {
        It 'are an error if they have <Fault>, <Id>, and the rest is watched' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $null = Add-Segment $script:Other
            $events = @(Watch-RoamSegment $script:Path, $script:Other -Interval 5ms -Timeout 200ms -ErrorAction SilentlyContinue -ErrorVariable failed)
            $events.Path | Should -BeExactly @($script:Other)
            Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
        }

        It 'are an error: a directory, a FIFO and a device, NotARegularFile' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            foreach ($name in $script:Folder, $script:Path, '/dev/null') {
                $null = Watch-RoamSegment $name -Timeout 60 -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $name
            }
        }

        It 'are an error: a path of another provider, NotAFileSystemPath' {
            $null = Add-Segment $script:Path
            $events = @(Watch-RoamSegment Env:PATH, $script:Path -Timeout 0 -ErrorAction SilentlyContinue -ErrorVariable failed)
            $events.Path | Should -BeExactly @($script:Path)
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH
        }

        It 'are an error: an unreadable file, SegmentAccessDenied' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            if ($script:OnUnix) { & chmod 000 $script:Path }
            $lines = Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript "Watch-RoamSegment '$script:Path' -Timeout 60")
            $lines | Should -HaveCount 2
            ($lines[1] | ConvertFrom-Json).Id |
                Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.WatchRoamSegmentCommand'
        }

        It 'are an error: a header from another computer, RemoteObject, and local ones are watched' {
            $null = Add-Segment $script:Path
            $objects = [pscustomobject]@{ PSPath = $script:Path; PSComputerName = 'host-of-somebody-else' }, [pscustomobject]@{ PSPath = $script:Path; PSComputerName = 'localhost' }
            $events = @($objects | Watch-RoamSegment -Timeout 0 -ErrorAction SilentlyContinue -ErrorVariable failed)
            $events | Should -HaveCount 1
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeExactly 'RemoteObject,RoamShm.Commands.WatchRoamSegmentCommand'
        }

        It 'stop the watch with -ErrorAction Stop' {
            { Watch-RoamSegment $script:Path -ErrorAction Stop } |
                Should -Throw -ErrorId 'SegmentNotFound,RoamShm.Commands.WatchRoamSegmentCommand'
        }

        It 'do not include one that another process has locked exclusively' {
            Skip-Unless (Get-Command flock -CommandType Application -ErrorAction Ignore) 'there is no flock'
            $null = Add-Segment $script:Path
            $holder = Lock-File $script:Path
            try {
                $script:Watch = Open-Watch @{ Path = $script:Path }
                $null = Wait-Watch $script:Watch 1
                $null = Set-RoamGoodbye $script:Path
                (Wait-Watch $script:Watch 2).Change | Should -BeExactly 'Goodbye'
            } finally {
                $holder.Kill()
            }
        }

        It 'do not include a watched segment, which can be renamed or removed between polls' {
            $null = Add-Segment $script:Path
            $script:Watch = Open-Watch @{ Path = $script:Path }
            $null = Wait-Watch $script:Watch 1
            Rename-Item -LiteralPath $script:Path -NewName 'renamed.seg'
            (Wait-Watch $script:Watch 2).Change | Should -BeExactly 'Removed'
            Rename-Item -LiteralPath (Join-Path $script:Folder 'renamed.seg') -NewName 'one.seg'
            (Wait-Watch $script:Watch 3).Change | Should -BeExactly 'Reappeared'
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>' -ForEach $script:Routes {
            $events = @(Invoke-Route -Route $Route -Command Watch-RoamSegment -Folder $script:Folder -With @{ Timeout = 0; ErrorAction = 'Stop' })
            $names = @($events | ForEach-Object { Split-Path -Leaf $_.Path })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
        }
    }

    Context 'Parameters' {
        It 'reject <What>' -ForEach @(
            @{ What = 'an interval of zero'; With = @{ Interval = 0 }; Id = 'IntervalTooShort,*' }
            @{ What = 'an interval under a millisecond'; With = @{ Interval = '999us' }; Id = 'IntervalTooShort,*' }
            @{
                What = 'a negative interval'
                With = @{ Interval = '-1s' }
                Id = 'ParameterArgumentTransformationError,*'
            }
            @{
                What = 'an invalid interval'
                With = @{ Interval = 'often' }
                Id = 'ParameterArgumentTransformationError,*'
            }
            @{ What = 'a negative timeout'; With = @{ Timeout = -1 }; Id = 'ParameterArgumentTransformationError,*' }
            @{ What = 'a count of zero'; With = @{ Count = 0 }; Id = 'ParameterArgumentValidationError,*' }
        ) {
            $null = Add-Segment $script:Path
            { Watch-RoamSegment $script:Path @With } | Should -Throw -ErrorId $Id
        }

        It 'accept a bare number of seconds as the interval' {
            # An hour as nanoseconds would be 3.6 us, which is refused.
            $null = Add-Segment $script:Path
            @(Watch-RoamSegment $script:Path -Interval 3600 -Count 1 -ErrorAction Stop) | Should -HaveCount 1
        }

        It 'are completed: <Text>' -ForEach @(
            @{ Text = 'Watch-RoamSegment -Interval '; Expected = '100ms', '250ms', '1s' }
            @{ Text = 'Watch-RoamSegment -Interval 2'; Expected = @('250ms') }
            @{ Text = 'Watch-RoamSegment -Timeout '; Expected = '1s', '1m' }
            @{
                Text = 'Watch-RoamSegment -'
                Expected = '-Interval', '-Timeout', '-Count', '-UntilGoodbye', '-SkipInitial', '-WaitForFile'
            }
        ) {
            $offered = @((TabExpansion2 $Text).CompletionMatches.CompletionText)
            foreach ($one in $Expected) {
                $offered | Should -Contain $one
            }
        }
    }
}
