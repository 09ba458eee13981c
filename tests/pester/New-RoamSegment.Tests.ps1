# New-RoamSegment: the bytes it creates, every way to specify a segment, and what it refuses.

BeforeDiscovery {
    # The output of the reference implementation for these configurations: a fresh segment is deterministic, so its
    # hash is enough.
    $script:Reference = @(
        @{
            Name = 'one guest, a minimum of everything'; Size = 768
            Sha256 = '285b5a7f9b69854b2a0722e62033085db0b71d2028709e111e71ff28f570fc46'
            Configuration = @{ MaxGuests = 1; BipbufCapacity = 64; MaxPayloadSize = 64; InlineThreshold = 0; HeartbeatInterval = 0; SlotClass = '64:1' }
        }
        @{
            Name = 'one guest, one class'; Size = 197376
            Sha256 = '1fa402fb0ebac31c50e123c7662957a55b4774dbd1da7619b1cbbaac4e9169e8'
            Configuration = @{ MaxGuests = 1; BipbufCapacity = 64KB; MaxPayloadSize = 4KB; InlineThreshold = 256; HeartbeatInterval = 0; SlotClass = '4KB:16' }
        }
        @{
            Name = 'the default inline threshold, heartbeats each second'; Size = 33664
            Sha256 = 'b1e1f133833617324d51bd4d95183004f78088404e7a743dcea37e328fb62e9e'
            Configuration = @{ MaxGuests = 2; BipbufCapacity = 4KB; MaxPayloadSize = 64KB; InlineThreshold = 0; HeartbeatInterval = '1s'; SlotClass = '4KB:4' }
        }
        @{
            Name = 'two classes, heartbeats each millisecond'; Size = 38400
            Sha256 = 'f210af83325bd0bae13b0560757e0f151ce3cae331a4f998d9f2f550b34985c4'
            Configuration = @{ MaxGuests = 2; BipbufCapacity = 128; MaxPayloadSize = 1KB; InlineThreshold = 256; HeartbeatInterval = '1ms'; SlotClass = '1KB:4', '16KB:2' }
        }
        @{
            Name = 'five classes'; Size = 2449792
            Sha256 = '09588ce41cedfd4fc062a91309701eee089ea1d5e5df465d489c7e6f184287e3'
            Configuration = @{ MaxGuests = 3; BipbufCapacity = 8KB; MaxPayloadSize = 1MB; InlineThreshold = 512; HeartbeatInterval = '500ms'; SlotClass = '64:32', '256:16', '4KB:8', '64KB:4', '1MB:2' }
        }
        @{
            Name = '255 guests'; Size = 212672
            Sha256 = '385afa2ade94def667b27b206c57dc87477eef0b416e9f0daa9898884e10662b'
            Configuration = @{ MaxGuests = 255; BipbufCapacity = 256; MaxPayloadSize = 1KB; InlineThreshold = 128; HeartbeatInterval = '1s'; SlotClass = '64:4' }
        }
        @{
            Name = 'sizes that need padding everywhere'; Size = 7552
            Sha256 = 'b2ae78b78186c770ce149334e515657b3535caf6bd142a8361c1bd96bf49c166'
            Configuration = @{ MaxGuests = 3; BipbufCapacity = 100; MaxPayloadSize = 777; InlineThreshold = 33; HeartbeatInterval = 12345; SlotClass = '100:3', '1000:5' }
        }
    )

    $script:Refusals = @(
        @{ What = 'no guest'; With = @{ MaxGuests = 0 }; Message = 'MaxGuests is 0; it must be from 1 to 255' }
        @{ What = '256 guests'; With = @{ MaxGuests = 256 }; Message = 'MaxGuests is 256' }
        @{ What = 'a negative number of guests'; With = @{ MaxGuests = -1 }; Message = 'MaxGuests is -1' }
        @{ What = 'a ring without room'; With = @{ BipbufCapacity = 0 }; Message = 'BipbufCapacity is 0' }
        @{
            What = 'a ring of 4 GiB'
            With = @{ BipbufCapacity = 4GB }
            Message = 'BipbufCapacity is 4294967296; it must be from 1 to 4294967295'
        }
        @{ What = 'a payload of 4 GiB'; With = @{ MaxPayloadSize = 4GB }; Message = 'MaxPayloadSize is 4294967296' }
        @{ What = 'an inline threshold of 4 GiB'; With = @{ InlineThreshold = 4GB }; Message = 'InlineThreshold is 4294967296' }
        @{ What = 'slots of 4 GiB'; With = @{ SlotClass = '4GB:1' }; Message = 'SlotSize of slot class 0 is 4294967296' }
        @{ What = 'a negative inline threshold'; With = @{ InlineThreshold = -1 }; Message = 'InlineThreshold is -1' }
        @{
            What = 'slots with room only for their length'
            With = @{ SlotClass = '1KB:4', '4:1' }
            Message = 'SlotSize of slot class 1 is 4; it must be from 5'
        }
        @{ What = 'a class without slots'; With = @{ SlotClass = '1KB:0' }; Message = 'SlotCount of slot class 0 is 0' }
        @{
            What = '257 classes'
            With = @{ SlotClass = @(1..257 | ForEach-Object { "$(64 * $_):1" }) }
            Message = 'number of slot classes is 257; it must be from 1 to 256'
        }
        @{
            What = 'more than a file can hold'
            With = @{ SlotClass = '4294967295:4294967295' }
            Message = 'larger than a file can be'
        }
        @{
            What = 'a sum beyond 2^64'
            With = @{ SlotClass = @(1..200 | ForEach-Object { '4294967295:4294967295' }) }
            Message = 'larger than a file can be'
        }
        @{ What = 'a class without a count'; With = @{ SlotClass = '1KB' }; Message = "'1KB' is not a valid slot class" }
        @{
            What = 'a class with three parts'
            With = @{ SlotClass = '1KB:4:4' }
            Message = "'1KB:4:4' is not a valid slot class"
        }
        @{
            What = 'a class that is not a number'
            With = @{ SlotClass = 'big:many' }
            Message = "'big:many' is not a valid slot class"
        }
        @{
            What = 'a class with half a slot'
            With = @{ SlotClass = '1KB:1.5' }
            Message = "'1KB:1.5' is not a valid slot class"
        }
        @{
            What = 'a hashtable with an unknown key'
            With = @{ SlotClass = @{ SlotSize = 1KB; SlotCount = 4; Colour = 'red' } }
            Message = "no 'Colour'"
        }
        @{
            What = 'a hashtable without a count'
            With = @{ SlotClass = @{ SlotSize = 1KB } }
            Message = 'not a valid slot class'
        }
        @{
            What = 'an object that is not a class'
            With = @{ SlotClass = [pscustomobject]@{ Size = 1 } }
            Message = 'not a valid slot class'
        }
        @{ What = 'a bare number as class'; With = @{ SlotClass = 1024 }; Message = "'1024' is not a valid slot class" }
    )
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Command = 'New-RoamSegment'

    function Get-UnixMode {
        param([Parameter(Mandatory)] [string] $Path)

        if ($script:OnLinux) { & stat -c '%a' -- $Path } else { & stat -f '%Lp' $Path }
    }

    function Get-AllocatedKB {
        param([Parameter(Mandatory)] [string] $Path)

        [long]((& du -k $Path) -split '\s')[0]
    }
}

Describe 'New-RoamSegment' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'new.seg'
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'The bytes' {
        It 'match the reference: <Name>' -ForEach $script:Reference {
            $header = New-RoamSegment $script:Path @Configuration -WarningAction SilentlyContinue -ErrorAction Stop
            (Get-Item -LiteralPath $script:Path).Length | Should -Be $Size
            Get-Sha256 $script:Path | Should -BeExactly $Sha256
            $header.TotalSize | Should -Be $Size
        }

        It 'are the same with -Sparse: <Name>' -ForEach $script:Reference {
            $null = New-RoamSegment $script:Path @Configuration -Sparse -WarningAction SilentlyContinue -ErrorAction Stop
            Get-Sha256 $script:Path | Should -BeExactly $Sha256
        }

        It 'default to 8 guests, 64 KiB rings, payloads up to 1 MiB and three classes' {
            $header = New-RoamSegment $script:Path
            $header.MaxGuests | Should -Be 8
            $header.BipbufCapacity | Should -Be 64KB
            $header.MaxPayloadSize | Should -Be 1MB
            $header.InlineThreshold | Should -Be 0
            $header.HeartbeatInterval | Should -Be 0
            $header.NumVarSlotClasses | Should -Be 3
            $header.TotalSize | Should -Be 14703936
            # 1024 x 1 KiB, 256 x 16 KiB, 32 x 256 KiB.
            Read-Hex $script:Path $header.VarPoolOffset 8 | Should -BeExactly '0004000000040000'
            Read-Hex $script:Path ($header.VarPoolOffset + 64) 8 | Should -BeExactly '0040000000010000'
            Read-Hex $script:Path ($header.VarPoolOffset + 128) 8 | Should -BeExactly '0000040020000000'
        }

        It 'are a valid segment without warnings' {
            $null = New-RoamSegment $script:Path -WarningVariable warned
            $warned | Should -BeNullOrEmpty
            (Test-RoamSegment $script:Path -Detailed).Findings | Should -HaveCount 0
        }

        It 'match the returned header' {
            $made = New-RoamSegment $script:Path
            $read = Get-RoamSegmentHeader $script:Path
            $made | Should -BeOfType ([RoamShm.SegmentHeader])
            foreach ($property in $made.PSObject.Properties | Where-Object Name -NE 'ReadTime') {
                $read.($property.Name) | Should -BeExactly $property.Value -Because "that is $($property.Name)"
            }
        }
    }

    Context 'Configuration' {
        BeforeEach {
            $script:Wanted = New-RoamSegment (Join-Path $script:Folder 'wanted.seg') -MaxGuests 4 -BipbufCapacity 65536 -MaxPayloadSize 2097152 -InlineThreshold 512 -HeartbeatInterval 500000000 -SlotClass '1024:8', '16384:2'
            $script:WantedHash = Get-Sha256 $script:Wanted.Path
            $script:Rest = @{ MaxGuests = 4; BipbufCapacity = 64KB; MaxPayloadSize = 2MB; InlineThreshold = 512; HeartbeatInterval = '500ms'; SlotClass = '1KB:8', '16KB:2' }
        }

        It 'accepts a size as <Form>' -ForEach @(
            @{ Form = 'a number'; Value = 65536 }
            @{ Form = 'a literal'; Value = 64KB }
            @{ Form = 'a literal of text'; Value = '64KB' }
            @{ Form = 'lower-case text'; Value = '64kb' }
            @{ Form = 'text with a short unit'; Value = '64K' }
            @{ Form = 'text with a binary unit'; Value = '64KiB' }
            @{ Form = 'text with a space'; Value = ' 64 KB ' }
            @{ Form = 'text in bytes'; Value = '65536B' }
            @{ Form = 'a fraction of a unit'; Value = '0.0625MB' }
            @{ Form = 'digits'; Value = '65536' }
            @{ Form = 'hexadecimal digits'; Value = '0x10000' }
            @{ Form = 'a floating-point number'; Value = [double]65536 }
            @{ Form = 'an unsigned number'; Value = [uint64]65536 }
        ) {
            $script:Rest.BipbufCapacity = $Value
            $rest = $script:Rest
            $null = New-RoamSegment $script:Path @rest -ErrorAction Stop
            Get-Sha256 $script:Path | Should -BeExactly $script:WantedHash
        }

        It 'rejects as a size <Form>' -ForEach @(
            @{ Form = 'a word'; Value = 'banana' }
            @{ Form = 'an unknown unit'; Value = '64XB' }
            @{ Form = 'a unit alone'; Value = 'KB' }
            @{ Form = 'part of a byte'; Value = 0.5 }
            @{ Form = 'part of a byte as text'; Value = '1.0001KB' }
            @{ Form = 'more than 63 bits'; Value = '16384PB' }
            @{ Form = 'a switch'; Value = $true }
            @{ Form = 'a decimal comma'; Value = '1,5KB' }
        ) {
            { New-RoamSegment $script:Path -BipbufCapacity $Value } |
                Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
            $script:Path | Should -Not -Exist
        }

        It 'accepts a heartbeat interval as <Form>' -ForEach @(
            @{ Form = 'a TimeSpan'; Value = [timespan]::FromMilliseconds(500) }
            @{ Form = 'milliseconds'; Value = '500ms' }
            @{ Form = 'a part of a second'; Value = '0.5s' }
            @{ Form = 'microseconds'; Value = '500000us' }
            @{ Form = 'nanoseconds'; Value = '500000000ns' }
            @{ Form = 'text of a TimeSpan'; Value = '00:00:00.5' }
            @{ Form = 'a bare number, which is nanoseconds'; Value = 500000000 }
            @{ Form = 'bare digits, which are nanoseconds'; Value = '500000000' }
        ) {
            $script:Rest.HeartbeatInterval = $Value
            $rest = $script:Rest
            $null = New-RoamSegment $script:Path @rest -ErrorAction Stop
            Get-Sha256 $script:Path | Should -BeExactly $script:WantedHash
        }

        It 'parses <Text> as <Nanoseconds> ns' -ForEach @(
            @{ Text = '250us'; Nanoseconds = 250000 }
            @{ Text = '1s'; Nanoseconds = 1000000000 }
            @{ Text = '1.5s'; Nanoseconds = 1500000000 }
            @{ Text = ''; Nanoseconds = 0 }
            @{ Text = '2m'; Nanoseconds = 120000000000 }
            @{ Text = '1min'; Nanoseconds = 60000000000 }
            @{ Text = '1h'; Nanoseconds = 3600000000000 }
            @{ Text = '1d'; Nanoseconds = 86400000000000 }
            @{ Text = '00:00:05'; Nanoseconds = 5000000000 }
            @{ Text = '0'; Nanoseconds = 0 }
            @{ Text = '1'; Nanoseconds = 1 }
        ) {
            (New-RoamSegment $script:Path -HeartbeatInterval $Text -Sparse).HeartbeatInterval | Should -Be $Nanoseconds
        }

        It 'rejects as a heartbeat interval <_>' -ForEach 'soon', '5 parsecs', '-1s', -5, '0.5ns', 0.5, '18446744073709551616', '1:2:3:4:5:6' {
            { New-RoamSegment $script:Path -HeartbeatInterval $_ } |
                Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
            $script:Path | Should -Not -Exist
        }

        It 'accepts slot classes as <Form>' -ForEach @(
            @{ Form = 'several texts'; Value = '1KB:8', '16KB:2' }
            @{ Form = 'one text with a comma'; Value = '1KB:8,16KB:2' }
            @{ Form = 'one text with a semicolon'; Value = '1KB:8;16KB:2' }
            @{ Form = 'one text with spaces'; Value = ' 1 KB : 8 ; 16 KB : 2 ; ' }
            @{
                Form = 'hashtables'
                Value = @{ SlotSize = 1KB; SlotCount = 8 }, @{ slotsize = '16KB'; SLOTCOUNT = '2' }
            }
            @{
                Form = 'ordered dictionaries'
                Value = [ordered]@{ SlotSize = 1KB; SlotCount = 8 }, [ordered]@{ SlotCount = 2; SlotSize = 16KB }
            }
            @{
                Form = 'objects'
                Value = [pscustomobject]@{ SlotSize = 1KB; SlotCount = 8 }, [pscustomobject]@{ SlotSize = '16KB'; SlotCount = '2'; Note = 'large' }
            }
            @{ Form = 'objects from CSV'; Value = @("SlotSize,SlotCount`n1KB,8`n16384,2" | ConvertFrom-Csv) }
            @{
                Form = 'objects from JSON'
                Value = @('[{"SlotSize":1024,"SlotCount":8},{"SlotSize":16384,"SlotCount":2}]' | ConvertFrom-Json | ForEach-Object { $_ })
            }
            @{ Form = 'a mixture'; Value = '1KB:8', @{ SlotSize = 16KB; SlotCount = 2 } }
            @{ Form = 'an array in an array'; Value = @(, @('1KB:8', '16KB:2')) }
            @{ Form = 'sizes in bytes'; Value = '1024:8', '0x4000:0x2' }
        ) {
            $script:Rest.SlotClass = $Value
            $rest = $script:Rest
            $null = New-RoamSegment $script:Path @rest -ErrorAction Stop
            Get-Sha256 $script:Path | Should -BeExactly $script:WantedHash
        }

        It 'accepts everything from a CSV file, where an empty cell means the default' {
            $csv = Join-Path $script:Folder 'plan.csv'
            $all = Join-Path $script:Folder 'all.seg'
            $plain = Join-Path $script:Folder 'plain.seg'
            @"
Path,MaxGuests,BipbufCapacity,MaxPayloadSize,InlineThreshold,HeartbeatInterval,SlotClass,Mode,Comment
$all,4,64KB,2MB,512,500ms,1KB:8;16KB:2,,everything
$plain,,,,,,,,nothing
"@ | Set-Content -LiteralPath $csv
            $headers = Import-Csv -LiteralPath $csv | New-RoamSegment -ErrorAction Stop
            $headers.Path | Should -BeExactly @($all, $plain)
            Get-Sha256 $all | Should -BeExactly $script:WantedHash
            $null = New-RoamSegment $script:Path
            Get-Sha256 $plain | Should -BeExactly (Get-Sha256 $script:Path)
        }

        It 'uses the three default classes if the slot classes are <What>' -ForEach @(
            @{ What = 'empty text'; Value = '' }
            @{ What = '$null'; Value = $null }
        ) {
            $null = New-RoamSegment $script:Path -SlotClass $Value -ErrorAction Stop
            (Get-RoamSlotClass $script:Path | ForEach-Object { "$($_.SlotSize):$($_.SlotCount)" }) -join ' ' |
                Should -BeExactly '1024:1024 16384:256 262144:32'
        }

        It 'uses the mode of a row, and the default for a row without one' {
            Skip-Unless $script:OnUnix 'only Unix has permission bits'
            $rows = "Path,Mode`n$(Join-Path $script:Folder a.seg),0640`n$(Join-Path $script:Folder b.seg)," | ConvertFrom-Csv
            $rows | New-RoamSegment -MaxGuests 1 -ErrorAction Stop | ForEach-Object { Get-UnixMode $_.Path } |
                Should -Be @('640', '600')
        }

        It 'does not carry values over from one row of a plan to the next' {
            $headers = @'
Path,MaxGuests,SlotClass
first.seg,3,1KB:4
second.seg,,
'@ | ConvertFrom-Csv | ForEach-Object { $_.Path = Join-Path $script:Folder $_.Path; $_ } | New-RoamSegment
            $headers.MaxGuests | Should -Be @(3, 8)
            $headers.NumVarSlotClasses | Should -Be @(1, 3)
        }

        It 'accepts a plan from JSON, with the classes as objects' {
            $plan = '[{"Path":"' + $script:Path.Replace('\', '\\') + '","MaxGuests":4,"BipbufCapacity":65536,"MaxPayloadSize":"2MB","InlineThreshold":512,"HeartbeatInterval":"500ms","SlotClass":[{"SlotSize":1024,"SlotCount":8},{"SlotSize":16384,"SlotCount":2}]}]'
            $null = ($plan | ConvertFrom-Json) | ForEach-Object { $_ } | New-RoamSegment -ErrorAction Stop
            Get-Sha256 $script:Path | Should -BeExactly $script:WantedHash
        }

        It 'rejects <What>: InvalidConfiguration, and leaves nothing behind' -ForEach $script:Refusals {
            $null = New-RoamSegment $script:Path @With -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId |
                Should -BeExactly 'InvalidConfiguration,RoamShm.Commands.NewRoamSegmentCommand'
            $failed[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
            $failed[0].TargetObject | Should -BeExactly $script:Path
            $failed[0].Exception.Message | Should -Match $Message
            $failed[0].ErrorDetails.RecommendedAction | Should -Match 'Change the value'
            Get-ChildItem -LiteralPath $script:Folder -Force |
                Should -HaveCount 1 -Because 'there is wanted.seg and nothing else'
        }

        It 'names the file whose configuration it rejects, even if the name is relative' {
            Push-Location -LiteralPath $script:Folder
            try {
                $null = New-RoamSegment 'new.seg' -MaxGuests 0 -ErrorAction SilentlyContinue -ErrorVariable failed
            } finally {
                Pop-Location
            }

            Assert-SegmentError $failed -Id InvalidConfiguration -Target $script:Path -Message 'MaxGuests is 0'
        }

        It 'accepts values at the limits: <What>' -ForEach @(
            @{ What = '255 guests'; With = @{ MaxGuests = 255; BipbufCapacity = 64 } }
            @{ What = '256 classes'; With = @{ SlotClass = @(1..256 | ForEach-Object { "$(64 * $_):1" }) } }
            @{ What = 'slots of 5 bytes'; With = @{ SlotClass = '5:1' } }
            @{ What = 'the largest payload'; With = @{ MaxPayloadSize = 4294967295 } }
        ) {
            $header = New-RoamSegment $script:Path @With -ErrorAction Stop -WarningAction SilentlyContinue
            Test-RoamSegment $header.Path | Should -BeTrue
        }

        It 'warns about <Hazard>' -ForEach @(
            @{
                Hazard = 'rings that the implementations pad differently'
                With = @{ BipbufCapacity = 4100 }
                Message = 'bipbuf_capacity 4100 is not a multiple of 64'
            }
            @{
                Hazard = 'inline payloads that do not fit into a ring'
                With = @{ BipbufCapacity = 192 }
                Message = '264 bytes.*ring of 192'
            }
            @{
                Hazard = 'inline payloads too long for their length field'
                With = @{ InlineThreshold = 65536; BipbufCapacity = 1MB }
                Message = 'u16'
            }
            @{
                Hazard = 'a smaller class after a larger one'
                With = @{ SlotClass = '16KB:2', '1KB:8' }
                Message = 'smaller class is never reached'
            }
            @{
                Hazard = 'a heartbeat interval whose double wraps around'
                With = @{ HeartbeatInterval = 9223372036854775808 }
                Message = 'wraps around'
            }
        ) {
            $header = New-RoamSegment $script:Path @With -WarningAction SilentlyContinue -WarningVariable warned -ErrorAction Stop
            $warned | Should -HaveCount 1
            $warned[0].Message | Should -Match $Message
            $warned[0].Message | Should -Match ([regex]::Escape($script:Path))
            $header.Path | Should -Exist -Because 'a warning does not refuse'
        }

        It 'does not warn at the limits of the hazards' {
            $with = @{ BipbufCapacity = 320; InlineThreshold = 312; SlotClass = '1KB:1', '1KB:1'; HeartbeatInterval = 9223372036854775807 }
            $null = New-RoamSegment $script:Path @with -WarningVariable warned -ErrorAction Stop
            $warned | Should -BeNullOrEmpty
        }
    }

    Context 'Location' {
        It 'accepts a name <_>' -ForEach 'by position', 'by -Path', 'from the pipeline', 'by property name', 'relative to the location', 'from a PSDrive', 'from ~', 'with a space', 'with brackets', 'with a star', 'with a wildcard that matches another file', 'in a different case' {
            Skip-Unless ($script:OnUnix -or $_ -ne 'with a star') 'Windows does not allow a star in a name'
            $provider = Get-PSProvider FileSystem
            $homeBefore = $provider.Home
            $with = $script:SmallSegment
            $leaf = 'new.seg'
            Push-Location -LiteralPath $script:Folder
            try {
                $header = switch ($_) {
                    'by position' { New-RoamSegment $script:Path @with }
                    'by -Path' { New-RoamSegment -Path $script:Path @with }
                    'from the pipeline' { $script:Path | New-RoamSegment @with }
                    'by property name' { [pscustomobject]@{ Path = $script:Path } | New-RoamSegment @with }
                    'relative to the location' { New-RoamSegment $leaf @with }
                    'from a PSDrive' { $null = New-PSDrive -Name RoamPester -PSProvider FileSystem -Root $script:Folder; New-RoamSegment "RoamPester:/$leaf" @with }
                    'from ~' { $provider.Home = $script:Folder; New-RoamSegment "~/$leaf" @with }
                    'with a space' { $leaf = 'n ew.seg'; New-RoamSegment (Join-Path $script:Folder $leaf) @with }
                    'with brackets' { $leaf = 'n[ew].seg'; New-RoamSegment (Join-Path $script:Folder $leaf) @with }
                    'with a star' { $leaf = 'n[1]*.seg'; New-RoamSegment (Join-Path $script:Folder $leaf) @with }
                    'with a wildcard that matches another file' {
                        $null = New-RoamSegment 'ne.seg' @with
                        $leaf = 'n[e].seg'
                        New-RoamSegment (Join-Path $script:Folder $leaf) @with
                    }
                    'in a different case' { $leaf = Get-ForeignName; New-RoamSegment (Join-Path $script:Folder $leaf) @with }
                }
            } finally {
                $provider.Home = $homeBefore
                Pop-Location
                Get-PSDrive -Name RoamPester -ErrorAction Ignore | Remove-PSDrive
            }

            $header.Path | Should -BeExactly (Join-Path $script:Folder $leaf)
            Test-Path -LiteralPath $header.Path -PathType Leaf | Should -BeTrue
            # In any case: the returned path names the file again.
            ($header | Get-RoamSegmentHeader -ErrorAction Stop).TotalSize | Should -Be $script:SmallSize
        }

        It 'creates a segment for each string in the pipeline' {
            $with = $script:SmallSegment
            $headers = 'a.seg', 'b.seg', 'c.seg' | ForEach-Object { Join-Path $script:Folder $_ } |
                New-RoamSegment @with
            $headers.Path | Split-Path -Leaf | Should -BeExactly @('a.seg', 'b.seg', 'c.seg')
        }

        It 'reports SegmentExists if <_> has the name, and leaves it alone' -ForEach 'a segment', 'another file', 'an empty file' {
            if ($_ -eq 'a segment') {
                $null = Add-Segment $script:Path
            } else {
                [System.IO.File]::WriteAllText($script:Path, $(if ($_ -eq 'another file') { 'precious' } else { '' }))
            }

            $before = Get-Sha256 $script:Path
            $out = New-RoamSegment $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id SegmentExists -Target $script:Path -Message 'already exists'
            $failed[0].ErrorDetails.RecommendedAction | Should -Match '-Force'
            Get-Sha256 $script:Path | Should -BeExactly $before
            Get-ChildItem -LiteralPath $script:Folder -Force | Should -HaveCount 1
        }

        It 'reports SegmentExists for a dangling symbolic link, and creates nothing at its target' {
            Skip-Unless $script:OnUnix 'creating a link needs a privilege on Windows'
            $end = Join-Path $script:Folder 'end'
            & ln -s $end $script:Path
            $null = New-RoamSegment $script:Path -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentExists -Target $script:Path
            $end | Should -Not -Exist
        }

        It 'replaces the file with -Force, and processes that map the old file keep it' {
            Skip-Unless $script:OnUnix 'Windows does not replace a file that others use'
            $null = Add-Segment $script:Path
            Set-Field $script:Path @{ HostGoodbye = 42 }
            $old = [System.IO.File]::Open($script:Path, 'Open', 'Read', 'ReadWrite,Delete')
            try {
                $header = New-RoamSegment $script:Path -SlotClass '1KB:2' -Force -ErrorAction Stop
                $old.Length | Should -Be $script:SmallSize
                $null = $old.Seek(64, 'Begin')
                $old.ReadByte() | Should -Be 0x2a -Because 'the old bytes are as they were'
            } finally {
                $old.Dispose()
            }

            $header.HostGoodbye | Should -BeFalse
            (Get-RoamSegmentHeader $script:Path).TotalSize | Should -Be $header.TotalSize
            $header.TotalSize | Should -Not -Be $script:SmallSize
            Get-ChildItem -LiteralPath $script:Folder -Force | Should -HaveCount 1
        }

        It 'warns once about leftovers of killed creations in the folder' {
            $leftover = Join-Path $script:Folder '.roamshm-a1b2c3'
            [System.IO.File]::WriteAllText($leftover, 'half a segment')
            $with = $script:SmallSegment
            $null = 'a.seg', 'b.seg' | ForEach-Object { Join-Path $script:Folder $_ } |
                New-RoamSegment @with -WarningAction SilentlyContinue -WarningVariable warned
            $warned | Should -HaveCount 1
            $warned[0].Message | Should -Match ([regex]::Escape($leftover))
        }

        It 'creates a file that does not exist yet with -Force' {
            (New-RoamSegment $script:Path -Force -ErrorAction Stop).Path | Should -Exist
        }

        It 'reports NotARegularFile for a directory, even with -Force' {
            $null = New-Item -ItemType Directory -Path $script:Path
            foreach ($force in $false, $true) {
                $null = New-RoamSegment $script:Path -Force:$force -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $script:Path -Message 'directory'
            }
        }

        It 'reports NotARegularFile for a device and of a FIFO, even with -Force' {
            Skip-Unless $script:OnUnix 'there is no mkfifo'
            & mkfifo $script:Path
            foreach ($name in $script:Path, '/dev/null') {
                $null = New-RoamSegment $name -Force -ErrorAction SilentlyContinue -ErrorVariable failed
                Assert-SegmentError $failed -Id NotARegularFile -Target $name
            }
        }

        It 'reports SegmentNotFound for a missing folder, and does not create it' {
            $missing = Join-Path (Join-Path $script:Folder 'no') 'new.seg'
            $null = New-RoamSegment $missing -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id SegmentNotFound -Target $missing -Message 'folder .* does not exist'
            Split-Path -Parent $missing | Should -Not -Exist
        }

        It 'reports NotAFileSystemPath for the name of a variable' {
            $null = New-RoamSegment 'Variable:RoamNew' -ErrorAction SilentlyContinue -ErrorVariable failed
            Assert-SegmentError $failed -Id NotAFileSystemPath -Target 'Variable:RoamNew' -Message 'provider'
        }

        It 'reports SegmentAccessDenied for a folder that is not writable' -Tag NewPowerShell {
            $closed = Join-Path $script:Folder 'closed'
            $null = New-Item -ItemType Directory -Path $closed
            if ($script:OnUnix) { & chmod 555 $closed }
            $target = Join-Path $closed 'new.seg'
            try {
                $lines = Invoke-AsStranger $script:Folder (ConvertTo-ErrorScript "New-RoamSegment '$target'")
            } finally {
                if ($script:OnUnix) { & chmod 755 $closed }
            }

            $lines | Should -HaveCount 2
            $failed = $lines[1] | ConvertFrom-Json
            $failed.Id | Should -BeExactly 'SegmentAccessDenied,RoamShm.Commands.NewRoamSegmentCommand'
            $failed.Category | Should -BeExactly 'PermissionDenied'
            $failed.Target | Should -BeExactly $target
            Get-ChildItem -LiteralPath $closed -Force | Should -HaveCount 0
        }

        It 'reports InsufficientSpace if the file system is too small, and leaves nothing behind' {
            $free = [System.IO.DriveInfo]::new($(if ($script:OnUnix) { $script:Folder } else { [System.IO.Path]::GetPathRoot($script:Folder) })).AvailableFreeSpace
            $slots = [long][Math]::Ceiling($free / 1GB) + 1
            $out = New-RoamSegment $script:Path -SlotClass "1GB:$slots" -ErrorAction SilentlyContinue -ErrorVariable failed
            $out | Should -BeNullOrEmpty
            Assert-SegmentError $failed -Id InsufficientSpace -Target $script:Path -Message 'No room for the \d+ bytes'
            Get-ChildItem -LiteralPath $script:Folder -Force | Should -HaveCount 0
        }

        It 'has one winner among many that create the same file at once' {
            for ($round = 0; $round -lt 5; $round++) {
                $path = Join-Path $script:Folder "race$round.seg"
                $start = New-Object System.Threading.ManualResetEventSlim
                $ready = New-Object System.Threading.CountdownEvent 8
                $creators = foreach ($i in 1..8) {
                    Open-Runspace -Script {
                        param([string] $Path, [object] $Start, [object] $Ready)
                        $null = $Ready.Signal()
                        $Start.Wait()
                        New-RoamSegment $Path -SlotClass '1KB:16' -ErrorAction SilentlyContinue -ErrorVariable failed
                        foreach ($one in $failed) { $one.FullyQualifiedErrorId }
                    } -Parameters @{ Path = $path; Start = $start; Ready = $ready }
                }
                try {
                    Wait-Until { $ready.IsSet } 'all creators stood at the start'
                    $start.Set()
                    foreach ($creator in $creators) {
                        Wait-Ended $creator
                    }

                    $results = @($creators | ForEach-Object { $_.Events[0] })
                    @($results | Where-Object { $_.TotalSize }) | Should -HaveCount 1
                    @($results | Where-Object { $_ -is [string] -or $_.BaseObject -is [string] }) |
                        Sort-Object -Unique |
                        Should -BeExactly 'SegmentExists,RoamShm.Commands.NewRoamSegmentCommand'
                } finally {
                    foreach ($creator in $creators) {
                        Close-Watch $creator
                    }
                }

                Test-RoamSegment $path | Should -BeTrue
            }

            Get-ChildItem -LiteralPath $script:Folder -Force |
                Should -HaveCount 5 -Because 'the losers leave nothing behind'
        }
    }

    Context 'Mode and storage' {
        It 'allows access for the owner only, whatever the umask' {
            Skip-Unless $script:OnUnix 'only Unix has permission bits'
            Get-UnixMode (Add-Segment $script:Path) | Should -Be '600'
        }

        It 'uses the requested mode, whatever the umask: <Mode>' -ForEach @(
            @{ Mode = '0666'; Expected = '666' }
            @{ Mode = '660'; Expected = '660' }
            @{ Mode = 640; Expected = '640' }
            @{ Mode = '0777'; Expected = '777' }
            @{ Mode = ''; Expected = '600' }
        ) {
            Skip-Unless $script:OnUnix 'only Unix has permission bits'
            $null = New-RoamSegment $script:Path -Mode $Mode -ErrorAction Stop
            Get-UnixMode $script:Path | Should -Be $Expected
        }

        It 'accepts the digits as typed at the prompt, without quotes' {
            Skip-Unless $script:OnUnix 'only Unix has permission bits'
            $null = New-RoamSegment $script:Path -Mode 0640 -ErrorAction Stop
            Get-UnixMode $script:Path | Should -Be '640'
            $null = New-RoamSegment $script:Path -Mode 606 -Force -ErrorAction Stop
            Get-UnixMode $script:Path | Should -Be '606'
        }

        It 'reads digits as octal, so <_> is not a valid mode' -ForEach '0888', '999', '1000', '07777', 'rw-rw----', '-1', '0x1ff' {
            $null = New-RoamSegment $script:Path -Mode $_ -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'InvalidConfiguration,*'
            $failed[0].Exception.Message | Should -Match "'$_' is not a valid mode.*octal"
            $script:Path | Should -Not -Exist
        }

        It 'rejects a mode on systems without modes' {
            Skip-Unless (-not $script:OnUnix) 'this system has permission bits'
            $null = New-RoamSegment $script:Path -Mode 0600 -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'InvalidConfiguration,*'
        }

        It 'reserves storage, so that no guest dies of a full file system' {
            Skip-Unless $script:OnUnix 'needs du to measure the storage of a file'
            $header = New-RoamSegment $script:Path
            Get-AllocatedKB $script:Path | Should -BeGreaterOrEqual ([Math]::Floor($header.TotalSize / 1KB))
        }

        It 'with -Sparse uses only the storage that is written' {
            Skip-Unless $script:OnUnix 'needs du to measure the storage of a file'
            $header = New-RoamSegment $script:Path -SlotClass '1MB:200' -Sparse
            (Get-Item -LiteralPath $script:Path).Length | Should -Be $header.TotalSize
            Get-AllocatedKB $script:Path | Should -BeLessThan 10240
            Test-RoamSegment $script:Path | Should -BeTrue
        }
    }

    Context 'A header in the pipeline' {
        It 'is refused as <_>, since it does not contain the classes' -ForEach 'a header', 'a header through Clixml', 'a header through JSON', 'a header through CSV' {
            $header = Get-RoamSegmentHeader (Add-Segment $script:Path)
            $object = switch ($_) {
                'a header' { $header }
                'a header through Clixml' { ConvertTo-Deserialized $header }
                'a header through JSON' { $header | ConvertTo-Json | ConvertFrom-Json }
                'a header through CSV' { $header | ConvertTo-Csv | ConvertFrom-Csv }
            }
            Remove-Item -LiteralPath $script:Path
            $null = $object | New-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId |
                Should -BeExactly 'InvalidConfiguration,RoamShm.Commands.NewRoamSegmentCommand'
            $failed[0].Exception.Message | Should -Match 'slot classes'
            $script:Path | Should -Not -Exist
        }
    }

    Context 'Confirmation' {
        It '-WhatIf shows the size and the layout, and creates nothing' -Tag NewPowerShell {
            $lines = Invoke-NewProcess -Folder $script:Folder -Script "New-RoamSegment '$script:Path' -MaxGuests 2 -BipbufCapacity 4KB -SlotClass '1KB:4','16KB:2' -WhatIf"
            $text = $lines -join ' '
            $text | Should -Match 'What if: '
            $text | Should -Match "$script:SmallSize bytes"
            $text | Should -Match '2 guests'
            $text | Should -Match 'peer table at 128'
            $text | Should -Match 'rings of 4096 bytes at 256'
            $text | Should -Match "slot pool at $($script:Layout.VarPool)"
            $text | Should -Match '1024:4, 16384:2'
            $text | Should -Match ([regex]::Escape($script:Path))
            Get-ChildItem -LiteralPath $script:Folder -Force | Should -HaveCount 0
        }

        It '-WhatIf returns nothing, but reports what would be refused' {
            New-RoamSegment $script:Path -WhatIf | Should -BeNullOrEmpty
            $null = New-RoamSegment $script:Path -MaxGuests 0 -WhatIf -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | Should -HaveCount 1
            $null = Add-Segment $script:Path
            $null = New-RoamSegment $script:Path -WhatIf -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'SegmentExists,*'
        }

        It '-WhatIf with -Force replaces nothing' {
            $null = Add-Segment $script:Path
            $before = Get-Sha256 $script:Path
            New-RoamSegment $script:Path -SlotClass '64:1' -Force -WhatIf | Should -BeNullOrEmpty
            Get-Sha256 $script:Path | Should -BeExactly $before
        }

        It 'does not prompt with -Confirm:$false, and fails if it cannot prompt' -Tag NewPowerShell {
            $ask = Join-Path $script:Folder 'ask.seg'
            $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
`$ConfirmPreference = 'Low'
(New-RoamSegment '$script:Path' -Confirm:`$false).TotalSize
try { New-RoamSegment '$ask' } catch { 'asked' }
"@
            $lines | Should -BeExactly @('14703936', 'asked')
            $ask | Should -Not -Exist
        }
    }

    Context 'One bad item' {
        It 'does not stop the rest' {
            $null = Add-Segment (Join-Path $script:Folder 'taken.seg')
            $with = $script:SmallSegment
            $headers = 'a.seg', 'taken.seg', 'b.seg' | ForEach-Object { Join-Path $script:Folder $_ } |
                New-RoamSegment @with -ErrorAction SilentlyContinue -ErrorVariable failed
            $headers.Path | Split-Path -Leaf | Should -BeExactly @('a.seg', 'b.seg')
            Assert-SegmentError $failed -Id SegmentExists -Target (Join-Path $script:Folder 'taken.seg')
        }

        It 'in a plan does not stop the rows after it' {
            $headers = @'
Path,MaxGuests
a.seg,2
b.seg,300
c.seg,many
d.seg,4
'@ | ConvertFrom-Csv | ForEach-Object { $_.Path = Join-Path $script:Folder $_.Path; $_ } |
                New-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable failed
            $headers.Path | Split-Path -Leaf | Should -BeExactly @('a.seg', 'd.seg')
            $headers.MaxGuests | Should -Be @(2, 4)
            $failed | Should -HaveCount 2
        }

        It 'stops the rest with -ErrorAction Stop' {
            $null = Add-Segment $script:Path
            { New-RoamSegment $script:Path -ErrorAction Stop } |
                Should -Throw -ErrorId 'SegmentExists,RoamShm.Commands.NewRoamSegmentCommand'
        }
    }

    Context 'At the prompt' {
        It 'completes <Text>' -ForEach @(
            @{ Text = 'New-RoamSegment -SlotClass '; Expected = "'1KB:1024;16KB:256;256KB:32'", '4KB:256' }
            @{ Text = 'New-RoamSegment -SlotClass 4'; Expected = @('4KB:256') }
            @{ Text = "New-RoamSegment -SlotClass '1KB:2"; Expected = @("'1KB:256;1MB:16'") }
            @{ Text = "New-RoamSegment -SlotClass '64:1', 4"; Expected = @('4KB:256') }
            @{ Text = 'New-RoamSegment -Mode '; Expected = '0600', '0660', '0666' }
            @{ Text = 'New-RoamSegment -Mode 066'; Expected = '0660', '0666' }
            @{ Text = 'New-RoamSegment -HeartbeatInterval '; Expected = '500ms', '1s' }
            @{ Text = 'New-RoamSegment -HeartbeatInterval 5'; Expected = '500ms', '5s' }
            @{ Text = 'New-RoamSegment -S'; Expected = '-SlotClass', '-Sparse' }
        ) {
            $offered = @((TabExpansion2 $Text).CompletionMatches.CompletionText)
            foreach ($one in $Expected) {
                $offered | Should -Contain $one
            }
        }

        It 'offers only slot classes and modes that it accepts' {
            $made = 0
            foreach ($parameter in 'SlotClass', 'Mode', 'HeartbeatInterval') {
                if ($parameter -eq 'Mode' -and -not $script:OnUnix) {
                    continue
                }

                foreach ($offer in (TabExpansion2 "New-RoamSegment -$parameter ").CompletionMatches) {
                    $made++
                    $path = Join-Path $script:Folder "$made.seg"
                    $typed = "New-RoamSegment '$path' -$parameter $($offer.CompletionText)"
                    { & ([scriptblock]::Create("$typed -Sparse -ErrorAction Stop")) } |
                        Should -Not -Throw -Because "$typed was offered"
                    $offer.ToolTip | Should -Not -BeNullOrEmpty
                }
            }

            $made | Should -BeGreaterThan 5
        }

        It 'shows no parameter that only the pipeline binds' {
            (TabExpansion2 'New-RoamSegment -').CompletionMatches.CompletionText |
                Should -Not -Contain '-NumVarSlotClasses'
        }

        It 'leaves no handle behind' {
            Skip-Unless $script:OnLinux 'needs /proc to list open files'
            $with = $script:SmallSegment
            1..20 | ForEach-Object { $null = New-RoamSegment $script:Path @with -Force }
            $null = New-RoamSegment $script:Path -ErrorAction SilentlyContinue
            Get-OpenFile $script:Folder | Should -HaveCount 0
        }
    }
}
