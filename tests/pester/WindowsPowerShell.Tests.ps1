# No script that ships, and no test or build script that runs in Windows PowerShell 5.1, uses anything that 5.1 lacks.
# In 5.1 its own parser checks this; elsewhere the tests inspect the syntax tree. And no script that ships does what gives
# another result in 5.1, as other encodings do.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $script:Scripts = @(
        Get-ChildItem -LiteralPath (Join-Path $script:Repository 'examples') -Filter *.ps1 -Recurse
        Get-ChildItem -LiteralPath $PSScriptRoot -Filter *.ps1 -Recurse | Where-Object { $_.Name -ne 'WindowsPowerShell.Tests.ps1' }
        Get-Item -LiteralPath (Join-Path $script:Repository 'build.ps1'), (Join-Path $script:Repository 'RoamShm.psd1')
    )
    $script:Scripts = $script:Scripts | Where-Object {
        # A script that requires PowerShell 7 needs no check: Windows PowerShell refuses to run it.
        $tree = [System.Management.Automation.Language.Parser]::ParseFile($_.FullName, [ref] $null, [ref] $null)
        -not ($tree.ScriptRequirements -and $tree.ScriptRequirements.RequiredPSVersion -ge [version] '7.0')
    } | ForEach-Object { @{ File = $_.FullName; Name = $_.FullName.Substring($script:Repository.Length + 1) } }
    $script:Shipped = @($script:Scripts | Where-Object { $_.Name -match '^(examples|build)\b' })
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    $script:NewCommands = 'ConvertFrom-CliXml', 'ConvertFrom-Markdown', 'ConvertTo-CliXml', 'Disable-ExperimentalFeature', 'Enable-ExperimentalFeature',
    'Get-Error', 'Get-ExperimentalFeature', 'Get-MarkdownOption', 'Get-PSSubsystem', 'Get-SecureRandom', 'Get-Uptime', 'Join-String', 'Remove-Alias',
    'Remove-Service', 'Set-MarkdownOption', 'Show-Markdown', 'Start-ThreadJob', 'Switch-Process', 'Test-Json'

    $script:NewParameters = @{
        'Add-Content'       = 'AsByteStream'
        'ConvertFrom-Json'  = 'AsHashtable', 'DateKind', 'Depth', 'NoEnumerate'
        'ConvertTo-Csv'     = 'NoHeader', 'QuoteFields', 'UseQuotes'
        'ConvertTo-Json'    = 'AsArray', 'EnumsAsStrings', 'EscapeHandling'
        'Export-Csv'        = 'NoHeader', 'QuoteFields', 'UseQuotes'
        'ForEach-Object'    = 'AsJob', 'Parallel', 'ThrottleLimit', 'TimeoutSeconds', 'UseNewRunspace'
        'Format-Table'      = 'RepeatHeader'
        'Get-ChildItem'     = 'FollowSymlink'
        'Get-Content'       = 'AsByteStream'
        'Get-Date'          = 'AsUTC', 'UnixTimeSeconds'
        'Get-Random'        = 'Shuffle'
        'Get-Unique'        = 'CaseInsensitive'
        'Invoke-RestMethod' = 'AllowInsecureRedirect', 'Authentication', 'CustomMethod', 'FollowRelLink', 'Form', 'MaximumRetryCount', 'NoProxy',
        'PreserveAuthorizationOnRedirect', 'Resume', 'RetryIntervalSec', 'SkipCertificateCheck', 'SkipHttpErrorCheck', 'SslProtocol', 'Token'
        'Invoke-WebRequest' = 'AllowInsecureRedirect', 'Authentication', 'CustomMethod', 'Form', 'MaximumRetryCount', 'NoProxy',
        'PreserveAuthorizationOnRedirect', 'Resume', 'RetryIntervalSec', 'SkipCertificateCheck', 'SkipHttpErrorCheck', 'SslProtocol', 'Token'
        'Join-Path'         = 'AdditionalChildPath', 'Extension'
        'Measure-Object'    = 'AllStats', 'StandardDeviation'
        'New-Guid'          = 'Empty', 'InputObject'
        'Out-String'        = 'NoNewline'
        'Resolve-Path'      = 'Force', 'RelativeBasePath'
        'Select-Object'     = 'CaseInsensitive'
        'Select-String'     = 'Culture', 'NoEmphasis', 'Raw'
        'Set-Content'       = 'AsByteStream'
        'Sort-Object'       = 'Bottom', 'Stable', 'Top'
        'Split-Path'        = 'Extension', 'LeafBase'
        'Start-Job'         = 'WorkingDirectory'
        'Start-Process'     = 'Environment'
        'Start-Sleep'       = 'Duration'
        'Tee-Object'        = 'Encoding'
    }
    $script:NewVariables = 'IsLinux', 'IsMacOS', 'IsWindows', 'IsCoreCLR', 'PSStyle', 'EnabledExperimentalFeatures', 'PSNativeCommandUseErrorActionPreference'
    $script:NewEncodings = 'ansi', 'utf8BOM', 'utf8NoBOM'

    # Members that scripts often use and that .NET Framework's types lack.
    $script:NewMembers = 'Array.Fill', 'Convert.FromHexString', 'Convert.ToHexString', 'Convert.ToHexStringLower', 'Environment.ProcessId', 'Environment.ProcessPath',
    'Environment.IsPrivilegedProcess', 'File.ReadAllTextAsync', 'File.SetUnixFileMode', 'File.GetUnixFileMode', 'File.CreateSymbolicLink',
    'Directory.CreateTempSubdirectory', 'Math.Clamp', 'OperatingSystem.IsLinux', 'OperatingSystem.IsMacOS', 'OperatingSystem.IsWindows', 'Path.GetRelativePath',
    'Path.IsPathFullyQualified', 'Path.Join', 'Path.TrimEndingDirectorySeparator', 'SHA256.HashData', 'MD5.HashData', 'Random.Shared', 'DateTime.UnixEpoch'

    # What 5.1 reads and writes in the code page of the machine, in ASCII or in UTF-16, unless it is given the encoding.
    $script:TextCommands = 'Add-Content', 'Export-Csv', 'Get-Content', 'Out-File', 'Set-Content'
    $script:WebCommands = 'Find-Module', 'Install-Module', 'Invoke-RestMethod', 'Invoke-WebRequest', 'Publish-Module', 'Save-Module', 'Start-BitsTransfer', 'Update-Module'
    $script:WebTypes = '\bNet\.(WebClient|WebRequest|HttpWebRequest|Http\.HttpClient)\b'

    Import-RoamShm
    $script:Dates = @(Get-Command -Module RoamShm | ForEach-Object { $_.OutputType.Type } | Where-Object { $_ } | ForEach-Object { $_.GetProperties() } |
            Where-Object { $_.PropertyType -in [datetime], [Nullable[datetime]] } | ForEach-Object Name | Sort-Object -Unique)

    <# What in a script gives another result in Windows PowerShell 5.1, a text for each. #>
    function Get-Difference {
        param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

        $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref] $null, [ref] $null)
        $hasProtocol = "$tree" -match '::SecurityProtocol\s*=.*Tls12'
        foreach ($node in $tree.FindAll({ $true }, $true)) {
            $what = switch ($node.GetType().Name) {
                'FileRedirectionAst' { if ("$($node.Location)" -notin '$null', '/dev/null', 'NUL') { 'a redirection, which writes UTF-16' } }
                'TypeExpressionAst' { if ("$node" -match $script:WebTypes -and -not $hasProtocol) { "$node without TLS 1.2" } }
                'CommandAst' { Get-DifferenceOfCommand $node $hasProtocol }
            }
            foreach ($one in $what) {
                "line $($node.Extent.StartLineNumber): $one"
            }
        }
    }

    function Get-DifferenceOfCommand {
        param([Parameter(Mandatory)] [object] $Node, [Parameter(Mandatory)] [bool] $HasProtocol)

        $name = $Node.GetCommandName()
        $names = @($Node.CommandElements | Where-Object { $_.GetType().Name -eq 'CommandParameterAst' } | ForEach-Object ParameterName)
        if ($name -in $script:TextCommands -and -not ($names -like 'Enc*')) {
            "$name without -Encoding"
        }

        if ($name -eq 'Tee-Object' -and -not ($names -like 'V*')) {
            'Tee-Object to a file, which writes UTF-16'
        }

        if ($name -in 'ConvertTo-Csv', 'Export-Csv' -and -not ($names -like 'NoT*' -or $names -eq 'NTI')) {
            "$name without -NoTypeInformation"
        }

        if (($name -in $script:WebCommands -or ($name -eq 'New-Object' -and "$Node" -match $script:WebTypes)) -and -not $HasProtocol) {
            "$name without TLS 1.2"
        }

        if ($name -eq 'Invoke-WebRequest' -and -not ($names -like 'UseB*')) {
            'Invoke-WebRequest without -UseBasicParsing'
        }

        if ($name -eq 'ConvertTo-Json' -and -not (Test-WithoutDate $Node)) {
            'ConvertTo-Json of dates, or of who knows what'
        }
    }

    <# Whether no dates reach ConvertTo-Json: the properties are named and none is a date, or a date is told apart. #>
    function Test-WithoutDate {
        param([Parameter(Mandatory)] [object] $Node)

        $at = $Node.Parent.PipelineElements.IndexOf($Node)
        $root = $Node
        while ($root.Parent) {
            $root = $root.Parent
        }

        # A variable stands for what the script assigns to it.
        $feed = New-Object System.Collections.Generic.List[object]
        @($Node.Parent.PipelineElements | Select-Object -First $at) + @($Node.CommandElements | Select-Object -Skip 1) | ForEach-Object { $feed.Add($_) }
        $seen = @{}
        for ($i = 0; $i -lt $feed.Count; $i++) {
            foreach ($variable in $feed[$i].FindAll({ $args[0].GetType().Name -eq 'VariableExpressionAst' }, $true)) {
                if (-not $seen["$variable"]) {
                    $seen["$variable"] = $true
                    $root.FindAll({ $args[0].GetType().Name -eq 'AssignmentStatementAst' -and "$($args[0].Left)" -eq "$variable" }, $true) | ForEach-Object { $feed.Add($_.Right) }
                }
            }
        }

        $nodes = @($feed | ForEach-Object { $_.FindAll({ $true }, $true) })
        if ($nodes | Where-Object { $_.GetType().Name -eq 'BinaryExpressionAst' -and "$($_.Operator)" -eq 'Is' -and "$($_.Right)" -eq '[datetime]' }) {
            return $true
        }

        $selections = @($nodes | Where-Object { $_.GetType().Name -eq 'CommandAst' -and $_.GetCommandName() -eq 'Select-Object' })
        $tables = @($nodes | Where-Object { $_.GetType().Name -eq 'HashtableAst' })
        # The name of a calculated property is in a table, and may be that of a date: its expression makes text of it.
        $words = @($nodes | Where-Object { $_.GetType().Name -eq 'StringConstantExpressionAst' -and -not (Test-In $_ $tables) } | ForEach-Object Value)
        ($selections.Count -gt 0 -or $tables.Count -gt 0) -and -not ($words | Where-Object { $_ -in $script:Dates -or $_ -eq '*' })
    }

    function Test-In {
        param([Parameter(Mandatory)] [object] $Node, [object[]] $Tables)

        for ($at = $Node.Parent; $at; $at = $at.Parent) {
            if ($Tables -contains $at) {
                return $true
            }
        }

        $false
    }

    <# The examples of a script's help, and those of pages. #>
    function Get-ExampleCode {
        param([Parameter(Mandatory)] [string] $File)

        $text = [System.IO.File]::ReadAllText($File)
        if ($File -like '*.ps1') {
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($text, [ref] $null, [ref] $null)
            # The code ends with the first empty line.
            $tree.GetHelpContent().Examples | ForEach-Object { ($_.Trim() -split '\r?\n\s*\r?\n')[0] }
        } else {
            [regex]::Matches($text, '(?ms)^```powershell\r?\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value }
        }
    }

    <# What in a script Windows PowerShell 5.1 lacks, a text for each. #>
    function Get-Missing {
        param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

        $tokens = $null
        $errors = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref] $tokens, [ref] $errors)
        foreach ($one in $errors) {
            "line $($one.Extent.StartLineNumber): $($one.Message)"
        }

        foreach ($node in $tree.FindAll({ $true }, $true)) {
            $what = switch ($node.GetType().Name) {
                'TernaryExpressionAst' { 'the ternary operator' }
                'PipelineChainAst' { 'a pipeline chain' }
                'PipelineAst' { if ($node.PSObject.Properties['Background'] -and $node.Background) { 'a pipeline in the background' } }
                'BinaryExpressionAst' { if ("$($node.Operator)" -eq 'QuestionQuestion') { 'the operator ??' } }
                'AssignmentStatementAst' { if ("$($node.Operator)" -eq 'QuestionQuestionEquals') { 'the operator ??=' } }
                'ScriptBlockAst' { if ($node.PSObject.Properties['CleanBlock'] -and $node.CleanBlock) { 'a clean block' } }
                # As an argument, a value such as 10s is text to 5.1, and to the module's cmdlets too.
                'ConstantExpressionAst' { if ($node.Parent.GetType().Name -ne 'CommandAst' -and $node.Extent.Text -match '^[+-]?(0b|.*\d(uy|us|ul|y|s|n|u)$)') { "the number $($node.Extent.Text)" } }
                { $_ -in 'StringConstantExpressionAst', 'ExpandableStringExpressionAst' } {
                    if ("$($node.StringConstantType)" -like 'DoubleQuoted*' -and $node.Extent.Text -match '(?<!`)(``)*`(e|u\{)') { 'the escape sequence `e or `u{' }
                }
                { $_ -in 'MemberExpressionAst', 'InvokeMemberExpressionAst', 'IndexExpressionAst' } {
                    if ($node.PSObject.Properties['NullConditional'] -and $node.NullConditional) {
                        'the operator ?. or ?[]'
                    } elseif ($node.PSObject.Properties['Static'] -and $node.Static) {
                        $name = ("$($node.Expression)" -replace '^\[|\]$' -replace '^.*\.') + '.' + "$($node.Member)"
                        if ($name -in $script:NewMembers) { $name }
                    }
                }
                'VariableExpressionAst' {
                    if ($node.VariablePath.UserPath -in $script:NewVariables -and -not (Test-Guarded $node)) { "`$$($node.VariablePath.UserPath) without a guard" }
                }
                'CommandAst' { Get-MissingOfCommand $node }
            }
            foreach ($one in $what) {
                "line $($node.Extent.StartLineNumber): $one"
            }
        }
    }

    <# Whether a variable is asked for where it may be missing: what fails there is caught, or it was looked up before. #>
    function Test-Guarded {
        param([Parameter(Mandatory)] [object] $Node)

        $name = $Node.VariablePath.UserPath
        for ($at = $Node; $at.Parent; $at = $at.Parent) {
            $isBody = $at.Parent.GetType().Name -eq 'TryStatementAst' -and $at.Parent.Body -eq $at
            $isAsked = $at.GetType().Name -in 'IfStatementAst', 'ScriptBlockAst' -and "$at" -match "Get-Variable\s+(-Name\s+)?$name\b"
            if ($isBody -or $isAsked) {
                return $true
            }
        }

        $false
    }

    function Get-MissingOfCommand {
        param([Parameter(Mandatory)] [object] $Node)

        $name = $Node.GetCommandName()
        if (-not $name) {
            return
        }

        # A script may use a command that 5.1 lacks if it asks Get-Command for it first.
        if ($name -in $script:NewCommands -and "$($Node.Parent.Parent.Parent.Parent.Parent)" -notmatch "Get-Command\s+(-Name\s+)?$name\b") {
            $name
        }

        $parameters = @($Node.CommandElements | Where-Object { $_.GetType().Name -eq 'CommandParameterAst' })
        foreach ($new in $script:NewParameters[$name]) {
            foreach ($one in $parameters | Where-Object { $_.ParameterName -eq $new }) {
                "$name -$new"
            }
        }

        foreach ($element in $Node.CommandElements | Where-Object { $_.GetType().Name -eq 'StringConstantExpressionAst' -and $_.Value -in $script:NewEncodings }) {
            "the encoding $($element.Value)"
        }

        if ($name -eq 'Join-Path' -and -not $parameters -and $Node.CommandElements.Count -gt 3 -and "$($Node.CommandElements)" -notmatch '@\w') {
            'Join-Path with more than two parts'
        }
    }
}

Describe 'Windows PowerShell 5.1' {
    It 'has everything that <Name> uses' -ForEach $script:Scripts {
        Get-Missing ([System.IO.File]::ReadAllText($File)) | Should -BeNullOrEmpty
    }

    It 'has everything that the script blocks of the views use' {
        $views = [xml][System.IO.File]::ReadAllText((Join-Path $script:Repository 'RoamShm.Format.ps1xml'))
        $blocks = @($views.SelectNodes('//ScriptBlock | //Condition/ScriptBlock') | ForEach-Object InnerText)
        $blocks.Count | Should -BeGreaterThan 50
        foreach ($block in $blocks) {
            Get-Missing $block | Should -BeNullOrEmpty -Because $block
        }
    }

    It 'has everything that examples in the help and the README use, with the same result' {
        $pages = @(
            Get-Item -LiteralPath (Join-Path $script:Repository 'README.md')
            Get-ChildItem -LiteralPath (Join-Path $script:Repository 'docs') -Filter *.md -Recurse | Where-Object { $_.DirectoryName -notmatch 'help' }
        )
        $blocks = @($pages | ForEach-Object { Get-ExampleCode $_.FullName })
        $blocks.Count | Should -BeGreaterThan 50
        foreach ($block in $blocks) {
            # The help offers thread jobs as an alternative to Start-Job; for 5.1 they come as a module.
            Get-Missing $block | Where-Object { $_ -notmatch 'Start-ThreadJob$' } | Should -BeNullOrEmpty -Because $block
            Get-Difference $block | Should -BeNullOrEmpty -Because $block
        }
    }

    It 'gives the same results in <Name>' -ForEach $script:Shipped {
        Get-Difference ([System.IO.File]::ReadAllText($File)) | Should -BeNullOrEmpty
        foreach ($example in Get-ExampleCode $File) {
            Get-Missing $example | Should -BeNullOrEmpty -Because $example
            Get-Difference $example | Should -BeNullOrEmpty -Because $example
        }
    }

    It 'gives a different result for <What>' -ForEach @(
        @{ What = 'text in a file'; Code = '1 | Set-Content x' }
        @{ What = 'text at the end of a file'; Code = 'Add-Content -LiteralPath x -Value 1' }
        @{ What = 'text from a file'; Code = 'Get-Content x -Raw' }
        @{ What = 'output in a file'; Code = 'Get-Date | Out-File x' }
        @{ What = 'output redirected to a file'; Code = 'Get-Date > x' }
        @{ What = 'output appended to a file'; Code = 'Get-Date >> x' }
        @{ What = 'output that is also in a file'; Code = 'Get-Date | Tee-Object x' }
        @{ What = 'a CSV file without an encoding'; Code = '$a | Export-Csv x -NoTypeInformation' }
        @{ What = 'CSV with a line for the type'; Code = '$a | ConvertTo-Csv' }
        @{ What = 'a download'; Code = 'Invoke-RestMethod https://example.com' }
        @{ What = 'a download that needs Internet Explorer'; Code = '[Net.ServicePointManager]::SecurityProtocol = "Tls12"; Invoke-WebRequest https://example.com' }
        @{ What = 'a client of the web'; Code = '[System.Net.WebClient]::new().DownloadString("https://example.com")' }
        @{ What = 'a client of the web from New-Object'; Code = '(New-Object Net.WebClient).DownloadString("https://example.com")' }
        @{ What = 'whole objects as JSON'; Code = 'Find-RoamSegment | ConvertTo-Json' }
        @{ What = 'a date as JSON'; Code = 'Find-RoamSegment | Select-Object Path, LastWriteTime | ConvertTo-Json' }
        @{ What = 'all properties as JSON'; Code = 'Find-RoamSegment | Select-Object * | ConvertTo-Json' }
        @{ What = 'a date in a variable as JSON'; Code = '$c = "Path", "LastWriteTime"; $a = @(Find-RoamSegment | Select-Object $c); ConvertTo-Json -InputObject $a' }
    ) {
        Get-Difference $Code | Should -HaveCount 1
    }

    It 'gives the same result for code that is explicit' {
        Get-Difference @'
1 | Set-Content x -Encoding utf8
Get-Content x -Encoding utf8
Get-Date > $null
Get-Date 2>&1
Get-Date | Tee-Object -Variable a
$a | Export-Csv x -NoTypeInformation -Encoding utf8
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor 'Tls12'
Invoke-WebRequest https://example.com -UseBasicParsing
[System.Net.WebClient]::new()
Find-RoamSegment | Select-Object Path, Status | ConvertTo-Json
Find-RoamSegment | Select-Object Path, @{ Name = 'LastWriteTime'; Expression = { $_.LastWriteTime.ToString('o') } } | ConvertTo-Json
$rows = foreach ($one in Find-RoamSegment) { if ($one.LastWriteTime -is [datetime]) { 'x' } }
ConvertTo-Json -InputObject $rows
ConvertTo-Json @{ Path = 'x' }
'@ | Should -BeNullOrEmpty
    }

    It 'lacks <What>' -ForEach @(
        @{ What = 'the ternary operator'; Code = '$a = $true ? 1 : 2' }
        @{ What = 'the operator ??'; Code = '$a ?? 1' }
        @{ What = 'the operator ??='; Code = '$a ??= 1' }
        @{ What = 'the operator ?.'; Code = '${a}?.Length' }
        @{ What = 'a pipeline chain'; Code = 'Get-Date && Get-Date' }
        @{ What = 'a background pipeline'; Code = 'Get-Date &' }
        @{ What = 'a clean block'; Code = 'function f { process { 1 } clean { 2 } }' }
        @{ What = 'a binary number'; Code = '$a = 0b11' }
        @{ What = 'the escape sequence for ESC'; Code = '"`e[0m"' }
        @{ What = 'a variable for the operating system'; Code = 'if ($IsLinux) { 1 }' }
        @{ What = '$PSStyle'; Code = '$PSStyle.Reset' }
        @{ What = 'a newer command'; Code = 'Get-Error' }
        @{ What = 'ForEach-Object -Parallel'; Code = '1 | ForEach-Object -Parallel { 1 }' }
        @{ What = 'ConvertFrom-Json -AsHashtable'; Code = '"{}" | ConvertFrom-Json -AsHashtable' }
        @{ What = 'Join-Path with three parts'; Code = 'Join-Path a b c' }
        @{ What = 'UTF-8 without a byte order mark'; Code = '1 | Set-Content x -Encoding utf8NoBOM' }
        @{ What = 'Test-Json'; Code = '"{}" | Test-Json' }
        @{ What = 'members that newer .NET added'; Code = '[System.IO.Path]::Join("a", "b"); [Math]::Clamp(1, 2, 3)' }
    ) {
        Get-Missing $Code | Should -Not -BeNullOrEmpty
    }

    It 'passes code that is guarded or only looks newer' {
        Get-Missing @'
$onLinux = [bool](Get-Variable -Name IsLinux -ValueOnly -ErrorAction Ignore)
try { $style = $PSStyle } catch { $style = $null }
if (Get-Variable PSStyle -ErrorAction Ignore) { $PSStyle.Reset }
Join-Path a b
1KB + 0x1F + 1.5e3 + 10L
'`e'; "``e"
[System.IO.Path]::Combine('a', 'b', 'c')
'@ | Should -BeNullOrEmpty
    }
}
