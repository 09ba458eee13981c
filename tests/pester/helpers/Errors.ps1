# The errors of the cmdlets: everything about them that a runbook may rely on.

# The category of each error id, for scripts that handle errors by category.
$script:Categories = @{}
$kinds = @{
    InvalidData = @(
        'BadMagic', 'InvalidLimits', 'InvalidSlotClass', 'NoSlotClasses', 'PeerTableOutOfBounds', 'PredecessorFormat', 'SegmentTooShort'
        'SegmentTruncated', 'SlotClassTableOutOfBounds', 'SuccessorFormat', 'UnexpectedHeaderSize', 'UnsupportedVersion', 'VarPoolOutOfBounds'
    )
    OperationTimeout = 'DrainTimeout'
    ResourceBusy = 'HostMayBeRunning', 'PeerAlive', 'SegmentInUse'
    QuotaExceeded = 'InsufficientSpace'
    InvalidArgument = 'InvalidConfiguration', 'NotAFileSystemPath'
    InvalidType = 'NotARegularFile'
    NotImplemented = 'NotSupportedOnPlatform'
    ObjectNotFound = 'PeerNotFound', 'SegmentNotFound'
    InvalidOperation = 'DifferentFile', 'RemoteObject', 'SegmentReplaced'
    PermissionDenied = 'SegmentAccessDenied'
    ResourceExists = 'SegmentExists'
    ReadError = 'SegmentIOError'
    ResourceUnavailable = 'SegmentNotReady'
    LimitsExceeded = 'TooManySlots'
}
foreach ($kind in $kinds.Keys) {
    foreach ($id in $kinds[$kind]) { $script:Categories[$id] = $kind }
}

<# Checks one error of the cmdlet that the file is about, $script:Command: everything that a runbook may rely on. #>
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
    if ($one.FullyQualifiedErrorId -like 'SegmentNotFound,*') {
        $one.Exception | Should -BeOfType ([System.Management.Automation.ItemNotFoundException])
        $one.Exception.InnerException | Should -BeOfType ([RoamShm.SegmentException])
    } else {
        $one.Exception | Should -BeOfType ([RoamShm.SegmentException])
    }

    $one.Exception.Message |
        Should -Match ([regex]::Escape((Split-Path -Leaf $Target))) -Because 'each message names the file'
    if ($Message) {
        $one.Exception.Message | Should -Match $Message
    }
}

<# Returns a script that runs one command and writes its errors as JSON, one a line. #>
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
