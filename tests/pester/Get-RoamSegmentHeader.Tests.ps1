# Get-RoamSegmentHeader: what users read, every way to name a segment, and the errors for other files.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    $script:BrokenCases = Get-BrokenCase
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Get-RoamSegmentHeader'
}

Describe 'Get-RoamSegmentHeader' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'What it returns' {
        It 'has every field of the header, with its name and width' {
            $null = New-RoamSegment $script:Path -MaxGuests 3 -BipbufCapacity 8KB -MaxPayloadSize 1MB -InlineThreshold 512 -HeartbeatInterval 500ms -SlotClass '64:32;256:16;4KB:8;64KB:4;1MB:2'
            $before = [datetime]::UtcNow
            $header = Get-RoamSegmentHeader $script:Path
            $header | Should -BeOfType ([RoamShm.SegmentHeader])
            $expected = @(
                @{ Name = 'Path'; Value = $script:Path; Type = [string] }
                @{ Name = 'Magic'; Value = 'ROAMHUB\x07'; Type = [string] }
                @{ Name = 'Version'; Value = 7; Type = [uint32] }
                @{ Name = 'HeaderSize'; Value = 128; Type = [uint32] }
                @{ Name = 'TotalSize'; Value = 2449792; Type = [uint64] }
                @{ Name = 'MaxPayloadSize'; Value = 1048576; Type = [uint32] }
                @{ Name = 'InlineThreshold'; Value = 512; Type = [uint32] }
                @{ Name = 'EffectiveInlineThreshold'; Value = 512; Type = [uint32] }
                @{ Name = 'MaxGuests'; Value = 3; Type = [uint32] }
                @{ Name = 'BipbufCapacity'; Value = 8192; Type = [uint32] }
                @{ Name = 'PeerTableOffset'; Value = 128; Type = [uint64] }
                @{ Name = 'VarPoolOffset'; Value = 50240; Type = [uint64] }
                @{ Name = 'HeartbeatInterval'; Value = 500000000; Type = [uint64] }
                @{ Name = 'HostGoodbye'; Value = $false; Type = [bool] }
                @{ Name = 'HostGoodbyeValue'; Value = 0; Type = [uint32] }
                @{ Name = 'NumVarSlotClasses'; Value = 5; Type = [uint32] }
                @{ Name = 'CurrentSize'; Value = 2449792; Type = [uint64] }
                @{ Name = 'FileLength'; Value = 2449792; Type = [long] }
            )
            foreach ($one in $expected) {
                $header.($one.Name) | Should -BeExactly $one.Value -Because "that is $($one.Name)"
                $header.($one.Name) | Should -BeOfType $one.Type -Because "that is the width of $($one.Name)"
            }

            $header.ReadTime.Kind | Should -Be 'Utc'
            $header.ReadTime | Should -BeGreaterOrEqual $before.AddSeconds(-1)
            $header.ReadTime | Should -BeLessOrEqual ([datetime]::UtcNow.AddSeconds(1))
            (Get-Item -LiteralPath $header.PSPath).FullName | Should -BeExactly $script:Path
        }

        It 'reads each field from its own offset' {
            $null = Add-Segment $script:Path
            # Values that no check examines, all different.
            Set-Field $script:Path @{ MaxPayloadSize = '0102030405060708090a0b0c0d0e0f10' }
            Set-Field $script:Path @{ PeerTableOffset = '2122232425262728' }
            Set-Field $script:Path @{ HeartbeatInterval = '3132333435363738393a3b3c' }
            $header = Get-RoamSegmentHeader $script:Path
            $header.MaxPayloadSize | Should -Be 0x04030201
            $header.InlineThreshold | Should -Be 0x08070605
            $header.MaxGuests | Should -Be 0x0c0b0a09
            $header.BipbufCapacity | Should -Be 0x100f0e0d
            $header.PeerTableOffset | Should -Be 0x2827262524232221
            $header.HeartbeatInterval | Should -Be 0x3837363534333231
            $header.HostGoodbyeValue | Should -Be 0x3c3b3a39
            $header.HostGoodbye | Should -BeTrue
        }

        It 'shows 256 as the effective inline threshold if 0 is stored' {
            $null = Add-Segment $script:Path
            $header = Get-RoamSegmentHeader $script:Path
            $header.InlineThreshold | Should -Be 0
            $header.EffectiveInlineThreshold | Should -Be 256
        }

        It 'shows the current size of a segment that has grown' {
            $null = Add-Segment $script:Path
            Edit-Length $script:Path ($script:SmallSize + 4096)
            Set-Field $script:Path @{ CurrentSize = ($script:SmallSize + 4096) }
            $header = Get-RoamSegmentHeader $script:Path
            $header.TotalSize | Should -Be $script:SmallSize
            $header.CurrentSize | Should -Be ($script:SmallSize + 4096)
            $header.FileLength | Should -Be ($script:SmallSize + 4096)
        }

        It 'changes nothing' {
            $null = Add-Segment $script:Path
            $before = Get-Sha256 $script:Path
            $written = (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc
            $null = Get-RoamSegmentHeader $script:Path
            Get-Sha256 $script:Path | Should -BeExactly $before
            (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc | Should -Be $written
        }

        It 'survives Clixml with every property' {
            $null = Add-Segment $script:Path
            $header = Get-RoamSegmentHeader $script:Path
            $file = Join-Path $script:Folder 'header.clixml'
            $header | Export-Clixml -LiteralPath $file
            $back = Import-Clixml -LiteralPath $file
            foreach ($property in $header.PSObject.Properties) {
                $back.($property.Name) | Should -BeExactly $property.Value -Because "$($property.Name) came back"
                $back.($property.Name) | Should -BeOfType $property.Value.GetType()
            }
        }

        It 'survives JSON with every number' {
            $null = Add-Segment $script:Path
            $header = Get-RoamSegmentHeader $script:Path
            $back = $header | ConvertTo-Json | ConvertFrom-Json
            @($back.PSObject.Properties.Name) | Should -BeExactly @($header.PSObject.Properties.Name)
            foreach ($property in $header.PSObject.Properties | Where-Object Name -NE 'ReadTime') {
                $back.($property.Name) | Should -Be $property.Value -Because "$($property.Name) came back"
            }
        }

        It 'is a plain object: sorting, filtering and measuring work on numbers' {
            $null = New-RoamSegment (Join-Path $script:Folder 'big.seg') -SlotClass '1KB:100'
            $null = New-RoamSegment (Join-Path $script:Folder 'small.seg') -SlotClass '1KB:9'
            $headers = Get-RoamSegmentHeader (Join-Path $script:Folder '*.seg')
            ($headers | Sort-Object TotalSize -Descending).Path | Split-Path -Leaf |
                Should -BeExactly @('big.seg', 'small.seg')
            ($headers | Measure-Object TotalSize -Sum).Sum | Should -Be ($headers[0].TotalSize + $headers[1].TotalSize)
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>' -ForEach $script:Routes {
            $headers = @(Invoke-Route -Route $Route -Command Get-RoamSegmentHeader -Folder $script:Folder -With @{ ErrorAction = 'Stop' })
            $names = @($headers | ForEach-Object { Split-Path -Leaf $_.Path })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
            $headers | ForEach-Object { Split-Path -Parent $_.Path | Should -BeExactly $script:Folder }
        }

        It 'keeps the order of its input' {
            $names = (Get-RoamSegmentHeader (Join-Path $script:Folder 'two.seg'), (Join-Path $script:Folder 'one.seg')).Path | Split-Path -Leaf
            $names | Should -BeExactly @('two.seg', 'one.seg')
        }

        It 'prefers the matches of a pattern to a file named like the pattern' {
            $null = Add-Segment (Join-Path $script:Folder 'lit1.seg')
            (Get-RoamSegmentHeader (Join-Path $script:Folder 'lit[1].seg')).Path | Split-Path -Leaf |
                Should -BeExactly 'lit1.seg'
            (Get-RoamSegmentHeader -LiteralPath (Join-Path $script:Folder 'lit[1].seg')).Path | Split-Path -Leaf |
                Should -BeExactly 'lit[1].seg'
        }

        It 'reads the file of a file object, even if its name is a pattern that matches another: <_>' -ForEach @(
            'from Get-ChildItem', 'a FileInfo', 'a header', 'a FileInfo as -Path', 'two of them as -Path'
        ) {
            $null = Add-Segment (Join-Path $script:Folder 'lit1.seg')
            $literal = Join-Path $script:Folder 'lit[1].seg'
            $item = Get-Item -LiteralPath $literal
            $headers = @(switch ($_) {
                    'from Get-ChildItem' { Get-ChildItem -LiteralPath $literal | Get-RoamSegmentHeader }
                    'a FileInfo' { [System.IO.FileInfo]$literal | Get-RoamSegmentHeader }
                    'a header' { Get-RoamSegmentHeader -LiteralPath $literal | Get-RoamSegmentHeader }
                    'a FileInfo as -Path' { Get-RoamSegmentHeader -Path ([System.IO.FileInfo]$literal) }
                    'two of them as -Path' { Get-RoamSegmentHeader -Path ([System.IO.FileInfo]$literal), $item }
                })
            $headers.Path | Select-Object -Unique | Should -BeExactly $literal
        }

        It 'matches the pattern <_> as the provider does' -ForEach '*.seg', '*', '.*', '[ab]*', '?.SEG', 'd[1].seg', '[', 'none*', 'su?/*.seg' {
            $place = Join-Path $script:Folder 'patterns'
            $null = New-Item -ItemType Directory -Path (Join-Path $place 'sub')
            foreach ($name in 'A.seg', 'b.SEG', '.hidden.seg', 'd1.seg', 'text', 'sub/e.seg') {
                [System.IO.File]::WriteAllText((Join-Path $place $name), '')
            }

            $pattern = "$place/$_"
            $provider = $null
            $theirs = try { $ExecutionContext.SessionState.Path.GetResolvedProviderPathFromPSPath($pattern, [ref]$provider) } catch { @() }
            $ours = @(Test-RoamSegment $pattern -Detailed | ForEach-Object Path)
            ($ours | Sort-Object -CaseSensitive) -join '|' | Should -BeExactly (($theirs | Sort-Object -CaseSensitive) -join '|')
        }

        It 'reads the file whose name contains a backtick, escaped or not' {
            Skip-Unless $script:OnUnix 'Windows does not allow such names'
            $name = 'a`b.seg'
            $null = Add-Segment (Join-Path $script:Folder $name)
            (Get-RoamSegmentHeader (Join-Path $script:Folder $name)).Path | Split-Path -Leaf | Should -BeExactly $name
            (Get-RoamSegmentHeader (Join-Path $script:Folder 'a``b.seg')).Path | Split-Path -Leaf |
                Should -BeExactly $name
            (Get-RoamSegmentHeader -LiteralPath (Join-Path $script:Folder $name)).Path | Split-Path -Leaf |
                Should -BeExactly $name
        }

        It 'reads the file whose name is a star, literally' {
            Skip-Unless $script:OnUnix 'Windows does not allow such names'
            $null = Add-Segment (Join-Path $script:Folder '*')
            (Get-RoamSegmentHeader -LiteralPath (Join-Path $script:Folder '*')).Path | Split-Path -Leaf |
                Should -BeExactly '*'
        }

        It 'accepts an extended path on Windows' {
            Skip-Unless (-not $script:OnUnix) 'only Windows has such paths'
            (Get-RoamSegmentHeader -LiteralPath "\\?\$script:Folder\one.seg").Path | Should -BeExactly "\\?\$script:Folder\one.seg"
        }

        It 'follows a symbolic link to a segment' {
            Skip-Unless $script:OnUnix 'creating a link needs a privilege on Windows'
            $link = Join-Path $script:Folder 'link.seg'
            $null = New-Item -ItemType SymbolicLink -Path $link -Target (Join-Path $script:Folder 'one.seg')
            (Get-RoamSegmentHeader $link).Path | Should -BeExactly $link
        }
    }

    Context 'Errors' {
        It 'refuses a file with <Fault>: <Id>' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $out = Get-RoamSegmentHeader $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
        }

        It 'decodes a file with <Fault> with -Force' -ForEach ($script:BrokenCases | Where-Object Id -NotIn 'SegmentTooShort', 'SegmentNotReady') {
            $null = Add-BrokenSegment $script:Path $_
            $header = Get-RoamSegmentHeader $script:Path -Force -ErrorAction Stop
            $header.BipbufCapacity | Should -Be 4096
            $header.FileLength | Should -Be (Get-Item -LiteralPath $script:Path).Length
        }

        It 'shows the magic of another file with -Force, escaped' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ Magic = '5241504148554201' }
            (Get-RoamSegmentHeader $script:Path -Force).Magic | Should -BeExactly 'RAPAHUB\x01'
        }

        It 'decodes a header that is all zero with -Force' {
            [System.IO.File]::WriteAllBytes($script:Path, (New-Object byte[] 4096))
            $header = Get-RoamSegmentHeader $script:Path -Force -ErrorAction Stop
            $header.Version | Should -Be 0
            $header.FileLength | Should -Be 4096
        }

        It 'cannot decode fewer than 128 bytes even with -Force' {
            [System.IO.File]::WriteAllBytes($script:Path, (New-Object byte[] 127))
            $null = Get-RoamSegmentHeader $script:Path -Force -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentTooShort -Target $script:Path -Message '127'
        }

        It 'checks in the order of the reference: the first failure wins' {
            $null = Add-Segment $script:Path
            # From the last check to the first, so that each fault is combined with those before it.
            $order = @(
                @{ Field = @{ 'Class0.SlotSize' = 0 }; Id = 'InvalidSlotClass' }
                @{ Field = @{ VarPoolOffset = $script:SmallSize }; Id = 'SlotClassTableOutOfBounds' }
                @{ Field = @{ NumVarSlotClasses = 0 }; Id = 'NoSlotClasses' }
                @{ Field = @{ HeaderSize = 256 }; Id = 'UnexpectedHeaderSize' }
                @{ Field = @{ Version = 6 }; Id = 'UnsupportedVersion' }
                @{ Field = @{ Magic = '4e4f5441524f414d' }; Id = 'BadMagic' }
            )
            foreach ($one in $order) {
                Set-Field $script:Path $one.Field
                $null = Get-RoamSegmentHeader $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
                $failed | Should -HaveCount 1
                $failed[0].FullyQualifiedErrorId | Should -BeLike "$($one.Id),*"
            }
        }

        It 'reports SegmentNotFound for a missing file, <_>' -ForEach 'by -Path', 'by -LiteralPath', 'in a missing folder' {
            $missing = if ($_ -eq 'in a missing folder') { Join-Path (Join-Path $script:Folder 'no') 'no.seg' } else { Join-Path $script:Folder 'no.seg' }
            $named = if ($_ -eq 'by -LiteralPath') { @{ LiteralPath = $missing } } else { @{ Path = $missing } }
            $null = Get-RoamSegmentHeader @named -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $missing -Message 'There is no file'
        }

        It 'reports SegmentNotFound for a literal name that would match as a pattern' {
            $null = Add-Segment (Join-Path $script:Folder 'a1.seg')
            $literal = Join-Path $script:Folder 'a[1].seg'
            $null = Get-RoamSegmentHeader -LiteralPath $literal -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $literal
        }

        It 'reports SegmentNotFound for a drive that does not exist' {
            $null = Get-RoamSegmentHeader 'RoamNoDrive:/one.seg' -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target 'RoamNoDrive:/one.seg' -Message 'RoamNoDrive'
        }

        It 'reports SegmentNotFound for a file removed between listing and reading' {
            $item = Get-Item -LiteralPath (Add-Segment $script:Path)
            Remove-Item -LiteralPath $script:Path
            $null = $item | Get-RoamSegmentHeader -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path
        }

        It 'reports NotAFileSystemPath for a path of another provider: <_>' -ForEach 'Env:PATH', 'Variable:PID', 'Env:P*' {
            $null = Get-RoamSegmentHeader $_ -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target $_ -Message 'provider'
        }

        It 'reports NotAFileSystemPath for a path of a nonexistent provider' {
            $null = Get-RoamSegmentHeader -LiteralPath nosuchprovider::x -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'NotAFileSystemPath,*'
            $failed[0].TargetObject | Should -BeExactly 'nosuchprovider::x'
        }

        It 'reports NotAFileSystemPath for a relative name while the location is in another provider' {
            Push-Location Env:
            try {
                $null = Get-RoamSegmentHeader 'one.seg' -ErrorAction SilentlyContinue -ErrorVariable failed
            } finally {
                Pop-Location
            }

            Assert-SegmentError $failed -Id NotAFileSystemPath -Target 'one.seg' -Message 'Environment'
        }

        It 'reports NotAFileSystemPath for a name with a NUL, and opens no other file' {
            $null = Add-Segment $script:Path
            $null = Get-RoamSegmentHeader -LiteralPath "$script:Path`0.txt" -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'NotAFileSystemPath,*'
        }

        It 'reports NotARegularFile for a directory' {
            $null = Get-RoamSegmentHeader $script:Folder -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target $script:Folder -Message 'directory'
        }

        It 'reports NotARegularFile for a FIFO without a writer, without blocking' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            $null = Get-RoamSegmentHeader $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target $script:Path -Message 'FIFO'
        }

        It 'reports NotARegularFile for a device' {
            Skip-Unless $script:OnUnix 'there is no /dev/null'
            $null = Get-RoamSegmentHeader /dev/null -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotARegularFile -Target /dev/null -Message 'device'
        }

        It 'reports NotARegularFile for a socket' {
            Skip-Unless ($script:OnUnix) 'sockets are files on Unix'
            $socket = [System.Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
            try {
                $socket.Bind([System.Net.Sockets.UnixDomainSocketEndPoint]::new($script:Path))
                $null = Get-RoamSegmentHeader $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            } finally {
                $socket.Dispose()
            }

            Assert-SegmentError $failed -Id NotARegularFile -Target $script:Path -Message 'socket'
        }

        It 'reports SegmentAccessDenied for a file that is not readable' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            if ($script:OnUnix) { & chmod 000 $script:Path }
            $lines = Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript "Get-RoamSegmentHeader '$script:Path'")
            $lines | Should -HaveCount 2
            $lines[0] | Should -Be '0'
            $failed = $lines[1] | ConvertFrom-Json
            $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.GetRoamSegmentHeaderCommand'
            $failed.Category | Should -BeExactly 'PermissionDenied'
            $failed.Target | Should -BeExactly $script:Path
            $failed.Action | Should -Match 'user who owns'
        }

        It 'reports SegmentIOError for a file that the operating system cannot read' {
            Skip-Unless $script:OnLinux 'needs /proc/self/mem, whose first byte cannot be read'
            $null = Get-RoamSegmentHeader /proc/self/mem -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentIOError -Target /proc/self/mem
        }

        It 'reads a file that another process has locked exclusively' {
            Skip-Unless (Get-Command flock -CommandType Application -ErrorAction Ignore) 'there is no flock'
            $null = Add-Segment $script:Path
            $holder = Lock-File $script:Path
            try {
                { [System.IO.File]::Open($script:Path, 'Open', 'Read', 'ReadWrite').Dispose() } |
                    Should -Throw -Because 'the lock does block a process that asks for one'
                (Get-RoamSegmentHeader $script:Path -ErrorAction Stop).TotalSize | Should -Be $script:SmallSize
            } finally {
                $holder.Kill()
            }
        }

        It 'does not prevent others from opening, writing, renaming and removing the file' {
            $null = Add-Segment $script:Path
            $other = [System.IO.File]::Open($script:Path, 'Open', 'ReadWrite', 'ReadWrite,Delete')
            try {
                (Get-RoamSegmentHeader $script:Path -ErrorAction Stop).TotalSize | Should -Be $script:SmallSize
            } finally {
                $other.Dispose()
            }

            Remove-Item -LiteralPath $script:Path
            $script:Path | Should -Not -Exist
        }

        It 'checks a file again that a host is still creating' {
            # Another runspace completes the file; whether the first or the second check sees it complete, the header
            # is returned.
            $null = Add-Segment $script:Path
            $magic = Read-Hex $script:Path 0 128
            for ($round = 0; $round -lt 5; $round++) {
                Set-Field $script:Path @{ Magic = '00' * 128 }
                $maker = Open-Runspace -Script {
                    param([string] $Path, [byte[]] $Header)
                    $stream = [System.IO.File]::Open($Path, 'Open', 'Write', 'ReadWrite,Delete')
                    $stream.Write($Header, 0, $Header.Length)
                    $stream.Dispose()
                } -Parameters @{ Path = $script:Path; Header = (ConvertFrom-Hex $magic) }
                try {
                    Wait-Until { (Get-RoamSegmentHeader $script:Path -ErrorAction Ignore).TotalSize -eq $script:SmallSize } 'the segment was ready'
                } finally {
                    Close-Watch $maker
                }
            }
        }
    }

    Context 'One bad item' {
        BeforeEach {
            $script:Good = @('a.seg', 'b.seg') | ForEach-Object { Add-Segment (Join-Path $script:Folder $_) }
            $script:Bad = Add-BrokenSegment (Join-Path $script:Folder 'bad.seg') @{ Edit = @{ Version = 6 } }
            $script:Missing = Join-Path $script:Folder 'missing.seg'
        }

        It 'among several paths does not stop the rest' {
            $headers = Get-RoamSegmentHeader $script:Missing, $script:Good[0], $script:Bad, $script:Good[1] -ErrorAction SilentlyContinue -ErrorVariable failed
            $headers.Path | Should -BeExactly $script:Good
            $failed | Should -HaveCount 2
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'SegmentNotFound,*'
            $failed[1].FullyQualifiedErrorId | Should -BeLike 'UnsupportedVersion,*'
        }

        It 'in the pipeline does not stop the rest' {
            $headers = $script:Missing, $script:Good[0], $script:Bad, $script:Good[1] |
                Get-RoamSegmentHeader -ErrorAction SilentlyContinue -ErrorVariable failed
            $headers.Path | Should -BeExactly $script:Good
            $failed | Should -HaveCount 2
        }

        It 'among the matches of a pattern does not stop the rest' {
            $headers = Get-RoamSegmentHeader (Join-Path $script:Folder '*.seg') -ErrorAction SilentlyContinue -ErrorVariable failed
            $headers.Path | Sort-Object | Should -BeExactly $script:Good
            Assert-SegmentError $failed -Id UnsupportedVersion -Target $script:Bad
        }

        It 'stops the rest with -ErrorAction Stop, with its own error id' {
            { Get-RoamSegmentHeader $script:Bad, $script:Good[0] -ErrorAction Stop } |
                Should -Throw -ErrorId 'UnsupportedVersion,RoamShm.Commands.GetRoamSegmentHeaderCommand'
            $before = try { $script:Good[0], $script:Bad, $script:Good[1] | Get-RoamSegmentHeader -ErrorAction Stop } catch { $null }
            $before.Path | Should -BeExactly $script:Good[0] -Because 'the object before it was written'
        }

        It 'can be caught by exception type' {
            $caught = try { Get-RoamSegmentHeader $script:Bad -ErrorAction Stop } catch [RoamShm.SegmentException] { $_.Exception.ErrorId }
            $caught | Should -BeExactly 'UnsupportedVersion'
        }

        It 'that is empty text is rejected before anything is read' {
            { Get-RoamSegmentHeader '' -ErrorAction Stop } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
            { Get-RoamSegmentHeader -LiteralPath '' -ErrorAction Stop } |
                Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }

        It 'that is an object without a path is rejected, and not used as the file name' {
            $out = [pscustomobject]@{ Name = 'a.seg' }, $script:Good[0] |
                Get-RoamSegmentHeader -ErrorAction SilentlyContinue -ErrorVariable failed
            $out.Path | Should -BeExactly $script:Good[0]
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -Not -BeLike 'SegmentNotFound,*'
        }
    }

    Context 'A header from another computer' {
        BeforeEach {
            $null = Add-Segment $script:Path
        }

        It 'is refused: RemoteObject, as <_>' -ForEach 'a header', 'a deserialized header', 'a deserialized file', 'JSON' {
            $object = switch ($_) {
                'a header' { Get-RoamSegmentHeader $script:Path }
                'a deserialized header' { ConvertTo-Deserialized (Get-RoamSegmentHeader $script:Path) }
                'a deserialized file' { ConvertTo-Deserialized (Get-Item -LiteralPath $script:Path) }
                'JSON' { Get-RoamSegmentHeader $script:Path | ConvertTo-Json | ConvertFrom-Json }
            }
            $object | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $out = $object | Get-RoamSegmentHeader -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId |
                Should -BeExactly 'RemoteObject,RoamShm.Commands.GetRoamSegmentHeaderCommand'
            $failed[0].CategoryInfo.Category | Should -Be 'InvalidOperation'
            $failed[0].TargetObject | Should -BeExactly $script:Path
            $failed[0].Exception.Message | Should -Match 'host-of-somebody-else'
            $failed[0].ErrorDetails.RecommendedAction | Should -Match 'Invoke-Command'
        }

        It 'does not stop local ones, under any name of this computer' {
            $here = 'localhost', '127.0.0.1', '::1', '.', [Environment]::MachineName, [Environment]::MachineName.ToUpperInvariant(), [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().HostName
            $objects = foreach ($name in @($here[0], 'elsewhere') + $here) {
                [pscustomobject]@{ PSPath = $script:Path; PSComputerName = $name }
            }
            $headers = $objects | Get-RoamSegmentHeader -ErrorAction SilentlyContinue -ErrorVariable failed
            $headers | Should -HaveCount ($here.Count + 1)
            $failed | Should -HaveCount 1
        }
    }

    Context 'At the prompt' {
        It 'completes its parameters' {
            $offered = (TabExpansion2 'Get-RoamSegmentHeader -').CompletionMatches.CompletionText
            $offered | Should -Contain '-Path'
            $offered | Should -Contain '-LiteralPath'
            $offered | Should -Contain '-Force'
            $offered | Should -Not -Contain '-PSComputerName' -Because 'only the engine binds it'
        }

        It 'completes the names of files' {
            $null = Add-Segment $script:Path
            $text = "Get-RoamSegmentHeader $(Join-Path $script:Folder 'on')"
            (TabExpansion2 $text).CompletionMatches.CompletionText | Should -Contain $script:Path
        }

        It 'stops at once when the pipeline stops early' {
            $paths = foreach ($i in 1..20) { Add-Segment (Join-Path $script:Folder "$i.seg") }
            @($paths | Get-RoamSegmentHeader | Select-Object -First 3) | Should -HaveCount 3
        }

        It 'leaves no handle behind in any case' {
            Skip-Unless $script:OnLinux 'needs /proc to list open files'
            $null = Add-Segment $script:Path
            $short = Join-Path $script:Folder 'short.seg'
            [System.IO.File]::WriteAllText($short, 'short')
            $mine = [System.IO.File]::OpenRead($short)
            try {
                Get-OpenFile $script:Folder | Should -HaveCount 1 -Because 'the count includes an open file'
                1..50 |
                    ForEach-Object { $null = Get-RoamSegmentHeader $script:Path, $short, $script:Folder, '/nothing' -ErrorAction SilentlyContinue }
                Get-OpenFile $script:Folder | Should -HaveCount 1
            } finally {
                $mine.Dispose()
            }

            Get-OpenFile $script:Folder | Should -HaveCount 0
        }
    }
}
