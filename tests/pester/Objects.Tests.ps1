# Objects fit where tables of text are expected, compare by what changes, and errors have the usual exception types.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Folder = Initialize-Folder
    $script:Path = Add-Segment (Join-Path $script:Folder 'one.seg')
    Write-Hex $script:Path 128 '02000000'

    function ConvertTo-HexText {
        param([byte[]] $Bytes)

        [System.BitConverter]::ToString($Bytes) -replace '-'
    }
}

AfterAll {
    Clear-Folder $script:Folder
}

Describe 'In a CSV file' {
    It 'every column of <Name> is meaningful text' -ForEach @(
        @{ Name = 'a header'; Source = { Get-RoamSegmentHeader -LiteralPath $Path } }
        @{ Name = 'a listing whose users cannot be told'; Source = { New-Object RoamShm.SegmentListing } }
        @{ Name = 'a peer'; Source = { Get-RoamPeer -LiteralPath $Path -All } }
        @{ Name = 'a slot class'; Source = { Get-RoamSlotClass -LiteralPath $Path } }
        @{ Name = 'an event'; Source = { Watch-RoamSegment -LiteralPath $Path -Count 1 } }
        @{ Name = 'a recovery'; Source = { New-Object RoamShm.PeerRecoveryResult -Property @{ Skipped = 'a; b' } } }
        @{ Name = 'a finding'; Source = { (Test-RoamSegment -LiteralPath $Path -Detailed).Findings } }
    ) {
        $object = @(& $Source)[0]
        foreach ($one in $object, (ConvertTo-Deserialized $object)) {
            foreach ($column in ($one | ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv).PSObject.Properties) {
                $column.Value | Should -Not -Match '^(System|RoamShm)\.' -Because $column.Name
            }
        }
    }

    It 'findings are separate rows that name their segment' {
        $rows = Test-RoamSegment -LiteralPath $Path -Detailed | Select-Object -ExpandProperty Findings |
            ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv
        $rows.Id | Should -Contain 'PeerLeftInGoodbye'
        $rows.Path | Select-Object -Unique | Should -BeExactly $Path
        @($rows | Get-RoamSegmentHeader).Path | Select-Object -Unique | Should -BeExactly $Path
    }
}

Describe 'Compare-Object without -Property' {
    It 'detects a changed segment status, even against a snapshot in a file' {
        $segment = Add-Segment (Join-Path $Folder 'compared.seg')
        $before = Find-RoamSegment -LiteralPath $segment
        $snapshot = Join-Path $Folder 'before.clixml'
        $before | Export-Clixml -LiteralPath $snapshot
        Compare-Object $before (Find-RoamSegment -LiteralPath $segment) | Should -BeNullOrEmpty
        $null = Set-RoamGoodbye -LiteralPath $segment -Confirm:$false
        $after = Find-RoamSegment -LiteralPath $segment
        foreach ($reference in $before, (Import-Clixml -LiteralPath $snapshot)) {
            $sides = Compare-Object $reference $after
            $sides.InputObject.Status | Sort-Object | Should -Be ($reference.Status, $after.Status | Sort-Object)
        }
    }

    It 'detects a changed peer, an allocated slot and a raised goodbye' {
        $segment = Add-Segment (Join-Path $Folder 'peers.seg')
        $header = Get-RoamSegmentHeader -LiteralPath $segment
        $peers = Get-RoamPeer -LiteralPath $segment -All
        $classes = Get-RoamSlotClass -LiteralPath $segment
        Set-Field $segment @{ 'Peer1.State' = 2; 'Class0.FreeHead' = 1 }
        $null = Set-RoamGoodbye -LiteralPath $segment -Confirm:$false
        @(Compare-Object $peers (Get-RoamPeer -LiteralPath $segment -All)).InputObject.PeerId |
            Select-Object -Unique | Should -Be 1
        @(Compare-Object $classes (Get-RoamSlotClass -LiteralPath $segment)).InputObject.Index |
            Select-Object -Unique | Should -Be 0
        Compare-Object $header (Get-RoamSegmentHeader -LiteralPath $segment) | Should -HaveCount 2
    }
}

Describe 'A missing segment' {
    It 'can be caught as <_>' -Tag NewPowerShell -ForEach 'System.Management.Automation.ItemNotFoundException', 'RoamShm.SegmentException' {
        $child = @"
try { Get-RoamPeer -LiteralPath /no/such.seg -ErrorAction Stop } catch [$_] { `$_.FullyQualifiedErrorId }
"@
        Invoke-NewProcess -Folder $Folder -Script $child |
            Should -BeExactly 'SegmentNotFound,RoamShm.Commands.GetRoamPeerCommand'
    }
}

Describe 'A session that has loaded a version of the module' {
    It 'can load another version beside it' -Tag NewPowerShell {
        $newer = Join-Path $Folder (Join-Path 'newer' 'RoamShm')
        Copy-Item -LiteralPath $ModuleFolder -Destination $newer -Recurse
        $manifest = Join-Path $newer 'RoamShm.psd1'
        $text = [System.IO.File]::ReadAllText($manifest)
        [System.IO.File]::WriteAllText($manifest, ($text -replace "(?m)^(\s*ModuleVersion\s*=\s*)'[^']+'", "`$1'99.0.0'"))
        $child = "Import-Module '$newer' -ErrorAction Stop; [string](Get-Module RoamShm).Version"
        Invoke-NewProcess -Folder $Folder -Script $child | Should -Match '99\.0\.0'
    }

    It 'reports that a program is already loaded, rather than run it under the version number of another' -Tag NewPowerShell {
        Skip-Unless ($PSVersionTable.PSVersion.Major -ge 6) 'Windows PowerShell loads both side by side'
        $newer = Join-Path $Folder (Join-Path 'other' 'RoamShm')
        Copy-Item -LiteralPath $ModuleFolder -Destination $newer -Recurse

        # Another build of the library, which differs in the GUID that the file contains.
        $dll = Join-Path $newer (Join-Path 'bin' 'RoamShm.PowerShell.dll')
        $type = (Get-Command Get-RoamPeer).ImplementingType
        $identity = ConvertTo-HexText $type.Module.ModuleVersionId.ToByteArray()
        $program = ConvertTo-HexText ([System.IO.File]::ReadAllBytes($dll))
        $program | Should -Match $identity
        [System.IO.File]::WriteAllBytes($dll, (ConvertFrom-Hex ($program -replace $identity, ('EE' * 16))))
        $child = @"
Remove-Module RoamShm
Import-Module '$newer' -ErrorAction SilentlyContinue -ErrorVariable problem
"[`$(Get-Module RoamShm)] `$problem"
"@
        (Invoke-NewProcess -Folder $Folder -Script $child) -join ' ' | Should -Match '^\[\] .*already loaded'
    }
}
