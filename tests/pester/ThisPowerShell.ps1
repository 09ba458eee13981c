<#
Returns the command line that starts this same PowerShell again: its program, then the arguments that must come first.
If PowerShell is a .NET tool, the program of this process is dotnet, and dotnet runs pwsh.dll.

    $program, $arguments = @(Get-ThisPowerShell) + @('-NoProfile', '-File', 'child.ps1')
    & $program @arguments

Do not pass a script block to -Command: PowerShell puts the arguments of a script block before all others, so dotnet
would receive them. Use -File, a string, or Start-Job.
#>
function Get-ThisPowerShell {
    $program = (Get-Process -Id $PID).Path
    switch ([System.IO.Path]::GetFileNameWithoutExtension($program)) {
        'dotnet' { @($program, [Environment]::GetCommandLineArgs()[0]) }
        # The ISE is an editor with an engine in it; its console is a separate program.
        'powershell_ise' { Join-Path $PSHOME 'powershell.exe' }
        default { $program }
    }
}
