# README.md as somebody tries it who has just cloned and built the project: every block, and nothing else. Also the
# manual steps of the runbooks.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    $script:readme = Join-Path $Repository 'README.md'

    # Jobs play the hosts of the fleet, because their output is serialized like that of another computer. Each has its
    # own folder in place of /dev/shm, with a path of the same length.
    function Get-FleetScene {
        do {
            $script:hosts = '1', '2' | ForEach-Object { '/tmp/' + [guid]::NewGuid().ToString('N').Substring(0, 2) + $_ }
        } while ((Test-Path -LiteralPath $hosts) -contains $true)

        $hosts | ForEach-Object { $null = New-Item -ItemType Directory -Path $_ }
        $null = New-RoamSegment "$($hosts[0])/billing.seg" -MaxGuests 2 | Set-RoamGoodbye
        $null = New-RoamSegment "$($hosts[0])/orders.seg" -MaxGuests 4 -BipbufCapacity 16KB
        $null = New-RoamSegment "$($hosts[1])/orders.seg"
        @"
function Invoke-Command {
    param([string[]] `$HostName, [scriptblock] `$ScriptBlock)
    `$folders = @{ web1 = '$($hosts[0])'; web2 = '$($hosts[1])' }
    foreach (`$name in `$HostName) {
        `$there = "Import-Module '$ModuleManifest'; " + ("`$ScriptBlock" -replace '/dev/shm', `$folders[`$name])
        Start-Job ([scriptblock]::Create(`$there)) | Receive-Job -Wait -AutoRemoveJob |
            ForEach-Object { `$_ | Add-Member PSComputerName `$name -Force -PassThru }
    }
}
"@
    }
}

Describe 'README.md' {
    BeforeAll {
        $script:reader = $null
        $script:hosts = @()
    }

    AfterAll {
        Close-Reader $reader
        $hosts | ForEach-Object { Clear-Folder $_ }
    }

    It 'can be typed from the first block to the last, with the output shown' -Tag NewPowerShell {
        Skip-Because (Get-PageDoubt $readme)
        Import-RoamShm
        $script:reader = Open-Reader
        $reader.Folder | Should -Not -Exist
        $blocks = @(Get-PageBlock $readme)
        $blocks[0].Code | Should -BeExactly 'Import-Module ./out/RoamShm'
        $local = @($blocks | Where-Object Heading -NE 'Fleets')
        $local.Count | Should -BeGreaterThan 10
        Assert-Page $reader $local
        $null = Send-Reader $reader (Get-FleetScene)
        $hosts | ForEach-Object { $reader.Standins[$_] = '/dev/shm' }
        Assert-Page $reader @($blocks | Where-Object Heading -EQ 'Fleets')
    }
}

Describe 'docs/runbooks.md' {
    BeforeAll {
        $script:runbooks = [System.IO.Path]::Combine($Repository, 'docs', 'runbooks.md')
        $script:reader = $null
    }

    AfterAll {
        Close-Reader $reader
    }

    It 'has manual steps that work' -Tag NewPowerShell {
        Skip-Because (Get-PageDoubt $runbooks)
        Skip-Because (Get-AgentDoubt)
        Import-RoamShm
        $script:reader = Open-Reader
        $hub = Join-Path $reader.Folder 'orders.seg'
        $null = New-Item -ItemType Directory -Path $reader.Folder
        # The reader answers yes to every prompt.
        $null = Send-Reader $reader "Import-Module '$ModuleManifest'; `$ConfirmPreference = 'None'"
        $drain, $recover, $clean = @(Get-PageBlock $runbooks)

        $null = New-RoamSegment $hub -MaxGuests 4
        $leaving = @{ Before = 4; Do = 'web~ leave-on-goodbye orders.seg', 'web~ end', 'hub~ when-left orders.seg 1', 'hub~ end' }
        $present = @{ Before = 1; Do = 'hub: map orders.seg', 'web: attach orders.seg' }
        $shown = Invoke-PageBlock $reader $drain.Code -Scene $present, $leaving
        $shown | Should -Match 'Attached'
        $hub | Should -Not -Exist -Because $shown

        $null = New-RoamSegment $hub -MaxGuests 4 -HeartbeatInterval 1s
        $left = @{
            Before = 1
            Do     = 'web: attach orders.seg', 'web: state orders.seg 2', 'web: end', 'batch: attach orders.seg 2', 'batch: beat orders.seg 60000', 'batch: end'
        }
        $shown = Invoke-PageBlock $reader $recover.Code -Scene $left
        $shown | Should -Match 'What if: .*Recover peer 2'
        @(Get-RoamPeer $hub).PeerId | Should -Be 2 -Because 'only the one in goodbye is recovered'

        # Peer 2 crashed and is left to a human; without it, what remains is old and has no peer.
        $null = Reset-RoamPeer $hub 2 -Force -Confirm:$false
        [System.IO.File]::SetLastWriteTimeUtc($hub, [datetime]::UtcNow.AddDays(-1))
        $shown = Invoke-PageBlock $reader $clean.Code
        $shown | Should -Match 'Stale'
        $hub | Should -Not -Exist -Because $shown

        Send-Reader $reader '"$($Error.Count) errors"' | Should -BeExactly '0 errors'
    }
}
