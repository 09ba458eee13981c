# Get-RoamSegmentProcess: the processes that map a file, under any name. Test agents play the processes.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Get-RoamSegmentProcess'
    $script:Quiet = @{ ErrorAction = 'SilentlyContinue'; WarningAction = 'SilentlyContinue' }
    # Other systems cannot list who maps a file; the resulting error is tested at the end.
    $script:Doubt = if ($script:OnLinux) { Get-AgentDoubt } else { 'only Linux lists who maps a file' }

    # One process for all tests, which keeps its mappings until it ends; but each test has its own folder.
    $script:Agent = if (-not $script:Doubt) { Open-Agent }
}

AfterAll {
    Close-Agent $script:Agent
}

Describe 'Get-RoamSegmentProcess' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'What it returns' {
        BeforeEach {
            Skip-Because $script:Doubt
        }

        It 'is the process, with the file, or nothing if nobody maps it' {
            $null = Add-Segment $script:Path
            Get-RoamSegmentProcess $script:Path -ErrorAction Stop -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $null = Invoke-Agent $script:Agent map, $script:Path
            $process = Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue
            $process | Should -BeOfType ([System.Diagnostics.Process])
            $process.Id | Should -Be $script:Agent.Id
            $process.SegmentPath | Should -BeExactly $script:Path
            $process.SegmentPath | Should -BeOfType ([string])
            $process.StartTime | Should -Be $script:Agent.StartTime
            $process.HasExited | Should -BeFalse
        }

        It 'lists each process once, in order of id, however often it maps the file' {
            $null = Add-Segment $script:Path
            $second = Open-Agent
            try {
                $null = Invoke-Agent $second attach, $script:Path
                $null = Invoke-Agent $second map, $script:Path
                $null = Invoke-Agent $script:Agent map, $script:Path
                @(Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue).Id |
                    Should -Be @($second.Id, $script:Agent.Id | Sort-Object)
            } finally {
                Close-Agent $second
            }

            @(Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue).Id | Should -Be $script:Agent.Id
        }

        It 'no longer includes a killed process' {
            $null = Add-Segment $script:Path
            $guest = Open-Agent
            $null = Invoke-Agent $guest attach, $script:Path
            @(Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue) | Should -HaveCount 1
            Close-Agent $guest -Now
            Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        }

        It 'includes this process if it maps the file, but not if it only has it open' {
            $null = Add-Segment $script:Path
            $file = [System.IO.File]::Open($script:Path, 'Open', 'ReadWrite', 'ReadWrite,Delete')
            try {
                Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            } finally {
                $file.Dispose()
            }

            $map = [System.IO.MemoryMappedFiles.MemoryMappedFile]::CreateFromFile($script:Path)
            $view = $map.CreateViewAccessor()
            try {
                (Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue).Id | Should -Be $PID
            } finally {
                $view.Dispose()
                $map.Dispose()
            }

            Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        }

        It 'does not require a sound segment, or any segment' {
            foreach ($hex in ('00' * 4096), ('524f414d4855420706' + '00' * 200)) {
                [System.IO.File]::WriteAllBytes($script:Path, (ConvertFrom-Hex $hex))
                $null = Invoke-Agent $script:Agent map, $script:Path
                (Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue).Id | Should -Be $script:Agent.Id
                Remove-Item -LiteralPath $script:Path
            }

            [System.IO.File]::WriteAllBytes($script:Path, (New-Object byte[] 0))
            Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue -ErrorAction Stop |
                Should -BeNullOrEmpty -Because 'nobody can map an empty file'
        }

        It 'finds a process by any name of the file: <_>' -ForEach 'a hard link', 'a symbolic link', 'a new name' {
            $null = Add-Segment $script:Path
            $null = Invoke-Agent $script:Agent map, $script:Path
            $other = Join-Path $script:Folder 'other.seg'
            switch ($_) {
                'a hard link' { $null = New-Item -ItemType HardLink -Path $other -Target $script:Path }
                'a symbolic link' { $null = New-Item -ItemType SymbolicLink -Path $other -Target $script:Path }
                'a new name' { Rename-Item -LiteralPath $script:Path -NewName 'other.seg' }
            }

            $process = Get-RoamSegmentProcess $other -WarningAction SilentlyContinue
            $process.Id | Should -Be $script:Agent.Id
            $process.SegmentPath | Should -BeExactly $other
        }

        It 'finds who maps a deleted file by its former name, unless another file has that name now' {
            $null = Add-Segment $script:Path
            $null = Invoke-Agent $script:Agent map, $script:Path
            Remove-Item -LiteralPath $script:Path
            $process = Get-RoamSegmentProcess $script:Path -ErrorAction Stop -WarningAction SilentlyContinue
            $process.Id | Should -Be $script:Agent.Id
            $process.SegmentPath | Should -BeExactly $script:Path
            $null = Add-Segment $script:Path
            Get-RoamSegmentProcess $script:Path -ErrorAction Stop -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        }

        It 'lists a process once for each of several files' {
            $paths = 'a.seg', 'b.seg', 'c.seg' | ForEach-Object { Add-Segment (Join-Path $script:Folder $_) }
            $paths[0], $paths[2] | ForEach-Object { $null = Invoke-Agent $script:Agent map, $_ }
            $processes = Get-RoamSegmentProcess $paths -WarningAction SilentlyContinue
            $processes.Id | Should -Be @($script:Agent.Id, $script:Agent.Id)
            $processes.SegmentPath | Should -BeExactly @($paths[0], $paths[2])
        }

        It 'is as of the first file: mappings are read once per call' {
            $null = Add-Segment $script:Path
            $other = Add-Segment (Join-Path $script:Folder 'two.seg')
            $null = Invoke-Agent $script:Agent map, $script:Path
            $processes = Get-RoamSegmentProcess $script:Path, $other -WarningAction SilentlyContinue |
                ForEach-Object { $null = Invoke-Agent $script:Agent map, $other; $_ }
            @($processes).SegmentPath | Should -BeExactly $script:Path
            (Get-RoamSegmentProcess $other -WarningAction SilentlyContinue).Id | Should -Be $script:Agent.Id
        }

        It 'changes nothing' {
            $null = Add-Segment $script:Path
            $null = Invoke-Agent $script:Agent map, $script:Path
            $before = Get-Sha256 $script:Path
            $null = Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'warns once if other users'' processes are unreadable, and returns what it can see' -Tag NewPowerShell {
            'one.seg', 'two.seg' | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder $_) }
            if (Get-MappingDoubt) {
                $null = Invoke-Agent $script:Agent map, $script:Path
                $with = @{ Path = Join-Path $script:Folder '*.seg'; WarningAction = 'SilentlyContinue' }
                $processes = @(Get-RoamSegmentProcess @with -WarningVariable warned)
                $processes.Id | Should -Be $script:Agent.Id
                $warned | Should -HaveCount 1
                "$warned" | Should -Match 'The answer is incomplete: '
            } else {
                $null = Get-RoamSegmentProcess $script:Path -WarningVariable warned
                $warned | Should -HaveCount 0 -Because 'everything is readable'
                Get-ChildItem -LiteralPath $script:Folder | ForEach-Object { & chmod 666 $_.FullName }
                $lines = Invoke-AsStranger $script:Folder @"
`$map = [System.IO.MemoryMappedFiles.MemoryMappedFile]::CreateFromFile('$script:Path')
`$view = `$map.CreateViewAccessor()
`$found = @(Get-RoamSegmentProcess '$script:Folder/*.seg' -WarningVariable warned -WarningAction SilentlyContinue)
`$found.Count
`$found[0].Id -eq `$PID
`$warned.Count
"`$warned"
"@
                $lines[0, 1, 2] | Should -BeExactly @('1', 'True', '1')
                $lines[3] | Should -Match '^The answer is incomplete: the mappings of \d+ process(es)? of other users'
            }
        }

        It 'can be stopped, waited for and sorted like the output of Get-Process' {
            $null = Add-Segment $script:Path
            $guest = Open-Agent
            try {
                $null = Invoke-Agent $guest map, $script:Path
                $found = Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue
                $found.Id | Should -Be $guest.Id
                $found | Stop-Process -Force
                $guest.WaitForExit(1000 * $script:PatienceSeconds) | Should -BeTrue
                Wait-Until {
                    -not (Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue)
                } 'the process mapped it no more'
            } finally {
                Close-Agent $guest
            }
        }

        It 'survives Clixml and JSON with its id and its file, though no longer as a process' {
            $null = Add-Segment $script:Path
            $null = Invoke-Agent $script:Agent map, $script:Path
            $process = Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue
            $file = Join-Path $script:Folder 'process.clixml'
            $process | Export-Clixml -LiteralPath $file
            $back = Import-Clixml -LiteralPath $file
            $back.Id, $back.SegmentPath | Should -BeExactly @($script:Agent.Id, $script:Path)
            $json = $process | Select-Object Id, ProcessName, SegmentPath | ConvertTo-Json | ConvertFrom-Json
            $json.Id, $json.SegmentPath | Should -BeExactly @($script:Agent.Id, $script:Path)
        }
    }

    Context 'Ways to name a file' {
        BeforeEach {
            Skip-Because $script:Doubt
            Add-RouteFixture $script:Folder
            Get-ChildItem -LiteralPath $script:Folder |
                ForEach-Object { $null = Invoke-Agent $script:Agent map, $_.FullName }
        }

        It 'accepts <Route>' -ForEach $script:Routes {
            $with = @{ ErrorAction = 'Stop'; WarningAction = 'SilentlyContinue' }
            $route = @{ Route = $Route; Command = 'Get-RoamSegmentProcess'; Folder = $script:Folder; With = $with }
            $processes = @(Invoke-Route @route)
            $names = @($processes | ForEach-Object { Split-Path -Leaf $_.SegmentPath })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
            $processes | ForEach-Object { $_.Id | Should -Be $script:Agent.Id }
        }

        It 'accepts <_>' -ForEach 'a peer', 'a listing', 'a slot class through Clixml' {
            Edit-Peer $script:Path 1
            $object = switch ($_) {
                'a peer' { Get-RoamPeer $script:Path }
                'a listing' { Find-RoamSegment $script:Path }
                'a slot class through Clixml' { ConvertTo-Deserialized @(Get-RoamSlotClass $script:Path)[0] }
            }
            $process = $object | Get-RoamSegmentProcess -ErrorAction Stop -WarningAction SilentlyContinue
            $process.SegmentPath | Should -BeExactly $script:Path
        }
    }

    Context 'Paths that are not files' {
        BeforeEach {
            Skip-Because $script:Doubt
        }

        It 'are SegmentNotFound if nobody maps a file that had the name' {
            $null = Get-RoamSegmentProcess $script:Path @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path -Message 'There is no file'
        }

        It 'are NotAFileSystemPath in another provider' {
            $null = Get-RoamSegmentProcess Env:PATH -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH -Message 'provider'
        }

        It 'are NotARegularFile: <_>' -ForEach 'a directory', 'a FIFO', 'a device' {
            $name = switch ($_) {
                'a directory' { $script:Folder }
                'a FIFO' { & mkfifo $script:Path; $script:Path }
                'a device' { '/dev/null' }
            }
            $null = Get-RoamSegmentProcess $name @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target $name
        }

        It 'are SegmentAccessDenied if unreadable' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            & chmod 000 $script:Path
            $find = ConvertTo-ErrorScript "Get-RoamSegmentProcess '$script:Path' -WarningAction SilentlyContinue"
            $lines = Invoke-AsStranger $script:Folder $find
            $lines | Should -HaveCount 2
            $lines[0] | Should -Be '0'
            $failed = $lines[1] | ConvertFrom-Json
            $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.GetRoamSegmentProcessCommand'
            $failed.Category | Should -BeExactly 'PermissionDenied'
            $failed.Target | Should -BeExactly $script:Path
            $failed.Action | Should -Match 'user who owns'
        }

        It 'are SegmentIOError if the operating system cannot map them' {
            $null = Get-RoamSegmentProcess /proc/self/mem @script:Quiet -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentIOError -Target /proc/self/mem
        }

        It 'are RemoteObject on another computer' {
            $null = Add-Segment $script:Path
            $header = ConvertTo-Deserialized (Get-RoamSegmentHeader $script:Path)
            $header | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $out = $header | Get-RoamSegmentProcess -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id RemoteObject -Target $script:Path -Message 'host-of-somebody-else'
        }

        It 'do not stop the rest' {
            $good = 'a.seg', 'b.seg' | ForEach-Object { Add-Segment (Join-Path $script:Folder $_) }
            $good | ForEach-Object { $null = Invoke-Agent $script:Agent map, $_ }
            $processes = $good[0], $script:Path, $good[1] |
                Get-RoamSegmentProcess @script:Quiet -ErrorVariable failed
            $processes.SegmentPath | Should -BeExactly $good
            $failed | Should -HaveCount 1
        }

        It 'stop the rest with -ErrorAction Stop, with their own error id' {
            $good = Add-Segment (Join-Path $script:Folder 'a.seg')
            { Get-RoamSegmentProcess $script:Path, $good -ErrorAction Stop -WarningAction SilentlyContinue } |
                Should -Throw -ErrorId 'SegmentNotFound,RoamShm.Commands.GetRoamSegmentProcessCommand'
        }
    }

    Context 'On systems other than Linux' {
        It 'reports NotSupportedOnPlatform' {
            Skip-Unless (-not $script:OnLinux) 'Linux lists who maps a file'
            $null = Add-Segment $script:Path
            $out = Get-RoamSegmentProcess $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId |
                Should -BeExactly 'NotSupportedOnPlatform,RoamShm.Commands.GetRoamSegmentProcessCommand'
            $failed[0].CategoryInfo.Category | Should -Be $script:Categories.NotSupportedOnPlatform
            $failed[0].TargetObject | Should -BeExactly $script:Path
            $failed[0].ErrorDetails.RecommendedAction | Should -Match 'help of the command'
        }
    }

    Context 'At the prompt' {
        It 'shows the table of processes, and the file on request' {
            Skip-Because $script:Doubt
            $null = Add-Segment $script:Path
            $null = Invoke-Agent $script:Agent map, $script:Path
            $process = Get-RoamSegmentProcess $script:Path -WarningAction SilentlyContinue
            $lines = @($process | ConvertTo-ShownLine)
            $lines[0] | Should -Match '^ +Id User +Command'
            $lines[2] | Should -Match "^ +$($script:Agent.Id) \S+ +dotnet "
            $lines = @($process | Select-Object Id, SegmentPath | ConvertTo-ShownLine)
            $lines[2] | Should -Match "$($script:Agent.Id) $([regex]::Escape($script:Path))"
            @($process | Format-List Id, SegmentPath | ConvertTo-ShownLine) |
                Should -BeExactly @("Id          : $($script:Agent.Id)", "SegmentPath : $($script:Path)")
        }

        It 'declares its output type' {
            (Get-Command Get-RoamSegmentProcess).OutputType.Name | Should -BeExactly 'System.Diagnostics.Process'
        }

        It 'completes its parameters' {
            $offered = (TabExpansion2 'Get-RoamSegmentProcess -').CompletionMatches.CompletionText
            $offered | Should -Contain '-Path'
            $offered | Should -Contain '-LiteralPath'
            $offered | Should -Not -Contain '-PSComputerName' -Because 'only the engine binds it'
        }

        It 'works in several thread jobs at once' {
            Skip-Because $script:Doubt
            $null = Add-Segment $script:Path
            $null = Invoke-Agent $script:Agent map, $script:Path
            $found = Invoke-ThreadJob -Count 3 {
                foreach ($i in 1..3) { Get-RoamSegmentProcess $args[0] -WarningAction SilentlyContinue }
            } $script:Path
            @($found | ForEach-Object Id) | Should -Be (@($script:Agent.Id) * 9)
        }

        It 'stops when the pipeline stops early, and leaves no handle and no mapping behind' {
            Skip-Because $script:Doubt
            $null = Add-Segment $script:Path
            $null = Invoke-Agent $script:Agent map, $script:Path
            $failed = $null
            $paths = $script:Path, (Join-Path $script:Folder 'missing')
            @(Get-RoamSegmentProcess $paths @script:Quiet -ErrorVariable failed | Select-Object -First 1) | Should -HaveCount 1
            $failed | Should -HaveCount 0 -Because 'the second item is never reached'
            $short = Join-Path $script:Folder 'short.seg'
            [System.IO.File]::WriteAllText($short, 'short')
            $mine = [System.IO.File]::OpenRead($short)
            try {
                foreach ($i in 1..10) {
                    $null = $script:Path, $short, $script:Folder |
                        Get-RoamSegmentProcess -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
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
