# Remove-RoamSegment: removes the file of an unused segment, and keeps whatever is, or may be, in use.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    # Only the magic has to be that of a segment.
    $script:Magics = 'BadMagic', 'PredecessorFormat', 'SuccessorFormat'
    $script:RefusedCases = Get-BrokenCase | Where-Object Id -In $script:Magics
    $script:RemovedCases = @(Get-BrokenCase) + @(Get-DamagedCase) |
        Where-Object { $_.Id -notin $script:Magics -and $_.Fault -notmatch 'no bytes|zeros' }
    $script:GoodbyeCases = Get-BrokenCase
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Remove-RoamSegment'
    $script:Sure = @{ Confirm = $false }
    $script:Quiet = @{ Confirm = $false; ErrorAction = 'SilentlyContinue' }

    <# Skips the test if mappings cannot be listed, since nothing is removed then without -Force. #>
    function Skip-WhereInDoubt {
        Skip-Because (Get-MappingDoubt)
    }

    function Edit-Age {
        param(
            [string] $Path,
            [timespan] $Age)

        [System.IO.File]::SetLastWriteTimeUtc($Path, [datetime]::UtcNow - $Age)
    }
}

Describe 'Remove-RoamSegment' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'What it removes' {
        It 'is a segment that nobody uses, and there is no output' {
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path
            $other = Add-Segment (Join-Path $script:Folder 'two.seg')
            $out = Remove-RoamSegment $script:Path @script:Sure -ErrorAction Stop
            $out | Should -BeNullOrEmpty
            $script:Path | Should -Not -Exist
            $other | Should -Exist
        }

        It 'is a segment with a peer <Case>' -ForEach @(
            @{ Case = 'whose heartbeat is stale'; State = 1; Interval = '1us'; Beat = 1 }
            @{ Case = 'that never sent a heartbeat'; State = 1; Interval = '1h'; Beat = 0 }
            @{ Case = 'that is attached while heartbeats are off'; State = 1; Beat = 1 }
            @{ Case = 'that has just gone into goodbye'; State = 2; Interval = '1h'; Beat = 'now' }
            @{ Case = 'that is reserved'; State = 3; Interval = '1h'; Beat = 0 }
        ) {
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path -HeartbeatInterval $_.Interval
            $beat = if ($Beat -eq 'now') { Get-MonotonicTime } else { $Beat }
            Edit-Peer $script:Path 2 -State $State -LastHeartbeat $beat
            Remove-RoamSegment $script:Path @script:Sure -ErrorAction Stop
            $script:Path | Should -Not -Exist
        }

        It 'is a damaged segment: <Fault>' -ForEach $script:RemovedCases {
            Skip-WhereInDoubt
            $null = Add-BrokenSegment $script:Path $_
            Remove-RoamSegment $script:Path @script:Sure -ErrorAction Stop
            $script:Path | Should -Not -Exist
        }

        It 'is everything that passes a filter' {
            Skip-WhereInDoubt
            'a.seg', 'b.seg', 'c.seg' | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder $_) }
            $null = Set-RoamGoodbye (Join-Path $script:Folder 'b.seg')
            Find-RoamSegment $script:Folder | Where-Object Status -EQ 'Drained' |
                Remove-RoamSegment @script:Sure -ErrorAction Stop
            @(Get-ChildItem -LiteralPath $script:Folder).Name | Sort-Object | Should -BeExactly @('a.seg', 'c.seg')
        }

        It 'is only the name, with -Force: processes that map the file keep it' {
            Skip-Because (Get-AgentDoubt)
            Skip-Unless $script:OnUnix 'Windows does not remove what is mapped'
            $null = Add-Segment $script:Path
            $hub = Open-Agent
            try {
                $null = Invoke-Agent $hub map, $script:Path
                Remove-RoamSegment $script:Path -Force @script:Sure -ErrorAction Stop
                $script:Path | Should -Not -Exist
                Invoke-Agent $hub mapped-goodbye, $script:Path | Should -Be '0'
                if ($script:OnLinux) {
                    @(Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue).Id | Should -Be $hub.Id
                }
            } finally {
                Close-Agent $hub
            }
        }

        It 'can be removed from within a job' {
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path
            $null = Invoke-ThreadJob { Remove-RoamSegment $args[0] -Confirm:$false -ErrorAction Stop } $script:Path
            $script:Path | Should -Not -Exist
        }
    }

    Context 'What it keeps' {
        It 'is a segment that processes map, SegmentInUse, and they are named' {
            Skip-Because (Get-AgentDoubt)
            Skip-Unless $script:OnLinux 'only Linux lists the processes that map a file'
            $null = Add-Segment $script:Path
            $hub = Open-Agent
            try {
                $guest = Open-Agent
                $null = Invoke-Agent $hub map, $script:Path
                Remove-RoamSegment $script:Path @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id SegmentInUse -Target $script:Path -Message "process $($hub.Id) maps it"
                $null = Invoke-Agent $guest attach, $script:Path
                Remove-RoamSegment $script:Path @script:Quiet -ErrorVariable failed
                $ids = ($hub.Id, $guest.Id | Sort-Object) -join ', '
                Assert-SegmentError $failed -Id SegmentInUse -Target $script:Path -Message "processes $ids map it"
                $script:Path | Should -Exist
            } finally {
                Close-Agent $hub
                Close-Agent $guest
            }
        }

        It 'is a segment that is mapped under another name' {
            Skip-Because (Get-AgentDoubt)
            Skip-Unless $script:OnLinux 'only Linux lists the processes that map a file'
            $null = Add-Segment $script:Path
            $hub = Open-Agent
            try {
                $null = Invoke-Agent $hub map, $script:Path
                $other = Join-Path $script:Folder 'other.seg'
                $null = New-Item -ItemType HardLink -Path $other -Target $script:Path
                Remove-RoamSegment $other @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id SegmentInUse -Target $other -Message "process $($hub.Id) maps it"
                $other | Should -Exist
            } finally {
                Close-Agent $hub
            }
        }

        It 'is a segment that a process has open for writing; dead peers protect nothing, even with fresh heartbeats' {
            Skip-Unless $script:OnLinux 'on other systems everything might be in use'
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path -HeartbeatInterval 1h
            Edit-Peer $script:Path 2 -LastHeartbeat (Get-MonotonicTime)
            $user = Open-User $script:Path
            try {
                Remove-RoamSegment $script:Path @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id SegmentInUse -Target $script:Path -Message 'has it open for writing'
                $script:Path | Should -Exist
            } finally {
                $user.Dispose()
            }

            Remove-RoamSegment $script:Path @script:Sure -ErrorAction Stop
            $script:Path | Should -Not -Exist
        }

        It 'is everything if mappings cannot be listed, except with -Force' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            if (Get-MappingDoubt) {
                Remove-RoamSegment $script:Path @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id SegmentInUse -Target $script:Path -Message 'cannot be found out'
                $script:Path | Should -Exist
                Remove-RoamSegment $script:Path -Force @script:Sure -ErrorAction Stop
            } else {
                & chmod 644 $script:Path
                $removal = "Remove-RoamSegment '$script:Path' -Confirm:`$false"
                $call = "$(ConvertTo-ErrorScript $removal)`nTest-Path '$script:Path'`n$removal -Force"
                $lines = Invoke-AsStranger $script:Folder $call
                $failed = $lines[1] | ConvertFrom-Json
                $failed.Id | Should -BeExactly 'SegmentInUse,RoamShm.Commands.RemoveRoamSegmentCommand'
                $failed.Category | Should -BeExactly 'ResourceBusy'
                $failed.Target | Should -BeExactly $script:Path
                $failed.Action | Should -Match 'Get-RoamSegmentProcess'
                $lines[2] | Should -BeExactly 'True'
            }

            $script:Path | Should -Not -Exist
        }

        It 'is another file that has taken the name meanwhile, SegmentReplaced, even with -Force' {
            $null = Add-Segment $script:Path
            $new = Add-Segment (Join-Path $script:Folder 'new.seg')
            Set-Field $new @{ HostGoodbye = 7 }
            # The -Verbose message comes after the file has been checked and before it is removed.
            $said = Remove-RoamSegment $script:Path -Force @script:Quiet -Verbose -ErrorVariable failed 4>&1 |
                ForEach-Object {
                    if ("$_" -match 'Remove roam segment') { Move-Item -LiteralPath $new -Destination $script:Path -Force }
                    $_
                }
            "$said" | Should -Match 'Remove roam segment'
            Assert-SegmentError $failed -Id SegmentReplaced -Target $script:Path
            (Get-RoamSegmentHeader $script:Path).HostGoodbyeValue | Should -Be 7
        }

        It 'is a segment that comes into use while the user is prompted' {
            Skip-Unless $script:OnLinux 'on other systems everything might be in use'
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path
            $users = New-Object System.Collections.ArrayList
            try {
                $null = Remove-RoamSegment $script:Path @script:Quiet -Verbose -ErrorVariable failed 4>&1 |
                    ForEach-Object { if ("$_" -match 'Remove roam segment') { $null = $users.Add((Open-User $script:Path)) } }
                $users | Should -HaveCount 1
                Assert-SegmentError $failed -Id SegmentInUse -Target $script:Path -Message 'has it open for writing'
                $script:Path | Should -Exist
            } finally {
                $users | ForEach-Object { $_.Dispose() }
            }
        }

        It 'is nothing, SegmentNotFound, if the file is removed while the user is prompted' {
            $null = Add-Segment $script:Path
            $null = Remove-RoamSegment $script:Path -Force @script:Quiet -Verbose -ErrorVariable failed 4>&1 |
                ForEach-Object { if ("$_" -match 'Remove roam segment') { Remove-Item -LiteralPath $script:Path } }
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path
        }

        It 'is a file with <Fault>: <Id>, whatever the switches' -ForEach $script:RefusedCases {
            $null = Add-BrokenSegment $script:Path $_
            Edit-Age $script:Path '1:00:00'
            $before = Get-Sha256 $script:Path
            foreach ($with in @{}, @{ Force = $true }, @{ Force = $true; Goodbye = $true; Timeout = '0' }) {
                Remove-RoamSegment $script:Path @with @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
            }

            Remove-RoamSegment $script:Path -Stale -Force @script:Sure -ErrorAction Stop
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'is a file that is <What>, <Id>' -ForEach @(
            @{ What = 'empty'; Length = 0; Id = 'SegmentNotReady' }
            @{ What = 'shorter than the magic'; Length = 7; Id = 'BadMagic' }
            @{ What = 'as short as half a header, and zero'; Length = 64; Id = 'BadMagic' }
        ) {
            [System.IO.File]::WriteAllBytes($script:Path, (New-Object byte[] $Length))
            Remove-RoamSegment $script:Path -Force @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id $Id -Target $script:Path
            $script:Path | Should -Exist
        }

        It 'is not a file whose host died while creating it, unless a process still has it open' {
            Skip-WhereInDoubt
            [System.IO.File]::WriteAllBytes($script:Path, (New-Object byte[] 4096))
            $host1 = Open-User $script:Path
            try {
                Remove-RoamSegment $script:Path -Force @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id SegmentInUse -Target $script:Path
            } finally {
                $host1.Dispose()
            }

            Remove-RoamSegment $script:Path @script:Sure -ErrorAction Stop
            $script:Path | Should -Not -Exist
        }

        It 'is a file other than the one the object was read from, DifferentFile: <Case>' -ForEach @(
            @{ Case = 'from the pipeline' }
            @{ Case = 'as an argument' }
            @{ Case = 'after Export-Clixml'; Through = { param($o) ConvertTo-Deserialized $o } }
            @{ Case = 'after ConvertTo-Json'; Through = { param($o) $o | ConvertTo-Json | ConvertFrom-Json } }
            @{ Case = 'after Export-Csv'; Through = { param($o) $o | ConvertTo-Csv | ConvertFrom-Csv } }
        ) {
            Skip-Unless $script:OnUnix 'on Windows a file has an identity only while it is open'
            $null = Add-Segment $script:Path
            $header = Get-RoamSegmentHeader $script:Path
            $item = if ($_.Through) { & $_.Through $header } else { $header }
            $item.FileId | Should -BeOfType ([string])
            $item.FileId | Should -BeExactly $header.FileId
            $null = New-RoamSegment $script:Path -Force -WarningAction SilentlyContinue
            $before = Get-Sha256 $script:Path
            foreach ($cmdlet in 'Remove-RoamSegment', 'Set-RoamGoodbye', 'Reset-RoamPeer') {
                $with = if ($cmdlet -eq 'Reset-RoamPeer') { @{ PeerId = 1; Force = $true } } else { @{} }
                if ($Case -eq 'as an argument') {
                    & $cmdlet -LiteralPath $item @with @script:Quiet -ErrorVariable failed
                } else {
                    $item | & $cmdlet @with @script:Quiet -ErrorVariable failed
                }

                $failed | Should -HaveCount 1 -Because "$cmdlet was given it"
                $failed[0].FullyQualifiedErrorId | Should -BeLike 'DifferentFile,*'
                $failed[0].CategoryInfo.Category | Should -Be 'InvalidOperation'
                $failed[0].TargetObject | Should -BeExactly $script:Path
                $failed[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            }

            Get-Sha256 $script:Path | Should -BeExactly $before
            $told = Set-RoamGoodbye -LiteralPath $item.PSPath @script:Sure -ErrorAction Stop
            $told | Should -Not -BeNullOrEmpty -Because 'a path means whatever file has that name'
            (Get-RoamSegmentHeader $script:Path | Set-RoamGoodbye @script:Sure -ErrorAction Stop).HostGoodbye | Should -BeTrue
        }
    }

    Context 'With -Goodbye' {
        It 'raises the flag and removes a segment that nobody uses' {
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path
            Remove-RoamSegment $script:Path -Goodbye @script:Sure -ErrorAction Stop
            $script:Path | Should -Not -Exist
        }

        It 'waits until the guest has left and the host has ended' {
            Skip-Because (Get-AgentDoubt)
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path
            $guest = Open-Agent
            try {
                $null = Invoke-Agent $guest attach, $script:Path
                # It does both when it sees the goodbye.
                Send-Agent $guest leave-on-goodbye, $script:Path
                $guest.StandardInput.Close()
                Remove-RoamSegment $script:Path -Goodbye -Timeout $script:PatienceSeconds @script:Sure -ErrorAction Stop
                $script:Path | Should -Not -Exist
            } finally {
                $guest.Dispose()
            }
        }

        It 'times out while peers are attached, DrainTimeout, and the goodbye stays raised: -Timeout <_>' -ForEach @(
            '0', '50ms', '0.05', '00:00:00'
        ) {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 2
            $user = Open-User $script:Path
            try {
                Remove-RoamSegment $script:Path -Goodbye -Timeout $_ @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id DrainTimeout -Target $script:Path -Message 'peer 2 is still attached'
                (Get-RoamSegmentHeader $script:Path).HostGoodbyeValue | Should -Be 1
            } finally {
                $user.Dispose()
            }
        }

        It 'does not wait for peers of a segment that nobody uses' {
            Skip-WhereInDoubt
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 2
            Remove-RoamSegment $script:Path -Goodbye -Timeout 1h @script:Sure -ErrorAction Stop
            $script:Path | Should -Not -Exist
        }

        It 'times out if no peer is left but a process maps the segment, SegmentInUse' {
            Skip-Because (Get-AgentDoubt)
            Skip-Unless $script:OnLinux 'only Linux lists the processes that map a file'
            $null = Add-Segment $script:Path
            $hub = Open-Agent
            try {
                $null = Invoke-Agent $hub map, $script:Path
                Remove-RoamSegment $script:Path -Goodbye -Timeout 0 @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id SegmentInUse -Target $script:Path -Message "process $($hub.Id) maps it"
                Invoke-Agent $hub mapped-goodbye, $script:Path | Should -Be '1' -Because 'the goodbye stays raised'
                Remove-RoamSegment $script:Path -Goodbye -Timeout 0 -Force @script:Sure -ErrorAction Stop
                $script:Path | Should -Not -Exist
            } finally {
                Close-Agent $hub
            }
        }

        It 'with -Force removes the segment on timeout in spite of its peers' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            Remove-RoamSegment $script:Path -Goodbye -Timeout 0 -Force @script:Sure -ErrorAction Stop
            $script:Path | Should -Not -Exist
        }

        It 'leaves a flag that is already raised unchanged' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            Set-Field $script:Path @{ HostGoodbye = 9 }
            $user = Open-User $script:Path
            try {
                Remove-RoamSegment $script:Path -Goodbye -Timeout 0 @script:Quiet -ErrorVariable failed
                $failed | Should -HaveCount 1
                (Get-RoamSegmentHeader $script:Path).HostGoodbyeValue | Should -Be 9
            } finally {
                $user.Dispose()
            }
        }

        It 'succeeds if the host <Case> the file meanwhile, and leaves the new one alone' -ForEach @(
            @{ Case = 'removes' }
            @{ Case = 'replaces' }
        ) {
            Skip-Because (Get-AgentDoubt)
            Skip-Unless $script:OnLinux 'only Linux lists the processes that map a file'
            $null = Add-Segment $script:Path
            $new = Add-Segment (Join-Path $script:Folder 'new.seg')
            Set-Field $new @{ InlineThreshold = 256 }
            $before = Get-Sha256 $new
            $hub = Open-Agent
            try {
                $null = Invoke-Agent $hub map, $script:Path
                $with = @{ Goodbye = $true; Timeout = $script:PatienceSeconds; Confirm = $false; ErrorAction = 'Stop' }
                # At each poll it reports that the segment is in use, and keeps waiting.
                $script:Looks = 0
                $said = Remove-RoamSegment $script:Path @with -Verbose 4>&1 | ForEach-Object {
                    if ("$_" -match 'is in use') {
                        $script:Looks++
                        if ($script:Looks -eq 2 -and $Case -eq 'removes') {
                            Remove-Item -LiteralPath $script:Path
                        } elseif ($script:Looks -eq 2) {
                            Move-Item -LiteralPath $new -Destination $script:Path -Force
                        }
                    }

                    "$_"
                }
            } finally {
                Close-Agent $hub
            }

            $said[-1] | Should -Match 'was removed or replaced by its host'
            if ($Case -eq 'removes') {
                $script:Path | Should -Not -Exist
            } else {
                Get-Sha256 $script:Path | Should -BeExactly $before
            }
        }

        It 'requires a sound segment, and reports <Id> for a file with <Fault>' -ForEach $script:GoodbyeCases {
            $null = Add-BrokenSegment $script:Path $_
            $before = Get-Sha256 $script:Path
            Remove-RoamSegment $script:Path -Goodbye -Timeout 0 @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'rejects -Timeout <Value>' -ForEach @(@{ Value = 'soon' }, @{ Value = '-1' }, @{ Value = -5 }) {
            $null = Add-Segment $script:Path
            { Remove-RoamSegment $script:Path -Goodbye -Timeout $Value @script:Sure } |
                Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
            Get-Field $script:Path HostGoodbye | Should -Be 0
        }

        It 'can be stopped while it waits, and removes nothing' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            $user = Open-User $script:Path
            try {
                $removal = Open-Runspace {
                    param($Path)
                    Remove-RoamSegment $Path -Goodbye -Timeout 1h -Confirm:$false
                } @{ Path = $script:Path }
                Wait-Until { (Get-Field $script:Path HostGoodbye) -eq 1 } 'goodbye was said'
                Close-Watch $removal
                $removal.Call.IsCompleted | Should -BeTrue
                $script:Path | Should -Exist
            } finally {
                $user.Dispose()
            }
        }
    }

    Context 'With -Stale' {
        BeforeEach {
            foreach ($name in 'old.seg', 'new.seg', 'bad.seg', 'bye.seg') {
                $null = Add-Segment (Join-Path $script:Folder $name)
            }

            Set-Field (Join-Path $script:Folder 'bad.seg') @{ Version = 6 }
            Set-Field (Join-Path $script:Folder 'bye.seg') @{ HostGoodbye = 1 }
            [System.IO.File]::WriteAllText((Join-Path $script:Folder 'notes.txt'), 'no segment')
            $below = Join-Path $script:Folder 'below'
            $null = New-Item -ItemType Directory -Path $below
            $null = Add-Segment (Join-Path $below 'deep.seg')
            Get-ChildItem -LiteralPath $script:Folder -Recurse -File | Where-Object Name -NE 'new.seg' |
                ForEach-Object { Edit-Age $_.FullName '1:00:00' }
            $script:All = 'bad.seg', 'bye.seg', 'deep.seg', 'new.seg', 'notes.txt', 'old.seg'

            function Get-Left {
                @(Get-ChildItem -LiteralPath $script:Folder -Recurse -File | ForEach-Object Name | Sort-Object) -join ' '
            }
        }

        It 'removes the Stale segments of a folder, and nothing else, without subfolders' {
            Skip-WhereInDoubt
            Remove-RoamSegment $script:Folder -Stale @script:Sure -ErrorAction Stop
            Get-Left | Should -BeExactly 'bad.seg bye.seg deep.seg new.seg notes.txt'
        }

        It 'reports with -Verbose what it keeps, and why' {
            Skip-WhereInDoubt
            $said = @(Remove-RoamSegment $script:Folder -Stale @script:Sure -Verbose 4>&1 | ForEach-Object { "$_" })
            $kept = @($said | Where-Object { $_ -like 'Kept*' })
            $kept | Should -HaveCount 3
            $kept[0] | Should -Match 'bad\.seg.: it is Invalid'
            $kept[1] | Should -Match 'bye\.seg.: it is Drained'
            $kept[2] | Should -Match 'new\.seg.: it is Idle'
        }

        It 'removes with -MinimumAge <Age> <What>' -ForEach @(
            @{ Age = '2h'; What = 'nothing'; Left = 'bad.seg bye.seg deep.seg new.seg notes.txt old.seg' }
            @{ Age = '30m'; What = 'what is older'; Left = 'bad.seg bye.seg deep.seg new.seg notes.txt' }
            @{ Age = '0'; What = 'everything that nobody maps'; Left = 'bad.seg bye.seg deep.seg notes.txt' }
        ) {
            Skip-WhereInDoubt
            Remove-RoamSegment $script:Folder -Stale -MinimumAge $Age @script:Sure -ErrorAction Stop
            Get-Left | Should -BeExactly $Left
        }

        It 'searches <How>' -ForEach @(
            @{ How = 'a file that is stale'; Left = 'bad.seg bye.seg deep.seg new.seg notes.txt' }
            @{ How = 'a file that is not'; Left = 'bad.seg bye.seg deep.seg new.seg notes.txt old.seg' }
            @{ How = 'folders and files of a pattern'; Left = 'bad.seg bye.seg new.seg notes.txt' }
            @{ How = 'folders from Get-ChildItem'; Left = 'bad.seg bye.seg new.seg notes.txt old.seg' }
            @{ How = 'the location'; Left = 'bad.seg bye.seg deep.seg new.seg notes.txt' }
            @{ How = 'listings'; Left = 'bad.seg bye.seg new.seg notes.txt' }
        ) {
            Skip-WhereInDoubt
            $stale = @{ Stale = $true; Confirm = $false; ErrorAction = 'Stop' }
            Push-Location -LiteralPath $script:Folder
            try {
                switch ($How) {
                    'a file that is stale' { Remove-RoamSegment (Join-Path $script:Folder 'old.seg') @stale }
                    'a file that is not' { Remove-RoamSegment (Join-Path $script:Folder 'new.seg') @stale }
                    'folders and files of a pattern' { Remove-RoamSegment (Join-Path $script:Folder '*') @stale }
                    'folders from Get-ChildItem' {
                        Get-ChildItem -LiteralPath $script:Folder -Directory | Remove-RoamSegment @stale
                    }
                    'the location' { Remove-RoamSegment . @stale }
                    'listings' { Find-RoamSegment $script:Folder -Recurse | Remove-RoamSegment @stale }
                }
            } finally {
                Pop-Location
            }

            Get-Left | Should -BeExactly $Left
        }

        It 'removes nothing if mappings cannot be listed, even with -Force' -Tag NewPowerShell {
            if ($script:OnUnix) { & chmod -R a+rX $script:Folder }
            $removal = "Remove-RoamSegment '$script:Folder' -Stale -Force -Confirm:`$false"
            if (Get-MappingDoubt) {
                Remove-RoamSegment $script:Folder -Stale -Force @script:Sure -ErrorAction Stop
            } else {
                Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript $removal) | Should -BeExactly '0'
                # Removes the copy of the module that the other user needed.
                Remove-Item -LiteralPath (Join-Path $script:Folder 'module') -Recurse
            }

            foreach ($name in $script:All) {
                (Get-Left) -split ' ' | Should -Contain $name
            }
        }

        It 'removes an abandoned segment too, whatever its heartbeats, if it is old enough' {
            Skip-WhereInDoubt
            $old = Join-Path $script:Folder 'old.seg'
            Edit-Peer $old 1
            Edit-Age $old '0:05:00'
            (Find-RoamSegment $old).Status | Should -BeExactly 'Abandoned'
            Remove-RoamSegment $script:Folder -Stale @script:Sure -ErrorAction Stop
            $old | Should -Exist -Because 'it is five minutes old'
            Remove-RoamSegment $old -Stale -MinimumAge 1m @script:Sure -ErrorAction Stop
            $old | Should -Not -Exist -Because 'a dead peer does not keep the segment in use'
        }

        It 'reports SegmentNotFound for a missing folder' {
            $missing = Join-Path $script:Folder 'missing'
            Remove-RoamSegment $missing -Stale @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $missing
        }

        It 'rejects -MinimumAge <Value>' -ForEach @(@{ Value = 'old' }, @{ Value = -1 }) {
            { Remove-RoamSegment $script:Folder -Stale -MinimumAge $Value @script:Sure } |
                Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>, and removes that and nothing else' -ForEach $script:Routes {
            $files = @(Get-ChildItem -LiteralPath $script:Folder -Filter *.seg)
            $files | Should -HaveCount 5
            # Nobody uses them, so -Force is needed only if mappings cannot be listed.
            $with = @{ Confirm = $false; ErrorAction = 'Stop'; Force = [bool](Get-MappingDoubt) }
            $route = @{ Route = $Route; Command = 'Remove-RoamSegment'; Folder = $script:Folder; With = $with }
            Invoke-Route @route | Should -BeNullOrEmpty
            $gone = @($files | Where-Object { -not (Test-Path -LiteralPath $_.FullName) } | ForEach-Object Name)
            ($gone | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
        }

        It 'accepts <_>' -ForEach 'a listing', 'a listing through Clixml', 'a peer', 'a slot class through JSON' {
            Edit-Peer $script:Path 1 -State 2
            $object = switch ($_) {
                'a listing' { Find-RoamSegment $script:Path }
                'a listing through Clixml' { ConvertTo-Deserialized (Find-RoamSegment $script:Path) }
                'a peer' { Get-RoamPeer $script:Path }
                'a slot class through JSON' { @(Get-RoamSlotClass $script:Path)[0] | ConvertTo-Json | ConvertFrom-Json }
            }
            $object | Remove-RoamSegment -Force @script:Sure -ErrorAction Stop
            $script:Path | Should -Not -Exist
        }
    }

    Context 'Files that are not segments' {
        It 'are SegmentNotFound: a missing file' {
            Remove-RoamSegment $script:Path @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path -Message 'There is no file'
        }

        It 'are NotAFileSystemPath: a path of another provider' {
            Remove-RoamSegment Env:PATH @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH -Message 'provider'
        }

        It 'are NotARegularFile: a directory, without -Stale, even with -Force' {
            foreach ($with in @{}, @{ Force = $true }, @{ Goodbye = $true }) {
                Remove-RoamSegment $script:Folder @with @script:Quiet -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $script:Folder -Message '-Stale'
            }

            $script:Folder | Should -Exist
        }

        It 'are NotARegularFile: <_>' -ForEach 'a FIFO', 'a device', 'a link to a segment' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            $target = Add-Segment (Join-Path $script:Folder 'target.seg')
            $name = switch ($_) {
                'a FIFO' { & mkfifo $script:Path; $script:Path }
                'a device' { '/dev/null' }
                'a link to a segment' { (New-Item -ItemType SymbolicLink -Path $script:Path -Target $target).FullName }
            }
            Remove-RoamSegment $name -Force @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target $name
            Test-Path -LiteralPath $name | Should -BeTrue
            $target | Should -Exist
        }

        It 'are SegmentAccessDenied: an unreadable file, and one in a folder that is not writable' -Tag NewPowerShell {
            Skip-Unless $script:OnUnix 'only Unix has permission bits'
            $null = Add-Segment $script:Path
            $closed = Join-Path $script:Folder 'closed'
            $null = New-Item -ItemType Directory -Path $closed
            $inside = Add-Segment (Join-Path $closed 'one.seg')
            & chmod 000 $script:Path
            & chmod 644 $inside
            & chmod 555 $closed
            try {
                $removal = "Remove-RoamSegment '$script:Path', '$inside' -Force -Confirm:`$false"
                $lines = Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript $removal)
                $lines | Should -HaveCount 3
                foreach ($i in 0, 1) {
                    $failed = $lines[1 + $i] | ConvertFrom-Json
                    $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.RemoveRoamSegmentCommand'
                    $failed.Category | Should -BeExactly 'PermissionDenied'
                    $failed.Target | Should -BeExactly ($script:Path, $inside)[$i]
                    $failed.Action | Should -Match ('user who owns', 'user who may write to the folder')[$i]
                }
            } finally {
                & chmod 755 $closed
            }

            $script:Path | Should -Exist
            $inside | Should -Exist
        }

        It 'are SegmentIOError: a file that the operating system cannot read' {
            Skip-Unless $script:OnLinux 'needs /proc/self/mem, whose first byte cannot be read'
            Remove-RoamSegment /proc/self/mem -Force @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentIOError -Target /proc/self/mem
        }

        It 'are RemoteObject: an object from another computer; the local file of that name is kept' {
            $null = Add-Segment $script:Path
            $listing = ConvertTo-Deserialized (Find-RoamSegment $script:Path)
            $listing | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $listing | Remove-RoamSegment -Force @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id RemoteObject -Target $script:Path -Message 'host-of-somebody-else'
            $script:Path | Should -Exist
        }

        It 'do not stop the rest' {
            $good = 'a.seg', 'b.seg' | ForEach-Object { Add-Segment (Join-Path $script:Folder $_) }
            $good[0], $script:Path, $good[1] | Remove-RoamSegment -Force @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path
            $good | Should -Not -Exist
        }

        It 'stop the rest with -ErrorAction Stop, with their own error id' {
            $good = Add-Segment (Join-Path $script:Folder 'a.seg')
            { Remove-RoamSegment $script:Path, $good -Force @script:Sure -ErrorAction Stop } |
                Should -Throw -ErrorId 'SegmentNotFound,RoamShm.Commands.RemoveRoamSegmentCommand'
            $good | Should -Exist
        }
    }

    Context 'Confirmation' {
        BeforeEach {
            $null = Add-Segment $script:Path
        }

        It '-WhatIf shows the action and the file, and changes nothing' -Tag NewPowerShell {
            $before = Get-Sha256 $script:Path
            $removal = "Remove-RoamSegment '$script:Path' -Force -WhatIf"
            $lines = @(Invoke-NewProcess -Folder $script:Folder -Script "$removal`n$removal -Goodbye")
            $lines | Should -HaveCount 2
            $lines[0] | Should -Match 'What if: .*"Remove roam segment, which frees \d+(\.\d)? KB as soon as no process maps it"'
            $lines[1] | Should -Match 'What if: .*"Raise host goodbye, wait, and remove roam segment, which frees .*"'
            $lines | ForEach-Object { $_ | Should -Match ([regex]::Escape($script:Path)) }
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It '-WhatIf shows what would be refused' {
            Skip-Unless $script:OnLinux 'on other systems everything might be in use'
            $user = Open-User $script:Path
            try {
                Remove-RoamSegment $script:Path -WhatIf -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id SegmentInUse -Target $script:Path
            } finally {
                $user.Dispose()
            }
        }

        It 'obeys $WhatIfPreference' {
            & { $WhatIfPreference = $true; Remove-RoamSegment $script:Path -Force }
            $script:Path | Should -Exist
        }

        It 'prompts, even with -Force, unless -Confirm:$false or $ConfirmPreference None is set' -Tag NewPowerShell {
            $other = Add-Segment (Join-Path $script:Folder 'two.seg')
            $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
try { Remove-RoamSegment '$script:Path' -Force } catch { 'asked' }
try { Remove-RoamSegment '$script:Path' -Goodbye -Force -Timeout 0 } catch { 'asked' }
(Get-RoamSegmentHeader '$script:Path').HostGoodbye
Remove-RoamSegment '$script:Path' -Force -Confirm:`$false
Test-Path '$script:Path'
`$ConfirmPreference = 'None'
Remove-RoamSegment '$other' -Force
Test-Path '$other'
"@
            $lines | Should -BeExactly @('asked', 'asked', 'False', 'False', 'False')
        }
    }

    Context 'At the prompt' {
        It 'completes its parameters, and typical durations' {
            $offered = (TabExpansion2 'Remove-RoamSegment -').CompletionMatches.CompletionText
            $own = '-Path', '-LiteralPath', '-Goodbye', '-Timeout', '-Stale', '-MinimumAge', '-Force'
            foreach ($parameter in $own + '-WhatIf' + '-Confirm') {
                $offered | Should -Contain $parameter
            }

            $offered | Should -Not -Contain '-PSComputerName' -Because 'only the engine binds it'
            (TabExpansion2 'Remove-RoamSegment x -Timeout ').CompletionMatches.CompletionText | Should -Contain '1m'
        }

        It 'declares that it returns nothing' {
            @((Get-Command Remove-RoamSegment).OutputType) | Should -HaveCount 0
        }

        It 'leaves no handle and no mapping behind in any case' {
            Skip-Unless $script:OnLinux 'needs /proc to list open files and mappings'
            $short = Join-Path $script:Folder 'short.seg'
            [System.IO.File]::WriteAllText($short, 'short')
            $mine = [System.IO.File]::OpenRead($short)
            try {
                foreach ($i in 1..10) {
                    $null = Add-Segment $script:Path
                    Edit-Peer $script:Path 1
                    Remove-RoamSegment $script:Path, $short, $script:Folder -Goodbye -Timeout 0 @script:Quiet
                    Remove-RoamSegment $script:Path, $short, $script:Folder -Force @script:Quiet
                }

                Get-OpenFile $script:Folder | Should -HaveCount 1 -Because 'the count includes an open file'
            } finally {
                $mine.Dispose()
            }

            $script:Path | Should -Not -Exist
            Get-OpenFile $script:Folder | Should -HaveCount 0
            @(Get-Content -LiteralPath "/proc/$PID/maps" | Where-Object { $_.Contains($script:Folder) }) |
                Should -HaveCount 0
        }
    }
}
