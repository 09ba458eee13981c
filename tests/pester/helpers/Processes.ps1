# Other PowerShells: processes, jobs, and runspaces that run in the background.

<#
Runs a script with the module in a new, non-interactive process of this PowerShell, and returns the lines that it writes.
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
Runs a script as a user who owns none of the files, because an administrator is denied nothing. Skips the test if there
is no such user.
#>
function Invoke-AsStranger {
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [Parameter(Mandatory)] [string] $Script)

    Skip-Unless $script:OnUnix 'only Unix has permission bits'
    $stranger = @()
    $shell = @(Get-ThisPowerShell)
    if ((& id -u) -eq '0') {
        $setpriv = Get-Command setpriv -CommandType Application -ErrorAction Ignore
        Skip-Unless $setpriv 'root is denied nothing, and there is no setpriv to become another user'
        $stranger = 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env', "HOME=$Folder"
    }

    # The module and the shell's caches, where the other user can access them.
    $copy = Join-Path $Folder 'module'
    Copy-Item -LiteralPath $script:ModuleFolder -Destination $copy -Recurse
    & chmod -R a+rX $copy
    & chmod a+rwx $Folder
    if ($stranger) {
        $first, $rest = $stranger
        # A PowerShell that is a .NET tool is in its user's home, which other users cannot enter.
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

<# Returns why this process cannot start another PowerShell, or nothing: a program may have only the engine. #>
function Get-ShellDoubt {
    $program = [System.IO.Path]::GetFileNameWithoutExtension((Get-Process -Id $PID).Path)
    if ($program -notin 'pwsh', 'powershell', 'powershell_ise', 'dotnet', 'RoamShm.Shell', 'roamshm') {
        "$program has PowerShell's engine and no PowerShell to start"
    }
}

<# Returns the output of a script that runs with the module in a job. #>
function Invoke-Job {
    param(
        [Parameter(Mandatory)] [scriptblock] $Script,
        [object[]] $Argument = @())

    Skip-Because (Get-ShellDoubt)
    $import = [scriptblock]::Create("Import-Module '$($script:ModuleManifest.Replace("'", "''"))'")
    Start-Job -InitializationScript $import -ScriptBlock $Script -ArgumentList $Argument |
        Receive-Job -Wait -AutoRemoveJob
}

<# Returns the output of a script that runs with the module in several thread jobs at once. #>
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

<# Starts a process that holds an exclusive lock on a file until it is killed. #>
function Lock-File {
    param([Parameter(Mandatory)] [string] $Path)

    $arguments = '--no-fork', '--exclusive', $Path, 'sleep', '300'
    $holder = Start-Process -FilePath flock -ArgumentList $arguments -PassThru
    Wait-Until { & flock --nonblock --shared $Path true; $LASTEXITCODE -ne 0 } 'the lock was held'
    $holder
}

<# Starts a script with the module in a separate runspace, and returns an object to follow it with. #>
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
    # Reading the output so far must not wait for the end.
    $events = New-Object 'System.Management.Automation.PSDataCollection[psobject]'
    $events.EnumeratorNeverBlocks = $true
    $shell.Streams.Error.EnumeratorNeverBlocks = $true
    $nothing = New-Object 'System.Management.Automation.PSDataCollection[psobject]'
    $nothing.Complete()
    [pscustomobject]@{ Shell = $shell; Events = $events; Call = $shell.BeginInvoke($nothing, $events) }
}

<# Starts Watch-RoamSegment in a runspace. It polls every 5 ms, so that the tests need not wait for it. #>
function Open-Watch {
    param([Parameter(Mandatory)] [hashtable] $Parameters)

    $all = @{ Interval = '5ms' }
    foreach ($key in $Parameters.Keys) {
        $all[$key] = $Parameters[$key]
    }

    Open-Runspace { param([hashtable] $Parameters) Watch-RoamSegment @Parameters } @{ Parameters = $all }
}

<# Waits for a total number of events, and returns the last. #>
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

<# Returns the files below a folder that this process has open (Linux). #>
function Get-OpenFile {
    param([Parameter(Mandatory)] [string] $Folder)

    Get-ChildItem -LiteralPath "/proc/$PID/fd" -ErrorAction Ignore |
        ForEach-Object { [System.IO.FileInfo]::new($_.FullName).LinkTarget } |
        Where-Object { $_ -and $_.StartsWith("$Folder/", [System.StringComparison]::Ordinal) }
}

<#
Runs a script with the module in a new process of this PowerShell in a terminal of 90 columns and 15 lines (Linux).
#>
function Invoke-Terminal {
    param([Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [string] $Script)

    Skip-Because (Get-TerminalDoubt)
    $file = Join-Path $Folder 'terminal.ps1'
    [System.IO.File]::WriteAllText($file, "Import-Module '$script:ModuleManifest'`n$Script`n")
    $shell = @(Get-ThisPowerShell | ForEach-Object { "'$_'" }) -join ' '
    $shellBefore = $env:SHELL
    try {
        # The shell that script(1) runs the line with.
        $env:SHELL = '/bin/sh'
        & script -qec "stty cols 90 rows 15; exec $shell -NoProfile -NonInteractive -File '$file'" /dev/null
    } finally {
        $env:SHELL = $shellBefore
        Remove-Item -LiteralPath $file
    }
}

function Get-TerminalDoubt {
    if (-not $script:OnLinux -or -not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        'needs script from util-linux to create a terminal'
    } elseif ($env:NO_COLOR) {
        'NO_COLOR is set'
    }
}

<# Returns the text output of a script if $PSStyle is something else or missing, as in Windows PowerShell. #>
function Invoke-WithStyle {
    param([AllowNull()] [object] $Style, [Parameter(Mandatory)] [string] $Script, [Parameter(Mandatory)] [string] $Path)

    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
    $state.Variables.Remove('PSStyle', $null)
    if ($null -ne $Style) {
        $state.Variables.Add((New-Object System.Management.Automation.Runspaces.SessionStateVariableEntry 'PSStyle', $Style, ''))
    }

    $state.ImportPSModule([string[]]@($script:ModuleManifest))
    $shell = [powershell]::Create($state)
    try {
        $shell.AddScript("param([string] `$Path) $Script").AddArgument($Path).Invoke() -join "`n"
        $shell.Streams.Error | ForEach-Object { throw $_ }
    } finally {
        $shell.Dispose()
    }
}

# Opens a file for writing, as a host or guest does, until it is disposed.
function Open-User([string] $Path) {
    [System.IO.File]::Open($Path, 'Open', 'ReadWrite', 'ReadWrite, Delete')
}
