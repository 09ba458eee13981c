# The scripts in examples/runbooks, with other processes as hosts and guests.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm

    # Four guests, and a heartbeat every second: one that is ten seconds old is stale.
    $script:hub = @{ MaxGuests = 4; BipbufCapacity = 4KB; HeartbeatInterval = '1s'; SlotClass = , '1KB:64' }
    $script:longAgo = 10000

    function Add-Hub {
        param([string] $Name, [hashtable] $With = @{})

        $configuration = $hub.Clone()
        foreach ($key in $With.Keys) { $configuration[$key] = $With[$key] }
        (New-RoamSegment (Join-Path $folder $Name) @configuration -ErrorAction Stop).Path
    }

    function Get-State {
        param([string] $Path, [int] $PeerId)

        (Get-RoamPeer $Path -PeerId $PeerId -All).State
    }

    # Last changed long ago, so it is stale if nobody uses it.
    function Edit-WriteTime {
        param([Parameter(ValueFromPipeline)] [string] $Path)

        process { [System.IO.File]::SetLastWriteTimeUtc($Path, [datetime]::UtcNow.AddHours(-1)) }
    }

    function Open-Player {
        $agent = Open-Agent
        $null = $agents.Add($agent)
        $agent
    }

    <# A process that crashes: only what it wrote into the segment is left. #>
    function Close-Player {
        param([object] $Agent)

        $agents.Remove($Agent)
        Close-Agent $Agent -Now
    }

    $script:doubt = if (Get-AgentDoubt) { Get-AgentDoubt } else { Get-MappingDoubt }
}

Describe 'A runbook' {
    BeforeEach {
        $script:folder = Initialize-Folder
        $script:agents = [System.Collections.ArrayList]@()
        $script:running = $null
    }

    AfterEach {
        Close-Watch $running
        $agents | ForEach-Object { Close-Agent $_ -Now }
        Clear-Folder $folder
    }

    Context 'Remove-RoamHub.ps1' {
        It 'removes a hub that everybody leaves, and waits until processes have released the file' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $host1 = Open-Player
            $guest = Open-Player
            $null = Invoke-Agent $host1 map, $path
            $null = Invoke-Agent $guest attach, $path
            $null = Invoke-Agent $guest beat, $path
            $script:running = Open-Example runbooks/Remove-RoamHub.ps1 @{ Path = $path; Timeout = '100s' }
            Wait-Until { (Invoke-Agent $host1 mapped-goodbye, $path) -ne '0' } 'the hub was told'
            $null = Invoke-Agent $guest state, $path, 2
            Close-Player $guest
            Wait-Until { $running.Events -contains "== $path" } 'the guests had left'
            # A runbook that does not wait for the host is given the time to show that; one that waits passes, however
            # long this takes.
            Start-Sleep -Milliseconds 200
            $path | Should -Exist
            Close-Player $host1
            $result = Wait-Example $running
            $result.ExitCode | Should -Be 0 -Because $result.Text
            $result.Text | Should -Match 'Removed\.'
            $result.Text | Should -Match "Segment: $([regex]::Escape($path))\s+Id User " -Because 'it lists the processes'
            $running.Shell.Streams.Error | Should -HaveCount 0
            $path | Should -Not -Exist
        }

        It 'succeeds if the host removes the file itself' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $host1 = Open-Player
            $null = Invoke-Agent $host1 map, $path
            $script:running = Open-Example runbooks/Remove-RoamHub.ps1 @{ Path = $path; Timeout = '100s' }
            Wait-Until { (Invoke-Agent $host1 mapped-goodbye, $path) -ne '0' } 'the hub was told'
            Remove-Item -LiteralPath $path
            (Wait-Example $running).ExitCode | Should -Be 0
        }

        It 'leaves a hub that restarts meanwhile alone, and reports that it needs attention' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $host1 = Open-Player
            $null = Invoke-Agent $host1 map, $path
            $null = Invoke-Agent $host1 attach, $path
            $script:running = Open-Example runbooks/Remove-RoamHub.ps1 @{ Path = $path; Timeout = '100s' }
            Wait-Until { (Invoke-Agent $host1 mapped-goodbye, $path) -ne '0' } 'the hub was told'
            $null = Invoke-Agent $host1 replace, $path
            $result = Wait-Example $running
            $result.ExitCode | Should -Be 1 -Because $result.Text
            $result.Text | Should -Match 'A new segment has the name'
            (Get-RoamSegmentHeader $path).HostGoodbye | Should -BeFalse
        }

        It 'keeps a hub with a guest that stays, names the guest, and removes the other hubs' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $other = Add-Hub other.seg
            $guest = Open-Player
            $null = Invoke-Agent $guest attach, $path
            $result = Invoke-Example runbooks/Remove-RoamHub.ps1 -With @{ Path = Join-Path $folder '*.seg'; Timeout = '1ms' }
            $result.ExitCode | Should -Be 1 -Because $result.Text
            $result.Text | Should -Match '(?s)DrainTimeout: .*SegmentInUse: .*Who is left:'
            $left = ($result.Text -split 'Who is left:')[1]
            $left | Should -Match '(?m)^ +1 Attached '
            $left | Should -Match "(?m)^ *$($guest.Id) "
            $result.Text | Should -Match 'Needs a human: 1 of 2\.'
            (Get-RoamSegmentHeader $path).HostGoodbyeValue | Should -Be 1
            Get-State $path 1 | Should -BeExactly 'Attached'
            $other | Should -Not -Exist
        }

        It 'removes an unmapped hub without waiting for its dead guests, and with -WhatIf only shows it' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $guest = Open-Player
            $null = Invoke-Agent $guest attach, $path
            $null = Invoke-Agent $guest beat, $path, $longAgo
            Close-Player $guest
            $preview = Invoke-Example runbooks/Remove-RoamHub.ps1 -With @{ Path = $path; WhatIf = $true }
            $preview.ExitCode | Should -Be 0 -Because $preview.Text
            $preview.Text | Should -Match 'What if: '
            $preview.Text | Should -Match '(?m)^ +1 Attached Stale '
            (Get-RoamSegmentHeader $path).HostGoodbye | Should -BeFalse
            # Waiting for ten days would fail the test.
            $result = Invoke-Example runbooks/Remove-RoamHub.ps1 -With @{ Path = $path; Timeout = '10d' }
            $result.ExitCode | Should -Be 0 -Because $result.Text
            $path | Should -Not -Exist
        }

        It 'reports that a missing or damaged hub needs attention, but not a pattern without matches' {
            $missing = Invoke-Example runbooks/Remove-RoamHub.ps1 (Join-Path $folder 'none.seg')
            $missing.ExitCode | Should -Be 1 -Because $missing.Text
            $missing.Text | Should -Match 'SegmentNotFound: '
            $path = Add-Hub hub.seg
            Set-Field $path @{ Version = 6 }
            $damaged = Invoke-Example runbooks/Remove-RoamHub.ps1 $path
            $damaged.ExitCode | Should -Be 1 -Because $damaged.Text
            $damaged.Text | Should -Match 'UnsupportedVersion: '
            $path | Should -Exist
            (Invoke-Example runbooks/Remove-RoamHub.ps1 (Join-Path $folder 'none*.seg')).ExitCode | Should -Be 0
        }
    }

    Context 'Repair-RoamGuest.ps1' {
        It 'recovers every guest of an unused segment, and leaves one that may be alive' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $guest = Open-Player
            Invoke-Agent $guest attach, $path | Should -Be '1'
            Invoke-Agent $guest attach, $path | Should -Be '2'
            $null = Invoke-Agent $guest beat, $path, $longAgo
            $null = Invoke-Agent $guest queue-slot, $path, h2g, 0, 0
            $null = Invoke-Agent $guest allocate, $path, 0, 2
            Invoke-Agent $guest attach, $path | Should -Be '3'
            $null = Invoke-Agent $guest state, $path, 2
            Close-Player $guest
            (Get-RoamSlotClass $path).Free | Should -Be 62
            $preview = Invoke-Example runbooks/Repair-RoamGuest.ps1 -With @{ Path = $path; WhatIf = $true }
            $preview.Text | Should -Match '(?s)now Attached.*now Goodbye'
            Get-State $path 2 | Should -BeExactly 'Attached'
            (Get-RoamSlotClass $path).Free | Should -Be 62

            # While somebody uses the segment, peer 1, which has never sent a heartbeat, may be alive.
            $host1 = Open-Player
            $null = Invoke-Agent $host1 map, $path
            $refused = Invoke-Example runbooks/Repair-RoamGuest.ps1 -With @{ Path = $path; PeerId = '1' }
            $refused.ExitCode | Should -Be 1 -Because $refused.Text
            $refused.Text | Should -Match 'PeerAlive: '
            Get-State $path 1 | Should -BeExactly 'Attached'
            Close-Player $host1

            # Nobody uses the segment any more: every attached peer is dead.
            $result = Invoke-Example runbooks/Repair-RoamGuest.ps1 $path
            $result.ExitCode | Should -Be 0 -Because $result.Text
            $result.Text | Should -Match 'Peer 2: now Empty, 1 entries to it and 0 from it dropped, 2 slots freed\.'
            $result.Text | Should -Match '3 recovered\.'
            1..3 | ForEach-Object { Get-State $path $_ } | Should -BeExactly @('Empty', 'Empty', 'Empty')
            (Get-RoamSlotClass $path).Free | Should -Be 64
            $again = Invoke-Example runbooks/Repair-RoamGuest.ps1 $path
            $again.ExitCode | Should -Be 0 -Because $again.Text
            $again.Text | Should -Match 'Nothing to recover\.'
        }

        It 'leaves the guest of a running hub to its host, unless forced' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $host1 = Open-Player
            $guest = Open-Player
            $null = Invoke-Agent $host1 map, $path
            $null = Invoke-Agent $guest attach, $path
            $null = Invoke-Agent $guest beat, $path, $longAgo
            Close-Player $guest
            Invoke-Agent (Open-Player) attach, $path | Should -Be '2'
            $refused = Invoke-Example runbooks/Repair-RoamGuest.ps1 $path
            $refused.ExitCode | Should -Be 1 -Because $refused.Text
            $refused.Text | Should -Match 'HostMayBeRunning: '
            $preview = Invoke-Example runbooks/Repair-RoamGuest.ps1 -With @{ Path = $path; Force = $true; WhatIf = $true }
            $preview.ExitCode | Should -Be 0 -Because $preview.Text
            $preview.Text | Should -Match 'What if: '
            Get-State $path 1 | Should -BeExactly 'Attached'
            $forced = Invoke-Example runbooks/Repair-RoamGuest.ps1 -With @{ Path = $path; Force = $true }
            $forced.ExitCode | Should -Be 0 -Because $forced.Text
            1, 2 | ForEach-Object { Get-State $path $_ } | Should -BeExactly @('Empty', 'Attached')
        }

        It 'leaves damage unchanged, and reports that it needs attention' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $guest = Open-Player
            $null = Invoke-Agent $guest attach, $path
            $null = Invoke-Agent $guest queue, $path, h2g, 16
            $null = Invoke-Agent $guest state, $path, 2
            Close-Player $guest
            Set-Field $path @{ 'Peer1.ToGuest.Data' = 3 } -Layout (Get-SegmentLayout $hub)
            $result = Invoke-Example runbooks/Repair-RoamGuest.ps1 $path
            $result.ExitCode | Should -Be 1 -Because $result.Text
            $result.Text | Should -Match 'Peer 1: left as it was, damaged: '
            Get-State $path 1 | Should -BeExactly 'Empty'
        }
    }

    Context 'Get-RoamShmUsage.ps1' {
        It 'reports success if nothing was left behind' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $null = Add-Hub new.seg
            $host1 = Open-Player
            $null = Invoke-Agent $host1 map, $path
            $result = Invoke-Example runbooks/Get-RoamShmUsage.ps1 $folder
            $result.ExitCode | Should -Be 0 -Because $result.Text
            foreach ($pattern in '== 2 segments, ', "(?m)^hub\.seg +Live .* $($host1.Id) ", '(?m)^new\.seg +Idle ', "hub\.seg\s+Id User [^\n]*\n[- ]+\r?\n *$($host1.Id) ", 'Nothing was left behind\.') {
                $result.Text | Should -Match $pattern
            }

            $none = Invoke-Example runbooks/Get-RoamShmUsage.ps1 (Join-Path $folder 'none*')
            $none.ExitCode | Should -Be 0 -Because $none.Text
            $none.Text | Should -Match '== 0 segments, 0 B'
        }

        It 'lists what was left behind, largest first, and removes the stale segments on request' {
            Skip-Because $doubt
            $live = Add-Hub live.seg
            $stale = Add-Hub stale.seg -With @{ SlotClass = , '1KB:128' }
            $null = Add-Hub young.seg
            $below = Join-Path (New-Item -ItemType Directory -Path (Join-Path $folder 'below')).FullName 'stale.seg'
            Copy-Item -LiteralPath $stale -Destination $below
            $stale, $below, $live | Edit-WriteTime
            $host1 = Open-Player
            $null = Invoke-Agent $host1 map, $live
            $seen = Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With @{ Path = $folder; Recurse = $true }
            $seen.ExitCode | Should -Be 1 -Because $seen.Text
            $seen.Text | Should -Match '== 2 stale, '
            $seen.Text | Should -Match 'Needs a human: 2\.'
            $seen.Text | Should -Match '(?s)\nstale\.seg +Stale .*\nstale\.seg +Stale .*(\nlive\.seg +Live .*\nyoung\.seg +Idle |\nyoung\.seg +Idle .*\nlive\.seg +Live )'
            $preview = Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With @{ Path = $folder; RemoveStale = $true; WhatIf = $true }
            $preview.ExitCode | Should -Be 1 -Because $preview.Text
            $preview.Text | Should -Match 'What if: '
            $stale | Should -Exist
            $young = Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With @{ Path = $folder; RemoveStale = $true; MinimumAge = '1000d' }
            $young.ExitCode | Should -Be 0 -Because $young.Text
            $stale | Should -Exist
            $removed = Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With @{ Path = $folder; RemoveStale = $true }
            $removed.ExitCode | Should -Be 0 -Because $removed.Text
            $removed.Text | Should -Match 'stale\.seg: removed\.'
            $stale | Should -Not -Exist
            $below | Should -Exist
            $live | Should -Exist
        }

        It 'leaves segments in goodbye and damaged ones for a human' {
            Skip-Because $doubt
            $drained = Add-Hub drained.seg
            $damaged = Add-Hub damaged.seg
            Set-Field $drained @{ HostGoodbye = 1 }
            Set-Field $damaged @{ MaxGuests = 0 }
            $drained, $damaged | Edit-WriteTime
            $result = Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With @{ Path = $folder; RemoveStale = $true }
            $result.ExitCode | Should -Be 1 -Because $result.Text
            foreach ($text in '== 1 damaged', '== 1 in goodbye, and nobody uses them', 'Needs a human: 2.') {
                $result.Text | Should -Match ([regex]::Escape($text))
            }

            $drained | Should -Exist
            $damaged | Should -Exist
        }

        It 'lists leftovers of killed creations, and removes them on request' {
            Skip-Because $doubt
            $leftover = Join-Path $folder '.roamshm-1f'
            [System.IO.File]::WriteAllBytes($leftover, (New-Object byte[] 4096))
            $seen = Invoke-Example runbooks/Get-RoamShmUsage.ps1 $folder
            $seen.ExitCode | Should -Be 1 -Because $seen.Text
            $seen.Text | Should -Match "== 1 files of killed creations and removals\s+.*$([regex]::Escape($leftover))"
            $with = @{ Path = $folder; RemoveStale = $true }
            (Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With ($with + @{ WhatIf = $true })).ExitCode | Should -Be 1
            $leftover | Should -Exist
            (Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With $with).ExitCode | Should -Be 0
            $leftover | Should -Not -Exist
        }

        It 'lists a dead hub as abandoned, whatever it did before it died: <_>' -ForEach 'said goodbye', 'said nothing' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $player = Open-Player
            $null = Invoke-Agent $player map, $path
            $null = Invoke-Agent $player attach, $path
            if ($_ -eq 'said goodbye') { Set-Field $path @{ HostGoodbye = 1 } }
            (Invoke-Example runbooks/Get-RoamShmUsage.ps1 $folder).Text | Should -Not -Match 'abandoned'
            Close-Player $player
            $seen = Invoke-Example runbooks/Get-RoamShmUsage.ps1 $folder
            $seen.ExitCode | Should -Be 1 -Because $seen.Text
            $seen.Text | Should -Match ', 1 of them abandoned'

            # It is too young to be removed.
            $young = Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With @{ Path = $folder; RemoveStale = $true }
            $young.ExitCode | Should -Be 1 -Because $young.Text
            $path | Should -Exist
            $path | Edit-WriteTime
            $removed = Invoke-Example runbooks/Get-RoamShmUsage.ps1 -With @{ Path = $folder; RemoveStale = $true }
            $removed.ExitCode | Should -Be 0 -Because $removed.Text
            $path | Should -Not -Exist
        }

        It 'lists the processes that hold the memory of deleted segments' {
            Skip-Because $doubt
            $path = Add-Hub hub.seg
            $host1 = Open-Player
            $null = Invoke-Agent $host1 map, $path
            Remove-Item -LiteralPath $path
            $result = Invoke-Example runbooks/Get-RoamShmUsage.ps1 $folder
            $result.ExitCode | Should -Be 1 -Because $result.Text
            $result.Text | Should -Match "(?s)== 1 deleted, .*hub\.seg \(deleted\), .*: $($host1.Id)"
        }

        It 'gives no all-clear if something is unreadable: <Script>' -Tag NewPowerShell -ForEach @(
            @{ Script = 'runbooks/Get-RoamShmUsage.ps1'; Arguments = @('-Recurse'); Found = '== 3 could not be read', 'its name is not valid UTF-8', 'Needs a human: 3\.' }
            @{ Script = 'Export-RoamInventory.ps1'; Arguments = @(); Found = , '0 segments, 2 problems\.' }
        ) {
            Skip-Unless $OnLinux 'only Linux allows names that are not valid UTF-8'
            $null = Add-Hub closed.seg
            $null = New-Item -ItemType Directory -Path (Join-Path $folder 'closed')
            chmod 777 $folder
            chmod 000 (Join-Path $folder 'closed')
            bash -c 'head -c 200 /dev/zero > "$1"/$''bad\xff.seg''' bash $folder
            $copy = Join-Path $folder 'script.ps1'
            Copy-Item -LiteralPath ([System.IO.Path]::Combine($Repository, 'examples', $Script)) -Destination $copy
            $where = if ($Script -like 'Export-*') { "'$folder' -Path '$folder'" } else { "'$folder'" }
            $text = Invoke-AsStranger $folder "& '$copy' $where $Arguments | Out-String -Width 200; 'exit code ' + `$LASTEXITCODE"
            # PowerShell cannot express this name, so it cannot remove the file.
            bash -c 'rm -f "$1"/bad*' bash $folder
            $text -join "`n" | Should -Match 'exit code 1'
            foreach ($pattern in $Found) { $text -join "`n" | Should -Match $pattern }
        }

        It 'reports that a missing folder needs attention' {
            $result = Invoke-Example runbooks/Get-RoamShmUsage.ps1 (Join-Path $folder 'none')
            $result.ExitCode | Should -Be 1 -Because $result.Text
            $result.Text | Should -Match 'SegmentNotFound: '
        }
    }
}

Describe 'A runbook on a command line' {
    It 'accepts arguments and returns its exit code' -Tag NewPowerShell {
        $folder = Initialize-Folder
        try {
            $runbook = [System.IO.Path]::Combine($Repository, 'examples', 'runbooks', 'Remove-RoamHub.ps1')
            $program, $shell = @(Get-ThisPowerShell) + @('-NoProfile', '-NonInteractive', '-File', $runbook)
            $text = & $program @shell (Join-Path $folder none.seg) -Timeout 1s
            $LASTEXITCODE | Should -Be 1
            $text -join "`n" | Should -Match '(?s)SegmentNotFound: .*Needs a human: 1 of 1\.'
            $null = & $program @shell (Join-Path $folder 'none*.seg') -WhatIf
            $LASTEXITCODE | Should -Be 0
        } finally {
            Clear-Folder $folder
        }
    }
}
