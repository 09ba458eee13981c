# All examples of docs/cmdlets, page by page, with other processes that do what Scenes.psd1 says.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    $script:scenes = Import-PowerShellDataFile -LiteralPath (Join-Path $PSScriptRoot 'Scenes.psd1')

    # Whoever reads the help has installed the module, so it is found by its name, in jobs too.
    $script:modulePath = (Split-Path -Parent $ModuleFolder) + [System.IO.Path]::PathSeparator + $env:PSModulePath
}

$pages = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'cmdlets')
Describe 'The examples of <_.BaseName>' -ForEach @(Get-ChildItem -LiteralPath $pages -Filter *-*.md | Sort-Object -Property Name) {
    It 'show what the page shows' {
        Skip-Because (Get-PageDoubt $_.FullName)
        Skip-Because (Get-AgentDoubt)
        $reader = Open-Reader -ModulePath $modulePath
        try {
            $null = New-Item -ItemType Directory -Path $reader.Folder
            Assert-Page $reader @(Get-PageBlock $_.FullName) -Scene $scenes[$_.BaseName]
        } finally {
            Close-Reader $reader
        }
    }
}
