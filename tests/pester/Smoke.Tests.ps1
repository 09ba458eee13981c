# The first minutes with an installed module. Tests out/RoamShm by default, or the module in the folder that
# ROAMSHM_MODULEPATH in the environment names.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    $script:pathBefore = $env:PSModulePath
    $script:base = if ($env:ROAMSHM_MODULEPATH) { $env:ROAMSHM_MODULEPATH } else { Split-Path -Parent $ModuleFolder }
    $env:PSModulePath = $base + [System.IO.Path]::PathSeparator + $pathBefore
    Remove-Module RoamShm -ErrorAction Ignore
    $script:found = @(Get-Module RoamShm -ListAvailable)[0]
    Import-Module RoamShm
    $script:folder = Initialize-Folder
}

AfterAll {
    $env:PSModulePath = $pathBefore
    Clear-Folder $folder
}

Describe 'The module, imported by name' {
    It 'is the installed one' {
        $found.ModuleBase | Should -BeLike "$base*"
        (Get-Module RoamShm).ModuleBase | Should -BeExactly $found.ModuleBase
        [System.IO.Path]::GetFullPath((Get-Command Get-RoamSegmentHeader).DLL) | Should -BeLike "$($found.ModuleBase)*"
    }

    It 'has the version of this repository' {
        $root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
        $source = Import-PowerShellDataFile -LiteralPath (Join-Path $root 'RoamShm.psd1')
        [string]$found.Version | Should -BeExactly $source.ModuleVersion
        $found.PrivateData.PSData['Prerelease'] | Should -BeExactly $source.PrivateData.PSData['Prerelease']
    }

    It 'has all the files in its list' {
        $list = (Import-PowerShellDataFile -LiteralPath $found.Path).FileList
        $list.Count | Should -BeGreaterThan 5
        foreach ($name in $list) {
            Join-Path $found.ModuleBase $name | Should -Exist
        }
    }

    It 'has its cmdlets, each with help' {
        $commands = @(Get-Command -Module RoamShm)
        $commands.Name | Sort-Object | Should -Be (Get-ModuleCommand)
        foreach ($command in $commands) {
            $help = Get-Help $command.Name -Full
            $help.Synopsis | Should -Match '^[A-Z].*\.$'
            @($help.examples.example).Count | Should -BeGreaterOrEqual 4
        }
    }

    It 'has its about topics' {
        foreach ($topic in 'about_RoamShm', 'about_RoamShm_Errors', 'about_RoamShm_Findings', 'about_RoamShm_Runbooks') {
            $file = [System.IO.Path]::Combine($found.ModuleBase, 'en-US', "$topic.help.txt")
            (Get-Content -LiteralPath $file)[1] | Should -BeLike "*$topic"
        }
    }

    It 'creates, reads, tests, watches, drains and removes a segment' {
        $path = Join-Path $folder 'orders.seg'
        (New-RoamSegment $path -MaxGuests 4 -SlotClass '1KB:16').MaxGuests | Should -Be 4
        (Get-ChildItem $folder | Get-RoamSegmentHeader).HostGoodbye | Should -BeFalse
        Test-RoamSegment $path | Should -BeTrue
        (Test-RoamSegment $path -Detailed -Full).Findings | Should -BeNullOrEmpty
        @(Get-RoamPeer $path -All).Count | Should -Be 4
        (Get-RoamSlotClass $path).Free | Should -Be 16
        (Find-RoamSegment $folder).Path | Should -BeExactly $path
        (Set-RoamGoodbye $path).HostGoodbye | Should -BeTrue
        (Watch-RoamSegment $path -UntilGoodbye -Timeout 30s).Change | Should -Be 'Initial'
        Remove-RoamSegment $path -Force -Confirm:$false
        $path | Should -Not -Exist
    }

    It 'reports errors with their ids' {
        Get-RoamSegmentHeader (Join-Path $folder 'none.seg') -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'SegmentNotFound,*'
    }

    It 'shows a table' {
        $path = Join-Path $folder 'table.seg'
        $text = New-RoamSegment $path -MaxGuests 4 | Format-Table | Out-String -Width 100
        $text | Should -Match 'Name .*Guests '
        $text | Should -Match '13\.5 MB +4 +64 KB'
    }
}
