# The module as shipped: its manifest, and what an import adds to a session.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Commands = Get-ModuleCommand
    $script:PathCommands = Get-ModuleCommand | Where-Object { $_ -notin 'New-RoamSegment', 'Find-RoamSegment', 'Export-RoamMetric', 'Test-RoamHealth' }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Folder = Initialize-Folder
    $script:Commands = Get-ModuleCommand
}

AfterAll {
    Clear-Folder $script:Folder
}

Describe 'The manifest' {
    BeforeAll {
        $script:Manifest = Test-ModuleManifest -Path $script:ModuleManifest -WarningVariable problems -ErrorAction Stop
        $script:ManifestProblems = $problems
    }

    It 'is valid, without warnings' {
        $script:Manifest.Name | Should -BeExactly 'RoamShm'
        $script:ManifestProblems | Should -BeNullOrEmpty
    }

    It 'has a version, a licence and a description' {
        $script:Manifest.Version | Should -BeGreaterThan ([version]'0.0')
        $script:Manifest.LicenseUri.IsAbsoluteUri | Should -BeTrue
        $script:Manifest.Description | Should -Match 'segment'
    }

    It 'exports exactly its cmdlets' {
        $script:Manifest.ExportedCmdlets.Keys | Sort-Object | Should -BeExactly $script:Commands
    }

    It 'exports nothing else' {
        $data = Import-PowerShellDataFile -LiteralPath $script:ModuleManifest
        foreach ($kind in 'FunctionsToExport', 'AliasesToExport', 'VariablesToExport') {
            $data.ContainsKey($kind) | Should -BeTrue -Because "without $kind everything would be exported"
            $data[$kind] | Should -HaveCount 0
        }
    }

    It 'supports Windows PowerShell 5.1 and PowerShell' {
        $script:Manifest.CompatiblePSEditions | Sort-Object | Should -BeExactly @('Core', 'Desktop')
        $script:Manifest.PowerShellVersion | Should -Be ([version]'5.1')
    }

    It 'names only files that exist' {
        $data = Import-PowerShellDataFile -LiteralPath $script:ModuleManifest
        $named = @($data.RootModule) + @($data.TypesToProcess) + @($data.FormatsToProcess)
        $named.Count | Should -BeGreaterOrEqual 3
        foreach ($file in $named) {
            Join-Path $script:ModuleFolder $file | Should -Exist
        }
    }

    It 'ships with the licence and the read-me file' {
        Join-Path $script:ModuleFolder 'LICENSE' | Should -FileContentMatch 'MIT License'
        Join-Path $script:ModuleFolder 'README.md' | Should -Exist
    }

    It 'has the same version as its libraries and the change log' {
        $version = $script:Manifest.Version
        $version.ToString() | Should -Match '^\d+\.\d+\.\d+$'
        (Get-Module RoamShm).Version | Should -Be $version
        $command = Get-Command Get-RoamSegmentHeader
        foreach ($type in $command.ImplementingType, $command.OutputType[0].Type) {
            $type.Assembly.GetName().Version.ToString() | Should -BeExactly "$version.0"
        }

        Join-Path $script:Repository 'CHANGELOG.md' | Should -FileContentMatch ([regex]::Escape("## [$version]"))
    }

    It 'has the tags and links that the Gallery shows' {
        foreach ($tag in 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS') {
            $script:Manifest.Tags | Should -Contain $tag
        }

        $script:Manifest.LicenseUri.Scheme | Should -BeExactly 'https'
    }

    It 'lists every file that ships' {
        $files = Get-ChildItem -LiteralPath $script:ModuleFolder -Recurse -File |
            ForEach-Object { $_.FullName.Substring($script:ModuleFolder.Length + 1).Replace('\', '/') }
        $files.Count | Should -BeGreaterThan 8
        (Import-PowerShellDataFile -LiteralPath $script:ModuleManifest).FileList | Sort-Object |
            Should -Be ($files | Sort-Object)
    }

    It 'ships with its own two libraries and no others' {
        (Get-ChildItem -LiteralPath $script:ModuleFolder -Recurse -Filter *.dll).Name | Sort-Object |
            Should -BeExactly @('RoamShm.Core.dll', 'RoamShm.PowerShell.dll')
    }
}

Describe 'An import' {
    It 'adds its cmdlets and nothing else to a new session' -Tag NewPowerShell {
        $lines = Invoke-NewProcess -Folder $script:Folder -Script @'
Get-Command -Module RoamShm | ForEach-Object { "$($_.CommandType) $($_.Name)" }
"errors $($Error.Count)"
'@
        $lines | Should -BeExactly (@($script:Commands | ForEach-Object { "Cmdlet $_" }) + 'errors 0')
    }

    It 'writes no warning' -Tag NewPowerShell {
        $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
Remove-Module RoamShm
Import-Module '$($script:ModuleManifest.Replace("'", "''"))' -PassThru 3>&1 | ForEach-Object { `$_.GetType().Name }
"@
        $lines | Should -BeExactly 'PSModuleInfo'
    }

    It 'is complete and silent under -WhatIf and -Confirm, as in a runbook that loads the module' -Tag NewPowerShell {
        $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
Remove-Module RoamShm
Get-TypeData *RoamShm.* | Remove-TypeData
`$WhatIfPreference = `$true
`$ConfirmPreference = 'Low'
Import-Module '$($script:ModuleManifest.Replace("'", "''"))'
(Get-TypeData RoamShm.SegmentListing).DefaultKeyPropertySet.ReferencedProperties[0]
"errors `$(`$Error.Count)"
"@
        $lines | Should -BeExactly @('Path', 'errors 0')
    }

    It 'works by name, with tab completion of its cmdlets, if the module is on the module path' -Tag NewPowerShell {
        $parent = Split-Path -Parent $script:ModuleFolder
        $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
Remove-Module RoamShm
`$env:PSModulePath = '$($parent.Replace("'", "''"))' + [System.IO.Path]::PathSeparator + `$env:PSModulePath
(Get-Command New-RoamSegment).Source
"@
        $lines | Should -BeExactly 'RoamShm'
    }

    It 'loads a table and a list for every output type, including deserialized objects' {
        $written = $script:Commands | ForEach-Object { (Get-Command $_ -Module RoamShm).OutputType.Name }
        $types = @($written | Where-Object { $_ -like 'RoamShm.*' }) + 'RoamShm.SegmentFinding'
        $types.Count | Should -BeGreaterThan 5
        foreach ($type in $types | Sort-Object -Unique) {
            foreach ($name in $type, "Deserialized.$type") {
                $controls = (Get-FormatData -TypeName $name -PowerShellVersion 5.1).FormatViewDefinition.Control
                $controls | ForEach-Object { $_.GetType().Name } | Sort-Object |
                    Should -BeExactly @('ListControl', 'TableControl') -Because "that is for $name"
            }
        }
    }

    It 'can be repeated, and removed' -Tag NewPowerShell {
        $lines = Invoke-NewProcess -Folder $script:Folder -Script @"
`$path = '$($script:ModuleManifest.Replace("'", "''"))'
Import-Module `$path -Force
Remove-Module RoamShm
"left `$(@(Get-Command -Module RoamShm).Count)"
Import-Module `$path
"back `$(@(Get-Command -Module RoamShm).Count)"
"errors `$(`$Error.Count)"
"@
        $lines | Should -BeExactly @('left 0', "back $($script:Commands.Count)", 'errors 0')
    }
}

Describe '<_>' -ForEach $script:Commands {
    BeforeAll {
        $script:Command = Get-Command $_ -Module RoamShm
    }

    It 'is a compiled cmdlet with an approved verb, and declares its output type' {
        $script:Command.CommandType | Should -Be 'Cmdlet'
        (Get-Verb).Verb | Should -Contain $script:Command.Verb
        $writesNothing = $_ -eq 'Remove-RoamSegment'
        @($script:Command.OutputType).Count -eq 0 | Should -Be $writesNothing
    }

    It 'supports ShouldProcess if it changes anything, and only then' {
        $changes = $script:Command.Verb -in 'New', 'Set', 'Remove', 'Reset', 'Export'
        $changes = $changes -or $script:Command.Parameters.ContainsKey('RemoveLeftover')
        $script:Command.Parameters.ContainsKey('WhatIf') | Should -Be $changes
        $script:Command.Parameters.ContainsKey('Confirm') | Should -Be $changes
    }

    It 'has help: at least its syntax' {
        $help = Get-Help $_
        $help.Name | Should -BeExactly $_
        @($help.syntax.syntaxItem).Count | Should -BeGreaterThan 0
    }

    It 'has written help that reads well and names only its own parameters, if its page is staged' {
        $file = Join-Path $script:ModuleFolder 'en-US/RoamShm.PowerShell.dll-Help.xml'
        $command = $_
        $name = "<command:name>$command</command:name>"
        $isThere = (Test-Path -LiteralPath $file) -and (Select-String -LiteralPath $file -SimpleMatch $name -Quiet)
        Skip-Unless $isThere 'its page is not in the help file, which ./build.ps1 -Task Docs makes and checks'
        $help = Get-Help $command -Full
        $help.Synopsis.Trim() |
            Should -Match '^[A-Z].{15,}\.$' -Because 'without its help file a synopsis is the syntax'
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        @($help.parameters.parameter).Count | Should -BeGreaterThan 1
        foreach ($parameter in $help.parameters.parameter) {
            $script:Command.Parameters.Keys | Should -Contain $parameter.name
            $text = ($parameter.description | Out-String).Trim()
            if (-not $text) {
                # Get-Help lists what the page leaves out as the cmdlet declares it; that may only be what the engine
                # binds.
                $attributes = @($script:Command.Parameters[$parameter.name].Attributes |
                        Where-Object { $_ -is [Parameter] })
                @($attributes | Where-Object { -not $_.DontShow }) |
                    Should -HaveCount 0 -Because "-$($parameter.name) needs a description"
            }

            $text | Should -Not -Match '\{\{' -Because 'a template placeholder is left'
        }
    }
}

Describe '<_> as a path cmdlet' -ForEach $script:PathCommands {
    BeforeAll {
        $script:Command = Get-Command $_ -Module RoamShm
    }

    It 'has -Path first, for strings, with wildcards' {
        $path = $script:Command.Parameters['Path']
        $path.ParameterType | Should -Be ([string[]])
        $path.Aliases | Should -BeNullOrEmpty -Because 'a FileInfo must bind to -LiteralPath, brackets and all'
        $set = $path.ParameterSets['Path']
        $set.Position | Should -Be 0
        $set.IsMandatory | Should -BeTrue
        $set.ValueFromPipeline | Should -BeTrue
        $set.ValueFromPipelineByPropertyName | Should -BeFalse
        @($path.Attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] }) |
            Should -HaveCount 1
    }

    It 'has -LiteralPath by property name, alias PSPath and LP' {
        $path = $script:Command.Parameters['LiteralPath']
        $path.Aliases | Sort-Object | Should -BeExactly @('LP', 'PSPath')
        $set = $path.ParameterSets['LiteralPath']
        $set.IsMandatory | Should -BeTrue
        $set.ValueFromPipeline | Should -BeFalse
        $set.ValueFromPipelineByPropertyName | Should -BeTrue
    }
}
