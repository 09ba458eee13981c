# README.md as somebody tries it who has just cloned and built the project: everything that it says, and nothing else.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    $script:readme = Join-Path $Repository 'README.md'

    # The hosts of the fleet are played by jobs, since what comes out of a job has been serialized as what comes from another
    # computer. Each has a folder for its /dev/shm, whose path is as long.
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

    It 'can be typed from its first block to its last, and shows what it says' {
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
