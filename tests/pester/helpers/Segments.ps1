# Segments and their bytes: the arithmetic of the format in one place, and ways to read and write without the module.

# The configuration of nearly every segment here.
$script:SmallSegment = @{ MaxGuests = 2; BipbufCapacity = 4KB; MaxPayloadSize = 1KB; SlotClass = @('1KB:4', '16KB:2') }

<#
Returns the offset of each field of a segment by name: those of the header; Peer1.State and so on; Peer1.ToHost and
Peer1.ToGuest for its rings, with Peer1.ToHost.Write and so on; Class0.SlotSize and so on; and End, the end of the segment.
#>
function Get-SegmentLayout {
    param([hashtable] $Configuration = $script:SmallSegment)

    $align = { param([long] $Size) $Size + (64 - $Size % 64) % 64 }
    $at = @{
        Magic = 0; Version = 8; HeaderSize = 12; TotalSize = 16; MaxPayloadSize = 24; InlineThreshold = 28; MaxGuests = 32
        BipbufCapacity = 36; PeerTableOffset = 40; VarPoolOffset = 48; HeartbeatInterval = 56; HostGoodbye = 64
        NumVarSlotClasses = 68; CurrentSize = 72; Reserved = 80; LastReserved = 124
    }
    $peer = @{ State = 0; Epoch = 4; LastHeartbeat = 8; RingOffset = 16 }
    $ring = @{ Write = 0; Watermark = 4; Capacity = 8; Read = 64; Data = 128 }
    $class = @{ SlotSize = 0; SlotCount = 4; FreeHead = 8; FreeCount = 12 }
    $next = 128
    foreach ($id in 1..$Configuration.MaxGuests) {
        foreach ($field in $peer.Keys) { $at["Peer$id.$field"] = $next + $peer[$field] }
        $next += 64
    }

    foreach ($id in 1..$Configuration.MaxGuests) {
        foreach ($direction in 'ToHost', 'ToGuest') {
            $at["Peer$id.$direction"] = $next
            foreach ($field in $ring.Keys) { $at["Peer$id.$direction.$field"] = $next + $ring[$field] }
            $next += & $align (128 + $Configuration.BipbufCapacity)
        }
    }

    $at.VarPool = & $align $next
    $next = $at.VarPool + 64 * $Configuration.SlotClass.Count
    $index = 0
    foreach ($text in $Configuration.SlotClass) {
        $size, $count = $text -split ':' | ForEach-Object { [long]$_ }
        foreach ($field in $class.Keys) { $at["Class$index.$field"] = $at.VarPool + 64 * $index + $class[$field] }
        $at["Class$index.Metadata"] = $next
        $next += & $align (16 * $count)
        $next += & $align ($size * $count)
        $index++
    }

    $at.End = $next
    $at
}

$script:Layout = Get-SegmentLayout

<# The size of a segment made by Add-Segment. #>
$script:SmallSize = $script:Layout.End

<# Creates a small segment and returns its path. #>
function Add-Segment {
    param([Parameter(Mandatory)] [string] $Path, [string] $HeartbeatInterval)

    $configuration = $script:SmallSegment.Clone()
    if ($HeartbeatInterval) {
        $configuration.HeartbeatInterval = $HeartbeatInterval
    }

    (New-RoamSegment -Path $Path @configuration -ErrorAction Stop).Path
}

function ConvertFrom-Hex {
    param([Parameter(Mandatory)] [string] $Hex)

    $digits = $Hex -replace '\s'
    , [byte[]]@(for ($i = 0; $i -lt $digits.Length; $i += 2) { [Convert]::ToByte($digits.Substring($i, 2), 16) })
}

function ConvertTo-Hex {
    param([Parameter(Mandatory)] [byte[]] $Byte)

    [BitConverter]::ToString($Byte).Replace('-', '').ToLowerInvariant()
}

<# Encodes numbers as a segment stores them. #>
function ConvertTo-Hex32 {
    param([Parameter(Mandatory)] [uint32[]] $Number)

    -join ($Number | ForEach-Object { ConvertTo-Hex ([BitConverter]::GetBytes($_)) })
}

function ConvertTo-Hex64 {
    param([Parameter(Mandatory)] [uint64] $Number)

    ConvertTo-Hex ([BitConverter]::GetBytes($Number))
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

function Test-WideField {
    param([Parameter(Mandatory)] [string] $Name)

    $Name -match '^(TotalSize|PeerTableOffset|VarPoolOffset|HeartbeatInterval|CurrentSize)$|\.(LastHeartbeat|RingOffset)$'
}

<# Stores values into fields by name: numbers with the width of the field, texts as hexadecimal digits. #>
function Set-Field {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Only tests call it.')]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [hashtable] $Field,
        [hashtable] $Layout = $script:Layout)

    foreach ($name in $Field.Keys) {
        $value = $Field[$name]
        $hex = if ($value -is [string]) { $value } elseif (Test-WideField $name) { ConvertTo-Hex64 $value } else { ConvertTo-Hex32 $value }
        Write-Hex -Path $Path -Offset $Layout[$name] -Hex $hex
    }
}

<# Returns the numbers in fields, by name. #>
function Get-Field {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string[]] $Name)

    foreach ($one in $Name) {
        if (Test-WideField $one) {
            [BitConverter]::ToUInt64((ConvertFrom-Hex (Read-Hex $Path -Offset $script:Layout[$one] -Count 8)), 0)
        } else {
            [BitConverter]::ToUInt32((ConvertFrom-Hex (Read-Hex $Path -Offset $script:Layout[$one] -Count 4)), 0)
        }
    }
}

<# Extends or truncates a file in place. #>
function Edit-Length {
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [long] $Length)

    $stream = [System.IO.File]::Open($Path, 'Open', 'Write', 'ReadWrite,Delete')
    try {
        $stream.SetLength($Length)
    } finally {
        $stream.Dispose()
    }
}

<# The heartbeat clock, in nanoseconds. #>
function Get-MonotonicTime {
    $ticks = [decimal][System.Diagnostics.Stopwatch]::GetTimestamp()
    [uint64]($ticks * 1000000000 / [System.Diagnostics.Stopwatch]::Frequency)
}

<# Writes a peer entry: 0 Empty, 1 Attached, 2 Goodbye, 3 Reserved. #>
function Edit-Peer {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $PeerId,
        [uint32] $State = 1,
        [uint32] $Epoch = 1,
        [uint64] $LastHeartbeat = 0,
        [hashtable] $Layout = $script:Layout)

    Set-Field $Path -Layout $Layout -Field @{
        "Peer$PeerId.State" = $State; "Peer$PeerId.Epoch" = $Epoch; "Peer$PeerId.LastHeartbeat" = $LastHeartbeat
    }
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

    $ring = "Peer$PeerId.$Direction"
    $data = -join $Entry
    if ($null -eq $Write) {
        $Write = $data.Length / 2
    }

    $fields = @{ "$ring.Write" = [uint32]$Write; "$ring.Watermark" = $Watermark; "$ring.Read" = $Read }
    if ($data) {
        $fields["$ring.Data"] = $data
    }

    Set-Field $Path $fields
}

<# A ring entry with an inline payload of zeros. #>
function Get-InlineEntry {
    param([Parameter(Mandatory)] [int] $Payload)

    $length = 8 + $Payload + (4 - $Payload % 4) % 4
    (ConvertTo-Hex32 $length, ([uint32]$Payload -shl 16)) + ('00' * ($length - 8))
}

<# A ring entry whose payload is in a slot. #>
function Get-SlotEntry {
    param(
        [Parameter(Mandatory)] [uint32] $Class,
        [Parameter(Mandatory)] [uint32] $Slot,
        [uint32] $Generation = 1,
        [uint32] $Extent = 0)

    ConvertTo-Hex32 20, 1, ($Class + 256 * $Extent), $Slot, $Generation
}

<# Writes the metadata of a slot. #>
function Edit-Slot {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $Class,
        [Parameter(Mandatory)] [int] $Slot,
        [uint32] $Generation = 0,
        [uint32] $State = 0,
        [uint32] $Owner = 0,
        [uint32] $NextFree = [uint32]::MaxValue)

    $hex = ConvertTo-Hex32 $Generation, $State, $Owner, $NextFree
    Write-Hex -Path $Path -Offset ($script:Layout["Class$Class.Metadata"] + 16 * $Slot) -Hex $hex
}

<# The metadata of a slot: generation, state, owner and next free slot. #>
function Read-Slot {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $Class,
        [Parameter(Mandatory)] [int] $Slot)

    $bytes = ConvertFrom-Hex (Read-Hex $Path -Offset ($script:Layout["Class$Class.Metadata"] + 16 * $Slot) -Count 16)
    0, 4, 8, 12 | ForEach-Object { [BitConverter]::ToUInt32($bytes, $_) }
}

<# Allocates the first free slot of a class, as a guest or a host (owner 0) does, and returns its index. #>
function Use-Slot {
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [int] $Class,
        [uint32] $Owner = 0)

    $slot, $count = Get-Field $Path "Class$Class.FreeHead", "Class$Class.FreeCount"
    $generation, $null, $null, $next = Read-Slot -Path $Path -Class $Class -Slot $slot
    Set-Field $Path @{ "Class$Class.FreeHead" = $next; "Class$Class.FreeCount" = $count + 1 }
    $state = @{ Generation = $generation + 1; State = 1; Owner = $Owner; NextFree = $next }
    Edit-Slot -Path $Path -Class $Class -Slot $slot @state
    $slot
}
