<#
.SYNOPSIS
    A tour of RoamShm on real segments: create, list, test, watch, goodbye, a runbook and error handling.
.DESCRIPTION
    Works in a new folder of its own, in /dev/shm where that exists and otherwise in the temporary folder, and removes it
    at the end. Every step checks its result: the exit code is 0 only if every result is as expected.

    It runs in Windows PowerShell 5.1, in PowerShell 7 and in roamshm:

        dotnet run --project src/RoamShm.Shell -- -File examples/tour.ps1
        pwsh -NoProfile -File examples/tour.ps1
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'

# In roamshm the module is imported already. Otherwise take the one that the build staged, or an installed one.
if (-not (Get-Module RoamShm)) {
    $staged = [IO.Path]::Combine($PSScriptRoot, '..', 'out', 'RoamShm', 'RoamShm.psd1')
    Import-Module $(if ([IO.File]::Exists($staged)) { $staged } else { 'RoamShm' })
}

function Assert-Tour([bool] $Condition, [string] $What) {
    if (-not $Condition) { throw "The tour went wrong: $What" }
}

$root = if ([IO.Directory]::Exists('/dev/shm')) { '/dev/shm' } else { [IO.Path]::GetTempPath() }
do {
    $folder = [IO.Path]::Combine($root, 'roam-' + [guid]::NewGuid().ToString('N').Substring(0, 6))
} while ([IO.Directory]::Exists($folder))
$null = [IO.Directory]::CreateDirectory($folder)
$other = $null
$watching = [Threading.ManualResetEvent]::new($false)

try {
    "== Create a segment: 4 guests, rings of 16 KB, a heartbeat every half second, two slot classes"
    $orders = [IO.Path]::Combine($folder, 'orders.seg')
    $options = @{
        MaxGuests         = 4
        BipbufCapacity    = 16KB
        HeartbeatInterval = '500ms'
        SlotClass         = '1KB:256', '64KB:16'
    }
    New-RoamSegment $orders @options -WhatIf
    Assert-Tour (-not [IO.File]::Exists($orders)) '-WhatIf created a file'
    $header = New-RoamSegment $orders @options
    $header | Format-Table
    Assert-Tour ($header.MaxGuests -eq 4 -and $header.HeartbeatInterval -eq 500000000) 'orders.seg has other options'
    Assert-Tour (([IO.FileInfo] $orders).Length -eq $header.TotalSize) 'orders.seg has another length'

    "== Create more from a plan, as Import-Csv would read it: an empty cell means the default"
    $plan = @(
        [pscustomobject]@{ Path = "$folder/billing.seg"; MaxGuests = 2; BipbufCapacity = '8KB'; SlotClass = '4KB:64' }
        [pscustomobject]@{ Path = "$folder/search.seg"; MaxGuests = 32; BipbufCapacity = ''; SlotClass = '' }
        [pscustomobject]@{ Path = "$folder/audit [1].seg"; MaxGuests = 1; BipbufCapacity = '4KB'; SlotClass = '1KB:8' }
    )
    $made = @($plan | New-RoamSegment)
    "$($made.Count) created"
    Assert-Tour ($made.Count -eq 3) 'the plan has 3 segments'
    $isDefault = $made[1].BipbufCapacity -eq 64KB -and $made[1].NumVarSlotClasses -eq 3
    Assert-Tour $isDefault 'empty cells should mean the defaults'

    "== List them as a table"
    $listed = @(Get-ChildItem $folder -Filter *.seg | Get-RoamSegmentHeader)
    $listed | Format-Table
    Assert-Tour ($listed.Count -eq 4) 'the folder has 4 segments'

    "== One of them in full, as a list"
    Get-RoamSegmentHeader $orders | Format-List

    "== Test: true, false, and a report of what is wrong"
    $damaged = [IO.Path]::Combine($folder, 'orders.damaged')
    [IO.File]::Copy($orders, $damaged)
    $file = [IO.File]::OpenWrite($damaged)
    $file.Position = 32                                         # max_guests
    $file.WriteByte(0)
    $file.Position = $header.VarPoolOffset                      # the first slot class's slot_size, 1024
    $file.Write([byte[]] (0, 0, 0, 0), 0, 4)
    $file.Dispose()
    $isSound = Test-RoamSegment $orders
    $isDamagedSound = Test-RoamSegment $damaged
    $isMissingSound = Test-RoamSegment "$folder/missing.seg"
    "orders.seg: $isSound, orders.damaged: $isDamagedSound, missing.seg: $isMissingSound"
    Assert-Tour ($isSound -and -not $isDamagedSound -and -not $isMissingSound) 'a test gave the wrong result'
    $report = Test-RoamSegment $damaged -Detailed
    $report.Findings | Format-Table
    $found = @($report.Findings | ForEach-Object Id)
    Assert-Tour ($found -contains 'InvalidMaxGuests' -and $found -contains 'InvalidSlotClass') 'a fault was missed'

    "== As JSON"
    $json = Get-RoamSegmentHeader $orders | Select-Object Path, TotalSize, MaxGuests, HostGoodbye | ConvertTo-Json
    $json
    Assert-Tour ($json -match '"MaxGuests":\s*4') 'the JSON lacks MaxGuests'

    "== Watch two segments for two objects: each as it is at the start"
    $initial = @(Watch-RoamSegment "$folder/orders.seg", "$folder/billing.seg" -Count 2 -Timeout 10s)
    $initial | Format-Table
    Assert-Tour (@($initial | Where-Object Change -EQ 'Initial').Count -eq 2) 'two objects should be Initial'

    "== Goodbye: preview it, then let another runspace raise it while this one watches"
    Set-RoamGoodbye $orders -WhatIf
    Assert-Tour (-not (Get-RoamSegmentHeader $orders).HostGoodbye) '-WhatIf raised a goodbye'
    $state = [initialsessionstate]::CreateDefault2()
    $state.ImportPSModule([string[]] [IO.Path]::Combine((Get-Module RoamShm).ModuleBase, 'RoamShm.psd1'))
    $other = [powershell]::Create($state)
    $script = '$null = $args[1].WaitOne(30000); Set-RoamGoodbye -LiteralPath $args[0]'
    $null = $other.AddScript($script).AddArgument($orders).AddArgument($watching)
    $running = $other.BeginInvoke()
    $seen = @(Watch-RoamSegment $orders -UntilGoodbye -Interval 100ms -Timeout 30s | ForEach-Object {
            $null = $watching.Set()
            $_
        })
    $null = $other.EndInvoke($running)
    $seen | Format-Table
    Assert-Tour ($seen[-1].Change -eq 'Goodbye' -and $seen[-1].PreviousHostGoodbyeValue -eq 0) 'no Goodbye was seen'

    "== Which hosts have said goodbye?"
    Get-ChildItem $folder -Filter *.seg | Get-RoamSegmentHeader | Where-Object HostGoodbye | Format-Table
    $gone = @(Get-ChildItem $folder -Filter *.seg | Get-RoamSegmentHeader | Where-Object HostGoodbye)
    Assert-Tour ($gone.Count -eq 1 -and $gone[0].Path -like '*orders.seg') 'only orders.seg is in goodbye'

    "== A runbook: ask every guest to detach, then report"
    $sound = @(Get-ChildItem $folder -Filter *.seg | Test-RoamSegment -PassThru)
    $asked = @($sound | Where-Object { -not $_.HostGoodbye })
    $null = $asked | Set-RoamGoodbye
    $headers = @(Get-ChildItem $folder -Filter *.seg | Get-RoamSegmentHeader)
    $left = @($headers | Where-Object { -not $_.HostGoodbye })
    $headers | Format-Table
    "$($asked.Count) goodbyes raised, $($headers.Count) segments in all, $($left.Count) without a goodbye"
    Assert-Tour ($asked.Count -eq 3 -and $left.Count -eq 0) 'a segment is not in goodbye'

    "== Errors: one for each bad file, while the others go on; the id decides what to do"
    $mixed = $orders, "$folder/missing.seg", $damaged, $folder
    $good = @(Get-RoamSegmentHeader -LiteralPath $mixed -ErrorAction SilentlyContinue -ErrorVariable problems)
    "$($good.Count) read, $($problems.Count) failed"
    $advice = foreach ($problem in $problems) {
        switch -Wildcard ($problem.FullyQualifiedErrorId) {
            'SegmentNotFound,*' { 'SegmentNotFound: the host is gone, or the name is wrong' }
            'InvalidSlotClass,*' { 'InvalidSlotClass: no guest can attach; have the host create it again' }
            'NotARegularFile,*' { 'NotARegularFile: a folder, not a segment' }
            default { throw $problem }
        }
    }
    $advice
    Assert-Tour ($good.Count -eq 1 -and @($advice).Count -eq 3) 'one segment and three errors were expected'
    try {
        New-RoamSegment $orders
        throw 'The tour went wrong: an existing segment was overwritten'
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'SegmentExists,*') { throw }
        "SegmentExists: $($_.ErrorDetails.RecommendedAction)"
    }

    "Tour complete: $($listed.Count) segments created, $($headers.Count) in goodbye, all results as expected."
}
finally {
    if ($other) { $other.Dispose() }
    $watching.Dispose()
    [IO.Directory]::Delete($folder, $true)
}
