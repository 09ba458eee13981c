<#
.SYNOPSIS
    Writes an inventory of segments to a CSV and a JSON file, as a nightly job does.
.DESCRIPTION
    One row for each segment that Find-RoamSegment finds, and for each file and folder that could not be read, whose
    status is Unreadable. FileId says which file a row is about: given such a row, a cmdlet that changes something
    refuses if another file has the path by then. The files are named after the day and written under another name
    first, so that nobody reads half of one. A second run on the same day replaces them.

    The exit code is 0, or 1 if something could not be read.

    It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm:

        roamshm -File Export-RoamInventory.ps1 /var/lib/roam -Path /dev/shm
        pwsh -NoProfile -File Export-RoamInventory.ps1 /var/lib/roam -Path /dev/shm
.PARAMETER OutputFolder
    The folder to write to; it must exist.
.PARAMETER Path
    Folders or segments, wildcards allowed. The default is /dev/shm where it exists, and the temporary folder.
.EXAMPLE
    ./Export-RoamInventory.ps1 /var/lib/roam

    Writes /var/lib/roam/roam-2026-11-24.csv and .json.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string] $OutputFolder,

    [string[]] $Path
)

$ErrorActionPreference = 'Stop'

# In roamshm the module is imported already. Otherwise take the one that the build staged, or an installed one.
if (-not (Get-Module RoamShm)) {
    $staged = [IO.Path]::Combine($PSScriptRoot, '..', 'out', 'RoamShm', 'RoamShm.psd1')
    Import-Module $(if ([IO.File]::Exists($staged)) { $staged } else { 'RoamShm' })
}

$columns = 'Status', 'CurrentSize', 'MaxGuests', 'PeersAttached', 'HostGoodbye', 'Owner', 'Mode', 'LastWriteTime', 'Path', 'PSPath', 'FileId'

# Format a field as RFC 4180 requires, independent of the machine's language.
function Get-Field($Value) {
    $text = if ($Value -is [datetime]) { $Value.ToString('o') } else { [Convert]::ToString($Value, [cultureinfo]::InvariantCulture) }
    if ($text -match '[",\r\n]') { '"' + $text.Replace('"', '""') + '"' } else { $text }
}

function Write-Whole([string] $Name, [string] $Text) {
    $target = [IO.Path]::Combine($folder, $Name)
    [IO.File]::WriteAllText("$target.new", $Text)
    [IO.File]::Delete($target)
    [IO.File]::Move("$target.new", $target)
    $target
}

$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputFolder)
$find = @{ ErrorAction = 'SilentlyContinue'; WarningAction = 'SilentlyContinue' }
if ($Path) { $find.Path = $Path }
$segments = @(Find-RoamSegment @find -ErrorVariable problems)

$rows = foreach ($segment in $segments) { @($columns | ForEach-Object { Get-Field $segment.$_ }) -join ',' }
$csv = (@($columns -join ',') + $rows) -join "`r`n"
$plain = foreach ($segment in $segments) {
    $row = [ordered]@{}
    foreach ($column in $columns) {
        # Windows PowerShell 5.1 would write a date as \/Date(1795737600000)\/, which few other programs read.
        $value = $segment.$column
        $row[$column] = if ($value -is [datetime]) { $value.ToString('o') } else { $value }
    }

    [pscustomobject] $row
}
$json = if ($segments.Count -eq 0) { '[]' } else { ConvertTo-Json -InputObject @($plain) }

$day = [datetime]::Now.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)
Write-Whole "roam-$day.csv" "$csv`r`n"
Write-Whole "roam-$day.json" "$json`n"

foreach ($problem in $problems) { "$(($problem.FullyQualifiedErrorId -split ',')[0]): $($problem.Exception.Message)" }
$unreadable = @($segments | Where-Object Status -EQ 'Unreadable')
foreach ($one in $unreadable) { "$($one.Path): $($one.UseReason)" }
$count = @($problems).Count + $unreadable.Count
"$($segments.Count - $unreadable.Count) segments, $count problems."
exit $(if ($count) { 1 } else { 0 })
