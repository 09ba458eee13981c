@{
    RootModule             = 'RoamShm.BenchEmpty.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '0c7a3d1e-2f4b-4a69-9d8e-6b1c5e7f9a20'
    Author                 = 'The RoamShm contributors'
    Description            = 'A binary module with one cmdlet.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')
    FunctionsToExport      = @()
    CmdletsToExport        = @('Get-BenchNothing')
    VariablesToExport      = @()
    AliasesToExport        = @()
}
