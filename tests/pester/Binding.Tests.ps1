# Objects bind by their path, and that path is the name of one file, whatever characters it contains.

BeforeDiscovery {
    $script:PathCommands = @(
        @{ Command = 'Find-RoamSegment'; With = @{} }
        @{ Command = 'Get-RoamPeer'; With = @{ All = $true } }
        @{ Command = 'Get-RoamSegmentHeader'; With = @{} }
        @{ Command = 'Get-RoamSlotClass'; With = @{} }
        @{ Command = 'Set-RoamGoodbye'; With = @{ Confirm = $false } }
        @{ Command = 'Test-RoamSegment'; With = @{ Detailed = $true } }
        @{ Command = 'Watch-RoamSegment'; With = @{ Count = 1 } }
    )
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
}

Describe 'An object with a path, given to <Command>' -ForEach $script:PathCommands {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Add-Segment (Join-Path $script:Folder 'a[1].seg')
        $null = Add-Segment (Join-Path $script:Folder 'a1.seg')
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    It 'from a CSV file means the file of exactly that name' {
        $table = [pscustomobject]@{ Path = $script:Path } | ConvertTo-Csv -NoTypeInformation
        $given = @($table | ConvertFrom-Csv | & $Command @With)
        $given.Path | Select-Object -Unique | Should -BeExactly $script:Path
    }

    It 'from Select-Object Path means the file of exactly that name' {
        $header = Get-RoamSegmentHeader -LiteralPath $script:Path
        $given = @($header | Select-Object Path | & $Command @With)
        $given.Path | Select-Object -Unique | Should -BeExactly $script:Path
    }

    It 'as an argument means its file' {
        $header = Get-RoamSegmentHeader -LiteralPath $script:Path
        (& $Command $header @With).Path | Select-Object -Unique | Should -BeExactly $script:Path
        (& $Command -Path $header, $header @With).Path | Select-Object -Unique | Should -BeExactly $script:Path
    }
}

Describe 'An object with a path' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Add-Segment (Join-Path $script:Folder 'a[1].seg')
        $script:Other = Add-Segment (Join-Path $script:Folder 'a1.seg')
        $script:Row = [pscustomobject]@{ Path = $script:Path }
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    It 'has only its own file removed, never one that its name would match as a pattern' {
        $script:Row | Remove-RoamSegment -Confirm:$false -Force
        [System.IO.File]::Exists($script:Path) | Should -BeFalse
        [System.IO.File]::Exists($script:Other) | Should -BeTrue
    }

    It 'is an error if its own file does not exist, even if its name would match another' {
        Remove-RoamSegment -LiteralPath $script:Path -Confirm:$false -Force
        $script:Row | Remove-RoamSegment -Confirm:$false -Force -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'SegmentNotFound,*'
        [System.IO.File]::Exists($script:Other) | Should -BeTrue
    }

    It 'passes on its peer id' {
        $peer = [pscustomobject]@{ Path = $script:Path; PeerId = 2 }
        ($peer | Get-RoamPeer -All).PeerId | Should -Be 2
        ($peer | Reset-RoamPeer -Force -Confirm:$false).PeerId | Should -Be 2
    }

    It 'binds by PSPath rather than by Path if it has both' {
        $both = [pscustomobject]@{ Path = $script:Other; PSPath = "Microsoft.PowerShell.Core\FileSystem::$($script:Path)" }
        ($both | Get-RoamSegmentHeader).Path | Should -BeExactly $script:Path
    }

    It 'may have a path relative to the location' {
        Push-Location -LiteralPath $script:Folder
        try {
            ([pscustomobject]@{ Path = 'a[1].seg' } | Get-RoamSegmentHeader).Path | Should -BeExactly $script:Path
        } finally {
            Pop-Location
        }
    }

    It 'is refused if it came from another computer, whatever its property is called' {
        foreach ($property in 'Path', 'PSPath', 'LiteralPath', 'LP') {
            $row = [pscustomobject]@{ $property = $script:Path; PSComputerName = 'far' }
            $row | Get-RoamSegmentHeader -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
            $problem.FullyQualifiedErrorId | Should -BeLike 'RemoteObject,*'
            $row | Find-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
            $problem.FullyQualifiedErrorId | Should -BeLike 'RemoteObject,*'
        }
    }

    It 'creates a segment of exactly that name' {
        $plan = [pscustomobject]@{ Path = (Join-Path $script:Folder 'new[2].seg'); MaxGuests = 3 }
        $made = $plan | New-RoamSegment
        $made.Path | Should -BeExactly $plan.Path
        $made.MaxGuests | Should -Be 3
        $file = [System.IO.FileInfo](Join-Path $script:Folder 'new[3].seg')
        (New-RoamSegment -Path $file).Path | Should -BeExactly $file.FullName
    }
}

Describe 'An object without a path' {
    It 'is refused with an error that says what is missing' {
        [pscustomobject]@{ Name = 'x' } | Get-RoamPeer -ErrorAction SilentlyContinue -ErrorVariable problem
        "$problem" | Should -Match 'There is no path\. .*PSPath, LiteralPath or Path'
    }
}

Describe 'The syntax of a cmdlet' {
    It 'has no parameter that only the engine binds' {
        foreach ($command in Get-Command -Module RoamShm) {
            $command.Parameters.Keys | Should -Not -Contain 'PSComputerName' -Because $command.Name
        }
    }
}
