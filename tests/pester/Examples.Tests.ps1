# All examples of docs/cmdlets, in this PowerShell. tests/Examples/ExampleRunner.cs runs them, here as in the tests of the
# embedded shell; it is compiled into this process.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    $root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
    $script:examples = [System.IO.Path]::Combine($root, 'tests', 'Examples')
    $agents = [System.IO.Path]::Combine($root, 'tests', 'RoamShm.TestAgent', 'bin', '*', 'net10.0', 'RoamShm.TestAgent.dll')
    $script:agent = @(Get-Item -Path $agents -ErrorAction Ignore | Sort-Object -Property LastWriteTime -Descending)[0].FullName

    $script:whyNot = if ($PSVersionTable.PSVersion.Major -lt 7) {
        'the pages show what PowerShell 7 shows'
    } elseif (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
        'the programs that play hosts and guests need dotnet'
    } else {
        if (-not ('RoamShm.Tests.ExampleRunner' -as [type])) {
            $sources = 'CaptureHost.cs', 'ExampleRunner.cs' | ForEach-Object { Join-Path $examples $_ }
            Add-Type -Path $sources -CompilerOptions '-nullable:enable' -IgnoreWarnings -WarningAction Ignore
        }
    }

    # Jobs find the module by its name.
    $script:pathBefore = $env:PSModulePath
    $env:PSModulePath = (Split-Path -Parent $ModuleFolder) + [System.IO.Path]::PathSeparator + $env:PSModulePath
}

AfterAll {
    $env:PSModulePath = $pathBefore
}

$pages = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'cmdlets')
Describe 'The examples of <_.BaseName>' -ForEach @(Get-ChildItem -LiteralPath $pages -Filter *-*.md | Sort-Object -Property Name) {
    It 'show what the page tells' {
        $reason = if ($whyNot) { $whyNot } else { [RoamShm.Tests.ExampleRunner]::WhyNot($_.FullName, [string]$agent) }
        if ($reason) {
            Set-ItResult -Skipped -Because $reason
        }

        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
        $state.ImportPSModule([string[]]@($ModuleManifest))
        $scenes = Join-Path $examples 'Scenes.psd1'
        $runner = [RoamShm.Tests.ExampleRunner]::new($_.FullName, $scenes, $agent, $state)
        try {
            $all = [RoamShm.Tests.ExampleRunner]::Read($_.FullName).Count
            $runner.CountRunnable() | Should -Be $all
            $runner.Run($all) -join "`n`n" | Should -BeNullOrEmpty
        } finally {
            $runner.Dispose()
        }
    }
}
