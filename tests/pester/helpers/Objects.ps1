# Objects as a console shows them, and as they are after serialization.

<# Returns an object as it comes back from a file, a job or another computer. #>
function ConvertTo-Deserialized {
    param([Parameter(Mandatory)] [object] $InputObject)

    $text = [System.Management.Automation.PSSerializer]::Serialize($InputObject, 3)
    [System.Management.Automation.PSSerializer]::Deserialize($text)
}

<# Returns the lines that a console shows, as text: without colours, group names, empty lines and trailing spaces. #>
function ConvertTo-ShownLine {
    param(
        [Parameter(ValueFromPipeline)] [object] $InputObject,
        [int] $Width = 100)

    begin {
        $all = New-Object System.Collections.ArrayList
    }

    process {
        $null = $all.Add($InputObject)
    }

    end {
        $text = ($all | Out-String -Width $Width) -replace "$([char]27)\[[0-9;]*m" -replace '(?m)^   (Folder|Segment): [^\r\n]*\r?\n([^\r\n]+\r?\n)*'
        $text -split '\r?\n' | ForEach-Object { $_.TrimEnd() } | Where-Object { $_ }
    }
}

<#
Checks the table and the list of an object: their contents, that they fit, and that serialization does not change
them.
#>
function Assert-View {
    param(
        [Parameter(Mandatory)] [object] $InputObject,
        [Parameter(Mandatory)] [string[]] $Column)

    $lines = @($InputObject | ConvertTo-ShownLine)
    $lines.Count | Should -BeGreaterOrEqual 3 -Because 'there are the labels, the rules and a row, in which a long name takes several lines'
    $labels = '^' + (($Column | ForEach-Object { [regex]::Escape($_) }) -join '\s+') + '$'
    $lines[0].Trim() | Should -MatchExactly $labels
    $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
    @($InputObject | Format-Table | ConvertTo-ShownLine) | Should -BeExactly $lines -Because 'the table is the default'

    $list = @($InputObject | Format-List | ConvertTo-ShownLine -Width 400)
    $properties = @($InputObject.GetType().GetProperties().Name)
    $properties.Count | Should -BeGreaterThan 5
    foreach ($property in $properties) {
        @($list -match "^$property\s*:") | Should -HaveCount 1 -Because "$property is in the list"
    }

    $back = ConvertTo-Deserialized $InputObject
    $back.PSObject.TypeNames[0] | Should -BeExactly "Deserialized.$($InputObject.GetType().FullName)"
    @($back | ConvertTo-ShownLine) | Should -BeExactly $lines
    @($back | Format-List | ConvertTo-ShownLine -Width 400) | Should -BeExactly $list
}

<# Checks that an object keeps every value through Export-Clixml and Import-Clixml, and through JSON. #>
function Assert-RoundTrip {
    param(
        [Parameter(Mandatory)] [object] $InputObject,
        [Parameter(Mandatory)] [string] $Folder)

    $file = Join-Path $Folder 'object.clixml'
    $InputObject | Export-Clixml -LiteralPath $file
    $back = Import-Clixml -LiteralPath $file
    $json = $InputObject | ConvertTo-Json | ConvertFrom-Json
    $properties = @($InputObject.PSObject.Properties)
    $properties.Count | Should -BeGreaterThan 5
    foreach ($property in $properties) {
        $name = $property.Name
        $back.$name | Should -BeExactly $property.Value -Because "$name came back from Clixml"
        # In the JSON of Windows PowerShell 5.1 a date is text, and other versions may use another time zone.
        if ($property.Value -isnot [datetime]) {
            $json.$name | Should -Be $property.Value -Because "$name came back from JSON"
        }
    }
}
