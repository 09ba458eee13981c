# Other processes that play hosts and guests (tests/RoamShm.TestAgent), and what can be found out about them here.

<# Returns why no other process can play a host or a guest here, or nothing. #>
function Get-AgentDoubt {
    if ($env:ROAMSHM_TEST_AGENT) {
        # Whoever runs the tests without the .NET SDK names a program that runs by itself.
    } elseif (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
        'the programs that play hosts and guests need dotnet'
    } elseif (-not (Get-AgentProgram)) {
        'the program that plays hosts and guests has not been built; dotnet build does it'
    }
}

function Get-AgentProgram {
    $bin = [System.IO.Path]::Combine($script:Repository, 'tests', 'RoamShm.TestAgent', 'bin')
    Get-Item -Path ([System.IO.Path]::Combine($bin, '*', 'net10.0', 'RoamShm.TestAgent.dll')) -ErrorAction Ignore |
        Sort-Object -Property LastWriteTime -Descending |
        Select-Object -First 1 -ExpandProperty FullName
}

<# Starts another process that plays a host or a guest, tests/RoamShm.TestAgent, and returns it. #>
function Open-Agent {
    param([string] $Link)

    $start = New-Object System.Diagnostics.ProcessStartInfo -Property @{
        FileName               = if ($env:ROAMSHM_TEST_AGENT) { $env:ROAMSHM_TEST_AGENT } else { 'dotnet' }
        Arguments              = if ($env:ROAMSHM_TEST_AGENT) { '' } else { '"{0}"' -f (Get-AgentProgram) }
        RedirectStandardInput  = $true
        RedirectStandardOutput = $true
        UseShellExecute        = $false
    }
    if ($Link) {
        # Process lists show the name that a program was started by.
        $null = New-Item -ItemType SymbolicLink -Path $Link -Target ((Get-AgentProgram) -replace '\.dll$')
        $start.FileName = $Link
        $start.Arguments = ''
        $runtime = [System.Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory()
        $start.EnvironmentVariables['DOTNET_ROOT'] = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($runtime, '..', '..', '..'))
    }

    $agent = [System.Diagnostics.Process]::Start($start)
    $null = Wait-Answer $agent
    $agent
}

<# Sends a command to an agent without waiting for it. #>
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

<# Sends a command to an agent, and returns its answer when it is done. #>
function Invoke-Agent {
    param(
        [Parameter(Mandatory)] [System.Diagnostics.Process] $Agent,
        [Parameter(Mandatory)] [object[]] $Word)

    Send-Agent $Agent $Word
    $answer = Wait-Answer $Agent
    if ($answer -match '^IOException|^what\?|^no entry') {
        throw "The agent answers: $answer"
    }

    $answer
}

<# Ends an agent, without -Now after it has finished its commands. Its mappings are gone then. #>
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

<# Returns why it is uncertain here whether anybody maps a file, or nothing. #>
function Get-MappingDoubt {
    if (-not $script:OnLinux) {
        return 'only Linux lists the processes that map a file'
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
