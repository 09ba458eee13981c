# Set-RoamGoodbye: one flag of one segment, and nothing else.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    $script:BrokenCases = Get-BrokenCase
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Set-RoamGoodbye'
}

Describe 'Set-RoamGoodbye' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'What it does' {
        It 'changes a fresh segment byte for byte as the reference does' {
            $null = New-RoamSegment $script:Path -MaxGuests 4 -BipbufCapacity 4KB -MaxPayloadSize 64KB -InlineThreshold 256 -SlotClass '1KB:4', '8KB:2'
            $null = Set-RoamGoodbye $script:Path -ErrorAction Stop
            (Get-Item -LiteralPath $script:Path).Length | Should -Be 54912
            Get-Sha256 $script:Path |
                Should -BeExactly '77e4aff24af4603113f5607c65fb101df0a3419e3eb17b100df866bc97109a89'
        }

        It 'stores 1 and returns the header after the change' {
            $null = Add-Segment $script:Path
            $header = Set-RoamGoodbye $script:Path
            $header | Should -BeOfType ([RoamShm.SegmentHeader])
            $header.HostGoodbye | Should -BeTrue
            $header.HostGoodbyeValue | Should -Be 1
            $header.Path | Should -BeExactly $script:Path
            Get-Field $script:Path HostGoodbye | Should -Be 1
            (Get-RoamSegmentHeader $script:Path).HostGoodbyeValue | Should -Be 1
        }

        It 'stores the requested value: <Value>' -ForEach @(
            @{ Value = 1 }
            @{ Value = 42 }
            @{ Value = 4294967295 }
            @{ Value = 0x12345678 }
        ) {
            $null = Add-Segment $script:Path
            (Set-RoamGoodbye $script:Path -Value $Value).HostGoodbyeValue | Should -Be $Value
            Get-Field $script:Path HostGoodbye | Should -Be $Value
        }

        It 'rejects <Value>' -ForEach @(
            @{ Value = 0; Id = 'ParameterArgumentValidationError,*' }
            @{ Value = -1; Id = 'CannotConvertArgument*' }
            @{ Value = 4294967296; Id = 'CannotConvertArgument*' }
            @{ Value = 'tomorrow'; Id = 'CannotConvertArgument*' }
        ) {
            $null = Add-Segment $script:Path
            { Set-RoamGoodbye $script:Path -Value $Value } | Should -Throw -ErrorId $Id
            Get-Field $script:Path HostGoodbye | Should -Be 0
        }

        It 'leaves a flag that is already raised unchanged' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ HostGoodbye = 7 }
            $before = Get-Sha256 $script:Path
            $header = Set-RoamGoodbye $script:Path -Value 9 -ErrorAction Stop
            $header.HostGoodbyeValue | Should -Be 7 -Because 'the header shows the stored value'
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'can be repeated without an error' {
            $null = Add-Segment $script:Path
            1..3 | ForEach-Object { (Set-RoamGoodbye $script:Path -ErrorAction Stop).HostGoodbyeValue | Should -Be 1 }
        }

        It 'reports the previous value with -Verbose' {
            $null = Add-Segment $script:Path
            $said = Set-RoamGoodbye $script:Path -Value 5 -Verbose 4>&1 |
                Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
            "$said" | Should -Match 'host_goodbye is now 5'
            $said = Set-RoamGoodbye $script:Path -Verbose 4>&1 |
                Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
            "$said" | Should -Match 'host_goodbye was already 5'
        }

        It 'changes four bytes and nothing else, including length and mode' {
            $null = Add-Segment $script:Path
            $before = [System.IO.File]::ReadAllBytes($script:Path)
            $null = Set-RoamGoodbye $script:Path -Value 0x01020304
            $after = [System.IO.File]::ReadAllBytes($script:Path)
            $after.Length | Should -Be $before.Length
            $changed = for ($i = 0; $i -lt $before.Length; $i++) { if ($before[$i] -ne $after[$i]) { $i } }
            $changed | Should -Be @(64, 65, 66, 67)
        }

        It 'is visible to another process' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            $null = Set-RoamGoodbye $script:Path -Value 3
            Invoke-NewProcess -Folder $script:Folder -Script "(Get-RoamSegmentHeader '$script:Path').HostGoodbyeValue" |
                Should -Be '3'
        }

        It 'raises the flag of a segment that is valid for the reference, though not for Test-RoamSegment' {
            $null = Add-Segment $script:Path
            # max_guests 300: no guest of the Swift implementation attaches, but guests of the other one do and must be
            # asked to leave.
            Set-Field $script:Path @{ MaxGuests = 300 }
            Test-RoamSegment $script:Path | Should -BeFalse
            (Set-RoamGoodbye $script:Path -ErrorAction Stop).HostGoodbye | Should -BeTrue
        }

        It 'raises the flag of a file that another process has locked exclusively' {
            Skip-Unless (Get-Command flock -CommandType Application -ErrorAction Ignore) 'there is no flock'
            $null = Add-Segment $script:Path
            $holder = Lock-File $script:Path
            try {
                (Set-RoamGoodbye $script:Path -ErrorAction Stop).HostGoodbye | Should -BeTrue
            } finally {
                $holder.Kill()
            }
        }

        It 'raises the flags of all segments that pass a filter' {
            $paths = foreach ($name in 'a.seg', 'b.seg', 'c.seg') { Add-Segment (Join-Path $script:Folder $name) }
            Set-Field $paths[1] @{ Version = 6 }
            Get-ChildItem -LiteralPath $script:Folder | Test-RoamSegment -PassThru | Set-RoamGoodbye -ErrorAction Stop |
                Should -HaveCount 2
            Get-Field $paths[0] HostGoodbye | Should -Be 1
            Get-Field $paths[1] HostGoodbye | Should -Be 0
            Get-Field $paths[2] HostGoodbye | Should -Be 1
        }
    }

    Context 'With -Wait' {
        BeforeEach {
            $null = Add-Segment $script:Path
            $script:Waiting = $null
        }

        AfterEach {
            Close-Watch $script:Waiting
        }

        It 'returns at once if no peer is attached' {
            (Set-RoamGoodbye $script:Path -Wait -Timeout 10d).HostGoodbye | Should -BeTrue
        }

        It 'returns when the guests have left, and shows meanwhile how many remain' {
            Set-Field $script:Path @{ 'Peer1.State' = 1; 'Peer2.State' = 1 }
            $script:Waiting = Open-Runspace { param([string] $Path) Set-RoamGoodbye $Path -Wait } @{ Path = $script:Path }
            $progress = $script:Waiting.Shell.Streams.Progress
            Wait-Until { $progress.Count -gt 0 } 'it had looked'
            $progress[0].StatusDescription | Should -Match '2 peers left on 1 of 1 segments'
            $script:Waiting.Events | Should -HaveCount 0
            Set-Field $script:Path @{ 'Peer1.State' = 2; 'Peer2.State' = 0 }
            Wait-Ended $script:Waiting
            $script:Waiting.Events[0].Path | Should -BeExactly $script:Path
            $script:Waiting.Events[0].HostGoodbye | Should -BeTrue
        }

        It 'raises all goodbyes first, and on timeout names the remaining peers: DrainTimeout' {
            $second = Add-Segment (Join-Path $script:Folder 'b.seg')
            Set-Field $script:Path @{ 'Peer1.State' = 1 }
            $headers = Set-RoamGoodbye $script:Path, $second -Wait -Timeout 1ms -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id DrainTimeout -Target $script:Path -Message 'peer 1 is still attached'
            $headers.Path | Should -BeExactly $second
            (Get-RoamSegmentHeader $script:Path).HostGoodbye | Should -BeTrue
        }

        It 'does not wait with -WhatIf' {
            Set-Field $script:Path @{ 'Peer1.State' = 1 }
            Set-RoamGoodbye $script:Path -Wait -WhatIf | Should -BeNullOrEmpty
            Get-Field $script:Path HostGoodbye | Should -Be 0
        }

        It 'can be stopped, and the goodbye stays raised' {
            Set-Field $script:Path @{ 'Peer1.State' = 1 }
            $script:Waiting = Open-Runspace { param([string] $Path) Set-RoamGoodbye $Path -Wait } @{ Path = $script:Path }
            $shell = $script:Waiting.Shell
            Wait-Until { $shell.Streams.Progress.Count -gt 0 } 'it had looked'
            $shell.Stop()
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            Get-Field $script:Path HostGoodbye | Should -Be 1
        }

        It 'is required for -Timeout: TimeoutWithoutWait' {
            { Set-RoamGoodbye $script:Path -Timeout 1 } |
                Should -Throw -ErrorId 'TimeoutWithoutWait,RoamShm.Commands.SetRoamGoodbyeCommand'
            Get-Field $script:Path HostGoodbye | Should -Be 0
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>, and raises those flags and no others' -ForEach $script:Routes {
            $files = @(Get-ChildItem -LiteralPath $script:Folder -Filter *.seg)
            $files | Should -HaveCount 5
            $headers = @(Invoke-Route -Route $Route -Command Set-RoamGoodbye -Folder $script:Folder -With @{ ErrorAction = 'Stop' })
            $names = @($headers | ForEach-Object { Split-Path -Leaf $_.Path })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
            $raised = @($files | Where-Object { (Get-Field $_.FullName HostGoodbye) -ne 0 } | ForEach-Object Name)
            ($raised | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
        }
    }

    Context 'Errors' {
        It 'refuses a file with <Fault>: <Id>, and changes nothing' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $before = Get-Sha256 $script:Path
            $out = Set-RoamGoodbye $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'reports SegmentNotFound for a missing file, and creates none' {
            $null = Set-RoamGoodbye $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path
            $script:Path | Should -Not -Exist
        }

        It 'reports NotAFileSystemPath for a path of another provider' {
            $null = Set-RoamGoodbye Env:PATH -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH
        }

        It 'reports NotARegularFile for a directory' {
            $null = Set-RoamGoodbye $script:Folder -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target $script:Folder -Message 'directory'
        }

        It 'reports NotARegularFile for a FIFO and of a device' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            foreach ($name in $script:Path, '/dev/null') {
                $null = Set-RoamGoodbye $name -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $name
            }
        }

        It 'reports SegmentAccessDenied for a file that is readable but not writable' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            if ($script:OnUnix) { & chmod 444 $script:Path }
            $lines = Invoke-AsStranger $script:Folder ("(Get-RoamSegmentHeader '$script:Path').TotalSize`n" + (ConvertTo-ErrorScript "Set-RoamGoodbye '$script:Path'"))
            $lines | Should -HaveCount 3
            $lines[0] | Should -Be ([string]$script:SmallSize) -Because 'it may be read'
            $failed = $lines[2] | ConvertFrom-Json
            $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.SetRoamGoodbyeCommand'
            $failed.Category | Should -BeExactly 'PermissionDenied'
            $failed.Target | Should -BeExactly $script:Path
            Get-Field $script:Path HostGoodbye | Should -Be 0
        }

        It 'does not stop the rest' {
            $good = 'a.seg', 'b.seg' | ForEach-Object { Add-Segment (Join-Path $script:Folder $_) }
            $headers = $good[0], $script:Path, $good[1] |
                Set-RoamGoodbye -ErrorAction SilentlyContinue -ErrorVariable failed
            $headers.Path | Should -BeExactly $good
            $headers.HostGoodbye | Should -Be @($true, $true)
            $failed | Should -HaveCount 1
        }

        It 'stops the rest with -ErrorAction Stop' {
            $good = Add-Segment (Join-Path $script:Folder 'a.seg')
            { Set-RoamGoodbye $script:Path, $good -ErrorAction Stop } |
                Should -Throw -ErrorId 'SegmentNotFound,RoamShm.Commands.SetRoamGoodbyeCommand'
            Get-Field $good HostGoodbye | Should -Be 0
        }
    }

    Context 'A header from another computer' {
        It 'is refused as RemoteObject, and the local file of that name is unchanged' {
            $null = Add-Segment $script:Path
            $before = Get-Sha256 $script:Path
            $header = ConvertTo-Deserialized (Get-RoamSegmentHeader $script:Path)
            $header | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $out = $header | Set-RoamGoodbye -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeExactly 'RemoteObject,RoamShm.Commands.SetRoamGoodbyeCommand'
            $failed[0].CategoryInfo.Category | Should -Be 'InvalidOperation'
            $failed[0].TargetObject | Should -BeExactly $script:Path
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'can be used in a job on its own computer' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            $header = Invoke-Job { Get-RoamSegmentHeader -LiteralPath $args[0] } $script:Path
            $header.PSComputerName | Should -BeExactly 'localhost'
            ($header | Set-RoamGoodbye -ErrorAction Stop).HostGoodbye | Should -BeTrue
        }
    }

    Context 'Confirmation' {
        It '-WhatIf shows the action and the file, and changes nothing' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            $before = Get-Sha256 $script:Path
            $written = (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc
            $text = (Invoke-NewProcess -Folder $script:Folder -Script "Set-RoamGoodbye '$script:Path' -WhatIf") -join ' '
            $text | Should -Match 'What if: .*goodbye'
            $text | Should -Match ([regex]::Escape($script:Path))
            Get-Sha256 $script:Path | Should -BeExactly $before
            (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc | Should -Be $written
        }

        It 'obeys $WhatIfPreference' {
            $null = Add-Segment $script:Path
            $out = & { $WhatIfPreference = $true; Set-RoamGoodbye $script:Path }
            $out | Should -BeNullOrEmpty
            Get-Field $script:Path HostGoodbye | Should -Be 0
        }

        It 'does not prompt while $ConfirmPreference is High' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            Invoke-NewProcess -Folder $script:Folder -Script "(Set-RoamGoodbye '$script:Path').HostGoodbye" |
                Should -Be 'True'
        }

        It 'prompts if $ConfirmPreference is Medium, unless -Confirm:$false is given' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
`$ConfirmPreference = 'Medium'
try { Set-RoamGoodbye '$script:Path' } catch { 'asked' }
(Get-RoamSegmentHeader '$script:Path').HostGoodbye
(Set-RoamGoodbye '$script:Path' -Confirm:`$false).HostGoodbye
"@
            $lines | Should -BeExactly @('asked', 'False', 'True')
        }
    }

    Context 'At the prompt' {
        It 'completes its parameters' {
            $offered = (TabExpansion2 'Set-RoamGoodbye -').CompletionMatches.CompletionText
            foreach ($parameter in '-Path', '-LiteralPath', '-Value', '-WhatIf', '-Confirm') {
                $offered | Should -Contain $parameter
            }
        }

        It 'leaves no handle and no mapping behind' {
            Skip-Unless $script:OnLinux 'needs /proc to list open files and mappings'
            $null = Add-Segment $script:Path
            1..20 |
                ForEach-Object { $null = Set-RoamGoodbye $script:Path, $script:Folder -ErrorAction SilentlyContinue }
            Get-OpenFile $script:Folder | Should -HaveCount 0
            @(Get-Content -LiteralPath "/proc/$PID/maps" | Where-Object { $_.Contains($script:Folder) }) |
                Should -HaveCount 0
        }
    }
}
