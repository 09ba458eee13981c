# Show-RoamSegment: the map of a segment for people, as text that can be piped and redirected.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    $script:BrokenCases = Get-BrokenCase
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Show-RoamSegment'
    $script:Escape = [string][char]27

    # The age and the time are what differs between two pictures of a segment.
    function Get-Shape {
        param([AllowEmptyString()] [string[]] $Line)

        ($Line | ForEach-Object { $_.TrimEnd() -replace ' +\d+(\.\d+)? m?s ago', ' age' }) -join "`n"
    }
}

Describe 'Show-RoamSegment' {
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

    Context 'What it draws' {
        It 'the path, the header, the layout, the peers and the slots' {
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ 'Peer1.State' = 1 }
            $lines = @(Show-RoamSegment $script:Path -Width 120 -Ascii)
            $lines[0] | Should -BeExactly $script:Path
            $text = $lines -join "`n"
            foreach ($pattern in @(
                    '^roam v7 \| 53 KB \| 2 guests \| rings of 4 KB \| payloads up to 1 KB \| '
                    'heartbeats off \| no goodbye'
                    '(used by nobody|use unknown) \| valid$'
                    '^header +0 +128 B #\.+ +0\.2 %$'
                    '^peer table +128 +128 B #\.+ +0\.2 %$'
                    '^rings +256 +16\.5 KB #+\.+ +31\.1 %$'
                    "^slot pool +$($script:Layout.VarPool) +36\.3 KB #+\.+ +68\.4 %$"
                    '^   1 Attached Unknown +- \.+ +0 % +0 B \.+ +0 % +0 B +0$'
                    '^   2 Empty$'
                    '^    0 +1 KB +4 \.+ +0 % +4 +0 +0 +0 +0$'
                    '^    1 +16 KB +2 \.+ +0 % +2 +0 +0 +0 +0$'
                    '^# host  = peers  ! orphaned  \? leaked  \. free$'
                )) {
                $text | Should -Match "(?m)$pattern"
            }
        }

        It 'the host goodbye' {
            $null = Add-Segment $script:Path
            $null = Set-RoamGoodbye $script:Path
            Show-RoamSegment $script:Path | Out-String | Should -Match 'goodbye raised'
        }

        It 'several segments with an empty line between them' {
            $null = Add-Segment $script:Path
            $null = Add-Segment $script:Other
            $lines = @(Show-RoamSegment (Join-Path $script:Folder '*.seg'))
            $second = [array]::IndexOf($lines, $script:Other)
            $lines[0] | Should -BeExactly $script:Path
            $second | Should -BeGreaterThan 0
            $lines[$second - 1] | Should -BeExactly ''
        }

        It 'a file with <Fault>, with <Id>, and the rest' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            $null = Add-Segment $script:Other
            $both = $script:Path, $script:Other
            $lines = @(Show-RoamSegment $both -Width 200 -ErrorAction SilentlyContinue -ErrorVariable failed)
            $failed | Should -HaveCount 0
            $lines[0] | Should -BeExactly $script:Path
            $lines -join "`n" | Should -Match "(?m)^Error ${Id}: "
            $lines | Should -Contain $script:Other
            $lines -join "`n" | Should -Match '(?m)^slot pool .+'
        }

        It 'a file whose name contains terminal control sequences' {
            Skip-Unless $script:OnUnix 'Windows does not allow such names'
            $evil = Add-Segment (Join-Path $script:Folder "e$($script:Escape)[2Jvil`n$([char]0x202e)$([char]0x85).seg")
            @(Show-RoamSegment -LiteralPath $evil)[0] |
                Should -BeExactly ($script:Folder + '/e\x1b[2Jvil\x0a\u202e\x85.seg')
            Set-Field $evil @{ Magic = '00000000' }
            Show-RoamSegment -LiteralPath $evil | ForEach-Object { $_ | Should -Not -Match '\p{Cc}' }
        }

        It 'findings in full, however narrow the window' {
            $null = Add-BrokenSegment $script:Path @{ Edit = @{ 'Peer1.State' = 77 } }
            $message = (Test-RoamSegment $script:Path -Detailed).Findings[0].Message
            foreach ($width in 40, 60, 100, 1000) {
                $text = ((Show-RoamSegment $script:Path -Width $width) -join "`n").Replace("`n  ", ' ')
                $text | Should -Match "(?m)^Error InvalidPeerState: $([regex]::Escape($message))$"
            }

            # A window that is overwritten has few lines.
            @(Show-RoamSegment $script:Path -Width 60 -Ascii -Refresh -Count 1) -match '^Error InvalidPeerState: .*\.\.\.$' |
                Should -HaveCount 1
        }

        It 'random bytes, without an error' {
            $null = Add-Segment $script:Path
            $sound = [System.IO.File]::ReadAllBytes($script:Path)
            $random = New-Object System.Random 7
            for ($round = 0; $round -lt 60; $round++) {
                $bytes = $sound.Clone()
                # The magic, the version and the header size stay, so that the rest is examined.
                $end = if ($round % 2) { $bytes.Length } else { 128 }
                1..12 | ForEach-Object { $bytes[$random.Next(16, $end)] = $random.Next(256) }
                [System.IO.File]::WriteAllBytes($script:Path, $bytes)
                $lines = Show-RoamSegment $script:Path -Width 80 -ErrorAction Stop
                $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 -Because "round $round" }
            }
        }
    }

    Context 'A busy segment' {
        BeforeAll {
            # Eight entries: one alive, with something in both rings; one in goodbye, and one in an undefined state.
            $script:LayoutBefore = $script:Layout
            $script:Eight = @{ MaxGuests = 8; BipbufCapacity = 4KB; SlotClass = @('1KB:100', '8KB:20') }
            $script:Layout = Get-SegmentLayout $script:Eight

            # The number of cells of a line: ideographs take two.
            function Get-Cell {
                param([AllowEmptyString()] [string] $Line)

                $Line.Length + [regex]::Matches($Line, '[\u4e00-\u9fff]').Count
            }
        }

        AfterAll {
            $script:Layout = $script:LayoutBefore
        }

        BeforeEach {
            $eight = $script:Eight
            $null = New-RoamSegment $script:Path @eight -HeartbeatInterval 1h -ErrorAction Stop
            Edit-Peer $script:Path 1 -LastHeartbeat (Get-MonotonicTime)
            Edit-Ring $script:Path 1 ToHost -Entry (Get-InlineEntry 100)
            Edit-Ring $script:Path 1 ToGuest -Entry (Get-InlineEntry 1980)
            Edit-Peer $script:Path 2 -State 2
            Edit-Peer $script:Path 3 -State 9
        }

        It 'shows its header' {
            $text = (Show-RoamSegment $script:Path -Width 120) -join "`n"
            foreach ($fact in '8 guests', 'rings of 4 KB', 'payloads up to 1 MB', 'inline up to 256 B', 'heartbeat 60 min', 'no goodbye') {
                $text | Should -Match $fact
            }
        }

        It 'shows its peers, rings and slots with bars' {
            1..10 | ForEach-Object { $null = Use-Slot $script:Path 0 }
            $null = Use-Slot $script:Path 1 -Owner 7
            Set-Field $script:Path @{ 'Class0.FreeHead' = 11 }
            $lines = @(Show-RoamSegment $script:Path -Width 120 -Ascii)
            foreach ($row in @(
                    '^   1 Attached Alive +\d+(\.\d+)? m?s ago #\.+ +2\.6 % +108 B ##+\.+ +48\.5 % +1\.9 KB +0$'
                    '^   2 Goodbye  NeverBeat +- '
                    '^   3 Invalid  NeverBeat '
                    '^ 4-6 Empty$'
                    '^   7 Empty .* 1$'
                    '^   8 Empty$'
                    '^    0 +1 KB +100 #{4}\?\.{35} +11 % +89 +10 +0 +0 +1$'
                    '^    1 +8 KB +20 !!\.{38} +5 % +19 +0 +0 +1 +0$'
                    '^Warning PeerLeftInGoodbye: '
                    '^Error InvalidPeerState: '
                )) {
                @($lines -match $row) | Should -HaveCount 1 -Because "one line is $row"
            }

            $lines[-1] | Should -BeExactly '# host  = peers  ! orphaned  ? leaked  . free'
            $findings = @($lines -match '^(Error|Warning) ')
            $findings[0] | Should -BeLike 'Error *' -Because 'errors come before warnings'
        }

        It 'shows an empty bar only for nothing, and a full bar only if everything is in use' {
            Set-Field $script:Path @{ 'Peer2.State' = 0; 'Peer3.State' = 0; 'Peer1.LastHeartbeat' = 0 }
            Edit-Ring $script:Path 1 ToHost -Entry (Get-InlineEntry 4)
            Edit-Ring $script:Path 1 ToGuest -Entry (Get-InlineEntry 4080)
            1..99 | ForEach-Object { $null = Use-Slot $script:Path 0 -Owner 1 }
            $text = (Show-RoamSegment $script:Path -Width 60 -Ascii) -join "`n"
            $text | Should -Match '(?m)^   1 Attached NeverBeat #\.{6} +0\.3 % #{7}\.  *99\.8 % '
            $text | Should -Match '(?m)^    0 1 KB +100 =+\. +1 '
            $null = Use-Slot $script:Path 0 -Owner 1
            (Show-RoamSegment $script:Path -Width 60 -Ascii) -join "`n" | Should -Match '(?m)^    0 1 KB +100 =+ +0 '
            $encodingBefore = [Console]::OutputEncoding
            try {
                [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
                $row = @(Show-RoamSegment $script:Path -Width 60) -match '^   1 '
                $row | Should -Match " $([char]0x258F)$([string][char]0xB7 * 6) "
                $row | Should -Match " $([string][char]0x2588 * 7)$([char]0x2589) "
            } finally {
                [Console]::OutputEncoding = $encodingBefore
            }
        }

        It 'is drawn in ASCII if the console is not Unicode, or with -Ascii' {
            $encodingBefore = [Console]::OutputEncoding
            try {
                [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
                (Show-RoamSegment $script:Path) -join '' | Should -Match ([char]0x2588)
                (Show-RoamSegment $script:Path -Ascii) -join '' | Should -Match '^[ -~]*$'
                [Console]::OutputEncoding = [System.Text.Encoding]::GetEncoding(28591)
                (Show-RoamSegment $script:Path) -join '' | Should -Match '^[ -~]*$'
            } finally {
                [Console]::OutputEncoding = $encodingBefore
            }
        }

        It 'has no line wider than <_> columns, and all its parts' -ForEach 40, 60, 80, 100, 120, 1000 {
            $wide = Join-Path $script:Folder ([string][char]0x9577 * 30 + [char]0x540d + '.seg')
            Copy-Item -LiteralPath $script:Path -Destination $wide
            Set-Field $wide @{ PeerTableOffset = 1 }
            foreach ($ascii in $true, $false) {
                $lines = @(Show-RoamSegment -LiteralPath $script:Path, $wide -Width $_ -Ascii:$ascii)
                foreach ($line in $lines) { Get-Cell $line | Should -BeLessOrEqual $_ }
                if ($_ -le 200) {
                    ($lines | ForEach-Object { Get-Cell $_ } | Measure-Object -Maximum).Maximum | Should -BeGreaterThan ($_ - 10)
                }

                # At 40 columns tables are truncated.
                $parts = if ($_ -eq 40) { @() } else { 'Layout', 'slot pool', 'Peer', 'Attached', 'Alive', 'Goodbye', 'Class', 'Orphaned', 'PeerTable' }
                foreach ($part in $parts) { $lines -join "`n" | Should -Match $part }
            }
        }

        It 'is drawn to the width of a console of <_> columns' -Tag NewPowerShell -ForEach 60, 120 {
            Skip-Unless $script:OnLinux 'on other systems redirected output has no console width'
            $reader = Open-Reader -Column $_
            try {
                $null = Send-Reader $reader "Import-Module '$script:ModuleManifest'"
                $shown = (Send-Reader $reader "Show-RoamSegment '$script:Path' -Ascii") -split "`n"
            } finally {
                Close-Reader $reader
            }

            Get-Shape $shown | Should -BeExactly (Get-Shape (Show-RoamSegment $script:Path -Ascii -Width $_))
        }

        It 'is drawn 100 columns wide if there is no console' {
            $script:Watch = Open-Runspace { param([string] $Path) Show-RoamSegment $Path -Ascii } @{ Path = $script:Path }
            Wait-Ended $script:Watch
            Get-Shape @($script:Watch.Events) | Should -BeExactly (Get-Shape (Show-RoamSegment $script:Path -Ascii -Width 100))
        }

        It 'is shown in the colours of $PSStyle, while the lines themselves have none' {
            Skip-Unless (Get-Variable -Name PSStyle -ErrorAction Ignore) 'there is no $PSStyle'
            $lines = Show-RoamSegment $script:Path -Width 100
            $lines -join "`n" | Should -Not -Match $script:Escape
            $renderingBefore = $PSStyle.OutputRendering
            $variableBefore = $env:NO_COLOR
            try {
                $env:NO_COLOR = $null
                $PSStyle.OutputRendering = 'Ansi'
                $coloured = $lines | Out-String -Width 200
                foreach ($part in @(
                        $PSStyle.Foreground.Green + 'Attached'
                        $PSStyle.Foreground.Yellow + 'Goodbye'
                        $PSStyle.Foreground.Red + 'Invalid'
                        $PSStyle.Formatting.TableHeader + 'Layout'
                    )) {
                    $coloured | Should -Match ([regex]::Escape($part + $PSStyle.Reset))
                }

                $plain = [System.Management.Automation.Internal.StringDecorated]::new($coloured).ToString('PlainText')
                Get-Shape ($plain.TrimEnd() -split '\r?\n') | Should -BeExactly (Get-Shape $lines)
            } finally {
                $env:NO_COLOR = $variableBefore
                $PSStyle.OutputRendering = $renderingBefore
            }
        }

        It 'is drawn without colours if $PSStyle is <What>' -ForEach @(
            @{ What = 'missing'; Style = $null }
            @{ What = 'text'; Style = 'mine' }
            @{ What = 'of another type'; Style = @{ OutputRendering = 'Ansi' } }
        ) {
            $shown = Invoke-WithStyle $Style 'Show-RoamSegment $Path -Ascii -Width 80 | Out-String -Width 200' $script:Path
            $shown | Should -Not -Match $script:Escape
            Get-Shape ($shown.TrimEnd() -split '\r?\n') | Should -BeExactly (Get-Shape (Show-RoamSegment $script:Path -Ascii -Width 80))
        }

        It 'is drawn with its findings if it has <Fault>: <Id>' -ForEach @(
            @{ Fault = 'no guests'; Id = 'InvalidMaxGuests'; Edit = @{ MaxGuests = 0 } }
            @{ Fault = 'too many guests'; Id = 'InvalidMaxGuests'; Edit = @{ MaxGuests = [uint32]::MaxValue } }
            @{ Fault = 'a peer table at 2^64 - 1'; Id = 'PeerTable\w+'; Edit = @{ PeerTableOffset = [uint64]::MaxValue } }
            @{ Fault = 'a pool over the header'; Id = 'RegionsOverlap'; Edit = @{ VarPoolOffset = 64 } }
            @{ Fault = 'rings of 4 GiB'; Id = 'RingOutOfBounds'; Edit = @{ BipbufCapacity = [uint32]::MaxValue } }
            @{ Fault = 'a peer in state 77'; Id = 'InvalidPeerState'; Edit = @{ 'Peer1.State' = 77 } }
            @{ Fault = 'a write position past its ring'; Id = 'RingPositionsInvalid'; Edit = @{ 'Peer1.ToHost.Write' = 9999 } }
            @{ Fault = 'a free list that begins past its class'; Id = 'FreeHeadOutOfRange'; Edit = @{ 'Class0.FreeHead' = 123456 } }
            @{ Fault = 'rings at an odd offset'; Id = 'RingMisaligned'; Edit = @{ 'Peer1.RingOffset' = 3 } }
        ) {
            Set-Field $script:Path $Edit
            $null = Add-Segment $script:Other
            $lines = @(Show-RoamSegment $script:Path, $script:Other -Width 200 -ErrorAction Stop)
            $lines -join "`n" | Should -Match "(?m)^Error ${Id}: "
            $lines | Should -Contain $script:Other
            $lines -join "`n" | Should -Match '(?m) valid$'
        }
    }

    Context 'Where its lines go' {
        It 'to a variable, as strings without colours' {
            $null = Add-Segment $script:Path
            $lines = @(Show-RoamSegment $script:Path)
            $lines | Should -BeOfType ([string])
            $lines -join "`n" | Should -Not -Match $script:Escape
        }

        It 'to a file, without colours' {
            $null = Add-Segment $script:Path
            $file = Join-Path $script:Folder 'map.txt'
            Show-RoamSegment $script:Path -Ascii -Width 80 > $file
            Get-Shape (Get-Content -LiteralPath $file) |
                Should -BeExactly (Get-Shape (Show-RoamSegment $script:Path -Ascii -Width 80))
        }

        It 'through Out-String and Out-File, without colours' {
            $null = Add-Segment $script:Path
            $file = Join-Path $script:Folder 'map.txt'
            Show-RoamSegment $script:Path -Ascii | Out-File -LiteralPath $file
            Get-Content -LiteralPath $file -Raw | Should -Not -Match $script:Escape
            $text = Show-RoamSegment $script:Path -Ascii -NoColor | Out-String -Width 200
            $text | Should -Not -Match $script:Escape
            $text | Should -Match '(?m)^slot pool '
        }

        It 'to a terminal in colour, unless -NoColor, NO_COLOR or $PSStyle disable it' {
            Skip-Unless (Get-Variable -Name PSStyle -ErrorAction Ignore) 'there is no $PSStyle'
            $null = Add-Segment $script:Path
            $renderingBefore = $PSStyle.OutputRendering
            $variableBefore = $env:NO_COLOR
            try {
                $env:NO_COLOR = $null
                $PSStyle.OutputRendering = 'Ansi'
                $green = [regex]::Escape($PSStyle.Foreground.Green + 'valid' + $PSStyle.Reset)
                Show-RoamSegment $script:Path | Out-String -Width 200 | Should -Match $green
                Show-RoamSegment $script:Path -NoColor | Out-String -Width 200 | Should -Not -Match $script:Escape
                $env:NO_COLOR = '1'
                Show-RoamSegment $script:Path | Out-String -Width 200 | Should -Not -Match $script:Escape
                $env:NO_COLOR = $null
                $PSStyle.OutputRendering = 'PlainText'
                Show-RoamSegment $script:Path | Out-String -Width 200 | Should -Not -Match $script:Escape
            } finally {
                $env:NO_COLOR = $variableBefore
                $PSStyle.OutputRendering = $renderingBefore
            }
        }

        It 'from another process, which has no terminal, without colours' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            $draw = "Show-RoamSegment '$script:Path' -Ascii"
            $lines = @(Invoke-NewProcess -Folder $script:Folder -Script "$draw; $draw -Count 2 -Interval 1ms")
            $lines -join "`n" | Should -Not -Match $script:Escape
            @($lines -like 'slot pool *') | Should -HaveCount 3
        }

        It 'from a job' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            $lines = Invoke-Job { Show-RoamSegment $args[0] -Ascii -Width 80 } $script:Path
            Get-Shape $lines | Should -BeExactly (Get-Shape (Show-RoamSegment $script:Path -Ascii -Width 80))
        }

        It 'from a thread job' {
            Skip-Unless (Get-Command Start-ThreadJob -ErrorAction Ignore) 'there is no Start-ThreadJob'
            $null = Add-Segment $script:Path
            $draw = {
                Import-Module $args[0]
                Show-RoamSegment $args[1] -Ascii -Width 80 -Count 2 -Interval 1ms
            }
            $lines = Start-ThreadJob $draw -ArgumentList $script:ModuleManifest, $script:Path |
                Receive-Job -Wait -AutoRemoveJob
            @($lines -like 'slot pool *') | Should -HaveCount 2
        }
    }

    Context 'Redrawing' {
        It 'ends after -Count pictures' {
            $null = Add-Segment $script:Path
            $lines = @(Show-RoamSegment $script:Path -Refresh -Interval 1ms -Count 3 | ForEach-Object { $_ })
            @($lines -eq $script:Path) | Should -HaveCount 3
            @($lines -match '^\d\d:\d\d:\d\d, every 1 ms$') | Should -HaveCount 3
        }

        It 'starts with -Count or -Interval alone too' {
            $null = Add-Segment $script:Path
            @(Show-RoamSegment $script:Path -Count 1)[0] | Should -Match ', every 1 s$'
            @(Show-RoamSegment $script:Path 1h | Select-Object -First 1) | Should -Match ', every 60 min$'
        }

        It 'stops when the pipeline stops early' {
            $null = Add-Segment $script:Path
            @(Show-RoamSegment $script:Path -Refresh -Interval 1h | Select-Object -First 3) | Should -HaveCount 3
        }

        It 'ends when it is stopped, with every handle released' {
            $null = Add-Segment $script:Path
            $draw = { param([string] $Path) Show-RoamSegment $Path -Refresh -Interval 1h }
            $script:Watch = Open-Runspace $draw @{ Path = $script:Path }
            $events = $script:Watch.Events
            Wait-Until { $events.Count -gt 10 } 'it had drawn'
            $script:Watch.Shell.Stop()
            $script:Watch.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
            if ($script:OnLinux) {
                Get-OpenFile $script:Folder | Should -HaveCount 0
            }
        }

        It 'overwrites the last picture in a terminal, as wide as <What>' -Tag NewPowerShell -ForEach @(
            @{ What = 'it is'; With = '' }
            @{ What = 'asked for, if narrower'; With = '-Width 50' }
            @{ What = 'it is, if asked for more'; With = '-Width 200' }
        ) {
            $null = Add-Segment $script:Path
            $draw = "Show-RoamSegment '$script:Path'"
            $output = (Invoke-Terminal $script:Folder "$draw -Refresh -Count 3 -Interval 1ms $With; $draw -NoColor") -join "`n"
            $pictures = $output -split [regex]::Escape("$($script:Escape)[?6h$($script:Escape)[?6l")
            $pictures | Should -HaveCount 4
            $first, $second = $pictures[1, 2] | ForEach-Object {
                $plain = [System.Management.Automation.Internal.StringDecorated]::new($_).ToString('PlainText')
                , @($plain.Replace("`r", '').TrimEnd("`n") -split "`n")
            }
            # The whole window except its last line the first time, then as many lines as have to be overwritten.
            $first | Should -HaveCount 14
            # The layout makes room for the peers.
            $second.Count | Should -BeLessOrEqual 14
            @($second -match '^Peer State') | Should -HaveCount 1
            $second | ForEach-Object { $_.Length | Should -Be 90 }
            $pictures[2] | Should -Match "$($script:Escape)\["
            $without = $pictures[3].Substring($pictures[3].LastIndexOf("$script:Path"))
            $without | Should -Match 'slot pool'
            $without | Should -Not -Match "$($script:Escape)\[3"
        }

        It 'keeps whole maps without -Refresh, and overwrites nothing, in a terminal: <_>' -Tag NewPowerShell -ForEach @(
            '$kept = Show-RoamSegment *.seg -Count 2 -Interval 1ms'
            '$kept = @(1..1 | ForEach-Object { Show-RoamSegment *.seg -Count 2 -Interval 1ms })'
            '$kept = & { Show-RoamSegment *.seg -Count 2 -Interval 1ms }'
            '& { Show-RoamSegment *.seg -Count 2 -Interval 1ms } | ForEach-Object { $kept = @() } { $kept += $_ }'
            'function f { Show-RoamSegment *.seg -Count 2 -Interval 1ms }; $kept = f'
        ) {
            $null = Add-Segment $script:Path
            $file = Join-Path $script:Folder 'kept'
            $output = Invoke-Terminal $script:Folder @"
Set-Location '$script:Folder'
$_
[IO.File]::WriteAllLines('$file', [string[]]`$kept)
`$kept
"@
            $kept = [System.IO.File]::ReadAllText($file)
            foreach ($text in $kept, ($output -join "`n")) {
                [regex]::Matches($text, '(?m)^.*slot pool') | Should -HaveCount 2
                $text | Should -Not -Match 'lines more'
                $text | Should -Not -Match "$($script:Escape)\[\?6"
            }

            $kept | Should -Not -Match $script:Escape
            $kept | Should -Not -Match '(?m) $'
        }

        It 'ends at once on Ctrl+C in a terminal, and restores the terminal' -Tag NewPowerShell {
            $maker = Get-Command script -CommandType Application -ErrorAction Ignore
            Skip-Unless ($script:OnLinux -and $maker) 'needs script from util-linux to create a terminal'
            $ignored = (Get-Content -LiteralPath '/proc/self/status') -match '^SigIgn:' -replace '^SigIgn:\s*', '0x'
            Skip-Unless (-not ([uint64] $ignored[0] -band 2)) 'SIGINT is ignored here, as it is for a background job of a script'
            $null = Add-Segment $script:Path
            $file = Join-Path $script:Folder 'child.ps1'
            [System.IO.File]::WriteAllLines($file, [string[]]@(
                    "Import-Module '$script:ModuleManifest'"
                    "Show-RoamSegment '$script:Path' -Refresh -Interval 1h"
                    "'not reached'"
                ))
            $shell = "'$((Get-ThisPowerShell) -join "' '")'"
            $start = New-Object System.Diagnostics.ProcessStartInfo
            $start.FileName = 'script'
            $start.EnvironmentVariables['SHELL'] = '/bin/sh'
            # Ctrl+C goes to all programs of the terminal: the surrounding sh has to survive it, as dash does only with
            # a trap, to report the state afterwards.
            $run = "trap : INT; stty cols 90 rows 30; stty -g; $shell -NoProfile -NonInteractive -File '$file'; stty -g"
            foreach ($argument in '-qec', $run, '/dev/null') {
                $start.ArgumentList.Add($argument)
            }

            $start.RedirectStandardInput = $true
            $start.RedirectStandardOutput = $true
            $process = [System.Diagnostics.Process]::Start($start)
            try {
                $before = $process.StandardOutput.ReadLine().Trim()
                do {
                    $line = $process.StandardOutput.ReadLine()
                } until ($null -eq $line -or $line -match 'leaked')
                $process.StandardInput.Write([char]3)
                $process.StandardInput.Flush()
                $reading = $process.StandardOutput.ReadToEndAsync()
                $reading.Wait($script:PatienceSeconds * 1000) | Should -BeTrue -Because 'it has ended'
                $rest = $reading.Result
                $rest | Should -Not -Match 'not reached'
                $rest.TrimEnd() | Should -BeLike "*$before"
            } finally {
                if (-not $process.HasExited) { $process.Kill() }
                $process.Dispose()
            }
        }

        It 'shows SegmentNotFound in place of a segment that is gone, and the map when it is back' {
            $null = Add-Segment $script:Path
            $away = Join-Path $script:Folder 'away'
            $number = 0
            $lines = @(Show-RoamSegment $script:Path -Interval 1ms -Count 3 -ErrorAction Stop | ForEach-Object {
                    if ($_ -match ', every ') { $number++ }
                    if ($_ -eq $script:Path -and $number -eq 1) { [System.IO.File]::Move($script:Path, $away) }
                    if ($_ -eq $script:Path -and $number -eq 2) { [System.IO.File]::Move($away, $script:Path) }
                    "$number $_"
                })
            @($lines -like '2 SegmentNotFound: *') | Should -HaveCount 1
            @($lines -like '3 slot pool *') | Should -HaveCount 1
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>' -ForEach $script:Routes {
            $with = @{ Width = 1000; ErrorAction = 'SilentlyContinue' }
            $lines = @(Invoke-Route -Route $Route -Command Show-RoamSegment -Folder $script:Folder -With $with)
            $names = @($lines | Where-Object { $_.StartsWith($script:Folder) } | ForEach-Object { Split-Path -Leaf $_ })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
        }
    }

    Context 'Paths that are not files' {
        It 'are SegmentNotFound if nothing has the name, even with -Refresh' {
            $null = Show-RoamSegment $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path
            $null = Show-RoamSegment $script:Path -Refresh -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $script:Path
        }

        It 'are NotARegularFile: a directory, a FIFO and a device, and the rest is drawn' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            $null = Add-Segment $script:Other
            & mkfifo $script:Path
            foreach ($name in $script:Folder, $script:Path, '/dev/null') {
                $lines = Show-RoamSegment $name, $script:Other -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $name
                $lines | Should -Contain $script:Other
            }
        }

        It 'are NotAFileSystemPath: a path of another provider' {
            $null = Show-RoamSegment Env:PATH -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH
        }

        It 'are SegmentAccessDenied if unreadable' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            if ($script:OnUnix) { & chmod 000 $script:Path }
            $lines = Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript "Show-RoamSegment '$script:Path'")
            $lines | Should -HaveCount 2
            ($lines[1] | ConvertFrom-Json).Id |
                Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.ShowRoamSegmentCommand'
        }

        It 'are RemoteObject: a header from another computer' {
            $null = Add-Segment $script:Path
            $object = [pscustomobject]@{ PSPath = $script:Path; PSComputerName = 'host-of-somebody-else' }
            $object | Show-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
            $failed[0].FullyQualifiedErrorId |
                Should -BeExactly 'RemoteObject,RoamShm.Commands.ShowRoamSegmentCommand'
        }
    }

    Context 'Parameters' {
        It 'reject <What>' -ForEach @(
            @{ What = 'an interval of zero'; With = @{ Interval = 0 }; Id = 'IntervalTooShort,*' }
            @{
                What = 'a negative interval'
                With = @{ Interval = '-1s' }
                Id = 'ParameterArgumentTransformationError,*'
            }
            @{ What = 'a count of zero'; With = @{ Count = 0 }; Id = 'ParameterArgumentValidationError,*' }
            @{ What = 'a width of 39'; With = @{ Width = 39 }; Id = 'ParameterArgumentValidationError,*' }
            @{ What = 'a width of 1001'; With = @{ Width = 1001 }; Id = 'ParameterArgumentValidationError,*' }
        ) {
            $null = Add-Segment $script:Path
            { Show-RoamSegment $script:Path @With } | Should -Throw -ErrorId $Id
        }

        It 'are completed' {
            $offered = (TabExpansion2 'Show-RoamSegment -').CompletionMatches.CompletionText
            foreach ($parameter in 'Path', 'LiteralPath', 'Refresh', 'Interval', 'Count', 'Width', 'Ascii', 'NoColor') {
                $offered | Should -Contain "-$parameter"
            }

            (TabExpansion2 'Show-RoamSegment one.seg -Interval ').CompletionMatches.CompletionText | Should -Contain '500ms'
        }
    }
}

Describe 'Tab completion' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'two.seg'
        $null = Add-Segment $script:Path

        function Get-Offer {
            param([string] $Text)

            @((TabExpansion2 $Text).CompletionMatches.CompletionText)
        }
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    It 'lists segments before other files: <_>' -ForEach @(
        'Show-RoamSegment '
        'Get-RoamPeer -LiteralPath '
        'Find-RoamSegment -Path '
    ) {
        $note = Join-Path $script:Folder 'a note.txt'
        [System.IO.File]::WriteAllText($note, 'no segment')
        $offers = Get-Offer ($_ + $script:Folder + [System.IO.Path]::DirectorySeparatorChar)
        $offers | Should -BeExactly @($script:Path, "'$note'")
    }

    It 'escapes a name with brackets as -Path and -LiteralPath need it' {
        $literal = Add-Segment (Join-Path $script:Folder 'lit[1].seg')
        $start = Join-Path $script:Folder 'lit'
        foreach ($parameter in 'Path', 'LiteralPath') {
            $offer = Get-Offer "Get-RoamSegmentHeader -$parameter $start"
            $offer | Should -HaveCount 1
            (& ([scriptblock]::Create("Get-RoamSegmentHeader -$parameter $offer"))).Path | Should -BeExactly $literal
        }
    }

    It 'lists the peers of the named segment, and its states first' {
        Set-Field $script:Path @{ 'Peer2.State' = 2 }
        Get-Offer "Get-RoamPeer '$script:Path' -PeerId " | Should -BeExactly '2'
        Get-Offer "Reset-RoamPeer '$script:Path' " | Should -BeExactly '2'
        (Get-Offer "Get-RoamPeer '$script:Path' -State ")[0] | Should -BeExactly 'Goodbye'
    }

    It 'is silent about a file with <Fault>' -ForEach (Get-BrokenCase) {
        $null = Add-BrokenSegment (Join-Path $script:Folder 'one.seg') $_
        $Error.Clear()
        Get-Offer "Get-RoamPeer $(Join-Path $script:Folder 'o')" | Should -HaveCount 1
        Get-Offer "Get-RoamPeer '$(Join-Path $script:Folder 'one.seg')' -State " | Should -HaveCount 5
        $Error | Should -HaveCount 0
    }

    It 'does not open a FIFO' {
        Skip-Unless $script:OnUnix 'there is no mkfifo'
        & mkfifo (Join-Path $script:Folder 'fifo')
        Get-Offer "Show-RoamSegment $script:Folder/" | Should -HaveCount 2
    }
}
