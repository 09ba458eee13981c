# Find-RoamSegment: lists the segments in folders with their status, and skips everything else.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Routes = Get-BindingRoute
    # Files that begin with the magic of a segment are listed, whatever is wrong with them.
    $script:ListedCases = @(Get-BrokenCase) + @(Get-DamagedCase) |
        Where-Object Id -NotIn 'BadMagic', 'PredecessorFormat', 'SuccessorFormat', 'SegmentTooShort', 'SegmentNotReady'
    $script:PassedCases = Get-BrokenCase |
        Where-Object { $_.Id -in 'BadMagic', 'PredecessorFormat', 'SuccessorFormat' -or $_.Fault -match 'no bytes|zeros' }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'Find-RoamSegment'
    $script:Doubt = Get-MappingDoubt
    $script:Columns = 'Name', 'Status', 'Size', 'Peers', 'MappedBy', 'Owner', 'Mode'

    <# The status of a segment that nobody maps, which is unknown if mappings cannot be listed. #>
    function Get-Expected {
        param([string] $Status)

        if ($script:Doubt -and $Status -ne 'Invalid') { 'Unknown' } else { $Status }
    }

    function Edit-Age {
        param(
            [string] $Path,
            [timespan] $Age)

        [System.IO.File]::SetLastWriteTimeUtc($Path, [datetime]::UtcNow - $Age)
    }

    function Get-Name {
        param([Parameter(ValueFromPipeline)] [object] $InputObject)

        process {
            $InputObject.Path.Substring($script:Folder.Length + 1).Replace('\', '/')
        }
    }
}

Describe 'Find-RoamSegment' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'What it returns' {
        It 'has the header fields and its own properties, each with its name and type' {
            $null = Add-Segment $script:Path -HeartbeatInterval 500ms
            Edit-Peer $script:Path 2
            $written = [datetime]::new(2025, 1, 2, 3, 4, 5, [System.DateTimeKind]::Utc)
            [System.IO.File]::SetLastWriteTimeUtc($script:Path, $written)
            $before = [datetime]::UtcNow
            $listing = Find-RoamSegment $script:Path
            $listing | Should -BeOfType ([RoamShm.SegmentListing])
            $listing | Should -Not -BeOfType ([RoamShm.SegmentHeader]) -Because 'the table of headers has no Status'
            $header = Get-RoamSegmentHeader $script:Path
            $properties = @($header.PSObject.Properties | Where-Object Name -NE 'ReadTime')
            $properties.Count | Should -BeGreaterThan 15
            foreach ($property in $properties) {
                $listing.($property.Name) | Should -BeExactly $property.Value -Because "that is $($property.Name)"
            }

            $listing.ReadTime | Should -BeGreaterOrEqual $before.AddSeconds(-1)
            $listing.Status | Should -BeExactly (Get-Expected 'Abandoned')
            $listing.PeersAttached | Should -BeOfType ([int])
            $listing.PeersAttached | Should -BeExactly 1
            $listing.LastWriteTime | Should -Be $written
            $listing.LastWriteTime.Kind | Should -Be 'Utc'
            if ($script:Doubt) {
                $listing.MappedBy | Should -BeNullOrEmpty
            } else {
                $listing.MappedBy | Should -BeExactly '' -Because 'nobody maps it, which differs from unknown'
            }

            if ($script:OnUnix) {
                $listing.Owner | Should -BeExactly (& id -un)
                $listing.Mode | Should -BeExactly '0600'
            } else {
                $listing.Owner | Should -BeNullOrEmpty
                $listing.Mode | Should -BeNullOrEmpty
            }
        }

        It 'shows the mode in octal' {
            Skip-Unless $script:OnUnix 'only Unix has permission bits'
            $null = Add-Segment $script:Path
            & chmod 640 $script:Path
            (Find-RoamSegment $script:Path).Mode | Should -BeExactly '0640'
        }

        It 'changes nothing' {
            $null = Add-Segment $script:Path
            $before = Get-Sha256 $script:Path
            $written = (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc
            $null = Find-RoamSegment $script:Folder
            Get-Sha256 $script:Path | Should -BeExactly $before
            (Get-Item -LiteralPath $script:Path).LastWriteTimeUtc | Should -Be $written
        }

        It 'survives Clixml and JSON with every value' {
            $null = Add-Segment $script:Path
            Assert-RoundTrip (Find-RoamSegment $script:Path) $script:Folder
        }

        It 'pipes to the other cmdlets, directly and after Clixml' {
            $null = Add-Segment $script:Path
            Edit-Peer $script:Path 1
            $listing = Find-RoamSegment $script:Path
            foreach ($item in $listing, (ConvertTo-Deserialized $listing)) {
                ($item | Get-RoamSegmentHeader -ErrorAction Stop).Path | Should -BeExactly $script:Path
                ($item | Get-RoamPeer -ErrorAction Stop).PeerId | Should -Be 1
                @($item | Get-RoamSlotClass -ErrorAction Stop) | Should -HaveCount 2
                $item | Test-RoamSegment | Should -BeTrue
                ($item | Find-RoamSegment -ErrorAction Stop).Path | Should -BeExactly $script:Path
            }
        }

        It 'can be filtered and grouped by status' {
            'a.seg', 'b.seg', 'c.seg' | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder $_) }
            Set-Field (Join-Path $script:Folder 'b.seg') @{ Version = 6 }
            $invalid = Find-RoamSegment $script:Folder | Where-Object Status -EQ 'Invalid'
            @($invalid | Get-Name) | Should -BeExactly 'b.seg'
            $groups = Find-RoamSegment $script:Folder | Group-Object Status -AsHashTable -AsString
            $groups[(Get-Expected 'Idle')] | Should -HaveCount 2
        }
    }

    Context 'Status' {
        It 'is <Status> for a segment that <Case>' -ForEach @(
            @{ Status = 'Idle'; Case = 'was just created' }
            @{ Status = 'Stale'; Case = 'is old'; Age = '1:00:00' }
            @{ Status = 'Idle'; Case = 'is not old enough'; Age = '0:05:00' }
            @{ Status = 'Idle'; Case = 'was changed in the future'; Age = '-1:00:00' }
            @{ Status = 'Idle'; Case = 'is old with a peer in goodbye and a fresh heartbeat'; Age = '1:00:00'; State = 2 }
            @{ Status = 'Stale'; Case = 'is old with a peer in goodbye'; Age = '1:00:00'; State = 2; Beat = 0 }
            @{ Status = 'Stale'; Case = 'is old with a reserved peer'; Age = '1:00:00'; State = 3; Beat = 0 }
            @{ Status = 'Abandoned'; Case = 'is old with a stale peer'; Age = '1:00:00'; State = 1; Beat = 1; Attached = 1 }
            @{ Status = 'Abandoned'; Case = 'is old with a peer that sends heartbeats'; Age = '1:00:00'; State = 1; Attached = 1 }
            @{ Status = 'Abandoned'; Case = 'is old with a peer without a heartbeat'; Age = '1:00:00'; State = 1; Beat = 0; Attached = 1 }
            @{ Status = 'Drained'; Case = 'is in goodbye'; Goodbye = 1 }
            @{ Status = 'Drained'; Case = 'is in goodbye, and is old'; Goodbye = 1; Age = '1:00:00' }
            @{ Status = 'Drained'; Case = 'is in goodbye, with a peer that has left'; Goodbye = 7; State = 2 }
            @{ Status = 'Abandoned'; Case = 'is in goodbye, with an attached peer'; Goodbye = 1; State = 1; Attached = 1 }
            @{ Status = 'Abandoned'; Case = 'is in goodbye, with a stale peer'; Goodbye = 1; State = 1; Beat = 1; Attached = 1 }
        ) {
            $interval = if ($_.Beat) { '1us' } else { '1h' }
            $null = Add-Segment $script:Path -HeartbeatInterval $interval
            if ($_.State) {
                $beat = if ($_.ContainsKey('Beat')) { $_.Beat } else { Get-MonotonicTime }
                Edit-Peer $script:Path 2 -State $_.State -LastHeartbeat $beat
            }

            if ($_.Goodbye) {
                Set-Field $script:Path @{ HostGoodbye = $_.Goodbye }
            }

            if ($_.Age) {
                Edit-Age $script:Path $_.Age
            }

            $listing = Find-RoamSegment $script:Path
            $listing.Status | Should -BeExactly (Get-Expected $Status)
            $listing.PeersAttached | Should -Be ([int]$_.Attached)
        }

        It 'is Invalid for a file with <Fault>, which is still listed' -ForEach $script:ListedCases {
            $null = Add-BrokenSegment $script:Path $_
            Edit-Age $script:Path '1:00:00'
            $listing = Find-RoamSegment $script:Folder -ErrorAction Stop
            $listing.Status | Should -BeExactly 'Invalid'
            $listing.Path | Should -BeExactly $script:Path
            $listing.FileLength | Should -Be (Get-Item -LiteralPath $script:Path).Length
            $listing.BipbufCapacity | Should -Be 4096 -Because 'the header is returned as it is'
        }

        It 'is Live for a segment that processes map, and lists their ids' {
            Skip-Unless $script:OnLinux 'only Linux lists the processes that map a file'
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path
            Edit-Age $script:Path '1:00:00'
            $hub = Open-Agent
            try {
                $guest = Open-Agent
                $null = Invoke-Agent $hub map, $script:Path
                $null = Invoke-Agent $guest attach, $script:Path
                $listing = Find-RoamSegment $script:Path
                $listing.Status | Should -BeExactly 'Live'
                $listing.MappedBy | Should -BeExactly "$($hub.Id, $guest.Id | Sort-Object)"
                $listing.PeersAttached | Should -Be 1
                $null = Invoke-Agent $guest goodbye, $script:Path, 1
                (Find-RoamSegment $script:Path).Status | Should -BeExactly 'Draining'
                $null = Invoke-Agent $guest state, $script:Path, 2
                $listing = Find-RoamSegment $script:Path
                $listing.Status | Should -BeExactly 'Drained'
                -split $listing.MappedBy | Should -HaveCount 2 -Because 'they still map it'
                Set-Field $script:Path @{ Version = 6 }
                (Find-RoamSegment $script:Path).Status | Should -BeExactly 'Invalid'
            } finally {
                Close-Agent $hub
                Close-Agent $guest
            }
        }

        It 'is Live under another name of a mapped file' {
            Skip-Unless $script:OnLinux 'only Linux lists the processes that map a file'
            Skip-Because (Get-AgentDoubt)
            $null = Add-Segment $script:Path
            $hub = Open-Agent
            try {
                $null = Invoke-Agent $hub map, $script:Path
                $other = Join-Path $script:Folder 'other.seg'
                $null = New-Item -ItemType HardLink -Path $other -Target $script:Path
                (Find-RoamSegment $other).MappedBy | Should -BeExactly "$($hub.Id)"
                Remove-Item -LiteralPath $script:Path
                $null = Add-Segment $script:Path
                (Find-RoamSegment $other).Status | Should -BeExactly 'Live'
                (Find-RoamSegment $script:Path).Status | Should -Not -BeExactly 'Live' -Because 'that is another file'
            } finally {
                Close-Agent $hub
            }
        }

        It 'is Unknown if mappings cannot be listed, and Invalid stays Invalid' -Tag NewPowerShell {
            $null = Add-Segment $script:Path
            $bad = Add-Segment (Join-Path $script:Folder 'bad.seg')
            Set-Field $bad @{ Version = 6 }
            $lines = if ($script:Doubt) {
                Find-RoamSegment $bad, $script:Path | ForEach-Object { "$($_.Status) $($null -eq $_.MappedBy)" }
            } else {
                & chmod 644 $script:Path $bad
                $find = 'Find-RoamSegment ''{0}'', ''{1}'' | ForEach-Object {{ "$($_.Status) $($null -eq $_.MappedBy)" }}'
                Invoke-AsStranger $script:Folder ($find -f $bad, $script:Path)
            }
            $lines | Should -BeExactly @('Invalid True', 'Unknown True')
        }

        It 'is Stale from -MinimumAge <Value> on: <Status>' -ForEach @(
            @{ Value = '30m'; Status = 'Stale' }
            @{ Value = '2h'; Status = 'Idle' }
            @{ Value = '7d'; Status = 'Idle' }
            @{ Value = '00:30:00'; Status = 'Stale' }
            @{ Value = '1800'; Status = 'Stale' }
            @{ Value = '7200'; Status = 'Idle' }
            @{ Value = [timespan]::FromHours(2); Status = 'Idle' }
            @{ Value = '0'; Status = 'Stale' }
        ) {
            Skip-Because $script:Doubt
            $null = Add-Segment $script:Path
            Edit-Age $script:Path '1:00:00'
            (Find-RoamSegment $script:Path -MinimumAge $Value).Status | Should -BeExactly $Status
        }
    }

    Context 'Where it searches' {
        BeforeEach {
            $script:Below = Join-Path $script:Folder 'b'
            $null = New-Item -ItemType Directory -Path ([System.IO.Path]::Combine($script:Folder, 'b', 'c', '[d]'))
            foreach ($name in 'one.seg', 'b/two.seg', 'b/c/three.seg', 'b/c/[d]/four.seg') {
                $null = Add-Segment (Join-Path $script:Folder $name)
            }
        }

        It 'finds <Expected> with <What>' -ForEach @(
            @{ What = 'nothing but a folder'; With = @{}; Expected = 'one' }
            @{ What = '-Recurse'; With = @{ Recurse = $true }; Expected = 'one', 'two', 'three', 'four' }
            @{ What = '-Depth 0'; With = @{ Depth = 0 }; Expected = 'one' }
            @{ What = '-Depth 1'; With = @{ Depth = 1 }; Expected = 'one', 'two' }
            @{ What = '-Depth 2'; With = @{ Depth = 2 }; Expected = 'one', 'two', 'three' }
            @{ What = '-Depth 2147483647'; With = @{ Depth = 2147483647 }; Expected = 'one', 'two', 'three', 'four' }
            @{ What = '-Recurse -Depth 1'; With = @{ Recurse = $true; Depth = 1 }; Expected = 'one', 'two' }
            @{ What = '-Recurse -Depth 0'; With = @{ Recurse = $true; Depth = 0 }; Expected = 'one' }
        ) {
            $parameters = $With
            $found = @(Find-RoamSegment $script:Folder @parameters -ErrorAction Stop | Get-Name) -replace '.*/|\.seg'
            ($found | Sort-Object) -join ' ' | Should -BeExactly (($Expected | Sort-Object) -join ' ')
        }

        It 'rejects <Value>' -ForEach @(
            @{ Value = '-Depth -1'; With = @{ Depth = -1 }; Id = 'ParameterArgumentValidationError,*' }
            @{ Value = '-Depth that is not a number'; With = @{ Depth = 'deep' }; Id = 'CannotConvertArgument*' }
            @{ Value = '-MinimumAge -5'; With = @{ MinimumAge = -5 }; Id = 'ParameterArgumentTransformationError,*' }
            @{ Value = '-MinimumAge of old'; With = @{ MinimumAge = 'old' }; Id = 'ParameterArgumentTransformationError,*' }
            @{ Value = 'empty -Path'; With = @{ Path = '' }; Id = 'ParameterArgumentValidationError,*' }
            @{ Value = 'two kinds of path'; With = @{ Path = 'x'; LiteralPath = 'x' }; Id = 'AmbiguousParameterSet,*' }
        ) {
            $parameters = $With
            { Find-RoamSegment @parameters } | Should -Throw -ErrorId $Id
        }

        It 'accepts a folder: <How>' -ForEach @(
            @{ How = 'by position'; Expected = 'b/two.seg' }
            @{ How = 'several'; Expected = 'b/c/three.seg', 'b/two.seg' }
            @{ How = 'from the pipeline'; Expected = 'b/two.seg' }
            @{ How = 'from Get-Item'; Expected = 'b/two.seg' }
            @{ How = 'from Get-ChildItem -Recurse'; Expected = 'b/c/[d]/four.seg', 'b/c/three.seg', 'b/two.seg' }
            @{ How = 'with brackets, literally'; Expected = 'b/c/[d]/four.seg' }
            @{ How = 'with brackets that match nothing'; Expected = 'b/c/[d]/four.seg' }
            @{ How = 'by a pattern'; Expected = 'b/two.seg' }
            @{ How = 'relative'; Expected = 'b/two.seg' }
            @{ How = 'that is the location'; Expected = 'b/two.seg' }
            @{ How = 'above the location'; Expected = 'one.seg' }
            @{ How = 'on a PSDrive'; Expected = 'b/two.seg' }
            @{ How = 'that is a PSDrive'; Expected = 'one.seg' }
            @{ How = 'with a separator at the end'; Expected = 'b/two.seg' }
        ) {
            Push-Location -LiteralPath $script:Below
            try {
                $null = New-PSDrive -Name RoamPester -PSProvider FileSystem -Root $script:Folder
                $inner = [System.IO.Path]::Combine($script:Below, 'c', '[d]')
                $found = switch ($How) {
                    'by position' { Find-RoamSegment $script:Below -ErrorAction Stop }
                    'several' { Find-RoamSegment $script:Below, (Join-Path $script:Below 'c') -ErrorAction Stop }
                    'from the pipeline' { $script:Below | Find-RoamSegment -ErrorAction Stop }
                    'from Get-Item' { Get-Item -LiteralPath $script:Below | Find-RoamSegment -ErrorAction Stop }
                    'from Get-ChildItem -Recurse' {
                        Get-ChildItem -LiteralPath $script:Folder -Recurse -Directory | Find-RoamSegment -ErrorAction Stop
                    }
                    'with brackets, literally' { Find-RoamSegment -LiteralPath $inner -ErrorAction Stop }
                    'with brackets that match nothing' { Find-RoamSegment $inner -ErrorAction Stop }
                    'by a pattern' { Find-RoamSegment (Join-Path $script:Folder '?') -ErrorAction Stop }
                    'relative' { Find-RoamSegment (Join-Path '..' 'b') -ErrorAction Stop }
                    'that is the location' { Find-RoamSegment . -ErrorAction Stop }
                    'above the location' { Find-RoamSegment .. -ErrorAction Stop }
                    'on a PSDrive' { Find-RoamSegment 'RoamPester:/b' -ErrorAction Stop }
                    'that is a PSDrive' { Find-RoamSegment 'RoamPester:/' -ErrorAction Stop }
                    'with a separator at the end' { Find-RoamSegment "$script:Below/" -ErrorAction Stop }
                }
            } finally {
                Pop-Location
                Get-PSDrive -Name RoamPester -ErrorAction Ignore | Remove-PSDrive
            }

            $names = @($found | ForEach-Object { Get-RoamSegmentHeader -LiteralPath $_.PSPath } | Get-Name)
            $names = $names | ForEach-Object { $_ -replace '//', '/' }
            ($names | Sort-Object) -join ' ' | Should -BeExactly (($Expected | Sort-Object) -join ' ')
        }

        It 'searches the temporary folder if no path is given, and /dev/shm if it exists' {
            $name = if ($script:OnUnix) { 'TMPDIR' } else { 'TMP' }
            $before = [Environment]::GetEnvironmentVariable($name)
            $shared = "/dev/shm/roamshm-pester-$PID.seg"
            try {
                [Environment]::SetEnvironmentVariable($name, $script:Folder)
                if (Test-Path -LiteralPath /dev/shm) { $null = Add-Segment $shared }
                $found = @(Find-RoamSegment -WarningAction SilentlyContinue)
            } finally {
                [Environment]::SetEnvironmentVariable($name, $before)
                if (Test-Path -LiteralPath $shared) { Remove-Item -LiteralPath $shared }
            }

            $found.Path | Should -Contain $script:Path
            $found.Path | Should -Not -Contain (Join-Path $script:Below 'two.seg') -Because 'it is in a subfolder'
            if (Test-Path -LiteralPath /dev/shm) { $found.Path | Should -Contain $shared }
        }

        It 'searches nothing if the pipeline is empty' {
            @() | Find-RoamSegment | Should -BeNullOrEmpty
        }

        It 'finds files whose names begin with a dot' {
            $null = Add-Segment (Join-Path $script:Folder '.hidden.seg')
            @(Find-RoamSegment $script:Folder | Get-Name) | Should -BeExactly @('.hidden.seg', 'one.seg')
        }

        It 'does not follow links to segments or folders, or link loops, but follows a link given as the path' {
            Skip-Unless $script:OnUnix 'creating a link needs a privilege on Windows'
            $null = New-Item -ItemType SymbolicLink -Path (Join-Path $script:Folder 'up') -Target $script:Folder
            $null = New-Item -ItemType SymbolicLink -Path (Join-Path $script:Below 'loop') -Target $script:Folder
            $link = Join-Path $script:Folder 'link.seg'
            $null = New-Item -ItemType SymbolicLink -Path $link -Target $script:Path
            @(Find-RoamSegment $script:Folder -Recurse -ErrorAction Stop) | Should -HaveCount 4
            @(Find-RoamSegment (Join-Path $script:Below 'loop') -ErrorAction Stop).Path |
                Should -BeExactly ([System.IO.Path]::Combine($script:Below, 'loop', 'one.seg'))
            Find-RoamSegment $link -ErrorAction Stop | Should -BeNullOrEmpty
        }
    }

    Context 'Ways to name a segment' {
        BeforeEach {
            Add-RouteFixture $script:Folder
        }

        It 'accepts <Route>' -ForEach $script:Routes {
            $with = @{ ErrorAction = 'Stop' }
            $listings = @(Invoke-Route -Route $Route -Command Find-RoamSegment -Folder $script:Folder -With $with)
            $names = @($listings | ForEach-Object { Split-Path -Leaf $_.Path })
            ($names | Sort-Object) -join '|' | Should -BeExactly (($Expected | Sort-Object) -join '|')
            $listings | ForEach-Object { Split-Path -Parent $_.Path | Should -BeExactly $script:Folder }
        }

        It 'sorts the files of a folder by name' {
            @(Find-RoamSegment $script:Folder | Get-Name)[0, 1, 2, 3] |
                Should -BeExactly @((Get-ForeignName), 'lit[1].seg', 'one.seg', 'sp ace.seg')
        }
    }

    Context 'What it skips' {
        It 'a file with <Fault>' -ForEach $script:PassedCases {
            $null = Add-BrokenSegment $script:Path $_
            Find-RoamSegment $script:Folder -ErrorAction Stop | Should -BeNullOrEmpty
            Find-RoamSegment $script:Path -ErrorAction Stop | Should -BeNullOrEmpty
        }

        It 'a file with only the magic, until it has a header' {
            [System.IO.File]::WriteAllBytes($script:Path, (ConvertFrom-Hex '524f414d48554207'))
            Find-RoamSegment $script:Folder -ErrorAction Stop | Should -BeNullOrEmpty
        }

        It 'a FIFO without a writer, a socket and a device, without blocking' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            $socket = [System.Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
            try {
                $socket.Bind([System.Net.Sockets.UnixDomainSocketEndPoint]::new((Join-Path $script:Folder 'socket')))
                $good = Add-Segment (Join-Path $script:Folder 'two.seg')
                @(Find-RoamSegment $script:Folder -ErrorAction Stop).Path | Should -BeExactly $good
                Find-RoamSegment $script:Path, /dev/null -ErrorAction Stop | Should -BeNullOrEmpty
            } finally {
                $socket.Dispose()
            }
        }

        It '/proc, although it is full of files' {
            Skip-Unless $script:OnLinux 'there is no /proc'
            Find-RoamSegment /proc, /proc/self, /sys -Recurse -ErrorAction Stop | Should -BeNullOrEmpty
        }

        It 'never an unreadable file: it is listed as Unreadable with a warning, or is SegmentAccessDenied if given as the path' -Tag NewPowerShell {
            Skip-Unless $script:OnUnix 'only Unix has permission bits'
            $null = Add-Segment $script:Path
            $closed = Join-Path $script:Folder 'closed'
            $null = New-Item -ItemType Directory -Path $closed
            $open = Add-Segment (Join-Path $script:Folder 'open.seg')
            & chmod 644 $open
            & chmod 000 $script:Path $closed
            try {
                $lines = Invoke-AsStranger $script:Folder @"
`$found = @(Find-RoamSegment '$script:Folder' -Recurse -ErrorAction Stop -WarningAction SilentlyContinue -WarningVariable said)
`$found | Sort-Object Path | ForEach-Object { "`$(`$_.Status) `$(`$_.Path) `$(`$_.UseReason)" }
"`$said"
@(Find-RoamSegment '$script:Folder' -Recurse -Verbose 4>&1 3>`$null | Where-Object { `$_ -like 'Passed over*' }).Count
$(ConvertTo-ErrorScript "Find-RoamSegment '$closed', '$script:Path'")
"@
                $shown = ($lines | Select-Object -First 3) -join "`n"
                $shown | Should -Match "(?m)^Unreadable $([regex]::Escape($closed)) Access denied"
                $shown | Should -Match "(?m)^Unreadable $([regex]::Escape($script:Path)) Access denied"
                $shown | Should -Match "(?m)^Unknown $([regex]::Escape($open)) "
                $lines[3] | Should -Match '^2 files and folders could not be read' -Because 'one warning covers everything'
                $lines[4] | Should -BeExactly '2'
                $lines = @($lines | Select-Object -Skip 2)
                $lines[3] | Should -BeExactly '0'
                foreach ($i in 0, 1) {
                    $failed = $lines[4 + $i] | ConvertFrom-Json
                    $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.FindRoamSegmentCommand'
                    $failed.Category | Should -BeExactly 'PermissionDenied'
                    $failed.Target | Should -BeExactly ($closed, $script:Path)[$i]
                    $failed.Action | Should -Match 'user who owns'
                }

                $lines | Should -HaveCount 6
            } finally {
                & chmod 700 $closed
            }
        }
    }

    Context 'Paths that cannot be searched' {
        It 'are SegmentNotFound: <_>' -ForEach 'a missing folder', 'a missing file', 'a missing drive', 'a literal pattern' {
            $case = $_
            $missing = switch ($case) {
                'a missing folder' { Join-Path (Join-Path $script:Folder 'no') 'folder' }
                'a missing file' { $script:Path }
                'a missing drive' { 'RoamNoDrive:/folder' }
                'a literal pattern' { Join-Path $script:Folder '*.seg' }
            }
            $named = if ($case -eq 'a literal pattern') { @{ LiteralPath = $missing } } else { @{ Path = $missing } }
            $out = Find-RoamSegment @named -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            # Windows has no names with a star.
            $id = if ($case -eq 'a literal pattern' -and -not $script:OnUnix) { 'NotAFileSystemPath' } else { 'SegmentNotFound' }
            Assert-SegmentError $failed -Id $id -Target $missing
        }

        It 'are NotAFileSystemPath: a path of another provider' {
            $null = Find-RoamSegment Env:PATH -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target Env:PATH -Message 'provider'
        }

        It 'are NotAFileSystemPath: a relative folder while the location is in another provider' {
            Push-Location Env:
            try {
                $null = Find-RoamSegment 'folder' -ErrorAction SilentlyContinue -ErrorVariable failed
            } finally {
                Pop-Location
            }

            Assert-SegmentError $failed -Id NotAFileSystemPath -Target 'folder' -Message 'Environment'
        }

        It 'are SegmentIOError: a path through a loop of links' {
            Skip-Unless $script:OnUnix 'creating a link needs a privilege on Windows'
            $loop = Join-Path $script:Folder 'loop'
            & ln -s loop $loop
            $name = Join-Path $loop 'one.seg'
            $null = Find-RoamSegment $name -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentIOError -Target $name
        }

        It 'are RemoteObject: an object from another computer' {
            $null = Add-Segment $script:Path
            $listing = ConvertTo-Deserialized (Find-RoamSegment $script:Path)
            $listing | Add-Member -NotePropertyName PSComputerName -NotePropertyValue 'host-of-somebody-else'
            $out = $listing | Find-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id RemoteObject -Target $script:Path -Message 'host-of-somebody-else'
        }

        It 'do not stop the rest' {
            $null = Add-Segment $script:Path
            $missing = Join-Path $script:Folder 'missing'
            $found = $script:Folder, $missing, $script:Path |
                Find-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable failed
            $found.Path | Should -BeExactly @($script:Path, $script:Path)
            $failed | Should -HaveCount 1
        }

        It 'stop the rest with -ErrorAction Stop, with their own error id' {
            { Find-RoamSegment (Join-Path $script:Folder 'missing'), $script:Folder -ErrorAction Stop } |
                Should -Throw -ErrorId 'SegmentNotFound,RoamShm.Commands.FindRoamSegmentCommand'
        }
    }

    Context 'Leftovers of killed creations' {
        BeforeEach {
            $null = Add-Segment $script:Path
            $script:Leftover = Join-Path $script:Folder '.roamshm-5d1c'
            [System.IO.File]::WriteAllBytes($script:Leftover, (New-Object byte[] 4096))
        }

        It 'cause a warning, and are not removed' {
            @(Find-RoamSegment $script:Folder -WarningVariable warned -WarningAction SilentlyContinue | Get-Name) |
                Should -BeExactly 'one.seg'
            $warned | Should -HaveCount 1
            "$warned" | Should -Match ([regex]::Escape($script:Leftover) + '.*-RemoveLeftover')
            $script:Leftover | Should -Exist
        }

        It 'are removed with -RemoveLeftover, without a prompt, and segments are not' {
            $found = Find-RoamSegment $script:Folder -RemoveLeftover -WarningVariable warned
            @($found | Get-Name) | Should -BeExactly 'one.seg'
            $warned | Should -HaveCount 0
            $script:Leftover | Should -Not -Exist
            $script:Path | Should -Exist
        }

        It 'are kept with -WhatIf, which names them' -Tag NewPowerShell {
            $find = "Find-RoamSegment '$script:Folder' -RemoveLeftover -WhatIf"
            $text = (Invoke-NewProcess -Folder $script:Folder -Script $find) -join ' '
            $text | Should -Match ('What if: .*leftover.*' + [regex]::Escape($script:Leftover))
            $script:Leftover | Should -Exist
        }

        It 'are prompted for with -Confirm, and if $ConfirmPreference is Medium' -Tag NewPowerShell {
            $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
try { `$null = Find-RoamSegment '$script:Folder' -RemoveLeftover -Confirm } catch { 'asked' }
`$ConfirmPreference = 'Medium'
try { `$null = Find-RoamSegment '$script:Folder' -RemoveLeftover } catch { 'asked' }
Test-Path -LiteralPath '$script:Leftover'
@(Find-RoamSegment '$script:Folder' -RemoveLeftover -Confirm:`$false).Count
Test-Path -LiteralPath '$script:Leftover'
"@
            $lines | Should -BeExactly @('asked', 'asked', 'True', '1', 'False')
        }

        It 'are found in subfolders only if those are searched' {
            $below = Join-Path $script:Folder 'below'
            $null = New-Item -ItemType Directory -Path $below
            Move-Item -LiteralPath $script:Leftover -Destination $below
            $null = Find-RoamSegment $script:Folder -RemoveLeftover
            Join-Path $below '.roamshm-5d1c' | Should -Exist
            $null = Find-RoamSegment $script:Folder -RemoveLeftover -Recurse
            Join-Path $below '.roamshm-5d1c' | Should -Not -Exist
        }

        It 'do not include a file that is still being created' {
            Skip-Because (Get-AgentDoubt)
            $maker = Open-Agent
            try {
                Invoke-Agent $maker lock, $script:Leftover | Should -BeExactly 'locked'
                $null = Find-RoamSegment $script:Folder -RemoveLeftover -WarningVariable warned
                $warned | Should -HaveCount 0
                $script:Leftover | Should -Exist
            } finally {
                Close-Agent $maker
            }

            $null = Find-RoamSegment $script:Folder -RemoveLeftover
            $script:Leftover | Should -Not -Exist -Because 'its creator has ended'
        }

        It 'that may not be removed are SegmentAccessDenied' -Tag NewPowerShell {
            Skip-Unless $script:OnUnix 'only Unix has permission bits'
            $closed = Join-Path $script:Folder 'closed'
            $null = New-Item -ItemType Directory -Path $closed
            Move-Item -LiteralPath $script:Leftover -Destination $closed
            $leftover = Join-Path $closed '.roamshm-5d1c'
            & chmod 666 $leftover
            & chmod 555 $closed
            try {
                $find = ConvertTo-ErrorScript "Find-RoamSegment '$closed' -RemoveLeftover"
                $lines = Invoke-AsStranger $script:Folder $find
                $lines | Should -HaveCount 2
                $failed = $lines[1] | ConvertFrom-Json
                $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.FindRoamSegmentCommand'
                $failed.Target | Should -BeExactly $leftover
                $leftover | Should -Exist
            } finally {
                & chmod 755 $closed
            }
        }
    }

    Context 'At the prompt' {
        It 'shows a table with units that fits, and a list with every property' {
            $path = Add-Segment (Join-Path $script:Folder ('x' * 120 + '.seg'))
            Edit-Peer $path 1
            $listing = Find-RoamSegment $path
            Assert-View $listing $script:Columns
            # A process and an owner that are the same on every machine.
            $listing.Status = 'Draining'
            $listing.HostGoodbye = $true
            $listing.MappedBy = '4711 30066'
            $listing.Owner = 'somebody'
            $listing.Mode = '0660'
            @($listing | ConvertTo-ShownLine)[2] |
                Should -MatchExactly '^x+ +Draining +53 KB +1/2 4711 +somebody +0660$'
            $listing.MappedBy = ''
            @($listing | ConvertTo-ShownLine)[2] | Should -MatchExactly ' 1/2 +somebody'
            $listing.MappedBy = [NullString]::Value
            @($listing | ConvertTo-ShownLine)[2] | Should -MatchExactly ' 1/2 \? +somebody' -Because 'it is unknown'
        }

        It 'shows a table that fits, even with many processes and long names' {
            $listing = New-Object RoamShm.SegmentListing -Property @{
                Status        = 'Draining'
                PeersAttached = 255
                MaxGuests     = 255
                CurrentSize   = [uint64]::MaxValue
                MappedBy      = "$(1000001..1000003)"
                Owner         = 'a-very-long-name-of-somebody'
                Mode          = '0777'
                Path          = '/dev/shm/hub.seg'
            }
            $lines = @($listing | ConvertTo-ShownLine)
            $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
            $lines[2] | Should -MatchExactly '^hub\.seg +Draining +16 EB +255/255 1000001 +a-very-\S* +0777$'
            foreach ($id in 1000002, 1000003) {
                @($lines -cmatch "^ +$id( |$)") | Should -HaveCount 1 -Because 'each process has its own line instead of being cut off'
            }
        }

        It 'shows one table for a folder' {
            'a.seg', 'b.seg' | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder $_) }
            @(Find-RoamSegment $script:Folder | ConvertTo-ShownLine) | Should -HaveCount 4
        }

        It 'declares its output type' {
            (Get-Command Find-RoamSegment).OutputType.Name | Should -BeExactly 'RoamShm.SegmentListing'
        }

        It 'completes its parameters, and typical durations' {
            $offered = (TabExpansion2 'Find-RoamSegment -').CompletionMatches.CompletionText
            $own = '-Path', '-LiteralPath', '-Recurse', '-Depth', '-MinimumAge', '-RemoveLeftover', '-WhatIf'
            foreach ($parameter in $own) {
                $offered | Should -Contain $parameter
            }

            $offered | Should -Not -Contain '-PSComputerName' -Because 'only the engine binds it'
            (TabExpansion2 'Find-RoamSegment -MinimumAge ').CompletionMatches.CompletionText | Should -Contain '1m'
        }

        It 'works in several thread jobs at once' {
            'a.seg', 'b.seg' | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder $_) }
            $found = Invoke-ThreadJob -Count 3 { foreach ($i in 1..5) { Find-RoamSegment $args[0] } } $script:Folder
            $found | Should -HaveCount 30
            $found | Should -BeOfType ([RoamShm.SegmentListing])
        }

        It 'stops when the pipeline stops early, and leaves no handle behind in any case' {
            'a.seg', 'b.seg' | ForEach-Object { $null = Add-Segment (Join-Path $script:Folder $_) }
            $failed = $null
            $paths = $script:Folder, (Join-Path $script:Folder 'missing')
            $found = Find-RoamSegment $paths -ErrorVariable failed -ErrorAction SilentlyContinue | Select-Object -First 1
            @($found | Get-Name) | Should -BeExactly 'a.seg'
            $failed | Should -HaveCount 0 -Because 'the second item is never reached'
            Skip-Unless $script:OnLinux 'needs /proc to list open files'
            $short = Join-Path $script:Folder 'short.seg'
            [System.IO.File]::WriteAllText($short, 'short')
            $mine = [System.IO.File]::OpenRead($short)
            try {
                foreach ($i in 1..10) {
                    $null = Find-RoamSegment $script:Folder
                    $null = Find-RoamSegment $script:Folder | Select-Object -First 1
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
