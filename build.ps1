#requires -Version 5.1

<#
.SYNOPSIS
    Builds, tests, documents and packages the RoamShm module.
.DESCRIPTION
    The PowerShell person's door to what dotnet does. It works in Windows PowerShell 5.1 and in PowerShell 7, and needs
    nothing but the .NET SDK, except for the task Docs (Microsoft.PowerShell.PlatyPS). It installs nothing. Several tasks
    run in this order: Clean, Build, Docs, Test, Pester, Platforms, Package, Publish.

    It throws at the first thing that fails, so that its exit code, as the script of a shell, is not 0.
.PARAMETER Task
    What to do:

    Build    Builds the solution, which stages the complete module in out/RoamShm and Pester in out/Pester.
    Test     Runs dotnet test: all xUnit tests, and the Pester suite in a pwsh that the build restores.
    Pester   Runs the Pester suite on out/RoamShm in this shell, whichever it is.
    Docs     Checks that docs/cmdlets has a page for each cmdlet and that each page has each parameter, and the other way
             round; makes docs/help from it, stages that, and checks that Get-Help shows it.
    Platforms
             Runs the tests as programs for Windows, under Wine; for Linux on arm64, under qemu-user; and for .NET
             Framework 4.7.2, under Mono. What of that is not installed is left out, with the reason. Needs PowerShell 7.
    Package  Builds the module afresh for Release and makes what is released, in out: the package for the PowerShell
             Gallery, RoamShm.<version>.nupkg; the same as RoamShm.<version>.zip; src/RoamShm.Shell as a .NET tool,
             RoamShm.Shell.<version>.nupkg; and RoamShm.<version>.sha256, the SHA-256 of these and of each file in them.
             The package is published into a folder, installed from there with PSResourceGet (where that is missing it
             is packed by the .NET SDK and unpacked), and the smoke suite runs on what was installed.
    Publish  Pushes to the PowerShell Gallery the very package that Package has made and tested, told by its hash. The
             key is in the environment variable ROAMSHM_GALLERY_KEY. Packages nothing.
    Clean    Removes out, bin and obj.
.PARAMETER Configuration
    Debug or Release. Package is always Release.
.PARAMETER Platform
    Platforms: which of them to run; by default all.
.PARAMETER ProjectUri
    Package: the address of the project, for its page in the Gallery. By default ROAMSHM_PROJECT_URI of the environment;
    without either the package has none.
.PARAMETER IconUri
    Package: the address of docs/images/icon.png, for the Gallery. By default ROAMSHM_ICON_URI of the environment, or
    the file in the repository where ProjectUri is one at GitHub.
.PARAMETER CertificateThumbprint
    Package: the certificate to sign with, one for signing code in a store of this user or machine. By default
    ROAMSHM_CERTIFICATE of the environment; without either nothing is signed. Signing needs Windows.
.PARAMETER TimestampServer
    Package: the time stamp server for signatures, so that they stay valid when the certificate has expired. By default
    ROAMSHM_TIMESTAMP_SERVER of the environment.
.EXAMPLE
    ./build.ps1

    Builds; the module is then in out/RoamShm.
.EXAMPLE
    ./build.ps1 -Task Build, Pester
    Import-Module ./out/RoamShm

    Builds, runs the Pester suite in this shell, and imports what was built.
.EXAMPLE
    ./build.ps1 -Task Docs

    Makes the help anew after a change of docs/cmdlets or docs/about.
.EXAMPLE
    powershell -NoProfile -File build.ps1 -Task Clean,Test,Package

    From another shell, in Windows PowerShell 5.1: everything from the start to the packages.
.EXAMPLE
    ./build.ps1 -Task Package -CertificateThumbprint 5a1e0c6f0d2b4a7796b1c3f4e8d9a0b1c2d3e4f5

    Packages the module, signed.
#>
[CmdletBinding()]
param(
    [ArgumentCompleter({ 'Build', 'Test', 'Pester', 'Docs', 'Platforms', 'Package', 'Publish', 'Clean' -like "$($args[2])*" })]
    [string[]] $Task = @('Build'),

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    [string[]] $Platform = @('Windows', 'Arm64', 'Framework'),

    [string] $ProjectUri = $env:ROAMSHM_PROJECT_URI,

    [string] $IconUri = $env:ROAMSHM_ICON_URI,

    [string] $CertificateThumbprint = $env:ROAMSHM_CERTIFICATE,

    [string] $TimestampServer = $env:ROAMSHM_TIMESTAMP_SERVER
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

$root = $PSScriptRoot
$solution = Join-Path $root 'RoamShm.sln'
$project = [System.IO.Path]::Combine($root, 'src', 'RoamShm.PowerShell')
$shellProject = [System.IO.Path]::Combine($root, 'src', 'RoamShm.Shell')
$suiteProject = [System.IO.Path]::Combine($root, 'tests', 'pester')
$suite = Join-Path $suiteProject 'Invoke-Suite.ps1'
$manifest = Join-Path $root 'RoamShm.psd1'
$out = Join-Path $root 'out'
$staged = Join-Path $out 'RoamShm'
$stagedPester = Join-Path $out 'Pester'

. (Join-Path $suiteProject 'ThisPowerShell.ps1')

<# Runs dotnet; what it says goes to the console, and a failure stops the build. #>
function Invoke-DotNet {
    param([Parameter(Mandatory)] [string[]] $Argument)

    if (-not (Get-Command -Name dotnet -CommandType Application -ErrorAction Ignore)) {
        throw 'There is no dotnet on the path. Install the .NET SDK: https://dotnet.microsoft.com/download'
    }

    & dotnet @Argument | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($Argument -join ' ') failed with exit code $LASTEXITCODE."
    }
}

<#
Runs a script in a process of its own, and returns its objects. Importing the module here would keep its libraries in use,
and on Windows the next build could not replace them.
#>
function Invoke-Apart {
    param(
        [Parameter(Mandatory)] [scriptblock] $Script,
        [object[]] $Argument = @())

    Start-Job -ScriptBlock $Script -ArgumentList $Argument | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
}

function Invoke-Clean {
    $folders = @($out)
    foreach ($parent in 'src', 'tests', 'bench') {
        $path = Join-Path $root $parent
        if (Test-Path -LiteralPath $path) {
            foreach ($project in Get-ChildItem -LiteralPath $path -Directory) {
                $folders += Join-Path $project.FullName 'bin'
                $folders += Join-Path $project.FullName 'obj'
            }
        }
    }

    foreach ($folder in $folders | Where-Object { Test-Path -LiteralPath $_ }) {
        Remove-Item -LiteralPath $folder -Recurse -Force
    }
}

function Invoke-Build {
    param([Parameter(Mandatory)] [string] $Configuration)

    Invoke-DotNet 'build', $solution, '--configuration', $Configuration
}

function Invoke-Test {
    param([Parameter(Mandatory)] [string] $Configuration)

    Invoke-DotNet 'test', $solution, '--configuration', $Configuration
}

function Invoke-PesterSuite {
    param([Parameter(Mandatory)] [string] $Configuration)

    if (-not (Test-Path -LiteralPath $staged) -or -not (Test-Path -LiteralPath $stagedPester)) {
        Invoke-Build -Configuration $Configuration
    }

    & $suite | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw 'The Pester suite failed.'
    }
}

<# Runs the tests as programs of other systems. #>
function Invoke-PlatformTest {
    param(
        [Parameter(Mandatory)] [string[]] $Platform,
        [Parameter(Mandatory)] [string] $Configuration)

    if (-not (Test-Path -LiteralPath $staged) -or -not (Test-Path -LiteralPath $stagedPester)) {
        Invoke-Build -Configuration $Configuration
    }

    if ($PSVersionTable.PSVersion.Major -lt 7) {
        throw 'The task Platforms needs PowerShell 7: dotnet pwsh build.ps1 -Task Platforms'
    }

    $legs = @($Platform -split ',' | ForEach-Object { $_.Trim() } | Where-Object { $_ })
    & ([System.IO.Path]::Combine($root, 'tests', 'platforms', 'Invoke-Platform.ps1')) -Platform $legs -Configuration $Configuration
    if ($LASTEXITCODE -ne 0) {
        throw 'Tests failed on another platform.'
    }
}

<# What the pages and the cmdlets have and the others do not, a line each. #>
function Compare-Documentation {
    param(
        [Parameter(Mandatory)] [object[]] $Page,
        [Parameter(Mandatory)] [object[]] $Cmdlet)

    foreach ($one in $Cmdlet) {
        $its = @($Page | Where-Object { $_.Title -eq $one.Name })
        if ($its.Count -eq 0) {
            "There is no page docs/cmdlets/$($one.Name).md."
            continue
        }

        $documented = @($its[0].Parameters | ForEach-Object { $_.Name })
        foreach ($parameter in @($one.Parameters) | Where-Object { $_ -notin $documented }) {
            "docs/cmdlets/$($one.Name).md does not have -$parameter."
        }

        foreach ($parameter in $documented | Where-Object { $_ -notin $one.Parameters }) {
            "docs/cmdlets/$($one.Name).md has -$parameter, which the cmdlet does not have."
        }
    }

    foreach ($one in $Page | Where-Object { $_.Title -notin $Cmdlet.Name }) {
        "docs/cmdlets/$($one.Title).md is about a cmdlet that the module does not have."
    }
}

function Invoke-Documentation {
    param([Parameter(Mandatory)] [string] $Configuration)

    if (-not (Get-Module -Name Microsoft.PowerShell.PlatyPS -ListAvailable)) {
        throw 'The task Docs needs Microsoft.PowerShell.PlatyPS: Install-Module Microsoft.PowerShell.PlatyPS -Scope CurrentUser'
    }

    if (-not (Test-Path -LiteralPath $staged)) {
        Invoke-Build -Configuration $Configuration
    }

    Import-Module -Name Microsoft.PowerShell.PlatyPS
    $folder = [System.IO.Path]::Combine($root, 'docs', 'cmdlets')
    $files = @(Get-ChildItem -LiteralPath $folder -Filter *-*.md -ErrorAction Ignore)
    $pages = @(if ($files) { Import-MarkdownCommandHelp -LiteralPath $files.FullName })
    $cmdlets = @(Invoke-Apart -Argument $staged -Script {
            param([string] $Staged)

            $ErrorActionPreference = 'Stop'
            $common = [System.Management.Automation.PSCmdlet]::CommonParameters
            foreach ($command in Import-Module $Staged -PassThru | ForEach-Object { $_.ExportedCmdlets.Values }) {
                $parameters = foreach ($parameter in $command.Parameters.Values | Where-Object { $_.Name -notin $common }) {
                    # What is hidden from completion is for the engine to bind, not for people to know.
                    $attributes = $parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] }
                    if ($attributes | Where-Object { -not $_.DontShow }) {
                        $parameter.Name
                    }
                }
                [pscustomobject]@{ Name = $command.Name; Parameters = @($parameters) }
            }
        })
    if ($cmdlets.Count -eq 0) {
        throw "The module in $staged exports nothing."
    }

    $differences = @('There are no pages in docs/cmdlets.')
    if ($pages) {
        $differences = @(Compare-Documentation -Page $pages -Cmdlet $cmdlets)
    }

    if ($differences) {
        throw (@('The documentation is not that of the module:') + $differences -join [Environment]::NewLine)
    }

    & ([System.IO.Path]::Combine($root, 'docs', 'build-help.ps1')) | Out-Host
    Invoke-DotNet 'build', $project, '--configuration', $Configuration

    $silent = @(Invoke-Apart -Argument $staged -Script {
            param([string] $Staged)

            $ErrorActionPreference = 'Stop'
            foreach ($command in Import-Module $Staged -PassThru | ForEach-Object { $_.ExportedCmdlets.Values }) {
                $help = Get-Help -Name $command.Name -Full
                # Without its help file, a synopsis is the syntax.
                if (-not $help.Synopsis -or $help.Synopsis -match '\[<CommonParameters>\]' -or -not $help.examples) {
                    $command.Name
                }
            }
        })
    if ($silent) {
        throw "Get-Help shows no help of $($silent -join ', ')."
    }
}

<#
Zips a module. Equal files make equal archives: they are sorted and have the same time. The names have /, which 5.1
would not see to itself.
#>
function Compress-Module {
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [Parameter(Mandatory)] [string] $Path)

    Add-Type -AssemblyName System.IO.Compression
    $time = New-Object System.DateTimeOffset 1980, 1, 1, 0, 0, 0, ([timespan]::Zero)
    $stream = [System.IO.File]::Open($Path, 'Create', 'ReadWrite')
    try {
        $archive = New-Object System.IO.Compression.ZipArchive $stream, 'Create'
        try {
            foreach ($name in Get-FileName $Folder) {
                $entry = $archive.CreateEntry("RoamShm/$name", 'Optimal')
                $entry.LastWriteTime = $time
                $target = $entry.Open()
                try {
                    $bytes = [System.IO.File]::ReadAllBytes((Join-Path $Folder $name))
                    $target.Write($bytes, 0, $bytes.Length)
                } finally {
                    $target.Dispose()
                }
            }
        } finally {
            $archive.Dispose()
        }
    } finally {
        $stream.Dispose()
    }
}

<# The files of a folder, relative to it. #>
function Get-FileName {
    param([Parameter(Mandatory)] [string] $Folder)

    $names = @(Get-ChildItem -LiteralPath $Folder -Recurse -File -Force |
            ForEach-Object { $_.FullName.Substring($Folder.Length + 1).Replace('\', '/') })
    [Array]::Sort($names, [System.StringComparer]::Ordinal)
    $names
}

function Get-Sha256 {
    param([Parameter(Mandatory)] [string] $Path)

    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant()
}

<# The version with its prerelease part, as the Gallery writes it. #>
function Get-PackageVersion {
    param([Parameter(Mandatory)] [string] $Manifest)

    $data = Import-PowerShellDataFile -LiteralPath $Manifest
    $label = [string]$data.PrivateData.PSData['Prerelease']
    if ($data.ModuleVersion -notmatch '^\d+\.\d+\.\d+$' -or $label -notmatch '^([A-Za-z][0-9A-Za-z]*)?$') {
        throw "'$($data.ModuleVersion)' with the prerelease '$label' is no version as the Gallery takes it."
    }

    if ($label) { "$($data.ModuleVersion)-$label" } else { $data.ModuleVersion }
}

<# What CHANGELOG.md says of a version. #>
function Get-ReleaseNote {
    param([Parameter(Mandatory)] [string] $Version)

    $text = [System.IO.File]::ReadAllText((Join-Path $root 'CHANGELOG.md')) -replace '\r'
    $pattern = "(?ms)^## \[$([regex]::Escape($Version))\][^\n]*\n(.*?)(?=^## |\z)"
    $part = [regex]::Match($text, $pattern).Groups[1].Value.Trim()
    if (-not $part) {
        throw "CHANGELOG.md says nothing of version $Version."
    }

    $part
}

<# Writes into a manifest what is known only when a package is made: the release notes and the project's addresses. #>
function Complete-Manifest {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [hashtable] $Entry)

    $text = [System.IO.File]::ReadAllText($Path)
    $lines = foreach ($key in $Entry.Keys | Sort-Object | Where-Object { $Entry[$_] }) {
        "            {0,-12} = '{1}'" -f $key, $Entry[$key].Replace("'", "''")
    }
    $places = [regex]::Matches($text, "(?m)^            ReleaseNotes = '[^']*'\r?$")
    if ($places.Count -ne 1) {
        throw "The release notes of $Path are not where they are looked for."
    }

    $text = $text.Remove($places[0].Index, $places[0].Length).Insert($places[0].Index, $lines -join "`n")
    [System.IO.File]::WriteAllText($Path, $text)
    $made = (Import-PowerShellDataFile -LiteralPath $Path).PrivateData.PSData
    foreach ($key in $Entry.Keys | Where-Object { $Entry[$_] }) {
        if ($made[$key] -ne $Entry[$key]) {
            throw "$Path does not have the $key that was written into it."
        }
    }
}

<#
A README that goes with a package: its links lead into the repository, which is not there. With the project's address they
become links to it, at the tag of the version; without one they become their text, and pictures go.
#>
function ConvertTo-PackagedReadme {
    param(
        [Parameter(Mandatory)] [string] $Text,
        [string] $ProjectUri,
        [Parameter(Mandatory)] [string] $Version)

    $picture = '!\[([^\]]*)\]\((?![a-z]+:)([^)#][^)]*)\)'
    $link = '(?<!!)\[([^\]]*)\]\((?![a-z]+:|#)([^)]+)\)'
    if ($ProjectUri -match '^https://github\.com/[^/]+/[^/]+') {
        $tree = "$($Matches[0])/{0}/v$Version/"
        $Text = $Text -replace $picture, ('![$1](' + ($tree -f 'raw') + '$2)')
        return $Text -replace $link, ('[$1](' + ($tree -f 'blob') + '$2)')
    }

    $Text -replace "(\r?\n)$picture(\r?\n)(?=\r?\n)" -replace $picture -replace $link, '$1'
}

<# Get-Help -Online opens the first address among the related links. There is one where the project has one, and no dead one. #>
function Add-OnlineHelp {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $ProjectUri,
        [Parameter(Mandatory)] [string] $Version)

    if ($ProjectUri -notmatch '^https://github\.com/[^/]+/[^/]+') {
        return
    }

    $pages = "$($Matches[0])/blob/v$Version/docs/cmdlets"
    $xml = New-Object System.Xml.XmlDocument
    $xml.PreserveWhitespace = $true
    $xml.Load($Path)
    $maml = 'http://schemas.microsoft.com/maml/2004/10'
    $names = New-Object System.Xml.XmlNamespaceManager $xml.NameTable
    $names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
    $names.AddNamespace('maml', $maml)
    foreach ($command in $xml.SelectNodes('//command:command', $names)) {
        $name = $command.SelectSingleNode('command:details/command:name', $names).InnerText.Trim()
        $link = $xml.CreateElement('maml', 'navigationLink', $maml)
        foreach ($part in @(@('linkText', 'Online version'), @('uri', "$pages/$name.md"))) {
            $element = $xml.CreateElement('maml', $part[0], $maml)
            $element.InnerText = $part[1]
            $null = $link.AppendChild($element)
        }

        $null = $command.SelectSingleNode('command:relatedLinks', $names).PrependChild($link)
    }

    $xml.Save($Path)
}

<# Signs what Windows PowerShell and PowerShell look at under the policy AllSigned. #>
function Add-Signature {
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [string] $Thumbprint,
        [string] $TimestampServer)

    if (-not $Thumbprint) {
        'Not signed: no -CertificateThumbprint was given.' | Out-Host
        return
    }

    if (-not (Get-Command -Name Set-AuthenticodeSignature -ErrorAction Ignore)) {
        throw 'Signing needs Set-AuthenticodeSignature, which PowerShell has on Windows only.'
    }

    $store = Get-ChildItem -Path Cert:\CurrentUser\My, Cert:\LocalMachine\My -CodeSigningCert
    $certificate = @($store | Where-Object { $_.Thumbprint -eq $Thumbprint -and $_.HasPrivateKey })[0]
    if (-not $certificate) {
        throw "There is no certificate for signing code with the thumbprint $Thumbprint and its private key."
    }

    $signing = @{ Certificate = $certificate; HashAlgorithm = 'SHA256'; IncludeChain = 'NotRoot' }
    if ($TimestampServer) {
        $signing.TimestampServer = $TimestampServer
    }

    foreach ($name in Get-FileName $Folder | Where-Object { $_ -match '\.(psd1|psm1|ps1|ps1xml|dll)$' }) {
        $signature = Set-AuthenticodeSignature -FilePath (Join-Path $Folder $name) @signing
        if ($signature.Status -ne 'Valid') {
            throw "$name could not be signed: $($signature.StatusMessage)"
        }
    }
}

<# Packs a module without PSResourceGet: the .NET SDK packs what a nuspec tells. #>
function Invoke-SdkPack {
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [Parameter(Mandatory)] [string] $Destination,
        [Parameter(Mandatory)] [string] $Version)

    $data = Import-PowerShellDataFile -LiteralPath (Join-Path $Folder 'RoamShm.psd1')
    $more = $data.PrivateData.PSData
    $elements = [ordered]@{
        id                       = 'RoamShm'
        version                  = $Version
        authors                  = $data.Author
        owners                   = $data.CompanyName
        requireLicenseAcceptance = 'false'
        licenseUrl               = $more['LicenseUri']
        projectUrl               = $more['ProjectUri']
        iconUrl                  = $more['IconUri']
        description              = $data.Description
        releaseNotes             = $more['ReleaseNotes']
        copyright                = $data.Copyright
        tags                     = (@('PSModule') + $more['Tags']) -join ' '
    }
    $metadata = foreach ($key in $elements.Keys | Where-Object { $elements[$_] }) {
        '    <{0}>{1}</{0}>' -f $key, [System.Security.SecurityElement]::Escape($elements[$key])
    }
    $files = foreach ($name in Get-FileName $Folder) {
        '    <file src="{0}" target="{0}" />' -f [System.Security.SecurityElement]::Escape($name)
    }
    $namespace = 'http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd'
    $lines = @('<?xml version="1.0" encoding="utf-8"?>', "<package xmlns=""$namespace"">", '  <metadata>') + $metadata +
    @('  </metadata>', '  <files>') + $files + @('  </files>', '</package>')
    # Beside the files, which it names relative to itself, and gone before anybody looks at them.
    $nuspec = Join-Path $Folder 'RoamShm.nuspec'
    try {
        [System.IO.File]::WriteAllText($nuspec, ($lines -join "`n") + "`n")
        # It warns of what is right in a module, such as DLLs that no project is to reference.
        $said = & dotnet pack $nuspec --output $Destination
        if ($LASTEXITCODE -ne 0) {
            throw "dotnet pack $nuspec failed with exit code $LASTEXITCODE`: $($said -join ' ')"
        }
    } finally {
        Remove-Item -LiteralPath $nuspec -ErrorAction Ignore
    }
}

<# The files of the module in a package, each with its SHA-256: name, two blanks, hash. #>
function Get-PackageContent {
    param([Parameter(Mandatory)] [string] $Path)

    Add-Type -AssemblyName System.IO.Compression
    $sha = [System.Security.Cryptography.SHA256]::Create()
    $stream = [System.IO.File]::OpenRead($Path)
    try {
        $archive = New-Object System.IO.Compression.ZipArchive $stream, 'Read'
        $lines = foreach ($entry in $archive.Entries) {
            # What makes a package of the files is not the module's.
            if ($entry.FullName -notmatch '^(_rels/|package/|\[Content_Types\]\.xml$|RoamShm\.nuspec$)') {
                $content = $entry.Open()
                $hash = [BitConverter]::ToString($sha.ComputeHash($content)).Replace('-', '').ToLowerInvariant()
                $content.Dispose()
                '{0}  {1}' -f [uri]::UnescapeDataString($entry.FullName), $hash
            }
        }
    } finally {
        $stream.Dispose()
        $sha.Dispose()
    }

    @($lines | Sort-Object)
}

function Assert-SameContent {
    param(
        [Parameter(Mandatory)] [string[]] $Expected,
        [Parameter(Mandatory)] [string[]] $Actual,
        [Parameter(Mandatory)] [string] $What)

    $differences = @(Compare-Object -ReferenceObject $Expected -DifferenceObject $Actual -CaseSensitive)
    if ($differences.Count -gt 0) {
        $lines = @($differences | ForEach-Object { $_.SideIndicator + ' ' + $_.InputObject })
        throw "$What differs: $($lines -join '; ')"
    }
}

<# The files of a folder, in the same form. #>
function Get-FolderContent {
    param([Parameter(Mandatory)] [string] $Folder)

    $lines = Get-FileName $Folder | ForEach-Object { '{0}  {1}' -f $_, (Get-Sha256 -Path (Join-Path $Folder $_)) }
    @($lines | Sort-Object)
}

<#
Makes the package, puts it into a folder that is a repository, and installs it from there, as somebody does who installs
the module: with PSResourceGet, and where that is missing by packing with the .NET SDK and unpacking.
#>
function Install-FromRepository {
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [Parameter(Mandatory)] [string] $Repository,
        [Parameter(Mandatory)] [string] $ModulePath,
        [Parameter(Mandatory)] [string] $Version)

    $name = "RoamShm.$Version.nupkg"
    $content = Get-FolderContent $Folder
    if (Get-Command -Name Publish-PSResource -ErrorAction Ignore) {
        $temporary = "RoamShm-$([guid]::NewGuid().ToString('N'))"
        Register-PSResourceRepository -Name $temporary -Uri $Repository -Trusted
        try {
            Publish-PSResource -Path $Folder -Repository $temporary
            Save-PSResource -Name RoamShm -Version $Version -Repository $temporary -Path $ModulePath -TrustRepository
        } finally {
            Unregister-PSResourceRepository -Name $temporary
        }

        # The other way makes the same, so that it does not matter who packs.
        $other = Join-Path (Split-Path -Parent $Repository) 'sdk'
        Invoke-SdkPack -Folder $Folder -Destination $other -Version $Version
        $packed = Get-PackageContent (Join-Path $other $name)
        Assert-SameContent -What 'What the .NET SDK packs' -Expected $content -Actual $packed
    } else {
        Invoke-SdkPack -Folder $Folder -Destination $Repository -Version $Version
        Add-Type -AssemblyName System.IO.Compression.FileSystem
        $target = [System.IO.Path]::Combine($ModulePath, 'RoamShm', ($Version -split '-')[0])
        [System.IO.Compression.ZipFile]::ExtractToDirectory((Join-Path $Repository $name), $target)
        foreach ($extra in '_rels', 'package', '[Content_Types].xml', 'RoamShm.nuspec') {
            Remove-Item -LiteralPath (Join-Path $target $extra) -Recurse -Force -ErrorAction Ignore
        }
    }

    $packed = Get-PackageContent (Join-Path $Repository $name)
    Assert-SameContent -What 'What was packed' -Expected $content -Actual $packed
    $installed = [System.IO.Path]::Combine($ModulePath, 'RoamShm', ($Version -split '-')[0])
    Assert-SameContent -What 'What was installed' -Expected $content -Actual (Get-FolderContent $installed)
}

<# Runs the smoke suite on an installed module, found by its name. #>
function Test-Installed {
    param([Parameter(Mandatory)] [string] $ModulePath)

    $before = $env:ROAMSHM_MODULEPATH
    $env:ROAMSHM_MODULEPATH = $ModulePath
    try {
        $program, $arguments = @(Get-ThisPowerShell) + @('-NoProfile', '-NonInteractive', '-File', $suite, '-Name', 'Smoke')
        $output = @(& $program @arguments)
    } finally {
        $env:ROAMSHM_MODULEPATH = $before
    }

    $output | Out-Host
    if ($LASTEXITCODE -ne 0 -or $output[-1] -notmatch '^[1-9]\d* passed, 0 failed') {
        throw 'The smoke suite failed on the package.'
    }
}

function Invoke-Package {
    param(
        [string] $ProjectUri,
        [string] $IconUri,
        [string] $CertificateThumbprint,
        [string] $TimestampServer)

    if (-not (Test-Path -LiteralPath $stagedPester)) {
        Invoke-DotNet 'build', $suiteProject, '--configuration', 'Release'
    }

    # What an earlier build left is not what this one makes.
    $packaging = Join-Path $out 'package'
    foreach ($old in $staged, $packaging | Where-Object { Test-Path -LiteralPath $_ }) {
        Remove-Item -LiteralPath $old -Recurse -Force
    }

    Invoke-DotNet 'build', $project, '--configuration', 'Release', '--no-incremental'
    $version = Get-PackageVersion $manifest
    Remove-Item -Path (Join-Path $out "*.$version.*")

    if (-not $IconUri -and $ProjectUri -match '^https://github\.com/[^/]+/[^/]+') {
        $IconUri = "$($Matches[0])/raw/v$version/docs/images/icon.png"
    }

    $folder = Join-Path $packaging 'RoamShm'
    $repository = Join-Path $packaging 'repository'
    $modulePath = Join-Path $packaging 'modules'
    $null = New-Item -ItemType Directory -Path $packaging, $repository, $modulePath
    Copy-Item -LiteralPath $staged -Destination $folder -Recurse
    Complete-Manifest -Path (Join-Path $folder 'RoamShm.psd1') -Entry @{
        ReleaseNotes = Get-ReleaseNote -Version $version
        ProjectUri   = $ProjectUri
        IconUri      = $IconUri
    }
    $address = @{ ProjectUri = $ProjectUri; Version = $version }
    $readme = Join-Path $folder 'README.md'
    $text = ConvertTo-PackagedReadme -Text ([System.IO.File]::ReadAllText($readme)) @address
    [System.IO.File]::WriteAllText($readme, $text)
    Add-OnlineHelp -Path (Join-Path $folder (Join-Path 'en-US' 'RoamShm.PowerShell.dll-Help.xml')) @address
    Add-Signature -Folder $folder -Thumbprint $CertificateThumbprint -TimestampServer $TimestampServer
    $null = Test-ModuleManifest -Path (Join-Path $folder 'RoamShm.psd1')
    $listed = (Import-PowerShellDataFile -LiteralPath (Join-Path $folder 'RoamShm.psd1')).FileList
    Assert-SameContent -What 'The FileList of the manifest' -Expected @(Get-FileName $folder) -Actual @($listed)

    Install-FromRepository -Folder $folder -Repository $repository -ModulePath $modulePath -Version $version
    Test-Installed -ModulePath $modulePath

    # The package takes its place only now: what lies in out has been tested.
    $package = Join-Path $out "RoamShm.$version.nupkg"
    Copy-Item -LiteralPath (Join-Path $repository "RoamShm.$version.nupkg") -Destination $package
    $zip = Join-Path $out "RoamShm.$version.zip"
    Compress-Module -Folder $folder -Path $zip
    Invoke-DotNet 'pack', $shellProject, '--configuration', 'Release', '--output', $out

    # As sha256sum writes and checks them: the packages beside this list, and what is in the zip where it was unpacked.
    $packages = Get-ChildItem -LiteralPath $out -File |
        Where-Object { $_.Name -like "*.$version.*" } |
        Sort-Object -Property Name
    $lines = @($packages | ForEach-Object { "$(Get-Sha256 -Path $_.FullName)  $($_.Name)" })
    $lines += Get-FileName $folder | ForEach-Object { "$(Get-Sha256 -Path (Join-Path $folder $_))  RoamShm/$_" }
    [System.IO.File]::WriteAllText((Join-Path $out "RoamShm.$version.sha256"), ($lines -join "`n") + "`n")
    $packages | Select-Object -Property Name, Length | Out-Host
    if (-not $ProjectUri) {
        'The package has no ProjectUri: none was given with -ProjectUri or ROAMSHM_PROJECT_URI.' | Out-Host
    }
}

<# Pushes the package that Package has made and tested, and nothing else. #>
function Publish-Package {
    $version = Get-PackageVersion $manifest
    $package = Join-Path $out "RoamShm.$version.nupkg"
    $list = Join-Path $out "RoamShm.$version.sha256"
    if (-not (Test-Path -LiteralPath $package) -or -not (Test-Path -LiteralPath $list)) {
        throw "There is no $package with its list of hashes. Make and test it first: ./build.ps1 -Task Package."
    }

    $tested = "$(Get-Sha256 -Path $package)  RoamShm.$version.nupkg"
    if ([System.IO.File]::ReadAllLines($list) -cnotcontains $tested) {
        throw "$package is not the one that was tested: its hash is not that in $list."
    }

    if (-not $env:ROAMSHM_GALLERY_KEY) {
        throw 'There is no key: put it into the environment variable ROAMSHM_GALLERY_KEY.'
    }

    if (Get-Command -Name Publish-PSResource -ParameterName NupkgPath -ErrorAction Ignore) {
        Publish-PSResource -NupkgPath $package -Repository PSGallery -ApiKey $env:ROAMSHM_GALLERY_KEY
    } else {
        # Not by Invoke-DotNet, whose error would tell the key.
        $gallery = 'https://www.powershellgallery.com/api/v2/package'
        & dotnet nuget push $package --source $gallery --api-key $env:ROAMSHM_GALLERY_KEY
        if ($LASTEXITCODE -ne 0) {
            throw "The package was not pushed: exit code $LASTEXITCODE."
        }
    }
}

$order = 'Clean', 'Build', 'Docs', 'Test', 'Pester', 'Platforms', 'Package', 'Publish'

# With -File, what another shell calls Clean,Test is one text.
$wanted = @($Task -split ',' | ForEach-Object { $_.Trim() } | Where-Object { $_ })
$unknown = @($wanted | Where-Object { $_ -notin $order })
if ($unknown.Count -gt 0 -or $wanted.Count -eq 0) {
    throw "There is no task '$($unknown -join "', '")'; the tasks are $($order -join ', ')."
}

foreach ($one in $order | Where-Object { $_ -in $wanted }) {
    Write-Verbose "Task $one."
    switch ($one) {
        'Clean' { Invoke-Clean }
        'Build' { Invoke-Build -Configuration $Configuration }
        'Docs' { Invoke-Documentation -Configuration $Configuration }
        'Test' { Invoke-Test -Configuration $Configuration }
        'Pester' { Invoke-PesterSuite -Configuration $Configuration }
        'Platforms' { Invoke-PlatformTest -Platform $Platform -Configuration $Configuration }
        'Package' {
            $given = @{
                ProjectUri            = $ProjectUri
                IconUri               = $IconUri
                CertificateThumbprint = $CertificateThumbprint
                TimestampServer       = $TimestampServer
            }
            Invoke-Package @given
        }
        'Publish' { Publish-Package }
    }
}
