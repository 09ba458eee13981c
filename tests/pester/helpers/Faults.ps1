# Files that are not sound segments: a small segment with overwritten fields or a different length.

<# A fault: the fields to overwrite, or a length; the expected error id, and a pattern for its message. #>
function Get-FaultCase {
    param([string] $Fault, [string] $Id, [object] $Change, [string] $Message)

    $case = @{ Fault = $Fault; Id = $Id; Message = $Message }
    $case[$(if ($Change -is [hashtable]) { 'Edit' } else { 'Length' })] = $Change
    $case
}

<# Files that a reference implementation refuses to attach to. #>
function Get-BrokenCase {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingPositionalParameters', '', Justification = 'The cases read as a table.')]
    param()

    $pool, $end = $script:Layout.VarPool, $script:Layout.End
    Get-FaultCase 'another magic' BadMagic @{ Magic = '4e4f5441524f414d' } "its magic is 'NOTAROAM', expected 'ROAMHUB\\x07'"
    Get-FaultCase 'an unprintable magic' BadMagic @{ Magic = '7f454c46005c0700' } "its magic is '\\x7fELF\\x00\\x5c\\x07\\x00'"
    Get-FaultCase 'the magic of the predecessor' PredecessorFormat @{ Magic = '5241504148554201'; Version = 2 } (
        'predecessor.*RAPAHUB\\x01.*version 2')
    Get-FaultCase 'the magic of the successor' SuccessorFormat @{ Magic = '54454c5848554207' } (
        'successor.*TELXHUB\\x07.*version 7')
    Get-FaultCase 'version 6' UnsupportedVersion @{ Version = 6 } 'unsupported segment version 6; expected 7'
    Get-FaultCase 'a header_size of 256' UnexpectedHeaderSize @{ HeaderSize = 256 } 'unexpected header_size 256; expected 128'
    Get-FaultCase 'no slot classes' NoSlotClasses @{ NumVarSlotClasses = 0 } (
        'num_var_slot_classes is 0, expected at least 1')
    Get-FaultCase 'a class table past the end' SlotClassTableOutOfBounds @{ VarPoolOffset = $end } (
        "table of 2 .* at offset $end .* $end bytes")
    Get-FaultCase 'a class table at 2^64 - 1' SlotClassTableOutOfBounds @{ VarPoolOffset = [uint64]::MaxValue } (
        'offset 18446744073709551615')
    Get-FaultCase '4294967295 classes' SlotClassTableOutOfBounds @{ NumVarSlotClasses = [uint32]::MaxValue } (
        'table of 4294967295 ')
    Get-FaultCase 'a class with slot_size 0' InvalidSlotClass @{ 'Class0.SlotSize' = 0 } (
        'slot class 0 .*slot_size 0, slot_count 4')
    Get-FaultCase 'a class with slot_count 0' InvalidSlotClass @{ 'Class1.SlotCount' = 0 } (
        'slot class 1 .*slot_size 16384, slot_count 0')
    Get-FaultCase 'fewer bytes than total_size' SegmentTruncated ($end - 1) "has $($end - 1) bytes, but its total_size is $end"
    Get-FaultCase 'fewer bytes than current_size' SegmentTruncated @{ CurrentSize = $end + 4096 } (
        "has $end bytes, but its current_size is $($end + 4096)")
    Get-FaultCase 'fewer bytes than a header' SegmentTooShort 127 'has 127 bytes; .* 128'
    Get-FaultCase 'no bytes' SegmentNotReady 0 'it is empty'
    Get-FaultCase 'nothing but zeros' SegmentNotReady @{ Magic = '00' * 128 } 'all zero'
    Get-FaultCase 'nothing but the magic' SegmentNotReady @{ Version = '00' * 120 } 'nothing but the magic'
}

<# Files that the reference attaches to or crashes on, but whose peers and slots cannot be read. #>
function Get-DamagedCase {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingPositionalParameters', '', Justification = 'The cases read as a table.')]
    param()

    $pool, $end = $script:Layout.VarPool, $script:Layout.End
    Get-FaultCase 'no guests' InvalidLimits @{ MaxGuests = 0 } 'max_guests is 0'
    Get-FaultCase '256 guests' InvalidLimits @{ MaxGuests = 256 } 'max_guests is 256'
    Get-FaultCase '257 slot classes' InvalidLimits @{ NumVarSlotClasses = 257; VarPool = '0100000001000000' * 4400 } (
        'num_var_slot_classes is 257')
    Get-FaultCase 'a peer table in the header' PeerTableOutOfBounds @{ PeerTableOffset = 64 } 'peer table at offset 64 '
    Get-FaultCase 'a peer table that is not aligned' PeerTableOutOfBounds @{ PeerTableOffset = 132 } (
        'peer table at offset 132 ')
    Get-FaultCase 'a peer table past the end' PeerTableOutOfBounds @{ PeerTableOffset = $end } (
        "peer table at offset $end .* $end bytes")
    Get-FaultCase 'a slot pool that is not aligned' VarPoolOutOfBounds @{
        VarPoolOffset = $pool + 8; 'Class0.FreeHead' = '0004000004000000'; 'Class1.FreeHead' = '0040000002000000'
    } "slot pool at offset $($pool + 8) "
    Get-FaultCase 'more slots than there is room for' VarPoolOutOfBounds @{ 'Class0.SlotCount' = 0xffffff } (
        "slot pool at offset $pool .* $end bytes")
}

<# Creates the file of a case and returns its path. #>
function Add-BrokenSegment {
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [hashtable] $Case)

    $made = Add-Segment $Path
    if ($Case.ContainsKey('Length')) {
        Edit-Length $made $Case.Length
    }

    if ($Case.ContainsKey('Edit')) {
        Set-Field $made $Case.Edit
    }

    $made
}

<# Creates a segment whose first class has one slot more than the limit. As a sparse file it takes no space. #>
function Add-HugeSegment {
    param([Parameter(Mandatory)] [string] $Path)

    $made = Add-Segment $Path
    Set-Field $made @{ 'Class0.SlotSize' = 1; 'Class0.SlotCount' = 67108865 }
    Edit-Length $made 1200000000
    $made
}
