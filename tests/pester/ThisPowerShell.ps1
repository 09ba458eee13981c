<#
The command line that starts this very PowerShell again: its program, then the arguments that have to come before its own.
Where PowerShell is a .NET tool, the program of this process is dotnet, and what dotnet runs is pwsh.dll.

    $program, $arguments = @(Get-ThisPowerShell) + @('-NoProfile', '-File', 'child.ps1')
    & $program @arguments

A script block cannot follow -Command here: PowerShell writes the arguments of a script block in front of all others, so
that dotnet gets them. Use -File, a text, or Start-Job.
#>
function Get-ThisPowerShell {
    $program = (Get-Process -Id $PID).Path
    switch ([System.IO.Path]::GetFileNameWithoutExtension($program)) {
        'dotnet' { @($program, [Environment]::GetCommandLineArgs()[0]) }
        # The ISE is an editor with an engine in it; the console that belongs to it lies elsewhere.
        'powershell_ise' { Join-Path $PSHOME 'powershell.exe' }
        default { $program }
    }
}
