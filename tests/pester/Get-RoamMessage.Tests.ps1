# Get-RoamMessage: the queued messages, byte for byte as another process queued them, and none of them consumed.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:BrokenCases = @(Get-BrokenCase) + @(Get-DamagedCase)
    $script:Routes = Get-BindingRoute
    $script:AgentDoubt = Get-AgentDoubt
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Get-RoamMessage'
    $script:Layout = Get-SegmentLayout

    function ConvertTo-PayloadHex {
        param([AllowEmptyString()] [string] $Text)

        -join ([System.Text.Encoding]::UTF8.GetBytes($Text) | ForEach-Object { '{0:x2}' -f $_ })
    }

    function ConvertTo-Text {
        param([AllowEmptyCollection()] [byte[]] $Payload)

        [System.Text.Encoding]::UTF8.GetString($Payload)
    }
}

Describe 'Get-RoamMessage' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'A message that another process queued' -Skip:($null -ne $script:AgentDoubt) {
        BeforeEach {
            $null = Add-Segment $script:Path
            $script:Guest = Open-Agent
            $null = Invoke-Agent $script:Guest attach, $script:Path
        }

        AfterEach {
            Close-Agent $script:Guest
        }

        It 'is returned for both directions, in order, byte for byte' {
            'one', 'two and more', "three`nlines`0" |
                ForEach-Object { $null = Invoke-Agent $script:Guest say, $script:Path, g2h, (ConvertTo-PayloadHex $_) }
            $null = Invoke-Agent $script:Guest say, $script:Path, h2g, (ConvertTo-PayloadHex 'answer')
            $messages = @(Get-RoamMessage $script:Path)
            $messages | Should -HaveCount 4
            $messages[0] | Should -BeOfType ([RoamShm.SegmentMessage])
            @($messages | ForEach-Object { ConvertTo-Text $_.Payload }) |
                Should -BeExactly @('one', 'two and more', "three`nlines`0", 'answer')
            $messages.Direction | Should -BeExactly @('GuestToHost', 'GuestToHost', 'GuestToHost', 'HostToGuest')
            $messages.Index | Should -Be @(0, 1, 2, 0)
            $messages.Position | Should -Be @(0, 12, 32, 0)
            $messages.EntryLength | Should -Be @(12, 20, 20, 16)
            $messages.PayloadLength | Should -Be @(3, 12, 12, 6)
            $messages | ForEach-Object { $_.State, $_.Kind | Should -BeExactly @('Queued', 'Inline') }
            $messages[0].Payload -is [byte[]] | Should -BeTrue
        }

        It 'stays in the ring' {
            $null = Invoke-Agent $script:Guest say, $script:Path, g2h, '0102'
            $before = Get-Sha256 $script:Path
            $null = Get-RoamMessage $script:Path
            $null = Get-RoamMessage $script:Path
            Get-Sha256 $script:Path | Should -BeExactly $before
            (Get-RoamPeer $script:Path).GuestToHostEntries | Should -Be 1
            Invoke-Agent $script:Guest take, $script:Path, g2h, 5 | Should -Be '1'
            @(Get-RoamMessage $script:Path) | Should -HaveCount 0
        }

        It 'has the payload of its slot, and reports whether the slot still holds it' {
            $text = 'x' * 900
            Invoke-Agent $script:Guest say-slot, $script:Path, h2g, 0, (ConvertTo-PayloadHex $text) | Should -Be '0:1'
            $message = Get-RoamMessage $script:Path -PayloadBytes 1KB
            $message.Kind, $message.SlotState | Should -BeExactly @('Slot', 'Current')
            $message.SlotClass, $message.SlotIndex, $message.Generation, $message.PayloadLength | Should -Be @(0, 0, 1, 900)
            ConvertTo-Text $message.Payload | Should -BeExactly $text
            $null = Invoke-Agent $script:Guest free, $script:Path, 0, 0
            $message = Get-RoamMessage $script:Path
            $message.State, $message.SlotState | Should -BeExactly @('Queued', 'Freed')
            $message.Payload | Should -BeNullOrEmpty
            $null = Invoke-Agent $script:Guest allocate, $script:Path, 0, 1
            (Get-RoamMessage $script:Path).SlotState | Should -BeExactly 'Reused'
        }

        It 'identifies the mapping of a payload in another file' {
            $null = Invoke-Agent $script:Guest say-mmap, $script:Path, g2h, 7, 3, 4096, 123456
            $message = Get-RoamMessage $script:Path
            $message.Kind, $message.MapId, $message.Generation, $message.MapOffset, $message.PayloadLength |
                Should -Be @('Mmap', 7, 3, 4096, 123456)
        }

        It 'is returned after the ring has wrapped around' {
            1..9 | ForEach-Object { $null = Invoke-Agent $script:Guest say, $script:Path, g2h, ('{0:x2}' -f $_ * 400) }
            Invoke-Agent $script:Guest take, $script:Path, g2h, 7 | Should -Be '7'
            10..13 | ForEach-Object { $null = Invoke-Agent $script:Guest say, $script:Path, g2h, ('{0:x2}' -f $_ * 400) }
            $messages = @(Get-RoamMessage $script:Path -PayloadBytes 400)
            @($messages | ForEach-Object { $_.Payload[399] }) | Should -Be @(8, 9, 10, 11, 12, 13)
            $messages.Position[3] | Should -Be 0
            $messages | ForEach-Object { @($_.Payload | Select-Object -Unique) | Should -HaveCount 1 }
        }

        It 'is whole on a busy ring, or is reported as overtaken' {
            Send-Agent $script:Guest chat, $script:Path, g2h, 200000
            $answer = $script:Guest.StandardOutput.ReadLineAsync()
            $looks = 0
            $torn = 0
            while (-not $answer.IsCompleted -or $looks -lt 20) {
                foreach ($message in Get-RoamMessage $script:Path -Direction GuestToHost) {
                    if ($message.State -eq 'Queued') {
                        $words = @(for ($i = 0; $i -lt $message.Payload.Count; $i += 4) { [BitConverter]::ToUInt32($message.Payload, $i) })
                        $torn += @($words | Select-Object -Unique).Count -ne 1
                    } else {
                        $torn += $message.State -ne 'Overtaken'
                    }
                }

                $looks++
            }

            $answer.Wait([timespan]::FromSeconds($script:PatienceSeconds)) | Should -BeTrue
            $torn | Should -Be 0
        }
    }

    Context 'The result' {
        BeforeEach {
            $null = Add-Segment $script:Path
            1, 2 | ForEach-Object { Edit-Peer $script:Path $_ }
            Edit-Ring $script:Path 1 ToHost -Entry (Get-InlineEntry 5), (Get-InlineEntry 6)
            Edit-Ring $script:Path 1 ToGuest -Entry (Get-InlineEntry 100)
            Edit-Ring $script:Path 2 ToGuest -Entry (Get-InlineEntry 8)
        }

        It 'has all queued messages by default' {
            @(Get-RoamMessage $script:Path | ForEach-Object { '{0}{1}{2}' -f $_.PeerId, $_.Direction[0], $_.PayloadLength }) |
                Should -BeExactly @('1G5', '1G6', '1H100', '2H8')
        }

        It 'is limited by -PeerId, -Direction and -First' {
            @(Get-RoamMessage $script:Path -PeerId 2) | Should -HaveCount 1
            @(Get-RoamMessage $script:Path -Direction hosttoguest).PayloadLength | Should -Be @(100, 8)
            @(Get-RoamMessage $script:Path -First 1).PayloadLength | Should -Be @(5, 100, 8)
            @(Get-RoamPeer $script:Path | Get-RoamMessage) | Should -HaveCount 4
        }

        It 'has as much of each payload as -PayloadBytes allows' {
            (Get-RoamMessage $script:Path -PeerId 1 -Direction HostToGuest).Payload | Should -HaveCount 64
            (Get-RoamMessage $script:Path -PeerId 1 -Direction HostToGuest -PayloadBytes 3).Payload | Should -HaveCount 3
            $none = Get-RoamMessage $script:Path -PeerId 1 -Direction HostToGuest -PayloadBytes 0
            $null -eq $none.Payload | Should -BeTrue
            $none.PayloadLength | Should -Be 100
        }

        It 'is an error for a peer that the segment does not have, followed by the messages of the others' {
            $found = @(Get-RoamMessage $script:Path -PeerId 2, 3 -ErrorAction SilentlyContinue -ErrorVariable failed)
            $found | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeExactly 'PeerNotFound,RoamShm.Commands.GetRoamMessageCommand'
        }

        It 'reports a damaged entry and has nothing after it' {
            Write-Hex $script:Path ($script:Layout['Peer1.ToHost.Data'] + 16) '03000000'
            $messages = @(Get-RoamMessage $script:Path -PeerId 1 -Direction GuestToHost)
            $messages.State | Should -BeExactly @('Queued', 'Damaged')
            $messages[1].Fault | Should -Match 'its length is 3'
        }

        It 'is an error for an invalid direction or number of bytes' {
            { Get-RoamMessage $script:Path -Direction Sideways } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
            { Get-RoamMessage $script:Path -PayloadBytes -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
            { Get-RoamMessage $script:Path -First 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        }

        It 'can be narrowed with Tab, which offers the directions and the existing peers' {
            $line = "Get-RoamMessage '$($script:Path)' -Direction "
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -BeExactly @('GuestToHost', 'HostToGuest')
            $line = "Get-RoamMessage '$($script:Path)' -PeerId "
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -BeExactly @('1', '2')
        }
    }

    Context 'Paths and errors' {
        It 'accepts <Route>' -ForEach $script:Routes {
            Add-RouteFixture $script:Folder
            foreach ($file in Get-ChildItem -LiteralPath $script:Folder) {
                Edit-Peer $file.FullName 1
                Edit-Ring $file.FullName 1 ToHost -Entry (Get-InlineEntry 5)
            }

            $found = @(Invoke-Route -Route $Route -Command Get-RoamMessage -Folder $script:Folder)
            @($found | ForEach-Object { Split-Path -Leaf $_.Path } | Sort-Object) |
                Should -Be @($Expected | Sort-Object)
        }

        It 'reports <Fault> as <Id>' -ForEach $script:BrokenCases {
            $null = Add-BrokenSegment $script:Path $_
            Get-RoamMessage $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id $Id -Target $script:Path -Message $Message
        }
    }

    Context 'Objects' {
        BeforeEach {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            Edit-Ring $script:Path 1 ToHost -Entry (Get-InlineEntry 24), (Get-SlotEntry 0 3)
        }

        It 'keep every value through Clixml' {
            foreach ($message in Get-RoamMessage $script:Path) {
                Assert-RoundTrip $message $script:Folder
            }
        }

        It 'fit 80 columns as hex and text, below the name of the segment' {
            $hello = '{0}{1}' -f '10000000000006', '00' + (ConvertTo-PayloadHex "hello`n") + '0000'
            Edit-Ring $script:Path 1 ToHost -Entry $hello
            $rows = @(Get-RoamMessage $script:Path | ConvertTo-ShownLine -Width 80)
            $rows | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
            (Get-RoamMessage $script:Path | Out-String -Width 80) | Should -Match ([regex]::Escape($script:Path))
            $rows[-1] | Should -Match '1 to host +0 inline +6 68656c6c6f0a +hello\.'
            $list = @(Get-RoamMessage $script:Path | Format-List | ConvertTo-ShownLine -Width 400)
            foreach ($property in [RoamShm.SegmentMessage].GetProperties().Name) {
                @($list -match "^$property\s*:") | Should -HaveCount 1
            }
        }
    }
}
