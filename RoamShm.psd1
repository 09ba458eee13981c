@{
    RootModule             = 'bin/RoamShm.PowerShell.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '5b0f6a52-6b0b-4d0e-9a3d-0d6a5f1c7e42'
    Author                 = 'The RoamShm contributors'
    CompanyName            = 'The RoamShm contributors'
    Copyright              = '(c) 2026 The RoamShm contributors. MIT licence.'
    Description            = 'Makes, reads, tests, watches and shuts down roam v7 shared-memory segments: the memory-mapped files through which one host process and up to 255 guests exchange messages.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')
    FormatsToProcess       = @('RoamShm.Format.ps1xml')
    FunctionsToExport      = @()
    CmdletsToExport        = @(
        'Export-RoamMetric'
        'Find-RoamSegment'
        'Get-RoamMessage'
        'Get-RoamPeer'
        'Get-RoamSegmentHeader'
        'Get-RoamSegmentProcess'
        'Get-RoamSlotClass'
        'New-RoamSegment'
        'Remove-RoamSegment'
        'Reset-RoamPeer'
        'Set-RoamGoodbye'
        'Show-RoamSegment'
        'Test-RoamHealth'
        'Test-RoamSegment'
        'Watch-RoamSegment'
    )
    VariablesToExport      = @()
    AliasesToExport        = @()
    FileList               = @(
        'CHANGELOG.md'
        'LICENSE'
        'README.md'
        'RoamShm.Format.ps1xml'
        'RoamShm.psd1'
        'bin/RoamShm.Core.dll'
        'bin/RoamShm.PowerShell.dll'
        'en-US/RoamShm.PowerShell.dll-Help.xml'
        'en-US/about_RoamShm.help.txt'
        'en-US/about_RoamShm_Errors.help.txt'
        'en-US/about_RoamShm_Findings.help.txt'
        'en-US/about_RoamShm_Runbooks.help.txt'
        'runbooks/Get-RoamShmUsage.ps1'
        'runbooks/Invoke-RoamCheck.ps1'
        'runbooks/Remove-RoamHub.ps1'
        'runbooks/Repair-RoamGuest.ps1'
    )
    PrivateData            = @{
        PSData = @{
            Tags         = @('roam', 'shared-memory', 'shm', 'ipc', 'memory-mapped', 'operations', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md in the module folder.'
        }
    }
}
