# The scripts in examples, except the tour and the runbooks. Jobs stand in for remoting, because their objects come
# back like those of another computer.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
}

Describe 'Export-RoamInventory.ps1' {
    BeforeEach {
        $script:folder = Initialize-Folder
        $script:reports = Join-Path $folder 'reports'
        $null = New-Item -ItemType Directory -Path $reports
        $null = Add-Segment (Join-Path $folder 'a.seg')
        $null = Add-Segment (Join-Path $folder 'b,c.seg')
    }

    AfterEach {
        Clear-Folder $folder
    }

    It 'writes a row for each segment to a CSV and a JSON file' {
        $result = Invoke-Example Export-RoamInventory.ps1 -With @{ OutputFolder = $reports; Path = $folder }
        $result.ExitCode | Should -Be 0 -Because $result.Text
        $result.Text | Should -Match '2 segments, 0 problems\.'
        Get-ChildItem -LiteralPath $reports | Should -HaveCount 2
        $lines = @(Get-Content -Path (Join-Path $reports '*.csv'))
        $lines | Should -HaveCount 3
        $lines[0] | Should -BeLike 'Status,CurrentSize,MaxGuests*'
        @($lines | Where-Object { $_.Contains(",`"$(Join-Path $folder 'b,c.seg')`",") }) | Should -HaveCount 1
        $json = Get-Content -Path (Join-Path $reports '*.json') -Raw
        [regex]::Matches($json, '"LastWriteTime":\s*"\d{4}-\d\d-\d\dT[\d:.]+Z"') | Should -HaveCount 2
        $rows = ($json | ConvertFrom-Json) | ForEach-Object { $_ }
        $rows.Path | Split-Path -Leaf | Sort-Object | Should -Be @('a.seg', 'b,c.seg')
    }

    It 'replaces the files of the same day, and reports what it could not read' {
        $null = Invoke-Example Export-RoamInventory.ps1 -With @{ OutputFolder = $reports; Path = $folder }
        $again = Invoke-Example Export-RoamInventory.ps1 -With @{ OutputFolder = $reports; Path = Join-Path $folder 'none' }
        $again.ExitCode | Should -Be 1 -Because $again.Text
        $again.Text | Should -Match 'SegmentNotFound: '
        Get-ChildItem -LiteralPath $reports | Should -HaveCount 2
        (Get-Content -Path (Join-Path $reports '*.json') -Raw).Trim() | Should -BeExactly '[]'
    }
}

Describe 'Invoke-RoamDeploy.ps1' {
    BeforeEach {
        $script:folder = Initialize-Folder
        $script:path = Add-Segment (Join-Path $folder 'orders.seg')
        $script:deploy = Join-Path $folder 'deploy.ps1'
        [System.IO.File]::WriteAllText($deploy, 'param($Segments) "It runs: $Segments"')
        $script:guest = $null
    }

    AfterEach {
        Close-Agent $guest
        Clear-Folder $folder
    }

    It 'deploys once everybody has left' {
        $result = Invoke-Example Invoke-RoamDeploy.ps1 $path, $deploy
        $result.ExitCode | Should -Be 0 -Because $result.Text
        $result.Text | Should -Match "It runs: $([regex]::Escape($path))"
    }

    It 'with -WhatIf deploys nothing and says so' {
        $result = Invoke-Example Invoke-RoamDeploy.ps1 $path, $deploy @{ WhatIf = $true }
        $result.ExitCode | Should -Be 0 -Because $result.Text
        $result.Text | Should -Match 'What if: '
        $result.Text | Should -Not -Match 'It runs'
        (Get-RoamSegmentHeader $path).HostGoodbye | Should -BeFalse
    }

    It 'fails if there is no segment' {
        (Invoke-Example Invoke-RoamDeploy.ps1 (Join-Path $folder 'none*.seg'), $deploy).ExitCode | Should -Be 1
    }

    It 'deploys nothing while a guest stays, and names it' {
        Skip-Because (Get-AgentDoubt)
        $script:guest = Open-Agent
        $null = Invoke-Agent $guest attach, $path
        $empty = Add-Segment (Join-Path $folder 'empty.seg')
        $result = Invoke-Example Invoke-RoamDeploy.ps1 -With @{ Path = $path, $empty; Deploy = $deploy; Timeout = '1ms' }
        $result.ExitCode | Should -Be 1 -Because $result.Text
        $result.Text | Should -Match '(?s)DrainTimeout: .*peer 1 is attached.*1 segments were drained, 1 were not'
        $result.Text | Should -Not -Match 'It runs'
    }
}

Describe 'Watch-RoamGoodbye.ps1' {
    BeforeEach {
        $script:folder = Initialize-Folder
        $script:path = Add-Segment (Join-Path $folder 'orders.seg')
        $null = Add-Segment (Join-Path $folder 'quiet.seg')
        $script:running = $null
    }

    AfterEach {
        Close-Watch $running
        Clear-Folder $folder
    }

    It 'calls a script when a host raises its goodbye, and for no other segment' {
        $alert = Join-Path $folder 'alert.ps1'
        [System.IO.File]::WriteAllText($alert, 'param($Text, $Event) "ALERT $($Event.HostGoodbyeValue) $Text"')
        # The last of them is in goodbye from the start; once it is reported, the others have been polled.
        $null = Set-RoamGoodbye (Add-Segment (Join-Path $folder 'z.seg')) -Value 9
        $with = @{ Path = Join-Path $folder '*.seg'; Alert = $alert; Count = 2; Interval = '20ms' }
        $script:running = Open-Example Watch-RoamGoodbye.ps1 $with
        $events = $running.Events
        Wait-Until { $events.Count -gt 0 } 'it had begun to watch'
        $null = Set-RoamGoodbye $path -Value 7
        $first, $second = (Wait-Example $running).Text -split "`n"
        $first | Should -Match '^ALERT 9 .*z\.seg has said goodbye'
        $second | Should -Match "^ALERT 7 .*$([regex]::Escape($path)) has said goodbye"
    }

    It 'writes a line if there is no script, and alerts about a goodbye that is already raised' {
        $null = Set-RoamGoodbye $path
        $result = Invoke-Example Watch-RoamGoodbye.ps1 (Join-Path $folder '*.seg') @{ Count = 1 }
        $result.Text | Should -Match "$([regex]::Escape($path)) has said goodbye, value 1"
    }
}

