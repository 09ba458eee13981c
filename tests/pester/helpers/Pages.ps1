# Documentation pages as their readers use them: each code block is typed in order at the prompt of a separate
# PowerShell, in a console of 100 columns, and the output must be what the page shows.

# Written by that PowerShell when it has finished a statement.
$script:TypedMark = '== typed =='

<# Returns why the blocks of a page cannot be run here, or nothing. #>
function Get-PageDoubt {
    param([Parameter(Mandatory)] [string] $Path)

    if ($PSVersionTable.PSVersion.Major -lt 7) {
        'the pages show what PowerShell 7 shows'
    } elseif (-not $script:OnLinux -or -not (Test-Path -LiteralPath /dev/shm)) {
        'the pages show what a Linux shows, with segments in /dev/shm'
    } elseif ((Split-Path -Leaf $Path) -match '^(Find|Get-RoamSegmentProcess|Remove|Reset|README|runbooks)') {
        Get-MappingDoubt
    }
}

<# Returns the blocks of a page: the heading above each, its code, and the output on the page, if any. #>
function Get-PageBlock {
    param([Parameter(Mandatory)] [string] $Path)

    $text = [System.IO.File]::ReadAllText($Path).Replace("`r`n", "`n")
    if ($text -match '(?ms)^## EXAMPLES\n(.*?)^## PARAMETERS$') {
        $text = $Matches[1]
    }

    $pattern = '(?ms)^#+ (?<heading>[^\n]+)\n|^```powershell\n(?<code>.*?)\n```$(\s*^```(output|text)\n(?<output>.*?)\n```$)?'
    foreach ($match in [regex]::Matches($text, $pattern)) {
        if ($match.Groups['heading'].Success) {
            $heading = $match.Groups['heading'].Value
        } else {
            $output = $match.Groups['output']
            [pscustomobject]@{ Heading = $heading; Code = $match.Groups['code'].Value; Output = $output.Value }
        }
    }
}

<#
Opens a PowerShell for the reader of a page, in a console of 100 columns. The folder that stands in for /dev/shm/roam does
not exist yet. Its path has the same length, so that columns are as wide as on the page.
#>
function Open-Reader {
    param([byte] $Column = 100)

    do {
        $folder = '/dev/shm/' + [guid]::NewGuid().ToString('N').Substring(0, 4)
    } while (Test-Path -LiteralPath $folder)

    $own = Initialize-Folder
    $typed = Join-Path $own 'typed'
    & mkfifo $typed

    # A terminal description with nothing but columns: it sets the width when output is redirected.
    $null = New-Item -ItemType Directory -Path (Join-Path $own 'r')
    [System.IO.File]::WriteAllBytes((Join-Path $own 'r/roam'), (ConvertFrom-Hex "1a01 0500 0000 0100 0000 0000 726f616d00 00 $(ConvertTo-Hex $Column) 00"))
    [System.IO.File]::WriteAllText((Join-Path $own 'prompt.ps1'), @'
$reader = [System.IO.File]::OpenText($args[0])
while ($null -ne ($typed = $reader.ReadLine())) {
    try {
        . ([scriptblock]::Create([System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($typed)))) | Out-Default
    } catch {
        $_ | Out-Default
    }

    [Console]::Out.WriteLine($args[1])
}
'@)
    $start = New-Object System.Diagnostics.ProcessStartInfo 'sh' -Property @{
        RedirectStandardInput  = $true
        RedirectStandardOutput = $true
        StandardOutputEncoding = [System.Text.Encoding]::UTF8
        UseShellExecute        = $false
        WorkingDirectory       = $script:Repository
    }
    # Errors appear among the other lines, as on a screen.
    $arguments = @(
        '-c', 'exec "$0" "$@" 2>&1'
        Get-ThisPowerShell
        '-NoProfile', '-NonInteractive', '-File', (Join-Path $own 'prompt.ps1'), $typed, $script:TypedMark
    )
    foreach ($argument in $arguments) {
        $start.ArgumentList.Add($argument)
    }

    $settings = @{ TERM = 'roam'; TERMINFO = $own; NO_COLOR = '1'; LC_ALL = 'C.UTF-8' }
    foreach ($name in $settings.Keys) {
        $start.Environment[$name] = $settings[$name]
    }

    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    @{
        Process = $process
        Keyboard = [System.IO.StreamWriter]::new([System.IO.File]::Open($typed, 'Open', 'ReadWrite', 'ReadWrite'))
        Own = $own
        Folder = $folder
        Standins = @{ $folder = '/dev/shm/roam'; $own = '/opt/roam' }
        Agents = @{}
        Ended = [System.Collections.ArrayList]@()
        ProcessIds = [System.Collections.ArrayList]@($process.Id)
    }
}

<# Types a statement and returns the output. #>
function Send-Reader {
    param([Parameter(Mandatory)] [hashtable] $Reader, [Parameter(Mandatory)] [string] $Statement)

    $Reader.Keyboard.WriteLine([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Statement)))
    $Reader.Keyboard.Flush()
    $lines = while ($true) {
        $line = $Reader.Process.StandardOutput.ReadLineAsync()
        if (-not $line.Wait(2000 * $script:PatienceSeconds) -or $null -eq $line.Result) {
            throw "The PowerShell does not come to the end of '$Statement'."
        }

        if ($line.Result -ceq $script:TypedMark) { break }
        $line.Result
    }
    $lines -join "`n"
}

function Close-Reader {
    param([AllowNull()] [hashtable] $Reader)

    if ($Reader) {
        $Reader.Keyboard.Dispose()
        if (-not $Reader.Process.WaitForExit(1000 * $script:PatienceSeconds)) {
            $Reader.Process.Kill()
        }

        $Reader.Process.Dispose()
        foreach ($agent in @($Reader.Agents.Values.Process) + @($Reader.Ended)) { Close-Agent $agent }
        Clear-Folder $Reader.Own
        Clear-Folder $Reader.Folder
    }
}

<# Makes another process do something, in the words of Scenes.psd1. #>
function Invoke-Scene {
    param([Parameter(Mandatory)] [hashtable] $Reader, [Parameter(Mandatory)] [string] $Line)

    if ($Line -notmatch '^(?<name>[\w-]+)(?<how>[:~]) (?<order>\S+)(?<rest>.*)$') { throw "'$Line' is not a valid scene." }
    $name, $order, $isAwaited, $rest = $Matches.name, $Matches.order, ($Matches.how -eq ':'), $Matches.rest.Trim()
    if (-not $Reader.Agents[$name]) {
        $program = if ($order -eq 'name') { @{ Link = Join-Path $Reader.Own $name } } else { @{} }
        $Reader.Agents[$name] = @{ Process = Open-Agent @program; Unheard = 0 }
        $null = $Reader.ProcessIds.Add($Reader.Agents[$name].Process.Id)
    }

    $agent = $Reader.Agents[$name]
    if ($order -eq 'end') {
        $Reader.Agents.Remove($name)
        if ($isAwaited) {
            Close-Agent $agent.Process
        } else {
            $agent.Process.StandardInput.Close()
            $null = $Reader.Ended.Add($agent.Process)
        }

        return
    }

    $words = @(if ($order -eq 'name') { $name } else { -split $rest })
    if ($order -ne 'name') { $words[0] = Join-Path $Reader.Folder $words[0] }
    Send-Agent $agent.Process (@($order) + $words)
    $agent.Unheard++
    while ($isAwaited -and $agent.Unheard -gt 0) {
        $answer = Wait-Answer $agent.Process
        if ($answer -match ' |^what\?$') { throw "The agent '$name' answers '$Line' with: $answer" }
        $agent.Unheard--
    }
}

<#
Adapts a page's code to this folder and user. A sleep that lets a watch start becomes a wait for its first poll of the
file.
#>
function ConvertTo-CodeHere {
    param([Parameter(Mandatory)] [string] $Code, [Parameter(Mandatory)] [hashtable] $Reader)

    $watched = [regex]::Match($Code, '/dev/shm/roam/[a-z.]+').Value
    $wait = -join @(
        "foreach (`$i in 1, 2) { if ([IO.File]::Exists('$watched')) { [IO.File]::SetLastAccessTimeUtc('$watched', [datetime]::UnixEpoch) }; "
        "for (`$i = 0; `$i -lt 600 -and [IO.File]::Exists('$watched') -and [IO.File]::GetLastAccessTimeUtc('$watched') -eq [datetime]::UnixEpoch; `$i++) "
        '{ [Threading.Thread]::Sleep(5) }; [Threading.Thread]::Sleep(20) }'
    )
    $here = ($Code -replace 'Start-Sleep -Milliseconds \d+', $wait.Replace('$', '$$')) -replace "'root'", "'$([Environment]::UserName)'"
    $here.Replace('/dev/shm/roam', $Reader.Folder)
}

<# Types a block statement by statement, and plays each scene before its statement. Returns the output. #>
function Invoke-PageBlock {
    param([Parameter(Mandatory)] [hashtable] $Reader, [Parameter(Mandatory)] [string] $Code, [hashtable[]] $Scene)

    $number = 0
    $block = [System.Management.Automation.Language.Parser]::ParseInput((ConvertTo-CodeHere $Code $Reader), [ref]$null, [ref]$null)
    $shown = foreach ($statement in $block.EndBlock.Statements) {
        $number++
        $Scene | Where-Object { $_.Before -eq $number } | ForEach-Object { $_.Do } | ForEach-Object { Invoke-Scene $Reader $_ }
        Send-Reader $Reader $statement.Extent.Text
    }
    $text = $shown -join "`n"
    foreach ($path in $Reader.Standins.Keys) { $text = $text.Replace($path, $Reader.Standins[$path]) }
    foreach ($id in $Reader.ProcessIds) { $text = $text -replace "(?<!\d)$id(?!\d)", '30000' }
    $text
}

<#
Reduces text to what is the same at any time and place: without widths, times, ages, ids of processes and files, vantage
points, and empty or repeated lines.
#>
function ConvertTo-Shape {
    param([AllowEmptyString()] [string] $Text, [switch] $AnyOrder, [switch] $Loose)

    $before = ''
    $lines = foreach ($line in $Text -split "`n") {
        $shape = $line -replace '\b\d{1,2}/\d{1,2}/\d{4}\b', '<date>' -replace '\b\d{1,2}:\d\d:\d\d(\.\d+)?', '<time>'
        $shape = $shape -creplace '\d+(\.\d+)? (ns|us|ms|s|min|h|d) ago', '<age>'
        $shape = $shape -creplace '^((LastHeartbeat|HeartbeatAgeMilliseconds|FileSystemPercent) *:).*$', '$1 <number>'
        $shape = $shape -creplace '^(FileId *:) \S+$', '$1 <id>'
        $shape = $shape -creplace '(?<=^VERBOSE: Vantage point: ).*$', '<place>'
        $shape = $shape -replace '(?<![\w.])\d{5,7}(?![\w.])', '<number>'
        if ($Loose) { $shape = $shape -replace '\u2026?\d[\d.]*', '<number>' }
        $shape = ($shape -replace '-{2,}', '--' -replace '\s+', ' ').Trim()
        if ($shape -and $shape -cne $before) { $shape }
        $before = if ($shape) { $shape } else { $before }
    }

    if ($AnyOrder) {
        $lines = @($lines)
        [array]::Sort($lines, [System.StringComparer]::Ordinal)
    }

    $lines -join "`n"
}

<# Types all blocks of a page, and fails if the output of one differs from the page. #>
function Assert-Page {
    param(
        [Parameter(Mandatory)] [hashtable] $Reader,
        [Parameter(Mandatory)] [object[]] $Block,
        [hashtable[]] $Scene)

    $number = 0
    foreach ($one in $Block) {
        $number++
        $scenes = @($Scene | Where-Object { $_.Example -eq $number })
        $shown = Invoke-PageBlock $Reader $one.Code -Scene $scenes
        $how = @{ AnyOrder = $scenes.AnyOrder -contains $true; Loose = $scenes.Loose -contains $true }
        $told = $one.Output -replace '(?<![/\w])root(?![/\w])', [Environment]::UserName
        ConvertTo-Shape $shown @how |
            Should -BeExactly (ConvertTo-Shape $told @how) -Because "'$($one.Heading)' says so; it was`n$shown`n"
    }
}
