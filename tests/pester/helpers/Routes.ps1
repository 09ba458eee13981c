# The ways to pass what a user has to a path cmdlet.

function Get-ForeignName {
    # Latin, Cyrillic, Han, and a character outside the basic plane.
    'f' + [char]0x00FC + 'r-' + [char]0x0448 + [char]0x5206 + [char]::ConvertFromUtf32(0x1F680) + '.seg'
}

function Add-RouteFixture {
    param([Parameter(Mandatory)] [string] $Folder)

    foreach ($name in @('one.seg', 'two.seg', 'lit[1].seg', 'sp ace.seg', (Get-ForeignName))) {
        $null = Add-Segment (Join-Path $Folder $name)
    }
}

<#
Returns each route with the files of Add-RouteFixture that the cmdlet must process. How runs with $Command and $With, and
$one, $two and $literal are paths in $Folder.
#>
function Get-BindingRoute {
    $one, $two, $literal, $foreign = 'one.seg', 'two.seg', 'lit[1].seg', (Get-ForeignName)
    $route = { param([string] $Route, [string[]] $Expected, [scriptblock] $How) @{ Route = $Route; Expected = $Expected; How = $How } }
    & $route 'a string by position' $one { & $Command $one @With }
    & $route 'several strings by position' $one, $two { & $Command $one, $two @With }
    & $route 'strings from the pipeline' $one, $two { $one, $two | & $Command @With }
    & $route '-LiteralPath' $one, $two { & $Command -LiteralPath $one, $two @With }
    & $route '-LP' $one { & $Command -LP $one @With }
    & $route '-PSPath' $one { & $Command -PSPath $one @With }
    & $route 'a file from Get-Item' $one { Get-Item -LiteralPath $one | & $Command @With }
    & $route 'a file as -Path' $literal { & $Command -Path ([System.IO.FileInfo]$literal) @With }
    & $route 'a FileInfo from the pipeline' $literal { [System.IO.FileInfo]$literal | & $Command @With }
    & $route 'files from Get-ChildItem' $literal, $one, 'sp ace.seg', $two, $foreign {
        Get-ChildItem -LiteralPath $Folder | & $Command @With
    }
    & $route 'headers' $literal, $one { Get-RoamSegmentHeader -LiteralPath $literal, $one | & $Command @With }
    & $route 'headers by -InputObject of ForEach-Object' $literal {
        $header = Get-RoamSegmentHeader -LiteralPath $literal
        ForEach-Object -InputObject $header -Process { $_ | & $Command @With }
    }
    & $route 'headers through Clixml' $literal, $one {
        $file = Join-Path $Folder 'headers.clixml'
        Get-RoamSegmentHeader -LiteralPath $literal, $one | Export-Clixml -LiteralPath $file
        Import-Clixml -LiteralPath $file | & $Command @With
    }
    & $route 'headers through JSON' $literal, $one {
        # In 5.1 ConvertFrom-Json writes an array as one object; the parentheses unroll it.
        $json = Get-RoamSegmentHeader -LiteralPath $literal, $one | ConvertTo-Json
        ($json | ConvertFrom-Json) | ForEach-Object { $_ } | & $Command @With
    }
    & $route 'a header through CSV' $literal {
        Get-RoamSegmentHeader -LiteralPath $literal | ConvertTo-Csv | ConvertFrom-Csv | & $Command @With
    }
    & $route 'a header from a job' $literal {
        $header = Invoke-Job { Get-RoamSegmentHeader -LiteralPath $args[0] } $literal
        $header.PSObject.TypeNames | Should -Contain 'Deserialized.RoamShm.SegmentHeader'
        $header | & $Command @With
    }
    & $route 'a report' $literal { Test-RoamSegment -LiteralPath $literal -Detailed | & $Command @With }
    & $route 'a watch event' $literal { Watch-RoamSegment -LiteralPath $literal -Count 1 | & $Command @With }
    & $route 'a watch event through Clixml' $literal {
        ConvertTo-Deserialized (Watch-RoamSegment -LiteralPath $literal -Count 1) | & $Command @With
    }
    & $route 'an object with LiteralPath' $literal { [pscustomobject]@{ LiteralPath = $literal } | & $Command @With }
    & $route 'an object of this computer' $one {
        [pscustomobject]@{ PSPath = $one; PSComputerName = 'localhost' } | & $Command @With
    }
    & $route 'a name relative to the location' $one { Set-Location -LiteralPath $Folder; & $Command 'one.seg' @With }
    & $route 'a dotted path relative to the location' $one, $two {
        Set-Location -LiteralPath $Folder
        & $Command (Join-Path '.' 'one.seg'), (Join-Path (Join-Path '..' (Split-Path -Leaf $Folder)) 'two.seg') @With
    }
    & $route 'a literal name relative to the location' $literal {
        Set-Location -LiteralPath $Folder
        & $Command -LiteralPath 'lit[1].seg' @With
    }
    & $route 'a rooted path with . and .. parts' $one {
        $null = New-Item -ItemType Directory -Path (Join-Path $Folder 'sub')
        & $Command ([System.IO.Path]::Combine($Folder, '.', 'sub', '..', 'one.seg')) @With
    }
    & $route 'the path of a PSDrive' $one, $literal {
        $null = New-PSDrive -Name RoamPester -PSProvider FileSystem -Root $Folder
        & $Command 'RoamPester:/one.seg' @With
        & $Command -LiteralPath 'RoamPester:/lit[1].seg' @With
    }
    & $route 'a path of a PSDrive without a slash' $one {
        $null = New-PSDrive -Name RoamPester -PSProvider FileSystem -Root $Folder
        & $Command 'RoamPester:one.seg' @With
    }
    & $route 'a pattern on a PSDrive' $one {
        $null = New-PSDrive -Name RoamPester -PSProvider FileSystem -Root $Folder
        & $Command 'RoamPester:/on*.seg' @With
    }
    & $route 'a pattern relative to the location' $one, $two { Set-Location -LiteralPath $Folder; & $Command '???.seg' @With }
    & $route 'a path from ~' $one, $two { $provider.Home = $Folder; & $Command '~/one.seg', '~/tw?.seg' @With }
    & $route 'a provider-qualified path' $one { & $Command "Microsoft.PowerShell.Core\FileSystem::$one" @With }
    & $route 'a path with the short name of the provider' $one { & $Command "FileSystem::$one" @With }
    & $route 'a pattern' $one, $two { & $Command (Join-Path $Folder '???.seg') @With }
    & $route 'a pattern with a range' $one, $two { & $Command (Join-Path $Folder '[n-u][nw][e-o].seg') @With }
    & $route 'a pattern that matches nothing' @() {
        & $Command (Join-Path $Folder '*.nothing'), (Join-Path (Join-Path $Folder 'nofolder') '*.seg') @With
    }
    & $route 'a pattern that matches nothing but is a name' $literal { & $Command $literal @With }
    & $route 'brackets escaped by backticks' $literal { & $Command (Join-Path $Folder 'lit`[1`].seg') @With }
    & $route 'a bracket in a set beside a wildcard' $literal {
        # The engine itself matches nothing with an escaped bracket next to a wildcard, and on Windows the engine is asked.
        Skip-Unless $script:OnUnix 'on Windows the engine matches, and finds nothing for this pattern'
        & $Command (Join-Path $Folder 'l*[[]1].seg') @With
    }
    & $route 'brackets as -LiteralPath' $literal { & $Command -LiteralPath $literal @With }
    & $route 'a name with a space' 'sp ace.seg' { & $Command (Join-Path $Folder 'sp ace.seg') @With }
    & $route 'a name that is not ASCII' $foreign { & $Command (Join-Path $Folder (Get-ForeignName)) @With }
    & $route 'a rooted path while the location is in another provider' $one { Set-Location Env:; & $Command $one @With }
    if (-not $script:OnUnix) {
        & $route 'a name relative to the location on its drive' $one, $literal {
            Set-Location -LiteralPath $Folder
            & $Command ($Folder.Substring(0, 2) + 'one.seg') @With
            & $Command -LiteralPath ($Folder.Substring(0, 2) + 'lit[1].seg') @With
        }
        & $route 'a path from the root of the current drive' $one { Set-Location -LiteralPath $Folder; & $Command $one.Substring(2) @With }
        & $route 'a path from ~ with a backslash' $one { $provider.Home = $Folder; & $Command '~\one.seg' @With }
        & $route 'a path with slashes' $one { & $Command $one.Replace('\', '/') @With }
    }
}

<# Passes the files of Add-RouteFixture to a path cmdlet by one route, and returns its output. #>
function Invoke-Route {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in a script block.')]
    param(
        [Parameter(Mandatory)] [string] $Route,
        [Parameter(Mandatory)] [string] $Command,
        [Parameter(Mandatory)] [string] $Folder,
        [hashtable] $With = @{})

    $one, $two, $literal = 'one.seg', 'two.seg', 'lit[1].seg' | ForEach-Object { Join-Path $Folder $_ }
    $how = (Get-BindingRoute | Where-Object { $_.Route -eq $Route }).How
    $provider = Get-PSProvider FileSystem
    $homeBefore = $provider.Home
    $locationBefore = Get-Location
    try {
        . $how
    } finally {
        $provider.Home = $homeBefore
        Set-Location -LiteralPath $locationBefore
        Get-PSDrive -Name RoamPester -ErrorAction Ignore | Remove-PSDrive
    }
}
