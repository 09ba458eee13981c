# What the test files share. Dot-source it in BeforeAll, and in BeforeDiscovery where its tables make test cases.
# The files stay ASCII: Windows PowerShell 5.1 reads a script without a byte order mark in the code page of its machine.

$script:ModuleFolder = Join-Path (Split-Path -Parent (Split-Path -Parent $PSScriptRoot)) (Join-Path 'out' 'RoamShm')
$script:ModuleManifest = Join-Path $script:ModuleFolder 'RoamShm.psd1'

. (Join-Path $PSScriptRoot 'ThisPowerShell.ps1')

# Windows PowerShell 5.1 has neither variable.
$script:OnLinux = [bool](Get-Variable -Name IsLinux -ValueOnly -ErrorAction Ignore)
$script:OnMacOS = [bool](Get-Variable -Name IsMacOS -ValueOnly -ErrorAction Ignore)
$script:OnUnix = $script:OnLinux -or $script:OnMacOS

# Long enough for the slowest machine: nothing ever waits as long unless it fails.
$script:PatienceSeconds = 60

# The configuration of nearly every segment here, and where its parts lie.
$script:SmallSegment = @{ MaxGuests = 2; BipbufCapacity = 4KB; MaxPayloadSize = 1KB; SlotClass = @('1KB:4', '16KB:2') }
$script:SmallPoolOffset = 17152
$script:SmallSize = 54272

# What kind of error each id is, for those who handle errors by kind.
$script:Categories = @{
    BadMagic                  = 'InvalidData'
    DrainTimeout              = 'OperationTimeout'
    HostMayBeRunning          = 'ResourceBusy'
    InsufficientSpace         = 'QuotaExceeded'
    InvalidConfiguration      = 'InvalidArgument'
    InvalidLimits             = 'InvalidData'
    InvalidSlotClass          = 'InvalidData'
    NoSlotClasses             = 'InvalidData'
    NotAFileSystemPath        = 'InvalidArgument'
    NotARegularFile           = 'InvalidType'
    NotSupportedOnPlatform    = 'NotImplemented'
    PeerAlive                 = 'ResourceBusy'
    PeerNotFound              = 'ObjectNotFound'
    PeerTableOutOfBounds      = 'InvalidData'
    PredecessorFormat         = 'InvalidData'
    RemoteObject              = 'InvalidOperation'
    SegmentAccessDenied       = 'PermissionDenied'
    SegmentExists             = 'ResourceExists'
    SegmentInUse              = 'ResourceBusy'
    SegmentIOError            = 'ReadError'
    SegmentNotFound           = 'ObjectNotFound'
    SegmentNotReady           = 'ResourceUnavailable'
    SegmentReplaced           = 'InvalidOperation'
    SegmentTooShort           = 'InvalidData'
    SegmentTruncated          = 'InvalidData'
    SlotClassTableOutOfBounds = 'InvalidData'
    SuccessorFormat           = 'InvalidData'
    TooManySlots              = 'LimitsExceeded'
    UnexpectedHeaderSize      = 'InvalidData'
    UnsupportedVersion        = 'InvalidData'
    VarPoolOutOfBounds        = 'InvalidData'
}

function Get-ModuleCommand {
    @(
        'Find-RoamSegment'
        'Get-RoamPeer'
        'Get-RoamSegmentHeader'
        'Get-RoamSegmentProcess'
        'Get-RoamSlotClass'
        'New-RoamSegment'
        'Remove-RoamSegment'
        'Reset-RoamPeer'
        'Set-RoamGoodbye'
        'Show-RoamSegment'
        'Test-RoamSegment'
        'Watch-RoamSegment'
    )
}

function Import-RoamShm {
    if (-not (Test-Path -LiteralPath $script:ModuleManifest)) {
        throw "There is no $script:ModuleManifest. Build the module first: ./build.ps1, or dotnet build."
    }

    Import-Module $script:ModuleManifest -ErrorAction Stop
}

<# A new empty folder: on the shared-memory file system, where segments live, if there is one. #>
function Initialize-Folder {
    $base = if (Test-Path -LiteralPath '/dev/shm') { '/dev/shm' } else { [System.IO.Path]::GetTempPath() }
    $path = Join-Path $base "roamshm-pester-$PID-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    (New-Item -ItemType Directory -Path $path).FullName
}

function Clear-Folder {
    param([Parameter(Mandatory)] [string] $Path)

    if (Test-Path -LiteralPath $Path) {
        Remove-Item -LiteralPath $Path -Recurse -Force
    }
}

<# Makes a small segment and returns its path. #>
function Add-Segment {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $HeartbeatInterval)

    $configuration = $script:SmallSegment.Clone()
    if ($HeartbeatInterval) {
        $configuration.HeartbeatInterval = $HeartbeatInterval
    }

    (New-RoamSegment -Path $Path @configuration -ErrorAction Stop).Path
}

function ConvertFrom-Hex {
    param([Parameter(Mandatory)] [string] $Hex)

    $digits = $Hex -replace '\s'
    $bytes = New-Object byte[] ($digits.Length / 2)
    for ($i = 0; $i -lt $bytes.Length; $i++) {
        $bytes[$i] = [Convert]::ToByte($digits.Substring(2 * $i, 2), 16)
    }

    , $bytes
}

<# Overwrites bytes of a file in place, as a store through a mapping would. #>
function Write-Hex {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [long] $Offset,
        [Parameter(Mandatory)] [string] $Hex)

    $bytes = ConvertFrom-Hex $Hex
    $stream = [System.IO.File]::Open($Path, 'Open', 'Write', 'ReadWrite,Delete')
    try {
        $null = $stream.Seek($Offset, 'Begin')
        $stream.Write($bytes, 0, $bytes.Length)
    } finally {
        $stream.Dispose()
    }
}

function Read-Hex {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [long] $Offset,
        [Parameter(Mandatory)] [int] $Count)

    $bytes = New-Object byte[] $Count
    $stream = [System.IO.File]::Open($Path, 'Open', 'Read', 'ReadWrite,Delete')
    try {
        $null = $stream.Seek($Offset, 'Begin')
        $read = $stream.Read($bytes, 0, $Count)
    } finally {
        $stream.Dispose()
    }

    [BitConverter]::ToString($bytes, 0, $read).Replace('-', '').ToLowerInvariant()
}

<#
Where the parts of a segment lie: the arithmetic of the format, once. Peers count from 1, so the first of each list by
peer is empty.
#>
function Get-SegmentLayout {
    param([hashtable] $Configuration = $script:SmallSegment)

    $align = { param([long] $Size) $Size + (64 - $Size % 64) % 64 }
    $guests = $Configuration.MaxGuests
    $stride = & $align (128 + $Configuration.BipbufCapacity)
    $ringBase = 128 + 64 * $guests
    $ids = 1..$guests
    $pool = & $align ($ringBase + $guests * 2 * $stride)
    $next = $pool + 64 * $Configuration.SlotClass.Count
    $classes = foreach ($text in $Configuration.SlotClass) {
        $size, $count = $text -split ':' | ForEach-Object { [long]$_ }
        $class = @{ SlotSize = $size; SlotCount = $count; Metadata = $next }
        $class.Data = $next + (& $align (16 * $count))
        $next = $class.Data + (& $align ($size * $count))
        $class
    }

    @{
        Peer      = @($null) + @($ids | ForEach-Object { 128 + 64 * ($_ - 1) })
        ToHost    = @($null) + @($ids | ForEach-Object { $ringBase + ($_ - 1) * 2 * $stride })
        ToGuest   = @($null) + @($ids | ForEach-Object { $ringBase + ($_ - 1) * 2 * $stride + $stride })
        Pool      = $pool
        Class     = @($classes)
        TotalSize = $next
    }
}

<# Numbers as a segment stores them. #>
function ConvertTo-Hex32 {
    param([Parameter(Mandatory)] [uint32[]] $Number)

    -join ($Number | ForEach-Object { [BitConverter]::ToString([BitConverter]::GetBytes($_)).Replace('-', '') })
}

function ConvertTo-Hex64 {
    param([Parameter(Mandatory)] [uint64] $Number)

    [BitConverter]::ToString([BitConverter]::GetBytes($Number)).Replace('-', '')
}

function Read-UInt32 {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [long] $Offset)

    [BitConverter]::ToUInt32((ConvertFrom-Hex (Read-Hex -Path $Path -Offset $Offset -Count 4)), 0)
}

<# The clock of the heartbeats, in nanoseconds. #>
function Get-MonotonicTime {
    $ticks = [decimal][System.Diagnostics.Stopwatch]::GetTimestamp()
    [uint64]($ticks * 1000000000 / [System.Diagnostics.Stopwatch]::Frequency)
}

<# Writes a peer's entry: 0 Empty, 1 Attached, 2 Goodbye, 3 Reserved. #>
function Edit-Peer {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $PeerId,
        [uint32] $State = 1,
        [uint32] $Epoch = 1,
        [uint64] $LastHeartbeat = 0,
        [hashtable] $Layout = (Get-SegmentLayout))

    $hex = (ConvertTo-Hex32 $State, $Epoch) + (ConvertTo-Hex64 $LastHeartbeat)
    Write-Hex -Path $Path -Offset $Layout.Peer[$PeerId] -Hex $hex
}

<# Writes the positions of a ring, and entries from the start of its data. #>
function Edit-Ring {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $PeerId,
        [Parameter(Mandatory)] [ValidateSet('ToHost', 'ToGuest')] [string] $Direction,
        [string[]] $Entry = @(),
        [AllowNull()] [object] $Write,
        [uint32] $Watermark = 0,
        [uint32] $Read = 0)

    $ring = (Get-SegmentLayout).$Direction[$PeerId]
    $data = -join $Entry
    if ($null -eq $Write) {
        $Write = $data.Length / 2
    }

    if ($data) {
        Write-Hex -Path $Path -Offset ($ring + 128) -Hex $data
    }

    Write-Hex -Path $Path -Offset $ring -Hex (ConvertTo-Hex32 ([uint32]$Write), $Watermark)
    Write-Hex -Path $Path -Offset ($ring + 64) -Hex (ConvertTo-Hex32 $Read)
}

<# An entry of a ring whose payload stands in it, zeros. #>
function Get-InlineEntry {
    param([Parameter(Mandatory)] [int] $Payload)

    $length = 8 + $Payload + (4 - $Payload % 4) % 4
    (ConvertTo-Hex32 $length, ([uint32]$Payload -shl 16)) + ('00' * ($length - 8))
}

<# An entry of a ring whose payload stands in a slot. #>
function Get-SlotEntry {
    param(
        [Parameter(Mandatory)] [uint32] $Class,
        [Parameter(Mandatory)] [uint32] $Slot,
        [uint32] $Generation = 1,
        [uint32] $Extent = 0)

    ConvertTo-Hex32 20, 1, ($Class + 256 * $Extent), $Slot, $Generation
}

<# Writes a slot's metadata. #>
function Edit-Slot {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $Class,
        [Parameter(Mandatory)] [int] $Slot,
        [uint32] $Generation = 0,
        [uint32] $State = 0,
        [uint32] $Owner = 0,
        [uint32] $NextFree = [uint32]::MaxValue)

    $at = (Get-SegmentLayout).Class[$Class].Metadata + 16 * $Slot
    Write-Hex -Path $Path -Offset $at -Hex (ConvertTo-Hex32 $Generation, $State, $Owner, $NextFree)
}

<# A slot's metadata: generation, state, owner and the next free slot. #>
function Read-Slot {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $Class,
        [Parameter(Mandatory)] [int] $Slot)

    $at = (Get-SegmentLayout).Class[$Class].Metadata + 16 * $Slot
    0, 4, 8, 12 | ForEach-Object { Read-UInt32 $Path ($at + $_) }
}

<# Writes the head of a class's free list. #>
function Edit-FreeHead {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $Class,
        [Parameter(Mandatory)] [uint32] $Slot,
        [uint32] $Aba = 0)

    $at = (Get-SegmentLayout).Pool + 64 * $Class + 8
    Write-Hex -Path $Path -Offset $at -Hex (ConvertTo-Hex32 $Slot, $Aba)
}

<# The head of a class's free list: the slot, and the count that guards it. #>
function Read-FreeHead {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $Class)

    $at = (Get-SegmentLayout).Pool + 64 * $Class + 8
    Read-UInt32 $Path $at
    Read-UInt32 $Path ($at + 4)
}

<# Allocates the first free slot of a class, as a guest or a host (owner 0) does, and returns its index. #>
function Use-Slot {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $Class,
        [uint32] $Owner = 0)

    $slot, $aba = Read-FreeHead $Path $Class
    $generation, $null, $null, $next = Read-Slot -Path $Path -Class $Class -Slot $slot
    Edit-FreeHead -Path $Path -Class $Class -Slot $next -Aba ($aba + 1)
    $state = @{ Generation = $generation + 1; State = 1; Owner = $Owner; NextFree = $next }
    Edit-Slot -Path $Path -Class $Class -Slot $slot @state
    $slot
}

<# Lengthens or truncates a file in place. #>
function Edit-Length {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [long] $Length)

    $stream = [System.IO.File]::Open($Path, 'Open', 'Write', 'ReadWrite,Delete')
    try {
        $stream.SetLength($Length)
    } finally {
        $stream.Dispose()
    }
}

<# An object as it comes back from a file, a job or another computer. #>
function ConvertTo-Deserialized {
    param([Parameter(Mandatory)] [object] $InputObject)

    $text = [System.Management.Automation.PSSerializer]::Serialize($InputObject, 3)
    [System.Management.Automation.PSSerializer]::Deserialize($text)
}

<# What a script, with the module, writes in a job. #>
function Invoke-Job {
    param(
        [Parameter(Mandatory)] [scriptblock] $Script,
        [object[]] $Argument = @())

    $import = [scriptblock]::Create("Import-Module '$($script:ModuleManifest.Replace("'", "''"))'")
    Start-Job -InitializationScript $import -ScriptBlock $Script -ArgumentList $Argument |
        Receive-Job -Wait -AutoRemoveJob
}

<# What a script, with the module, writes in several thread jobs at once. #>
function Invoke-ThreadJob {
    param(
        [Parameter(Mandatory)] [scriptblock] $Script,
        [object[]] $Argument = @(),
        [int] $Count = 1)

    Skip-Unless (Get-Command Start-ThreadJob -ErrorAction Ignore) 'there is no Start-ThreadJob'
    $import = [scriptblock]::Create("Import-Module '$($script:ModuleManifest.Replace("'", "''"))'")
    $jobs = foreach ($i in 1..$Count) {
        Start-ThreadJob -Name "$i" -InitializationScript $import -ScriptBlock $Script -ArgumentList $Argument
    }

    $jobs | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
}

<# Starts a process that holds an exclusive lock on a file, until it is killed. #>
function Lock-File {
    param([Parameter(Mandatory)] [string] $Path)

    $arguments = '--no-fork', '--exclusive', $Path, 'sleep', '300'
    $holder = Start-Process -FilePath flock -ArgumentList $arguments -PassThru
    Wait-Until { & flock --nonblock --shared $Path true; $LASTEXITCODE -ne 0 } 'the lock was held'
    $holder
}

function Get-Sha256 {
    param([Parameter(Mandatory)] [string] $Path)

    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant()
}

<# One error of the cmdlet that the file is about, $script:Command: everything about it that a runbook may rely on. #>
function Assert-SegmentError {
    param(
        [AllowNull()] [AllowEmptyCollection()] [object[]] $ErrorRecord,
        [Parameter(Mandatory)] [string] $Id,
        [Parameter(Mandatory)] [string] $Target,
        [string] $Message)

    $ErrorRecord | Should -HaveCount 1
    $one = $ErrorRecord[0]
    $one.FullyQualifiedErrorId |
        Should -BeExactly ('{0},RoamShm.Commands.{1}Command' -f $Id, ($script:Command -replace '-'))
    $one.CategoryInfo.Category | Should -Be $script:Categories[$Id]
    $one.TargetObject | Should -BeExactly $Target
    $one.ErrorDetails.RecommendedAction | Should -Match '^[A-Z].{20,}\.$' -Because 'each error says what to do'
    $one.Exception | Should -BeOfType ([RoamShm.SegmentException])
    $one.Exception.Message |
        Should -Match ([regex]::Escape((Split-Path -Leaf $Target))) -Because 'each message names the file'
    if ($Message) {
        $one.Exception.Message | Should -Match $Message
    }
}

<# Files that a reference implementation refuses to attach to: a small segment, with bytes patched or shorter. #>
function Get-BrokenCase {
    @(
        @{
            Fault = 'another magic'
            Id = 'BadMagic'
            Edit = @{ 0 = '4e4f5441524f414d' }
            Message = "its magic is 'NOTAROAM', expected 'ROAMHUB\\x07'"
        }
        @{
            Fault = 'an unprintable magic'
            Id = 'BadMagic'
            Edit = @{ 0 = '7f454c46005c0700' }
            Message = "its magic is '\\x7fELF\\x00\\x5c\\x07\\x00'"
        }
        @{
            Fault = 'the magic of the predecessor'
            Id = 'PredecessorFormat'
            Edit = @{ 0 = '5241504148554201'; 8 = '02000000' }
            Message = 'predecessor.*RAPAHUB\\x01.*version 2'
        }
        @{
            Fault = 'the magic of the successor'
            Id = 'SuccessorFormat'
            Edit = @{ 0 = '54454c5848554207' }
            Message = 'successor.*TELXHUB\\x07.*version 7'
        }
        @{
            Fault = 'version 6'
            Id = 'UnsupportedVersion'
            Edit = @{ 8 = '06000000' }
            Message = 'unsupported segment version 6; expected 7'
        }
        @{
            Fault = 'a header_size of 256'
            Id = 'UnexpectedHeaderSize'
            Edit = @{ 12 = '00010000' }
            Message = 'unexpected header_size 256; expected 128'
        }
        @{
            Fault = 'no slot classes'
            Id = 'NoSlotClasses'
            Edit = @{ 68 = '00000000' }
            Message = 'num_var_slot_classes is 0, expected at least 1'
        }
        @{
            Fault = 'a class table past the end'
            Id = 'SlotClassTableOutOfBounds'
            Edit = @{ 48 = '00d4000000000000' }
            Message = 'table of 2 .* at offset 54272 .* 54272 bytes'
        }
        @{
            Fault = 'a class table at 2^64 - 1'
            Id = 'SlotClassTableOutOfBounds'
            Edit = @{ 48 = 'ffffffffffffffff' }
            Message = 'offset 18446744073709551615'
        }
        @{
            Fault = 'four thousand million classes'
            Id = 'SlotClassTableOutOfBounds'
            Edit = @{ 68 = 'ffffffff' }
            Message = 'table of 4294967295 '
        }
        @{
            Fault = 'a class with slot_size 0'
            Id = 'InvalidSlotClass'
            Edit = @{ 17152 = '00000000' }
            Message = 'slot class 0 .*slot_size 0, slot_count 4'
        }
        @{
            Fault = 'a class with slot_count 0'
            Id = 'InvalidSlotClass'
            Edit = @{ 17220 = '00000000' }
            Message = 'slot class 1 .*slot_size 16384, slot_count 0'
        }
        @{
            Fault = 'fewer bytes than total_size'
            Id = 'SegmentTruncated'
            Length = 54271
            Message = 'has 54271 bytes, but its total_size is 54272'
        }
        @{
            Fault = 'fewer bytes than current_size'
            Id = 'SegmentTruncated'
            Edit = @{ 72 = '00e4000000000000' }
            Message = 'has 54272 bytes, but its current_size is 58368'
        }
        @{
            Fault = 'fewer bytes than a header'
            Id = 'SegmentTooShort'
            Length = 127
            Message = 'has 127 bytes; .* 128'
        }
        @{ Fault = 'no bytes'; Id = 'SegmentNotReady'; Length = 0; Message = 'it is empty' }
        @{ Fault = 'nothing but zeros'; Id = 'SegmentNotReady'; Edit = @{ 0 = '00' * 128 }; Message = 'all zero' }
        @{
            Fault = 'nothing but the magic'
            Id = 'SegmentNotReady'
            Edit = @{ 8 = '00' * 120 }
            Message = 'nothing but the magic'
        }
    )
}

<# Files to which the reference attaches, or dies, but whose peers and slots cannot be looked at. #>
function Get-DamagedCase {
    @(
        @{ Fault = 'no guests'; Id = 'InvalidLimits'; Edit = @{ 32 = '00000000' }; Message = 'max_guests is 0' }
        @{ Fault = '256 guests'; Id = 'InvalidLimits'; Edit = @{ 32 = '00010000' }; Message = 'max_guests is 256' }
        @{
            Fault = '257 slot classes'
            Id = 'InvalidLimits'
            Edit = @{ 68 = '01010000'; 17152 = '0100000001000000' * 4400 }
            Message = 'num_var_slot_classes is 257'
        }
        @{
            Fault = 'a peer table in the header'
            Id = 'PeerTableOutOfBounds'
            Edit = @{ 40 = '4000000000000000' }
            Message = 'peer table at offset 64 '
        }
        @{
            Fault = 'a peer table that is not aligned'
            Id = 'PeerTableOutOfBounds'
            Edit = @{ 40 = '8400000000000000' }
            Message = 'peer table at offset 132 '
        }
        @{
            Fault = 'a peer table past the end'
            Id = 'PeerTableOutOfBounds'
            Edit = @{ 40 = '00d4000000000000' }
            Message = 'peer table at offset 54272 .* 54272 bytes'
        }
        @{
            Fault = 'a slot pool that is not aligned'
            Id = 'VarPoolOutOfBounds'
            Edit = @{ 48 = '0843000000000000'; 17160 = '0004000004000000'; 17224 = '0040000002000000' }
            Message = 'slot pool at offset 17160 '
        }
        @{
            Fault = 'more slots than there is room for'
            Id = 'VarPoolOutOfBounds'
            Edit = @{ 17156 = 'ffffff00' }
            Message = 'slot pool at offset 17152 .* 54272 bytes'
        }
    )
}

<# Makes a segment whose first class has one slot more than is looked through. A file with holes takes no room. #>
function Add-HugeSegment {
    param([Parameter(Mandatory)] [string] $Path)

    $made = Add-Segment $Path
    Write-Hex -Path $made -Offset (Get-SegmentLayout).Pool -Hex (ConvertTo-Hex32 1, 67108865)
    Edit-Length $made 1200000000
    $made
}

<# Makes the file of a broken case and returns its path. #>
function Add-BrokenSegment {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [hashtable] $Case)

    $made = Add-Segment $Path
    if ($Case.ContainsKey('Length')) {
        Edit-Length $made $Case.Length
    }

    if ($Case.ContainsKey('Edit')) {
        foreach ($offset in $Case.Edit.Keys) {
            Write-Hex -Path $made -Offset $offset -Hex $Case.Edit[$offset]
        }
    }

    $made
}

<# The ways from what a user has to a path cmdlet, and the files of Add-RouteFixture that it must then have met. #>
function Get-BindingRoute {
    $foreign = Get-ForeignName
    @(
        @{ Route = 'a string by position'; Expected = @('one.seg') }
        @{ Route = 'several strings by position'; Expected = @('one.seg', 'two.seg') }
        @{ Route = 'strings from the pipeline'; Expected = @('one.seg', 'two.seg') }
        @{ Route = '-LiteralPath'; Expected = @('one.seg', 'two.seg') }
        @{ Route = '-LP'; Expected = @('one.seg') }
        @{ Route = '-PSPath'; Expected = @('one.seg') }
        @{ Route = 'a file from Get-Item'; Expected = @('one.seg') }
        @{
            Route = 'files from Get-ChildItem'
            Expected = @('lit[1].seg', 'one.seg', 'sp ace.seg', 'two.seg', $foreign)
        }
        @{ Route = 'headers'; Expected = @('lit[1].seg', 'one.seg') }
        @{ Route = 'headers by -InputObject of ForEach-Object'; Expected = @('lit[1].seg') }
        @{ Route = 'headers through Clixml'; Expected = @('lit[1].seg', 'one.seg') }
        @{ Route = 'headers through JSON'; Expected = @('lit[1].seg', 'one.seg') }
        @{ Route = 'a header through CSV'; Expected = @('lit[1].seg') }
        @{ Route = 'a header from a job'; Expected = @('lit[1].seg') }
        @{ Route = 'a report'; Expected = @('lit[1].seg') }
        @{ Route = 'a watch event'; Expected = @('lit[1].seg') }
        @{ Route = 'an object with LiteralPath'; Expected = @('lit[1].seg') }
        @{ Route = 'an object of this computer'; Expected = @('one.seg') }
        @{ Route = 'a name relative to the location'; Expected = @('one.seg') }
        @{ Route = 'a dotted path relative to the location'; Expected = @('one.seg', 'two.seg') }
        @{ Route = 'a literal name relative to the location'; Expected = @('lit[1].seg') }
        @{ Route = 'a rooted path with . and .. parts'; Expected = @('one.seg') }
        @{ Route = 'the path of a PSDrive'; Expected = @('one.seg', 'lit[1].seg') }
        @{ Route = 'a pattern on a PSDrive'; Expected = @('one.seg') }
        @{ Route = 'a path from ~'; Expected = @('one.seg', 'two.seg') }
        @{ Route = 'a provider-qualified path'; Expected = @('one.seg') }
        @{ Route = 'a pattern'; Expected = @('one.seg', 'two.seg') }
        @{ Route = 'a pattern with a range'; Expected = @('one.seg', 'two.seg') }
        @{ Route = 'a pattern that matches nothing'; Expected = @() }
        @{ Route = 'a pattern that matches nothing but is a name'; Expected = @('lit[1].seg') }
        @{ Route = 'brackets escaped by backticks'; Expected = @('lit[1].seg') }
        @{ Route = 'a bracket in a set beside a wildcard'; Expected = @('lit[1].seg') }
        @{ Route = 'brackets as -LiteralPath'; Expected = @('lit[1].seg') }
        @{ Route = 'a name with a space'; Expected = @('sp ace.seg') }
        @{ Route = 'a name that is not ASCII'; Expected = @($foreign) }
        @{ Route = 'a rooted path while the location is in another provider'; Expected = @('one.seg') }
    )
}

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

<# Gives the files of Add-RouteFixture to a path cmdlet by one route, and returns what it returns. #>
function Invoke-Route {
    param(
        [Parameter(Mandatory)] [string] $Route,
        [Parameter(Mandatory)] [string] $Command,
        [Parameter(Mandatory)] [string] $Folder,
        [hashtable] $With = @{})

    $one = Join-Path $Folder 'one.seg'
    $two = Join-Path $Folder 'two.seg'
    $literal = Join-Path $Folder 'lit[1].seg'
    $provider = Get-PSProvider FileSystem
    $homeBefore = $provider.Home
    $locationBefore = Get-Location
    try {
        switch ($Route) {
            'a string by position' { & $Command $one @With }
            'several strings by position' { & $Command $one, $two @With }
            'strings from the pipeline' { $one, $two | & $Command @With }
            '-LiteralPath' { & $Command -LiteralPath $one, $two @With }
            '-LP' { & $Command -LP $one @With }
            '-PSPath' { & $Command -PSPath $one @With }
            'a file from Get-Item' { Get-Item -LiteralPath $one | & $Command @With }
            'files from Get-ChildItem' { Get-ChildItem -LiteralPath $Folder | & $Command @With }
            'headers' { Get-RoamSegmentHeader -LiteralPath $literal, $one | & $Command @With }
            'headers by -InputObject of ForEach-Object' {
                $header = Get-RoamSegmentHeader -LiteralPath $literal
                ForEach-Object -InputObject $header -Process { $_ | & $Command @With }
            }
            'headers through Clixml' {
                $file = Join-Path $Folder 'headers.clixml'
                Get-RoamSegmentHeader -LiteralPath $literal, $one | Export-Clixml -LiteralPath $file
                Import-Clixml -LiteralPath $file | & $Command @With
            }
            'headers through JSON' {
                # In 5.1 ConvertFrom-Json writes an array as one object; the parentheses take it apart.
                $json = Get-RoamSegmentHeader -LiteralPath $literal, $one | ConvertTo-Json
                ($json | ConvertFrom-Json) | ForEach-Object { $_ } | & $Command @With
            }
            'a header through CSV' {
                Get-RoamSegmentHeader -LiteralPath $literal | ConvertTo-Csv | ConvertFrom-Csv | & $Command @With
            }
            'a header from a job' {
                $header = Invoke-Job { Get-RoamSegmentHeader -LiteralPath $args[0] } $literal
                $header.PSObject.TypeNames | Should -Contain 'Deserialized.RoamShm.SegmentHeader'
                $header | & $Command @With
            }
            'a report' { Test-RoamSegment -LiteralPath $literal -Detailed | & $Command @With }
            'a watch event' { Watch-RoamSegment -LiteralPath $literal -Count 1 | & $Command @With }
            'an object with LiteralPath' { [pscustomobject]@{ LiteralPath = $literal } | & $Command @With }
            'an object of this computer' {
                [pscustomobject]@{ PSPath = $one; PSComputerName = 'localhost' } | & $Command @With
            }
            'a name relative to the location' { Set-Location -LiteralPath $Folder; & $Command 'one.seg' @With }
            'a dotted path relative to the location' {
                Set-Location -LiteralPath $Folder
                $here = Join-Path '..' (Split-Path -Leaf $Folder)
                & $Command (Join-Path '.' 'one.seg'), (Join-Path $here 'two.seg') @With
            }
            'a literal name relative to the location' {
                Set-Location -LiteralPath $Folder
                & $Command -LiteralPath 'lit[1].seg' @With
            }
            'a rooted path with . and .. parts' {
                $null = New-Item -ItemType Directory -Path (Join-Path $Folder 'sub')
                & $Command ([System.IO.Path]::Combine($Folder, '.', 'sub', '..', 'one.seg')) @With
            }
            'the path of a PSDrive' {
                $null = New-PSDrive -Name RoamPester -PSProvider FileSystem -Root $Folder
                & $Command 'RoamPester:/one.seg' @With
                & $Command -LiteralPath 'RoamPester:/lit[1].seg' @With
            }
            'a pattern on a PSDrive' {
                $null = New-PSDrive -Name RoamPester -PSProvider FileSystem -Root $Folder
                & $Command 'RoamPester:/on*.seg' @With
            }
            'a path from ~' { $provider.Home = $Folder; & $Command '~/one.seg', '~/tw?.seg' @With }
            'a provider-qualified path' { & $Command "Microsoft.PowerShell.Core\FileSystem::$one" @With }
            'a pattern' { & $Command (Join-Path $Folder '???.seg') @With }
            'a pattern with a range' { & $Command (Join-Path $Folder '[n-u][nw][e-o].seg') @With }
            'a pattern that matches nothing' {
                & $Command (Join-Path $Folder '*.nothing'), (Join-Path (Join-Path $Folder 'nofolder') '*.seg') @With
            }
            'a pattern that matches nothing but is a name' { & $Command $literal @With }
            'brackets escaped by backticks' { & $Command (Join-Path $Folder 'lit`[1`].seg') @With }
            'a bracket in a set beside a wildcard' {
                # The engine itself matches nothing with an escaped bracket beside a wildcard.
                & $Command (Join-Path $Folder 'l*[[]1].seg') @With
            }
            'brackets as -LiteralPath' { & $Command -LiteralPath $literal @With }
            'a name with a space' { & $Command (Join-Path $Folder 'sp ace.seg') @With }
            'a name that is not ASCII' { & $Command (Join-Path $Folder (Get-ForeignName)) @With }
            'a rooted path while the location is in another provider' { Set-Location Env:; & $Command $one @With }
            default { throw "There is no route '$Route'." }
        }
    } finally {
        $provider.Home = $homeBefore
        Set-Location -LiteralPath $locationBefore
        Get-PSDrive -Name RoamPester -ErrorAction Ignore | Remove-PSDrive
    }
}

<#
Runs a script, with the module, in a new process of this PowerShell, which can ask nobody anything, and returns the
lines that it writes.
#>
function Invoke-NewProcess {
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [Parameter(Mandatory)] [string] $Script,
        [string] $Manifest = $script:ModuleManifest,
        [string[]] $Shell = (Get-ThisPowerShell))

    $file = Join-Path $Folder "child-$([guid]::NewGuid().ToString('N')).ps1"
    $text = "Import-Module '{0}'`n{1}`n" -f $Manifest.Replace("'", "''"), $Script
    [System.IO.File]::WriteAllText($file, $text)
    $policy = if ($script:OnUnix) { @() } else { @('-ExecutionPolicy', 'Bypass') }
    $first, $rest = $Shell + @('-NoProfile', '-NonInteractive') + $policy + @('-File', $file)
    try {
        & $first @rest
    } finally {
        Remove-Item -LiteralPath $file
    }
}

<#
Runs a script as a user who owns none of the files, since to an administrator nothing is denied. Skips the test where
that cannot be had.
#>
function Invoke-AsStranger {
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [Parameter(Mandatory)] [string] $Script)

    Skip-Unless $script:OnUnix 'permission bits are a thing of Unix'
    $stranger = @()
    $shell = @(Get-ThisPowerShell)
    if ((& id -u) -eq '0') {
        $setpriv = Get-Command setpriv -CommandType Application -ErrorAction Ignore
        Skip-Unless $setpriv 'to root nothing is denied, and there is no setpriv to become somebody else'
        $stranger = 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env', "HOME=$Folder"
    }

    # The module and the shell's caches, where the stranger can get at them.
    $copy = Join-Path $Folder 'module'
    Copy-Item -LiteralPath $script:ModuleFolder -Destination $copy -Recurse
    & chmod -R a+rX $copy
    & chmod a+rwx $Folder
    if ($stranger) {
        $first, $rest = $stranger
        # A PowerShell that is a .NET tool lies in the home of its user, which is closed to others.
        $program, $assembly = $shell
        if ($assembly) {
            $own = Join-Path $Folder 'powershell'
            & cp -R (Split-Path -Parent $assembly) $own
            & chmod -R a+rX $own
            $shell = $program, (Join-Path $own (Split-Path -Leaf $assembly))
        }

        & $first @rest test -r (Join-Path $copy 'RoamShm.psd1') -a -x $program
        Skip-Unless ($LASTEXITCODE -eq 0) 'to root nothing is denied, and somebody else may not run this PowerShell'
    }

    Invoke-NewProcess -Folder $Folder -Script $Script -Manifest (Join-Path $copy 'RoamShm.psd1') -Shell ($stranger + $shell)
}

<# A script that runs one command and writes its errors as JSON, one a line. #>
function ConvertTo-ErrorScript {
    param([Parameter(Mandatory)] [string] $Command)

    @"
`$out = @($Command -ErrorAction SilentlyContinue -ErrorVariable failed)
'' + `$out.Count
foreach (`$one in `$failed) {
    ConvertTo-Json -Compress @{
        Id       = `$one.FullyQualifiedErrorId
        Category = [string]`$one.CategoryInfo.Category
        Target   = [string]`$one.TargetObject
        Action   = `$one.ErrorDetails.RecommendedAction
    }
}
"@
}

function Skip-Unless {
    param(
        [AllowNull()] [object] $Condition,
        [Parameter(Mandatory)] [string] $Because)

    if (-not $Condition) {
        Set-ItResult -Skipped -Because $Because
    }
}

<# Skips the test where there is a reason to. #>
function Skip-Because {
    param([AllowNull()] [AllowEmptyString()] [string] $Reason)

    if ($Reason) {
        Set-ItResult -Skipped -Because $Reason
    }
}

<# Waits until something is so. It looks again and again, so no test depends on how long something takes. #>
function Wait-Until {
    param(
        [Parameter(Mandatory)] [scriptblock] $Condition,
        [Parameter(Mandatory)] [string] $What)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $script:PatienceSeconds) {
            throw "Waited $script:PatienceSeconds s in vain until $What."
        }

        Start-Sleep -Milliseconds 10
    }
}

<# Starts a script in a runspace of its own, with the module, and returns what it takes to follow it. #>
function Open-Runspace {
    param(
        [Parameter(Mandatory)] [scriptblock] $Script,
        [hashtable] $Parameters = @{})

    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
    $state.ImportPSModule([string[]]@($script:ModuleManifest))
    $runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
    $runspace.Open()
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    $null = $shell.AddScript($Script.ToString()).AddParameters($Parameters)
    # Looking at what has been written must not wait for the end.
    $events = New-Object 'System.Management.Automation.PSDataCollection[psobject]'
    $events.EnumeratorNeverBlocks = $true
    $shell.Streams.Error.EnumeratorNeverBlocks = $true
    $nothing = New-Object 'System.Management.Automation.PSDataCollection[psobject]'
    $nothing.Complete()
    [pscustomobject]@{ Shell = $shell; Events = $events; Call = $shell.BeginInvoke($nothing, $events) }
}

<# Starts Watch-RoamSegment in a runspace. It looks every 5 ms, so that the tests need not wait for it. #>
function Open-Watch {
    param([Parameter(Mandatory)] [hashtable] $Parameters)

    $all = @{ Interval = '5ms' }
    foreach ($key in $Parameters.Keys) {
        $all[$key] = $Parameters[$key]
    }

    Open-Runspace { param([hashtable] $Parameters) Watch-RoamSegment @Parameters } @{ Parameters = $all }
}

<# Waits for a number of events in all, and returns the last. #>
function Wait-Watch {
    param(
        [Parameter(Mandatory)] [object] $Watch,
        [Parameter(Mandatory)] [int] $Count)

    Wait-Until { $Watch.Events.Count -ge $Count -or $Watch.Call.IsCompleted } "the watch wrote $Count objects"
    if ($Watch.Events.Count -lt $Count) {
        throw "The watch ended after $($Watch.Events.Count) objects, not $Count. $($Watch.Shell.Streams.Error)"
    }

    $Watch.Events[$Count - 1]
}

function Wait-Ended {
    param([Parameter(Mandatory)] [object] $Watch)

    $call = $Watch.Call
    Wait-Until { $call.IsCompleted } 'the watch ended'
}

function Close-Watch {
    param([AllowNull()] [object] $Watch)

    if ($Watch) {
        $Watch.Shell.Stop()
        $Watch.Shell.Runspace.Dispose()
        $Watch.Shell.Dispose()
    }
}

<# The files below a folder that this process has open (Linux). #>
function Get-OpenFile {
    param([Parameter(Mandatory)] [string] $Folder)

    Get-ChildItem -LiteralPath "/proc/$PID/fd" -ErrorAction Ignore |
        ForEach-Object { [System.IO.FileInfo]::new($_.FullName).LinkTarget } |
        Where-Object { $_ -and $_.StartsWith("$Folder/", [System.StringComparison]::Ordinal) }
}

<# Why no other process can play a host or a guest here, or nothing. #>
function Get-AgentDoubt {
    if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
        'the programs that play hosts and guests need dotnet'
    } elseif (-not (Get-AgentProgram)) {
        'the program that plays hosts and guests has not been built; dotnet build does it'
    }
}

function Get-AgentProgram {
    $folder = Join-Path (Split-Path -Parent $PSScriptRoot) 'RoamShm.TestAgent'
    $program = [System.IO.Path]::Combine($folder, 'bin', '*', 'net10.0', 'RoamShm.TestAgent.dll')
    Get-Item -Path $program -ErrorAction Ignore |
        Sort-Object -Property LastWriteTime -Descending |
        Select-Object -First 1 -ExpandProperty FullName
}

<# Starts another process that plays a host or a guest, tests/RoamShm.TestAgent, and returns it. #>
function Open-Agent {
    $start = New-Object System.Diagnostics.ProcessStartInfo -Property @{
        FileName               = 'dotnet'
        Arguments              = '"{0}"' -f (Get-AgentProgram)
        RedirectStandardInput  = $true
        RedirectStandardOutput = $true
        UseShellExecute        = $false
    }
    $agent = [System.Diagnostics.Process]::Start($start)
    $null = Wait-Answer $agent
    $agent
}

<# Tells an agent what to do, without waiting for it. #>
function Send-Agent {
    param(
        [Parameter(Mandatory)] [System.Diagnostics.Process] $Agent,
        [Parameter(Mandatory)] [object[]] $Word)

    $Agent.StandardInput.WriteLine($Word -join "`t")
    $Agent.StandardInput.Flush()
}

function Wait-Answer {
    param([Parameter(Mandatory)] [System.Diagnostics.Process] $Agent)

    $answer = $Agent.StandardOutput.ReadLineAsync()
    if (-not $answer.Wait([timespan]::FromSeconds($script:PatienceSeconds)) -or $null -eq $answer.Result) {
        throw 'The agent does not answer.'
    }

    $answer.Result
}

<# Tells an agent what to do, and returns its answer when it has done it. #>
function Invoke-Agent {
    param(
        [Parameter(Mandatory)] [System.Diagnostics.Process] $Agent,
        [Parameter(Mandatory)] [object[]] $Word)

    Send-Agent $Agent $Word
    $answer = Wait-Answer $Agent
    if ($answer -match '^IOException|^what\?|^no place') {
        throw "The agent answers: $answer"
    }

    $answer
}

<# Ends an agent; without -Now when it has done what it was told. What it maps is mapped no more. #>
function Close-Agent {
    param(
        [AllowNull()] [System.Diagnostics.Process] $Agent,
        [switch] $Now)

    if (-not $Agent) {
        return
    }

    $Agent.StandardInput.Close()
    if ($Now -or -not $Agent.WaitForExit(1000 * $script:PatienceSeconds)) {
        $Agent.Kill()
        $Agent.WaitForExit()
    }

    $Agent.Dispose()
}

<# Why it cannot be told for certain here that nobody maps a file, or nothing. #>
function Get-MappingDoubt {
    if (-not $script:OnLinux) {
        return 'which processes map a file can be told on Linux only'
    }

    $isRoot = (& id -u) -eq '0'
    foreach ($folder in [System.IO.Directory]::GetDirectories('/proc')) {
        $id = Split-Path -Leaf $folder
        if ($id -notmatch '^\d+$' -or ($isRoot -and $id -eq '1')) {
            continue
        }

        try {
            [System.IO.File]::OpenRead("$folder/maps").Dispose()
        } catch [System.UnauthorizedAccessException] {
            return 'the mappings of other users'' processes cannot be read'
        } catch [System.IO.IOException] {
            Write-Debug "Process $id has ended."
        }
    }

    $mounts = Get-Content -LiteralPath /proc/self/mountinfo
    if (-not $isRoot -and ($mounts -match ' /proc .*hidepid=[^0o]')) {
        'the processes of other users are hidden'
    }
}

<# The lines that a console shows of objects, as text: without colours, empty lines and spaces at the end. #>
function ConvertTo-ShownLine {
    param(
        [Parameter(ValueFromPipeline)] [object] $InputObject,
        [int] $Width = 100)

    begin {
        $all = New-Object System.Collections.ArrayList
    }

    process {
        $null = $all.Add($InputObject)
    }

    end {
        $text = ($all | Out-String -Width $Width) -replace "$([char]27)\[[0-9;]*m"
        $text -split '\r?\n' | ForEach-Object { $_.TrimEnd() } | Where-Object { $_ }
    }
}

<# The table and the list of an object: what is in them, that they fit, and that they are the same after serialization. #>
function Assert-View {
    param(
        [Parameter(Mandatory)] [object] $InputObject,
        [Parameter(Mandatory)] [string[]] $Column)

    $lines = @($InputObject | ConvertTo-ShownLine)
    $lines | Should -HaveCount 3 -Because 'there are the labels, the rules and one row'
    $labels = '^' + (($Column | ForEach-Object { [regex]::Escape($_) }) -join '\s+') + '$'
    $lines[0].Trim() | Should -MatchExactly $labels
    $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
    @($InputObject | Format-Table | ConvertTo-ShownLine) | Should -BeExactly $lines -Because 'the table is the default'

    $list = @($InputObject | Format-List | ConvertTo-ShownLine -Width 400)
    $properties = @($InputObject.GetType().GetProperties().Name)
    $properties.Count | Should -BeGreaterThan 5
    foreach ($property in $properties) {
        @($list -match "^$property\s*:") | Should -HaveCount 1 -Because "$property is in the list"
    }

    $back = ConvertTo-Deserialized $InputObject
    $back.PSObject.TypeNames[0] | Should -BeExactly "Deserialized.$($InputObject.GetType().FullName)"
    @($back | ConvertTo-ShownLine) | Should -BeExactly $lines
    @($back | Format-List | ConvertTo-ShownLine -Width 400) | Should -BeExactly $list
}

<# An object after Export-Clixml and Import-Clixml, and after JSON, has every value that it had. #>
function Assert-RoundTrip {
    param(
        [Parameter(Mandatory)] [object] $InputObject,
        [Parameter(Mandatory)] [string] $Folder)

    $file = Join-Path $Folder 'object.clixml'
    $InputObject | Export-Clixml -LiteralPath $file
    $back = Import-Clixml -LiteralPath $file
    $json = $InputObject | ConvertTo-Json | ConvertFrom-Json
    $properties = @($InputObject.PSObject.Properties)
    $properties.Count | Should -BeGreaterThan 5
    foreach ($property in $properties) {
        $name = $property.Name
        $back.$name | Should -BeExactly $property.Value -Because "$name came back from Clixml"
        # A date is text in the JSON of Windows PowerShell 5.1, and some zones' in that of others.
        if ($property.Value -isnot [datetime]) {
            $json.$name | Should -Be $property.Value -Because "$name came back from JSON"
        }
    }
}
