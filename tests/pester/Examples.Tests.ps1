# All examples in docs/cmdlets, page by page, with other processes that do what Scenes.psd1 says.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    $script:scenes = Import-PowerShellDataFile -LiteralPath (Join-Path $PSScriptRoot 'Scenes.psd1')
}

$pages = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'cmdlets')
Describe 'The examples of <_.BaseName>' -ForEach @(Get-ChildItem -LiteralPath $pages -Filter *-*.md | Sort-Object -Property Name) {
    It 'show what the page shows' -Tag NewPowerShell {
        Skip-Because (Get-PageDoubt $_.FullName)
        Skip-Because (Get-AgentDoubt)
        $reader = Open-Reader
        try {
            # Readers have the module; the most demanding reader is one who imported it by path.
            $null = Send-Reader $reader "Import-Module '$ModuleManifest'"
            Assert-Page $reader @(Get-PageBlock $_.FullName) -Scene $scenes[$_.BaseName]
        } finally {
            Close-Reader $reader
        }
    }
}
