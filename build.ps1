#requires -Version 5.1

<#
.SYNOPSIS
    Builds, tests, documents and packages the RoamShm module.
.DESCRIPTION
    The PowerShell person's door to what dotnet does. It works in Windows PowerShell 5.1 and in PowerShell 7, and needs
    nothing but the .NET SDK, except for the tasks Pester (Pester 5) and Docs (Microsoft.PowerShell.PlatyPS). It installs
    nothing. Several tasks run in this order: Clean, Build, Docs, Test, Pester, Package.

    It throws at the first thing that fails, so that its exit code, as the script of a shell, is not 0.
.PARAMETER Task
    What to do:

    Build    Builds the solution, which stages the complete module in out/RoamShm.
    Test     Runs dotnet test: all xUnit tests and, as one of them, the Pester suite where there is pwsh with Pester 5.
    Pester   Runs the Pester suite on out/RoamShm in this shell, whichever it is.
    Docs     Checks that docs/cmdlets has a page for each cmdlet and that each page has each parameter, and the other way
             round; makes docs/help from it, stages that, and checks that Get-Help shows it.
    Package  Builds the module afresh for Release and makes out/RoamShm.<version>.zip, beside it the SHA-256 of it and of
             each file in it, and the package of the embedded shell, out/RoamShm.Shell.<version>.nupkg.
    Clean    Removes out, bin and obj.
.PARAMETER Configuration
    Debug or Release. Package is always Release.
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
#>
[CmdletBinding()]
param(
    [ArgumentCompleter({ 'Build', 'Test', 'Pester', 'Docs', 'Package', 'Clean' -like "$($args[2])*" })]
    [string[]] $Task = @('Build'),

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

$root = $PSScriptRoot
$solution = Join-Path $root 'RoamShm.sln'
$project = [System.IO.Path]::Combine($root, 'src', 'RoamShm.PowerShell')
$shellProject = [System.IO.Path]::Combine($root, 'src', 'RoamShm.Shell')
$manifest = Join-Path $root 'RoamShm.psd1'
$out = Join-Path $root 'out'
$staged = Join-Path $out 'RoamShm'

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
Runs a script in a new process of this PowerShell. Importing the module here would keep its libraries in use, and on
Windows the next build could not replace them.
#>
function Invoke-NewShell {
    param(
        [Parameter(Mandatory)] [scriptblock] $Script,
        [object[]] $Argument = @())

    $shell = (Get-Process -Id $PID).Path
    if ([System.IO.Path]::GetFileNameWithoutExtension($shell) -notin 'pwsh', 'powershell') {
        $shell = if ($PSVersionTable.PSVersion.Major -ge 6) { 'pwsh' } else { 'powershell' }
    }

    & $shell -NoProfile -NonInteractive -Command $Script -args $Argument
    if ($LASTEXITCODE -ne 0) {
        throw "A script in a new $shell failed with exit code $LASTEXITCODE."
    }
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

    if (-not (Test-Path -LiteralPath $staged)) {
        Invoke-Build -Configuration $Configuration
    }

    & ([System.IO.Path]::Combine($root, 'tests', 'pester', 'Invoke-Suite.ps1')) | Out-Host
    if ($LASTEXITCODE -eq 77) {
        throw 'The task Pester needs Pester 5, which is not on this machine; above is how to install it.'
    }

    if ($LASTEXITCODE -ne 0) {
        throw 'The Pester suite failed.'
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
    $cmdlets = @(Invoke-NewShell -Argument $staged -Script {
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

    $silent = @(Invoke-NewShell -Argument $staged -Script {
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
Zips the staged module. Equal files make equal archives: they are sorted and have the same time. The names have /, which
5.1 would not see to itself.
#>
function Compress-Module {
    param([Parameter(Mandatory)] [string] $Path)

    Add-Type -AssemblyName System.IO.Compression
    $time = New-Object System.DateTimeOffset 1980, 1, 1, 0, 0, 0, ([timespan]::Zero)
    $stream = [System.IO.File]::Open($Path, 'Create', 'ReadWrite')
    try {
        $archive = New-Object System.IO.Compression.ZipArchive $stream, 'Create'
        try {
            foreach ($name in Get-StagedName) {
                $entry = $archive.CreateEntry("RoamShm/$name", 'Optimal')
                $entry.LastWriteTime = $time
                $target = $entry.Open()
                try {
                    $bytes = [System.IO.File]::ReadAllBytes((Join-Path $staged $name))
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

<# The files of the staged module, relative to it. #>
function Get-StagedName {
    $names = @(Get-ChildItem -LiteralPath $staged -Recurse -File |
            ForEach-Object { $_.FullName.Substring($staged.Length + 1).Replace('\', '/') })
    [Array]::Sort($names, [System.StringComparer]::Ordinal)
    $names
}

function Get-Sha256 {
    param([Parameter(Mandatory)] [string] $Path)

    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant()
}

function Invoke-Package {
    # What an earlier build left is not what this one makes.
    if (Test-Path -LiteralPath $staged) {
        Remove-Item -LiteralPath $staged -Recurse -Force
    }

    Invoke-DotNet 'build', $project, '--configuration', 'Release', '--no-incremental'
    $version = (Import-PowerShellDataFile -LiteralPath $manifest).ModuleVersion
    $null = Test-ModuleManifest -Path (Join-Path $staged 'RoamShm.psd1')

    $zip = Join-Path $out "RoamShm.$version.zip"
    Compress-Module -Path $zip

    # As sha256sum writes and checks them: the archive beside this list, and what is in it where it was unpacked here.
    $lines = @("$(Get-Sha256 -Path $zip)  RoamShm.$version.zip")
    $lines += Get-StagedName | ForEach-Object { "$(Get-Sha256 -Path (Join-Path $staged $_))  RoamShm/$_" }
    [System.IO.File]::WriteAllText((Join-Path $out "RoamShm.$version.sha256"), ($lines -join "`n") + "`n")

    Invoke-DotNet 'pack', $shellProject, '--configuration', 'Release', '--output', $out
    Get-ChildItem -LiteralPath $out -File |
        Where-Object { $_.Name -like "*.$version.*" } |
        Select-Object -Property Name, Length |
        Out-Host
}

$order = 'Clean', 'Build', 'Docs', 'Test', 'Pester', 'Package'

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
        'Package' { Invoke-Package }
    }
}
