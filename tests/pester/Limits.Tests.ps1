# Process limits cause an error with a remedy; they never kill the shell.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm

    # PowerShell itself creates large in-memory files unless this is switched off.
    function Invoke-Limited {
        param([string] $Limit, [string] $Script)

        Skip-Unless $script:OnUnix 'only Unix has such limits'
        $limited = @('sh', '-c', "DOTNET_EnableWriteXorExecute=0; export DOTNET_EnableWriteXorExecute; ulimit $Limit; exec `"`$@`"", 'sh')
        Invoke-NewProcess -Folder $script:Folder -Script $Script -Shell ($limited + @(Get-ThisPowerShell))
    }
}

Describe 'Under a file size limit' {
    BeforeEach { $script:Folder = Initialize-Folder }
    AfterEach { Clear-Folder $script:Folder }

    It 'refuses a larger segment, <How>' -Tag NewPowerShell -ForEach @(
        @{ How = 'reserved'; Switch = '' }
        @{ How = 'sparse'; Switch = '-Sparse' }
    ) {
        $target = Join-Path $Folder 'large.seg'
        $said = Invoke-Limited '-f 4000' @"
New-RoamSegment '$target' $Switch -ErrorAction SilentlyContinue -ErrorVariable problem
`$problem[0].FullyQualifiedErrorId
`$problem[0].ErrorDetails.RecommendedAction
'goes on'
"@
        $said[0] | Should -BeExactly 'InsufficientSpace,RoamShm.Commands.NewRoamSegmentCommand'
        $said[1] | Should -Match 'ulimit -f'
        $said[2] | Should -BeExactly 'goes on'
        [System.IO.Directory]::GetFileSystemEntries($Folder) | Should -BeNullOrEmpty
    }

    It 'creates a smaller segment' -Tag NewPowerShell {
        $target = Join-Path $Folder 'small.seg'
        Invoke-Limited '-f 4000' "(New-RoamSegment '$target' -SlotClass 1KB:4 -MaxGuests 1).Path" | Should -BeExactly $target
    }
}

Describe 'Under a limit on open files' {
    BeforeEach { $script:Folder = Initialize-Folder }
    AfterEach { Clear-Folder $script:Folder }

    It '<_> reports it and continues' -Tag NewPowerShell -ForEach @(
        'Get-RoamSegmentHeader $path'
        'New-RoamSegment $new -SlotClass 1KB:4'
        'Set-RoamGoodbye $path -Confirm:$false'
        'Find-RoamSegment $path'
        'Remove-RoamSegment $path -Confirm:$false -Force'
        'Test-RoamSegment $path -Detailed'
    ) {
        $segment = Add-Segment (Join-Path $Folder 'one.seg')
        $said = Invoke-Limited '-n 200' @"
`$path = '$segment'
`$new = '$(Join-Path $Folder 'new.seg')'
`$ErrorActionPreference = 'SilentlyContinue'

# Load everything the command needs now, since nothing can be loaded at the limit.
`$null = $($_ -replace '\$path', '/no/such.seg' -replace '\$new', '/no/such/new.seg')
`$null = New-RoamSegment '$(Join-Path $Folder 'warm.seg')' -SlotClass 1KB:4 | Get-RoamSegmentHeader | Set-RoamGoodbye -Confirm:`$false
`$null = Find-RoamSegment '$Folder'
`$Error.Clear()
`$held = New-Object System.Collections.ArrayList
try { while (`$held.Count -lt 1000) { `$null = `$held.Add([System.IO.File]::OpenRead(`$path)) } } catch { `$Error.Clear() }
`$out = $_ -ErrorVariable problem -ErrorAction SilentlyContinue
foreach (`$file in `$held) { `$file.Dispose() }
`$text = @(`$problem | ForEach-Object { `$_.ErrorDetails.RecommendedAction }) + @(`$out | ForEach-Object { `$_.Findings } | ForEach-Object { `$_.Message })
"said: `$text"
"goes on: `$(`$held.Count -lt 1000) `$((Get-RoamSegmentHeader `$path).Path)"
"@
        $said | Where-Object { $_ -like 'said:*' } | Should -Match 'ulimit -n|open files'
        $said | Where-Object { $_ -like 'goes on:*' } | Should -BeExactly "goes on: True $segment"
    }
}
