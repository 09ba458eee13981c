# What gets installed matches the documentation: runbooks, help, and a README with working links.

BeforeDiscovery {
    $script:Runbooks = 'Get-RoamShmUsage.ps1', 'Remove-RoamHub.ps1', 'Repair-RoamGuest.ps1'
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
    $script:Folder = Initialize-Folder

    # Loads the functions of the build script without running its tasks.
    $build = [System.Management.Automation.Language.Parser]::ParseFile((Join-Path $script:Root 'build.ps1'), [ref]$null, [ref]$null)
    $isFunction = { $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }
    foreach ($function in $build.FindAll($isFunction, $false)) {
        if ($function.Name -in 'ConvertTo-PackagedReadme', 'Add-OnlineHelp') {
            . ([scriptblock]::Create($function.Extent.Text))
        }
    }
}

AfterAll {
    Clear-Folder $script:Folder
}

Describe 'The runbook <_>' -ForEach $script:Runbooks {
    It 'ships with the module, and is named in the help on runbooks' {
        [System.IO.File]::Exists((Join-Path $ModuleFolder (Join-Path 'runbooks' $_))) | Should -BeTrue
        Get-Help about_RoamShm_Runbooks | Should -BeLike "*$_*"
        (Get-Help (Join-Path $ModuleFolder (Join-Path 'runbooks' $_))).Synopsis | Should -Not -BeNullOrEmpty
    }

    It 'runs in a session without the module, using the module it ships with' -Tag NewPowerShell {
        $installed = Join-Path $Folder (Join-Path "modules-$_" 'RoamShm')
        $null = New-Item -ItemType Directory -Path (Split-Path -Parent $installed)
        Copy-Item -LiteralPath $ModuleFolder -Destination $installed -Recurse
        $nothing = Join-Path $Folder 'nothing.psm1'
        [System.IO.File]::WriteAllText($nothing, '')
        $given = if ($_ -like 'Get-*') { $Folder } else { Join-Path $Folder 'none*.seg' }
        $child = "`$null = & '$(Join-Path $installed (Join-Path 'runbooks' $_))' '$given'; (Get-Module RoamShm).ModuleBase"
        Invoke-NewProcess -Folder $Folder -Script $child.Replace('exit', '') -Manifest $nothing | Should -BeExactly $installed
    }
}

Describe 'The README of a package' {
    BeforeAll {
        $script:Readme = [System.IO.File]::ReadAllText((Join-Path $Root 'README.md'))
        $script:Relative = '\]\((?![a-z]+:|#)[^)]*\)'
    }

    It 'has links into the repository before it is packaged' {
        $Readme | Should -Match $Relative
    }

    It 'links to the project at its version, if the project has an address' {
        $whole = ConvertTo-PackagedReadme -Text $Readme -ProjectUri 'https://github.com/some/project' -Version '1.2.3'
        $whole | Should -Not -Match $Relative
        $whole | Should -Match '\]\(https://github\.com/some/project/blob/v1\.2\.3/docs/runbooks\.md\)'
        $whole | Should -Match '!\[[^\]]*\]\(https://github\.com/some/project/raw/v1\.2\.3/docs/images/'
    }

    It 'keeps the text of its links, if the project has no address' {
        $whole = ConvertTo-PackagedReadme -Text $Readme -Version '1.2.3'
        $whole | Should -Not -Match $Relative
        $whole | Should -Not -Match '!\['
        $whole | Should -BeLike '*examples/tour.ps1*'
    }
}

Describe 'Get-Help -Online' {
    BeforeAll {
        $script:Help = Join-Path $Folder 'help.xml'
    }

    BeforeEach {
        Copy-Item -LiteralPath (Join-Path $ModuleFolder (Join-Path 'en-US' 'RoamShm.PowerShell.dll-Help.xml')) -Destination $Help
    }

    It 'opens the page of each cmdlet at its version, if the project has an address' {
        Add-OnlineHelp -Path $Help -ProjectUri 'https://github.com/some/project' -Version '1.2.3'
        $pages = ([xml][System.IO.File]::ReadAllText($Help)).helpItems.command | Where-Object details | ForEach-Object {
            @($_.relatedLinks.navigationLink)[0].uri
        }
        $pages | Should -HaveCount @(Get-ModuleCommand).Count
        foreach ($page in $pages) {
            $page | Should -BeLike 'https://github.com/some/project/blob/v1.2.3/docs/cmdlets/*-Roam*.md'
            Join-Path $Root ($page -replace '^.*/v1\.2\.3/') | Should -Exist
        }
    }

    It 'has no dead address, if the project has none' {
        $before = [System.IO.File]::ReadAllText($Help)
        Add-OnlineHelp -Path $Help -Version '1.2.3'
        [System.IO.File]::ReadAllText($Help) | Should -BeExactly $before
        $before | Should -Not -Match '<maml:uri>[^<]'
    }
}
