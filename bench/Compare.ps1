<#
.SYNOPSIS
Measures the module against its floors, against PowerShell itself and against a script written by hand.

.DESCRIPTION
Builds the module in Release and measures that copy, in one run. In each round the contenders of a row take turns, in one order and then in the other;
a figure is the median of the rounds, a ratio the median of the rounds' ratios. Everything is cleaned up at the end. README.md beside this file tells more.

Start it in a fresh process. A session that has the module already, as src/RoamShm.Shell does, measures the one it has.

.EXAMPLE
pwsh -NoProfile -File bench/Compare.ps1

.EXAMPLE
pwsh -NoProfile -File bench/Compare.ps1 -Quick -Only Get*

.EXAMPLE
pwsh -NoProfile -File bench/Compare.ps1 -Json > figures.json
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingPositionalParameters', '', Justification = 'The rows read as a table.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'Used in a function.')]
[CmdletBinding()]
param(
    # Number of segments. Each takes some 80 KB of memory on tmpfs.
    [ValidateRange(10, 1000000)]
    [int] $Items = 10000,

    # Rounds that count; two more before them do not.
    [ValidateRange(1, 1000)]
    [int] $Rounds = 9,

    # 1,000 segments, 3 rounds, short watches: to see that it runs.
    [switch] $Quick,

    # Only the groups with these names (wildcards): Get, Pipeline, FileInfo, Wildcard, Call, Complete, Test, Health, Message, Goodbye, Sparse, Reference, Reserved,
    # Slots, Fleet, Reset, Processes, Look, Watch, Import, Memory, Peak.
    [string[]] $Only = '*',

    # The rows of the group Fleet on 10,000 segments too, not only on 1,000.
    [switch] $Many,

    # One JSON document instead of the table.
    [switch] $Json,

    # A module to measure instead of building one: the path of its manifest.
    [string] $Module,

    # A program of the reference implementation that makes a segment of 1,000,000 slots of 1 KB at the path it is given, for the group Reference.
    [string] $Reference,

    # Where to make the segments: by default /dev/shm if it has room, else the temporary folder.
    [string] $Folder,

    # Use what the last run built.
    [switch] $NoBuild
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$invariant = [System.Globalization.CultureInfo]::InvariantCulture
$root = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
. ([System.IO.Path]::Combine($root, 'tests', 'pester', 'ThisPowerShell.ps1'))
$output = [System.IO.Path]::Combine($root, 'out', 'bench')
$warmUps = 2
$manyWarmUps = 30
if ($Quick) {
    $Items = [Math]::Min($Items, 1000)
    $Rounds = [Math]::Min($Rounds, 3)
    $manyWarmUps = $warmUps
}

# --- what is measured -----------------------------------------------------------------------------------------------------------

function Invoke-Build([string] $Project) {
    $log = & dotnet build ([System.IO.Path]::Combine($root, $Project)) -c Release --artifacts-path ([System.IO.Path]::Combine($output, 'artifacts')) "-p:StagedModule=$output/RoamShm/" 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "Building $Project failed.`n$($log -join "`n")"
    }
}

# A segment with one peer, whose ring to the host of 64 KB is full of messages of 8 bytes.
function Write-FullRing([string] $Path) {
    $null = New-RoamSegment $Path -MaxGuests 1 -BipbufCapacity 64KB -SlotClass '1KB:64'
    $ring = (Get-RoamPeer $Path -All).RingOffset
    $file = [System.IO.File]::OpenWrite($Path)
    try {
        $file.Position = 128
        $file.WriteByte(1)
        $file.Position = $ring
        $file.Write([BitConverter]::GetBytes([uint32]64KB), 0, 4)
        $entries = [byte[]]::new(64KB)
        for ($i = 0; $i -lt $entries.Length; $i += 16) { $entries[$i] = 16; $entries[$i + 6] = 8 }
        $file.Position = $ring + 128
        $file.Write($entries, 0, $entries.Length)
    }
    finally {
        $file.Dispose()
    }

    $Path
}

function Test-Optimised([System.Reflection.Assembly] $Assembly) {
    foreach ($attribute in $Assembly.GetCustomAttributes([System.Diagnostics.DebuggableAttribute], $false)) {
        if ($attribute.IsJITOptimizerDisabled) {
            return $false
        }
    }

    $true
}

# The hand-written alternative: what an operator writes who has no module.
function Read-HeaderByHand([string[]] $Path) {
    foreach ($one in $Path) {
        $file = [System.IO.File]::Open($one, 'Open', 'Read', 'ReadWrite')
        try {
            $reader = [System.IO.BinaryReader]::new($file)
            $magic = $reader.ReadUInt64()
            if ($magic -ne 0x074255484D414F52) {
                throw "'$one' is no segment."
            }

            $version = $reader.ReadUInt32()
            $headerSize = $reader.ReadUInt32()
            $totalSize = $reader.ReadUInt64()
            $maxPayloadSize = $reader.ReadUInt32()
            $inlineThreshold = $reader.ReadUInt32()
            $maxGuests = $reader.ReadUInt32()
            $bipbufCapacity = $reader.ReadUInt32()
            $peerTableOffset = $reader.ReadUInt64()
            $varPoolOffset = $reader.ReadUInt64()
            $heartbeatInterval = $reader.ReadUInt64()
            $hostGoodbye = $reader.ReadUInt32()
            $numVarSlotClasses = $reader.ReadUInt32()
            $currentSize = $reader.ReadUInt64()
            [pscustomobject]@{
                Path                     = $one
                Magic                    = 'ROAMHUB\x07'
                Version                  = $version
                HeaderSize               = $headerSize
                TotalSize                = $totalSize
                MaxPayloadSize           = $maxPayloadSize
                InlineThreshold          = $inlineThreshold
                EffectiveInlineThreshold = if ($inlineThreshold -eq 0) { 256 } else { $inlineThreshold }
                MaxGuests                = $maxGuests
                BipbufCapacity           = $bipbufCapacity
                PeerTableOffset          = $peerTableOffset
                VarPoolOffset            = $varPoolOffset
                HeartbeatInterval        = $heartbeatInterval
                HostGoodbye              = $hostGoodbye -ne 0
                HostGoodbyeValue         = $hostGoodbye
                NumVarSlotClasses        = $numVarSlotClasses
                CurrentSize              = $currentSize
                FileLength               = $file.Length
                ReadTime                 = [DateTime]::UtcNow
            }
        } finally {
            $file.Dispose()
        }
    }
}

# --- measuring ------------------------------------------------------------------------------------------------------------------

function Show-Progress([string] $Text) {
    if (-not $Json) {
        [Console]::Error.WriteLine("# $Text")
    }
}

function Get-Median([double[]] $Value) {
    $sorted = [double[]] $Value.Clone()
    [Array]::Sort($sorted)
    $middle = [Math]::Floor($sorted.Length / 2)
    if ($sorted.Length % 2) { $sorted[$middle] } else { ($sorted[$middle - 1] + $sorted[$middle]) / 2 }
}

# Milliseconds of one run of one contender. Garbage of the one before is not its own.
function Measure-Contender($Contender) {
    if ($Contender -is [scriptblock]) {
        $Contender = @{ Run = $Contender }
    }

    if ($Contender.ContainsKey('Before')) {
        & $Contender.Before
    }

    $run = $Contender.Run
    [GC]::Collect()
    [GC]::WaitForPendingFinalizers()
    $start = [System.Diagnostics.Stopwatch]::GetTimestamp()
    $result = & $run
    $time = ([System.Diagnostics.Stopwatch]::GetTimestamp() - $start) * 1000.0 / [System.Diagnostics.Stopwatch]::Frequency
    if ($Contender.ContainsKey('After')) {
        & $Contender.After
    }

    if ($Contender.ContainsKey('MeasuresItself')) { [double]::Parse($result, $invariant) } else { $time }
}

# A table of times: for each contender one of each round. Where a round is few calls, it takes more of them until the run-time has compiled for good
# what loops within.
function Measure-Group([System.Collections.Specialized.OrderedDictionary] $Contender, [int] $WarmUp = $warmUps) {
    $names = [string[]] $Contender.Keys
    $times = @{}
    foreach ($name in $names) {
        $times[$name] = [System.Collections.Generic.List[double]]::new()
    }

    for ($round = 0 - $WarmUp; $round -lt $Rounds; $round++) {
        foreach ($name in $names) {
            $time = Measure-Contender $Contender[$name]
            if ($round -ge 0) {
                $times[$name].Add($time)
            }
        }

        [Array]::Reverse($names)
    }

    $times
}

$script:figures = [System.Collections.Generic.List[object]]::new()

function Add-Figure([string] $Name, [double] $Value, [string] $Unit, [string] $Base, $BaseValue, $Ratio, $Target, [string] $Note) {
    $passes = if ($null -ne $Target) { $Ratio -le $Target }
    $figures.Add([pscustomobject]@{
            Name = $Name; Value = $Value; Unit = $Unit; Base = $Base; BaseValue = $BaseValue; Ratio = $Ratio; Target = $Target; Pass = $passes; Note = $Note
        })
}

# One row: what it takes, and what it is compared with, both computed from the times of a round, in µs an item.
function Add-Row([string] $Name, [hashtable] $Times, [int] $Count, [scriptblock] $Value, [string] $Base, [scriptblock] $BaseValue, $Target) {
    $values = [System.Collections.Generic.List[double]]::new()
    $bases = [System.Collections.Generic.List[double]]::new()
    $ratios = [System.Collections.Generic.List[double]]::new()
    for ($round = 0; $round -lt $Rounds; $round++) {
        $t = @{}
        foreach ($contender in $Times.Keys) {
            $t[$contender] = $Times[$contender][$round] * 1000 / $Count
        }

        $valueNow = & $Value $t
        $values.Add($valueNow)
        if ($BaseValue) {
            $baseNow = & $BaseValue $t
            $bases.Add($baseNow)
            $ratios.Add($valueNow / $baseNow)
        }
    }

    if ($BaseValue) {
        Add-Figure $Name (Get-Median $values) 'µs' $Base (Get-Median $bases) (Get-Median $ratios) $Target
    } else {
        Add-Figure $Name (Get-Median $values) 'µs'
    }
}

function Test-Wanted([string] $Group) {
    # -File gives a list as one text.
    foreach ($pattern in $Only -split ',') {
        if ($Group -like $pattern) {
            Show-Progress $Group
            return $true
        }
    }

    $false
}

function Get-Free([string] $Path) {
    try { [System.IO.DriveInfo]::new($Path).AvailableFreeSpace } catch { 0 }
}

function Clear-File([string[]] $Path) {
    foreach ($one in $Path) {
        [System.IO.File]::Delete($one)
    }
}

# --- preparation ----------------------------------------------------------------------------------------------------------------

$loaded = foreach ($assembly in [AppDomain]::CurrentDomain.GetAssemblies()) {
    if ($assembly.GetName().Name -eq 'RoamShm.PowerShell') { $assembly }
}

if (-not $NoBuild) {
    Show-Progress 'Building'
    Invoke-Build 'bench/RoamShm.BenchCmdlets'
    Invoke-Build 'bench/RoamShm.BenchEmpty'
}

if (-not $loaded) {
    if (-not $Module) {
        if (-not $NoBuild) {
            Invoke-Build 'src/RoamShm.PowerShell'
        }

        $Module = [System.IO.Path]::Combine($output, 'RoamShm', 'RoamShm.psd1')
    }

    Import-Module $Module
}

Import-Module ([System.IO.Path]::Combine($output, 'artifacts', 'bin', 'RoamShm.BenchCmdlets', 'release', 'RoamShm.BenchCmdlets.dll'))
$command = Get-Command Get-RoamSegmentHeader
$assembly = $command.ImplementingType.Assembly
if (-not (Test-Optimised $assembly)) {
    [Console]::Error.WriteLine("The module at $($assembly.Location) is a Debug build: its figures mean nothing.")
}

if (-not $Folder) {
    $need = $Items * 100KB + 600MB
    $Folder = if ([System.IO.Directory]::Exists('/dev/shm') -and (Get-Free '/dev/shm') -gt $need) { '/dev/shm' } else { [System.IO.Path]::GetTempPath() }
}

$work = [System.IO.Path]::Combine($Folder, 'roamshm-bench-' + [Guid]::NewGuid().ToString('n'))
[void] [System.IO.Directory]::CreateDirectory($work)
try {
    $segments = [System.IO.Path]::Combine($work, 'segments')
    [void] [System.IO.Directory]::CreateDirectory($segments)
    Show-Progress "Making $Items segments in $work"
    $paths = [string[]]::new($Items)
    for ($i = 0; $i -lt $Items; $i++) {
        $paths[$i] = [System.IO.Path]::Combine($segments, $i.ToString('segment00000', $invariant) + '.seg')
    }

    # 8 guests with rings of 64 KB, 3 slot classes.
    $paths | New-RoamSegment -Sparse -SlotClass '1KB:64', '16KB:16', '64KB:4' > $null
    $pattern = [System.IO.Path]::Combine($segments, '*.seg')

    # Whoever does not do the work would win.
    $count = 0
    foreach ($header in Get-RoamSegmentHeader -Path $pattern) { $count += $header.MaxGuests }
    foreach ($isValid in Test-RoamSegment -LiteralPath $paths) { $count += if ($isValid) { 1 } else { 0 } }
    if ($count -ne 9 * $Items) {
        throw "The segments are not what they should be: $count."
    }

    # --- the rows -----------------------------------------------------------------------------------------------------------------

    $readFloor = { [RoamShm.Bench.HeaderFloor]::ReadAll($paths) > $null }

    if (Test-Wanted 'Get') {
        $times = Measure-Group ([ordered]@{
                floor   = $readFloor
                checked = { [RoamShm.Bench.HeaderFloor]::CheckAll($paths) > $null }
                empty   = { Get-BenchEmpty -LiteralPath $paths > $null }
                get     = { Get-RoamSegmentHeader -LiteralPath $paths > $null }
                script  = { Read-HeaderByHand $paths > $null }
                each    = { foreach ($path in $paths) { Read-HeaderByHand $path > $null } }
            }) $manyWarmUps
        Add-Row 'floor: open, fstat, read 128 bytes, close, decode' $times $Items { $args[0].floor }
        Add-Row 'the same, and the class headers read and checked' $times $Items { $args[0].checked }
        Add-Row 'empty cmdlet, -LiteralPath $array' $times $Items { $args[0].empty }
        Add-Row 'Get-RoamSegmentHeader -LiteralPath $array' $times $Items { $args[0].get } 'floor + empty' { $args[0].floor + $args[0].empty } 1.25
        Add-Row 'Get-RoamSegmentHeader -LiteralPath $array' $times $Items { $args[0].get } 'floor with check + empty' { $args[0].checked + $args[0].empty } 1.25
        Add-Row 'Get-RoamSegmentHeader -LiteralPath $array' $times $Items { $args[0].get } 'script, one loop over all' { $args[0].script } 0.25
        Add-Row 'Get-RoamSegmentHeader -LiteralPath $array' $times $Items { $args[0].get } 'script, called for each file' { $args[0].each } 0.25
    }

    if (Test-Wanted 'Pipeline') {
        $times = Measure-Group ([ordered]@{
                floor   = $readFloor
                checked = { [RoamShm.Bench.HeaderFloor]::CheckAll($paths) > $null }
                empty   = { $paths | Get-BenchEmpty > $null }
                both    = { $paths | Get-BenchFloor > $null }
                get     = { $paths | Get-RoamSegmentHeader > $null }
            }) $manyWarmUps
        Add-Row '$array | the floor within the empty cmdlet' $times $Items { $args[0].both } 'floor + empty' { $args[0].floor + $args[0].empty } $null
        Add-Row '$array | Get-RoamSegmentHeader' $times $Items { $args[0].get } 'floor + empty' { $args[0].floor + $args[0].empty } 1.25
        Add-Row '$array | Get-RoamSegmentHeader' $times $Items { $args[0].get } 'floor with check + empty' { $args[0].checked + $args[0].empty } 1.25
    }

    if (Test-Wanted 'FileInfo') {
        $times = Measure-Group ([ordered]@{
                floor = $readFloor
                list  = { Get-ChildItem -LiteralPath $segments -Filter *.seg > $null }
                empty = { Get-ChildItem -LiteralPath $segments -Filter *.seg | Get-BenchEmpty > $null }
                get   = { Get-ChildItem -LiteralPath $segments -Filter *.seg | Get-RoamSegmentHeader > $null }
            })
        Add-Row 'Get-ChildItem … | Get-RoamSegmentHeader, beyond Get-ChildItem' $times $Items { $args[0].get - $args[0].list } 'floor + empty' { $args[0].floor + $args[0].empty - $args[0].list } 1.25
    }

    if (Test-Wanted 'Wildcard') {
        $times = Measure-Group ([ordered]@{
                list  = { Get-ChildItem -Path $pattern > $null }
                array = { Get-RoamSegmentHeader -LiteralPath $paths > $null }
                get   = { Get-RoamSegmentHeader -Path $pattern > $null }
            })
        Add-Row 'Get-RoamSegmentHeader -Path dir/*.seg' $times $Items { $args[0].get } 'Get-ChildItem + array' { $args[0].list + $args[0].array } 0.5
    }

    if (Test-Wanted 'Call') {
        $times = Measure-Group ([ordered]@{
                floor = $readFloor
                empty = { foreach ($path in $paths) { Get-BenchEmpty -LiteralPath $path > $null } }
                get   = { foreach ($path in $paths) { Get-RoamSegmentHeader -LiteralPath $path > $null } }
            })
        Add-Row 'a call of Get-RoamSegmentHeader' $times $Items { $args[0].get } '2 × empty + floor' { 2 * $args[0].empty + $args[0].floor } 1
    }

    if (Test-Wanted 'Complete') {
        # One press of Tab. Of the files that PowerShell offers, a bounded number is opened, however many there are.
        $times = Measure-Group ([ordered]@{
                empty = { TabExpansion2 "Get-BenchEmpty -Path $segments/" > $null }
                get   = { TabExpansion2 "Get-RoamSegmentHeader -Path $segments/" > $null }
                peers = { TabExpansion2 "Get-RoamPeer -Path $segments/*.seg -PeerId " > $null }
            })
        Add-Row "Tab for -Path in a folder of $Items segments" $times 1 { $args[0].get } 'Tab without the completer' { $args[0].empty } 2
        Add-Row 'Tab for -PeerId beside a pattern for all of them' $times 1 { $args[0].peers } 'Tab without the completer' { $args[0].empty } $null
    }

    if (Test-Wanted 'Test') {
        $times = Measure-Group ([ordered]@{
                floor = { [RoamShm.Bench.ValidateFloor]::ValidateAll($paths) > $null }
                get   = { Get-RoamSegmentHeader -LiteralPath $paths > $null }
                test  = { Test-RoamSegment -LiteralPath $paths > $null }
            }) $manyWarmUps
        Add-Row 'Test-RoamSegment -LiteralPath $array' $times $Items { $args[0].test } 'floor: the reads it needs' { $args[0].floor } $null
        Add-Row 'Test-RoamSegment -LiteralPath $array' $times $Items { $args[0].test } 'Get' { $args[0].get } 2
    }

    if (Test-Wanted 'Health') {
        $prom = [System.IO.Path]::Combine($work, 'metrics', 'roam.prom')
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($prom))
        $times = Measure-Group ([ordered]@{
                find   = { Find-RoamSegment $segments > $null }
                health = { Test-RoamHealth $segments > $null }
                metric = { Export-RoamMetric $segments -Destination $prom }
            })
        Add-Row 'Test-RoamHealth dir' $times $Items { $args[0].health } 'Find-RoamSegment dir' { $args[0].find } $null
        Add-Row 'Export-RoamMetric dir -Destination file' $times $Items { $args[0].metric } 'Test-RoamHealth dir' { $args[0].health } $null
    }

    if (Test-Wanted 'Message') {
        # A ring of 64 KB, full of messages of 8 bytes.
        $busy = Write-FullRing ([System.IO.Path]::Combine($work, 'busy.seg'))
        $times = Measure-Group ([ordered]@{
                peer    = { Get-RoamPeer $busy > $null }
                message = { Get-RoamMessage $busy > $null }
            })
        Add-Row 'Get-RoamMessage, 4096 messages in a ring' $times 4096 { $args[0].message } 'Get-RoamPeer, which counts them' { $args[0].peer } $null
    }

    if (Test-Wanted 'Goodbye') {
        $clear = { [RoamShm.Bench.GoodbyeFloor]::ClearAll($paths) }
        $times = Measure-Group ([ordered]@{
                floor = @{ Before = $clear; Run = { [RoamShm.Bench.GoodbyeFloor]::RaiseAll($paths) > $null } }
                empty = { Set-BenchEmpty -LiteralPath $paths > $null }
                set   = @{ Before = $clear; Run = { Set-RoamGoodbye -LiteralPath $paths > $null } }
            })
        & $clear
        Add-Row 'floor: open, validate, map, exchange, unmap, close' $times $Items { $args[0].floor }
        Add-Row 'empty cmdlet with ShouldProcess' $times $Items { $args[0].empty }
        Add-Row 'Set-RoamGoodbye -LiteralPath $array' $times $Items { $args[0].set } 'floor' { $args[0].floor } 1.4
    }

    $large = [System.IO.Path]::Combine($work, 'million.seg')
    $copy = $null
    if ((Test-Wanted 'Sparse') -or (Test-Wanted 'Slots')) {
        New-RoamSegment $large -Sparse -SlotClass 1KB:1000000 > $null
        $copy = [RoamShm.Bench.SegmentCopy]::new($large)
    }

    $made = foreach ($i in 0..3) { [System.IO.Path]::Combine($work, "made$i.seg") }
    $remove = { Clear-File $made }
    if (Test-Wanted 'Sparse') {
        $times = Measure-Group ([ordered]@{
                floor = @{ Run = { foreach ($path in $made) { $copy.WriteSparse($path) } }; After = $remove }
                new   = @{ Run = { foreach ($path in $made) { New-RoamSegment $path -Sparse -SlotClass 1KB:1000000 > $null } }; After = $remove }
            }) $manyWarmUps
        Add-Row 'New-RoamSegment -Sparse, 1,000,000 slots of 1 KB' $times $made.Length { $args[0].new } 'write its metadata' { $args[0].floor } 1.5
    }

    if ($Reference -and (Test-Wanted 'Reference')) {
        $text = "Import-Module '$([System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($assembly.Location)), 'RoamShm.psd1'))'; New-RoamSegment '$($made[0])' -Sparse -SlotClass 1KB:1000000"
        $program, $arguments = @(Get-ThisPowerShell) + @('-NoProfile', '-NonInteractive', '-Command', $text)
        $times = Measure-Group ([ordered]@{
                theirs = @{ Run = { & $Reference $made[0] > $null }; After = $remove }
                ours   = @{ Run = { & $program @arguments > $null }; After = $remove }
            })
        Add-Row 'a process of PowerShell that makes 1,000,000 slots' $times 1 { $args[0].ours } 'a process of the reference' { $args[0].theirs } $null
    }

    if (Test-Wanted 'Reserved') {
        # 8 guests with rings of 64 KB take 1 MB, the slots the rest of 64 MB.
        $reserved = [System.IO.Path]::Combine($work, 'reserved.seg')
        New-RoamSegment $reserved -Sparse -SlotClass 64KB:1007 > $null
        $reservedCopy = [RoamShm.Bench.SegmentCopy]::new($reserved)
        Clear-File $reserved
        $times = Measure-Group ([ordered]@{
                floor = @{ Run = { foreach ($path in $made) { $reservedCopy.WriteReserved($path) } }; After = $remove }
                new   = @{ Run = { foreach ($path in $made) { New-RoamSegment $path -SlotClass 64KB:1007 > $null } }; After = $remove }
            })
        Add-Row 'New-RoamSegment, 64 MB reserved' $times $made.Length { $args[0].new } 'reserve, write its metadata' { $args[0].floor } 1.2
    }

    if (Test-Wanted 'Slots') {
        $times = Measure-Group ([ordered]@{
                floor = { foreach ($i in 0..3) { $copy.ReadSlots($large) > $null } }
                full  = { foreach ($i in 0..3) { Test-RoamSegment $large -Full > $null } }
                slots = { foreach ($i in 0..3) { Get-RoamSlotClass $large > $null } }
            }) $manyWarmUps
        Add-Row 'Test-RoamSegment -Full, 1,000,000 slots' $times 4 { $args[0].full } 'read the metadata' { $args[0].floor } 3
        Add-Row 'Get-RoamSlotClass, 1,000,000 slots' $times 4 { $args[0].slots } 'read the metadata' { $args[0].floor } 3
    }

    if (Test-Wanted 'Fleet') {
        foreach ($size in @(1000) + @(if ($Many) { 10000 })) {
            $fleetFolder = [System.IO.Path]::Combine($work, "fleet$size")
            [void] [System.IO.Directory]::CreateDirectory($fleetFolder)
            $fleet = [string[]] @(for ($i = 0; $i -lt $size; $i++) { [System.IO.Path]::Combine($fleetFolder, $i.ToString('00000', $invariant) + '.seg') })
            $make = { $fleet | New-RoamSegment -Sparse -SlotClass '1KB:64', '16KB:16', '64KB:4' > $null }
            & $make
            $times = Measure-Group ([ordered]@{
                    findFloor  = { [RoamShm.Bench.FindFloor]::FindAll($fleetFolder) > $null }
                    find       = { Find-RoamSegment -LiteralPath $fleetFolder > $null }
                    peersFloor = { [RoamShm.Bench.ContentFloor]::ReadPeers($fleet) > $null }
                    peersEmpty = { Write-BenchObject -LiteralPath $fleet -Count 8 > $null }
                    peers      = { Get-RoamPeer -LiteralPath $fleet -All > $null }
                    slotsFloor = { [RoamShm.Bench.ContentFloor]::ReadSlots($fleet) > $null }
                    slotsEmpty = { Write-BenchObject -LiteralPath $fleet -Count 3 > $null }
                    slots      = { Get-RoamSlotClass -LiteralPath $fleet > $null }
                    fullFloor  = { [RoamShm.Bench.ContentFloor]::ReadPeers($fleet) > $null }
                    full       = { Test-RoamSegment -LiteralPath $fleet -Full > $null }
                    remove     = @{ Run = { Remove-RoamSegment -LiteralPath $fleet -Confirm:$false > $null }; After = $make }
                }) $manyWarmUps
            Add-Row "Find-RoamSegment, $size segments" $times $size { $args[0].find } 'floor: reads + look at use' { $args[0].findFloor } 1.5
            Add-Row "Get-RoamPeer -All, $size segments, 8 peers each" $times $size { $args[0].peers } 'floor + 8 objects' { $args[0].peersFloor + $args[0].peersEmpty } 1.5
            Add-Row "Get-RoamSlotClass, $size segments, 3 classes each" $times $size { $args[0].slots } 'floor + 3 objects' { $args[0].slotsFloor + $args[0].slotsEmpty } 1.5
            Add-Row "Test-RoamSegment -Full, $size segments" $times $size { $args[0].full } 'floor: the reads it needs' { $args[0].fullFloor } 1.5
            Add-Row "Remove-RoamSegment, $size segments" $times $size { $args[0].remove } 'Find' { $args[0].find } 2
            Clear-File $fleet
        }
    }

    if (Test-Wanted 'Reset') {
        # 100 guests that left without their places being freed, in one segment and in 100.
        $crowd = [System.IO.Path]::Combine($work, 'crowd.seg')
        New-RoamSegment $crowd -Sparse -MaxGuests 100 -SlotClass '1KB:64', '16KB:16', '64KB:4' > $null
        $hundred = $paths[0..([Math]::Min(100, $Items) - 1)]
        $times = Measure-Group ([ordered]@{
                floor = { [RoamShm.Bench.ResetFloor]::Recover($hundred, 1) > $null }
                crowd = @{ Before = { [RoamShm.Bench.ResetFloor]::Leave($crowd, 100) }; Run = { Reset-RoamPeer $crowd -PeerId (1..100) -Confirm:$false > $null } }
                many  = @{ Before = { foreach ($path in $hundred) { [RoamShm.Bench.ResetFloor]::Leave($path, 1) } }; Run = { Reset-RoamPeer -LiteralPath $hundred -PeerId 1 -Confirm:$false > $null } }
            })
        Add-Row "Reset-RoamPeer, peer 1 of $($hundred.Length) segments" $times $hundred.Length { $args[0].many } 'floor: check, lease, write' { $args[0].floor } 2
        Add-Row 'Reset-RoamPeer, 100 peers of one segment' $times 100 { $args[0].crowd } 'floor: check, lease, write' { $args[0].floor } 2
    }

    if ([System.IO.File]::Exists('/proc/self/maps') -and (Test-Wanted 'Processes')) {
        $crowded = [RoamShm.Bench.ManyProcesses]::new(1500)
        try {
            $few = $paths[0..([Math]::Min(112, $Items) - 1)]
            $fewFolder = [System.IO.Path]::Combine($work, 'few')
            [void] [System.IO.Directory]::CreateDirectory($fewFolder)
            $mine = [string[]] @(foreach ($path in $few) { [System.IO.Path]::Combine($fewFolder, [System.IO.Path]::GetFileName($path)) })
            $make = { $mine | New-RoamSegment -Sparse -SlotClass '1KB:64', '16KB:16', '64KB:4' > $null }
            & $make
            $times = Measure-Group ([ordered]@{
                    floor  = { [RoamShm.Bench.ProcessFloor]::ReadAll() > $null }
                    who    = { Get-RoamSegmentProcess $mine[0] > $null }
                    find   = { Find-RoamSegment -LiteralPath $fewFolder > $null }
                    remove = @{ Run = { Remove-RoamSegment -LiteralPath $mine -Confirm:$false > $null }; After = $make }
                })
            Add-Row "Get-RoamSegmentProcess beside $($crowded.Count) processes" $times 1 { $args[0].who } 'every /proc/*/maps, once' { $args[0].floor } 1.3
            Add-Row "Remove-RoamSegment, $($mine.Length) segments beside them" $times $mine.Length { $args[0].remove } 'Find' { $args[0].find } 2
        } finally {
            $crowded.Dispose()
        }
    }

    $watched = $paths[0..([Math]::Min(1000, $Items) - 1)]
    if (Test-Wanted 'Look') {
        # Processor time of one look at all of them, without changes. With the switch the watch asks for each name, as where the system tells of no names.
        $interval = [TimeSpan]::FromMilliseconds(20)
        $lookWarmUp, $lookWindow = [TimeSpan]::FromMilliseconds(400), [TimeSpan]::FromMilliseconds(1000)
        $look = {
            [AppContext]::SetSwitch('RoamShm.Watch.AskForNames', $args[0])
            Watch-RoamSegment -LiteralPath $watched -Interval $interval -SkipInitial -Timeout ($lookWarmUp + $lookWindow + $lookWarmUp) |
                Measure-BenchLook -Interval $interval -WarmUp $lookWarmUp -Window $lookWindow
            [AppContext]::SetSwitch('RoamShm.Watch.AskForNames', $false)
        }
        $times = Measure-Group ([ordered]@{
                floor = @{ Run = { [RoamShm.Bench.PacedFloor]::Measure($watched, $interval, 20, 50) }; MeasuresItself = $true }
                told  = @{ Run = { & $look $false }; MeasuresItself = $true }
                asked = @{ Run = { & $look $true }; MeasuresItself = $true }
            })
        Add-Row 'floor of a look: open, fstat, read, close, at its interval; CPU' $times $watched.Length { $args[0].floor }
        Add-Row 'a look of Watch-RoamSegment, names told by the kernel; CPU' $times $watched.Length { $args[0].told } 'floor' { $args[0].floor } 0.45
        Add-Row 'a look of Watch-RoamSegment, names asked for; CPU' $times $watched.Length { $args[0].asked } 'floor' { $args[0].floor } 0.65
    }

    if (Test-Wanted 'Watch') {
        $windows, $window = if ($Quick) { 3, 1000 } else { 9, 3000 }
        $timeout = [TimeSpan]::FromMilliseconds(1000 + ($windows * $window) + 1000)
        $watch = Watch-RoamSegment -LiteralPath $watched -Interval 100ms -SkipInitial -Timeout $timeout |
            Measure-BenchWatch -Watched $watched -Windows $windows -Window $window
        Add-Figure "Watch-RoamSegment, $($watched.Length) segments, 100 ms, 25 changes a second: CPU" $watch.CpuPercent '% of a core'
        Add-Figure 'the same: detection, 99th percentile' $watch.Latency99 'ms' 'interval + 10 ms' 110 ($watch.Latency99 / 110) 1 "$($watch.Changes) changes, median $($watch.MedianLatency.ToString('0.0', $invariant)) ms, longest $($watch.LongestLatency.ToString('0.0', $invariant)) ms, $($watch.Missed) outstanding at the end"

        # As many looks as in 50 minutes at 100 ms: 30,000, at 500 a second. One object of the smallest size kept at each would be 700 KB.
        # The first half minute does not count: until then the run-time compiles anew what runs often, and keeps what it learns.
        $windows, $window, $warmUp = if ($Quick) { 3, 1000, 1000 } else { 8, 7500, 30000 }
        $timeout = [TimeSpan]::FromMilliseconds($warmUp + ($windows * $window) + 3000)
        $few = $watched[0..([Math]::Min(50, $Items) - 1)]
        $watch = Watch-RoamSegment -LiteralPath $few -Interval 2ms -SkipInitial -Timeout $timeout |
            Measure-BenchWatch -Watched $few -WarmUp $warmUp -Windows $windows -Window $window -Memory
        $growth = ($watch.Memory[-1].Managed - $watch.Memory[0].Managed) / 1KB
        $looks = $windows * $window / 2
        Add-Figure "Watch-RoamSegment, $looks looks: growth of the managed heap" $growth 'KB' 'allowed' 128 ([Math]::Max(0, $growth) / 128) 1 "working set $((($watch.Memory[-1].WorkingSet - $watch.Memory[0].WorkingSet) / 1KB).ToString('+0;-0;0', $invariant)) KB"
        [RoamShm.Bench.GoodbyeFloor]::ClearAll($watched)
    }

    if (Test-Wanted 'Memory') {
        $rest = 100000 / $Items
        $samples = & { for ($i = 0; $i -lt $rest; $i++) { $paths } } | Get-RoamSegmentHeader | Measure-BenchMemory -Every 10000
        $growth = ($samples[-1].Managed - $samples[0].Managed) / 1KB
        Add-Figure "from $($samples[0].Count) to $($samples[-1].Count) headers streamed: growth of the managed heap" $growth 'KB' 'allowed' 64 ([Math]::Max(0, $growth) / 64) 1 "working set $((($samples[-1].WorkingSet - $samples[0].WorkingSet) / 1KB).ToString('+0;-0;0', $invariant)) KB"
    }

    if ([System.IO.File]::Exists('/proc/self/clear_refs') -and (Test-Wanted 'Peak')) {
        # Tiny segments, 4 KB of memory each. The most memory that the process had while it went through all of them, and through a tenth.
        $tiny = if ($Quick) { 10000 } else { 100000 }
        $tinyFolders = foreach ($name in 'tenth', 'rest') { [System.IO.Path]::Combine($work, $name) }
        $tinyFolders | ForEach-Object { [void] [System.IO.Directory]::CreateDirectory($_) }
        $tinyPaths = [string[]] @(for ($i = 0; $i -lt $tiny; $i++) { [System.IO.Path]::Combine($tinyFolders[[int] ($i -ge $tiny / 10)], $i.ToString('000000', $invariant) + '.seg') })
        Show-Progress "Making $tiny tiny segments"
        $tinyPaths | New-RoamSegment -Sparse -MaxGuests 1 -BipbufCapacity 64 -MaxPayloadSize 32 -SlotClass '64:1' > $null
        $tenth = $tinyPaths[0..($tiny / 10 - 1)]
        $ways = [ordered]@{
            'Find-RoamSegment'       = { Find-RoamSegment -LiteralPath $args[1] > $null }
            'Test-RoamSegment -Full' = { Test-RoamSegment -LiteralPath $args[0] -Full > $null }
            'Get-RoamSegmentHeader'  = { Get-RoamSegmentHeader -LiteralPath $args[0] > $null }
        }
        foreach ($way in $ways.Keys) {
            & $ways[$way] $tenth $tinyFolders[0]
            $few = [RoamShm.Bench.PeakMemory]::Of({ & $ways[$way] $tenth $tinyFolders[0] })
            $all = [RoamShm.Bench.PeakMemory]::Of({ & $ways[$way] $tinyPaths $tinyFolders })
            Add-Figure "$way, $tiny segments: peak working set" ($all / 1MB) 'MB' 'a tenth of them' ($few / 1MB) ($all / $few) 1.15
        }

        $tinyFolders | ForEach-Object { [System.IO.Directory]::Delete($_, $true) }
    }

    if (Test-Wanted 'Import') {
        $import = {
            $text = "`$t = [System.Diagnostics.Stopwatch]::StartNew(); Import-Module '$($args[0])'; [Console]::Out.Write(`$t.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture))"
            $program, $arguments = @(Get-ThisPowerShell) + @('-NoProfile', '-NonInteractive', '-Command', $text)
            & $program @arguments
        }
        $real = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($assembly.Location)), 'RoamShm.psd1')
        $empty = [System.IO.Path]::Combine($output, 'artifacts', 'bin', 'RoamShm.BenchEmpty', 'release', 'RoamShm.BenchEmpty.psd1')
        $times = Measure-Group ([ordered]@{
                empty = @{ Run = { & $import $empty }; MeasuresItself = $true }
                real  = @{ Run = { & $import $real }; MeasuresItself = $true }
            })
        Add-Row 'Import-Module in a fresh process' $times 1 { $args[0].real } 'an empty module' { $args[0].empty } 1.3
    }
} finally {
    [System.IO.Directory]::Delete($work, $true)
}

# --- the table ------------------------------------------------------------------------------------------------------------------

$processor = 'unknown'
if ([System.IO.File]::Exists('/proc/cpuinfo')) {
    foreach ($line in [System.IO.File]::ReadAllLines('/proc/cpuinfo')) {
        if ($line -match '^model name\s*:\s*(.+)$') { $processor = $Matches[1] }
    }
}

$machine = [ordered]@{
    Processor  = $processor
    Cores      = [Environment]::ProcessorCount
    System     = [System.Runtime.InteropServices.RuntimeInformation]::OSDescription
    Runtime    = [System.Runtime.InteropServices.RuntimeInformation]::FrameworkDescription
    PowerShell = "$($PSVersionTable.PSVersion) ($($Host.Name))"
    Module     = "$($command.Version)$(if (-not (Test-Optimised $assembly)) { ', Debug build' })"
    Folder     = $Folder
    Items      = $Items
    Rounds     = $Rounds
}
if ($Json) {
    [pscustomobject]@{ Machine = $machine; Figures = $figures.ToArray() } | ConvertTo-Json -Depth 4
    return
}

foreach ($name in $machine.Keys) {
    '{0,-10} {1}' -f $name, $machine[$name]
}

''
function Format-Number($Value) {
    if ($null -eq $Value) { return '' }
    $Value.ToString($(if ([Math]::Abs($Value) -ge 100) { 'N0' } else { '0.00' }), $invariant)
}

$line = '{0,-66} {1,11} {2,11} {3,-28} {4,6} {5,7}  {6}'
$line -f 'what', 'takes', 'against', 'that is', 'ratio', 'target', 'pass'
$line -f ('-' * 66), ('-' * 11), ('-' * 11), ('-' * 28), ('-' * 6), ('-' * 7), '----'
foreach ($figure in $figures) {
    $pass = if ($null -eq $figure.Pass) { '' } elseif ($figure.Pass) { 'yes' } else { 'NO' }
    $target = if ($null -eq $figure.Target) { '' } else { '≤ ' + (Format-Number $figure.Target) }
    $against = if ($figure.Base) { "$(Format-Number $figure.BaseValue) $($figure.Unit)" } else { '' }
    ($line -f $figure.Name, "$(Format-Number $figure.Value) $($figure.Unit)", $against, $figure.Base, (Format-Number $figure.Ratio), $target, $pass).TrimEnd()
    if ($figure.Note) {
        "    $($figure.Note)"
    }
}
