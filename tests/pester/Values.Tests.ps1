# Suspicious values cause an error or a warning, and a wait that times out says so.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
}

Describe 'A suspicious value' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
        $script:Small = @{ MaxGuests = 1; SlotClass = '1KB:4' }
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    It 'is a heartbeat interval of <Interval>: New-RoamSegment warns about it, and Test-RoamSegment finds it' -ForEach @(
        @{ Interval = 500 }, @{ Interval = 1 }, @{ Interval = '999us' }
    ) {
        $null = New-RoamSegment $Path @Small -HeartbeatInterval $Interval -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match 'heartbeat_interval is \d+ ns.*500ms is half a second'
        (Test-RoamSegment $Path -Detailed).Findings.Id | Should -Contain 'HeartbeatIntervalTooShort'
    }

    It 'is not a heartbeat interval of <_>' -ForEach 0, '1ms', '500ms' {
        $null = New-RoamSegment $Path @Small -HeartbeatInterval $_ -WarningVariable warned
        $warned | Should -BeNullOrEmpty
    }

    It 'is an empty list of slot classes, which is an error from a variable and from an object' {
        $classes = @()
        New-RoamSegment $Path -SlotClass $classes -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'InvalidConfiguration,*'
        [pscustomobject]@{ Path = $Path; SlotClass = @() } |
            New-RoamSegment -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'InvalidConfiguration,*'
        [System.IO.File]::Exists($Path) | Should -BeFalse
    }

    It 'is not an empty cell or $null for slot classes: both mean the default' {
        ([pscustomobject]@{ Path = $Path; SlotClass = '' } | New-RoamSegment).NumVarSlotClasses | Should -Be 3
        (New-RoamSegment $Path -SlotClass $null -Force).NumVarSlotClasses | Should -Be 3
    }

    It 'is a mode that locks out the owner, which causes a warning' {
        Skip-Unless $OnUnix 'only Unix has modes'
        $null = New-RoamSegment $Path @Small -Mode 0044 -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match 'mode 0044'
        $null = New-RoamSegment $Path @Small -Mode 0640 -Force -WarningVariable warned
        $warned | Should -BeNullOrEmpty
    }
}

Describe 'Watch-RoamSegment -UntilGoodbye' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Add-Segment (Join-Path $script:Folder 'one.seg')
        $script:Other = Add-Segment (Join-Path $script:Folder 'two.seg')
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    It 'reports each segment that is not in goodbye when the timeout expires' {
        $null = Set-RoamGoodbye $Other -Confirm:$false
        $watch = @{ Interval = '10ms'; Timeout = '20ms'; ErrorAction = 'SilentlyContinue' }
        $null = Watch-RoamSegment $Path, $Other -UntilGoodbye @watch -ErrorVariable problem
        $problem | Should -HaveCount 1
        $problem.FullyQualifiedErrorId | Should -BeExactly 'GoodbyeTimeout,RoamShm.Commands.WatchRoamSegmentCommand'
        $problem.TargetObject | Should -BeExactly $Path
        $problem.CategoryInfo.Category | Should -Be 'OperationTimeout'
    }

    It 'reports nothing if it ends before the timeout, or has no goal' {
        $null = Set-RoamGoodbye $Path -Confirm:$false
        $null = Watch-RoamSegment $Path -UntilGoodbye -Timeout 60s -ErrorVariable problem
        $problem | Should -BeNullOrEmpty
        $null = Watch-RoamSegment $Other -Interval 10ms -Timeout 20ms -ErrorVariable problem
        $problem | Should -BeNullOrEmpty
    }
}

Describe 'Set-RoamGoodbye' {
    It 'acts without a prompt, like Stop-Service and Stop-Computer' {
        $attribute = (Get-Command Set-RoamGoodbye).ImplementingType.GetCustomAttributes($true) |
            Where-Object { $_ -is [System.Management.Automation.CmdletAttribute] }
        $attribute.ConfirmImpact | Should -Be 'Medium'
        (Get-Help Set-RoamGoodbye -Full | Out-String) | Should -Match 'Stop-Service'
    }
}
