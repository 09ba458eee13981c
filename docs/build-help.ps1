#requires -Version 5.1
#requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PlatyPS'; ModuleVersion = '1.0.3' }
<#
.SYNOPSIS
    Makes what Get-Help reads, docs/help/en-US, from docs/cmdlets and docs/about.
.DESCRIPTION
    Microsoft.PowerShell.PlatyPS makes the MAML from the markdown. It leaves in it what only a markdown viewer needs:
    line ends within paragraphs, marks for bold and code, and whole examples, fences included, as their introduction.
    And it leaves out the default values, and in the syntax what binds from the pipeline. This script finishes the
    MAML, so that Get-Help reads well and tells everything. It also puts right, in the syntax, the positions and
    what binds from the pipeline, which may differ from set to set.

    The result is kept in the repository, so that building the module needs no PowerShell.
.PARAMETER OutputFolder
    The folder to write to. By default docs/help/en-US.
.EXAMPLE
    ./docs/build-help.ps1
#>
[CmdletBinding()]
param(
    [string] $OutputFolder
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

if (-not $OutputFolder) { $OutputFolder = Join-Path $PSScriptRoot 'help/en-US' }
$null = New-Item $OutputFolder -ItemType Directory -Force

$namespaces = @{
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
}

# The paragraphs of a markdown text as Get-Help should show them: it wraps lines itself and knows no marks.
function ConvertTo-Paragraph([string] $Markdown) {
    foreach ($block in ($Markdown -replace '\r', '').Trim() -split '\n[ ]*\n') {
        $lines = $block.Trim() -replace '\n(?!- )\s*', ' '
        $lines -replace '\*\*(.+?)\*\*', '$1' -replace '`([^`]+)`', '$1' -replace '\[([^\]]+)\]\([^)]+\)', '$1'
    }
}

function Add-Element([Xml.XmlNode] $Parent, [string] $Name, [string] $Text) {
    $prefix = ($Name -split ':')[0]
    $element = $Parent.OwnerDocument.CreateElement($prefix, ($Name -split ':')[1], $namespaces[$prefix])
    if ($Text) { $element.InnerText = $Text }
    $Parent.AppendChild($element)
}

function Write-Paragraph([Xml.XmlNode] $Parent, [string[]] $Text) {
    foreach ($child in @($Parent.ChildNodes)) { $null = $Parent.RemoveChild($child) }
    foreach ($paragraph in $Text) { $null = Add-Element -Parent $Parent -Name 'maml:para' -Text $paragraph }
}

# What a parameter is in one parameter set.
function Get-SetOf([object] $Parameter, [string] $Set) {
    @($Parameter.ParameterSets | Where-Object { $_.Name -in $Set, '(All)' })[0]
}

# An example: text, code, the code's output, more text. All but the code is optional.
function Write-Example([Xml.XmlNode] $Node, [string] $Markdown) {
    $parts = [regex]::Match(
        ($Markdown -replace '\r', '').Trim(),
        '(?s)^(?<before>.*?)```powershell\n(?<code>.*?)\n```\s*(```output\n(?<output>.*?)\n```)?(?<after>.*)$')
    if (-not $parts.Success) { throw "An example has no code: $Markdown" }

    foreach ($child in @($Node.ChildNodes)) {
        if ($child.LocalName -ne 'title') { $null = $Node.RemoveChild($child) }
    }

    # Get-Help shows introduction, code and remarks right after one another. It keeps blanks at the start of a line
    # only in the code, so the output goes there, and the text behind it.
    $null = Add-Element $Node 'maml:introduction'
    $code = $parts.Groups['code'].Value
    if ($parts.Groups['output'].Success) { $code += "`n`n" + $parts.Groups['output'].Value }
    $null = Add-Element -Parent $Node -Name 'dev:code' -Text $code
    $text = $parts.Groups['before'].Value, $parts.Groups['after'].Value | Where-Object { $_.Trim() }
    Write-Paragraph (Add-Element $Node 'dev:remarks') @($text | ForEach-Object { ConvertTo-Paragraph $_ })
}

$pages = Get-ChildItem (Join-Path $PSScriptRoot 'cmdlets') -Filter *-*.md | Sort-Object Name
if (Select-String -Path $pages.FullName -Pattern '\{\{.*\}\}') { throw 'A page has a placeholder left.' }
$commands = @(Import-MarkdownCommandHelp -Path $pages.FullName)
$work = Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid().ToString('N'))
try {
    $file = $commands | Export-MamlCommandHelp -OutputFolder $work
    $xml = New-Object Xml.XmlDocument
    $xml.PreserveWhitespace = $false
    $xml.Load($file.FullName)
    $manager = New-Object Xml.XmlNamespaceManager $xml.NameTable
    foreach ($prefix in $namespaces.Keys) { $manager.AddNamespace($prefix, $namespaces[$prefix]) }

    foreach ($help in $commands) {
        $node = $xml.SelectSingleNode("//command:command[command:details/command:name='$($help.Title)']", $manager)
        $texts = @{
            'command:details/maml:description' = $help.Synopsis
            'maml:description'                 = $help.Description
            'maml:alertSet/maml:alert'         = $help.Notes
        }
        foreach ($path in $texts.Keys) {
            Write-Paragraph $node.SelectSingleNode($path, $manager) (ConvertTo-Paragraph $texts[$path])
        }

        foreach ($parameter in $help.Parameters) {
            $name = $parameter.Name
            $full = $node.SelectSingleNode("command:parameters/command:parameter[maml:name='$name']", $manager)
            $description = $full.SelectSingleNode('maml:description', $manager)
            $paragraphs = @(ConvertTo-Paragraph $parameter.Description)
            Write-Paragraph $description $paragraphs
            if ($parameter.DefaultValue -and $parameter.DefaultValue -ne 'None') {
                $null = Add-Element -Parent $full -Name 'dev:defaultValue' -Text $parameter.DefaultValue
            }

            foreach ($short in $node.SelectNodes("command:syntax//command:parameter[maml:name='$name']", $manager)) {
                $set = $short.SelectSingleNode('command:parameterValue', $manager)
                $value = $full.SelectSingleNode('command:parameterValue', $manager)
                if ($set -and $value) { $value.InnerText = $set.InnerText }
                foreach ($attribute in 'globbing', 'aliases') {
                    $short.SetAttribute($attribute, $full.GetAttribute($attribute))
                }

                # The syntax items stand in the order of the page.
                $item = @($node.SelectNodes('command:syntax/command:syntaxItem', $manager)).IndexOf($short.ParentNode)
                $its = Get-SetOf -Parameter $parameter -Set $help.Syntax[$item].ParameterSetName
                $short.SetAttribute('position', $its.Position.ToLowerInvariant())
                $ways = @(
                    if ($its.ValueFromPipeline) { 'ByValue' }
                    if ($its.ValueFromPipelineByPropertyName) { 'ByPropertyName' }
                )
                $short.SetAttribute('pipelineInput', $(if ($ways) { "true ($($ways -join ', '))" } else { 'false' }))
                Write-Paragraph $short.SelectSingleNode('maml:description', $manager) $paragraphs
            }
        }

        foreach ($type in $node.SelectNodes('command:inputTypes/*|command:returnValues/*', $manager)) {
            $description = $type.SelectSingleNode('maml:description', $manager)
            Write-Paragraph $description (ConvertTo-Paragraph $description.InnerText)
        }

        $examples = @($node.SelectNodes('command:examples/command:example', $manager))
        for ($i = 0; $i -lt $examples.Count; $i++) { Write-Example $examples[$i] $help.Examples[$i].Remarks }

        # Links within the repository lead nowhere from an installed module; their text is a name that Get-Help knows.
        foreach ($link in @($node.SelectNodes('command:relatedLinks/maml:navigationLink', $manager))) {
            $uri = $link.SelectSingleNode('maml:uri', $manager)
            if (-not $uri -or -not $uri.InnerText) { $null = $link.ParentNode.RemoveChild($link) }
            elseif ($uri.InnerText -notmatch '^https?:') { $uri.InnerText = '' }
        }
    }

    $settings = New-Object Xml.XmlWriterSettings
    $settings.Indent = $true
    $settings.NewLineChars = "`n"
    $settings.NewLineHandling = 'None'
    $settings.Encoding = New-Object Text.UTF8Encoding $false
    $target = Join-Path (Resolve-Path $OutputFolder).ProviderPath $file.Name
    $writer = [Xml.XmlWriter]::Create($target, $settings)
    $xml.Save($writer)
    $writer.Dispose()
    [IO.File]::AppendAllText($target, "`n")
}
finally {
    if (Test-Path $work) { Remove-Item $work -Recurse }
}

Copy-Item (Join-Path $PSScriptRoot 'about/*.help.txt') $OutputFolder -Force
Get-ChildItem $OutputFolder
