# examples/Get-RoamFleet.ps1. Jobs stand in for remoting: each host is a job, which returns objects as a session does.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    Import-RoamShm
    $root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
    $script:fleet = [System.IO.Path]::Combine($root, 'examples', 'Get-RoamFleet.ps1')
    $script:folder = Initialize-Folder
    $null = Add-Segment (Join-Path $folder 'a.seg')
    $null = Add-Segment (Join-Path $folder 'b.seg')
    $null = Set-RoamGoodbye (Join-Path $folder 'b.seg')
    $script:pathBefore = $env:PSModulePath
    $env:PSModulePath = (Split-Path -Parent $ModuleFolder) + [System.IO.Path]::PathSeparator + $env:PSModulePath

    if ($PSVersionTable.PSVersion.Major -lt 6) {
        return
    }

    Mock Invoke-Command {
        foreach ($name in $HostName) {
            $job = Start-Job $ScriptBlock -ArgumentList $ArgumentList
            foreach ($one in $job | Receive-Job -Wait -AutoRemoveJob) {
                $one | Add-Member -NotePropertyName PSComputerName -NotePropertyValue $name -Force -PassThru
            }
        }
    }
}

AfterAll {
    $env:PSModulePath = $pathBefore
    Clear-Folder $folder
}

Describe 'Get-RoamFleet.ps1' -Tag NewPowerShell {
    BeforeEach {
        Skip-Unless ($PSVersionTable.PSVersion.Major -ge 6) 'Windows PowerShell has no remoting over SSH'
    }

    It 'returns a row for each segment of each host' {
        $rows = @(& $fleet -HostName web1, web2 -Path $folder)
        @($rows | ForEach-Object { "$($_.PSComputerName) $(Split-Path -Leaf $_.Path) $($_.HostGoodbye)" } | Sort-Object) |
            Should -Be @('web1 a.seg False', 'web1 b.seg True', 'web2 a.seg False', 'web2 b.seg True')
        $rows[0].CurrentSize | Should -Be $SmallSize
    }

    It 'filters by status' {
        @(& $fleet -HostName web1 -Path $folder -Status Invalid).Count | Should -Be 0
        @(& $fleet -HostName web1 -Path $folder -Status Drained, Unknown | Split-Path -Leaf) | Should -Contain 'b.seg'
    }

    It 'returns rows that no cmdlet mistakes for local files' {
        @(& $fleet -HostName web1 -Path $folder) | Get-RoamSegmentHeader -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.Count | Should -Be 2
    }
}
