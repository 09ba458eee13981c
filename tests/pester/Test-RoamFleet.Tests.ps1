# examples/Test-RoamFleet.ps1 and the cmdlets over remoting: real SSH servers, each in a mount namespace with its own /dev/shm, so that
# each acts as a separate host.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
    $script:Fleet = [System.IO.Path]::Combine($root, 'examples', 'Test-RoamFleet.ps1')

    # Why such hosts cannot run here, or nothing.
    $script:Doubt = if (-not $script:OnLinux) {
        'mount namespaces are a thing of Linux'
    } elseif ($PSVersionTable.PSVersion.Major -lt 7) {
        'Windows PowerShell has no remoting over SSH'
    } elseif ((& id -u) -ne '0') {
        'only root makes mount namespaces with another /dev/shm'
    } elseif (-not (Test-Path -LiteralPath /usr/sbin/sshd)) {
        'sshd is missing (Debian: apt-get install openssh-server)'
    } elseif (-not (Get-Command ssh, ssh-keygen, unshare -CommandType Application -ErrorAction Ignore)) {
        'ssh, ssh-keygen or unshare is missing'
    } else {
        & unshare -m mount -t tmpfs tmpfs /dev/shm 2>$null
        if ($LASTEXITCODE) { 'mount namespaces cannot be made here' }
    }
}

Describe 'Test-RoamFleet.ps1' {
    BeforeAll {
        $script:Servers = @()
        $script:PathBefore = $env:PATH
        if ($script:Doubt) {
            return
        }

        # ssh refuses keys that others could replace, so they must not be below /dev/shm, which everybody can write to.
        $script:Keys = Join-Path ([System.IO.Path]::GetTempPath()) "roamshm-ssh-$PID"
        $null = New-Item -ItemType Directory $script:Keys
        & chmod 700 $script:Keys
        & ssh-keygen -q -t ed25519 -N '' -f "$script:Keys/key"
        & ssh-keygen -q -t ed25519 -N '' -f "$script:Keys/host"
        $null = New-Item -ItemType Directory /run/sshd -Force
        $shell = @(Get-ThisPowerShell) -join ' '
        Set-Content -LiteralPath "$script:Keys/start.sh" @('mount -t tmpfs tmpfs /dev/shm', 'exec timeout 600 /usr/sbin/sshd -D -f "$1"')
        $modules = Split-Path -Parent $script:ModuleFolder
        $config = @()
        foreach ($name in 'web1', 'web2', 'web3', 'slow') {
            # Any free port of the loopback address.
            $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
            $listener.Start()
            $port = $listener.LocalEndpoint.Port
            $listener.Stop()
            Set-Content -LiteralPath "$script:Keys/$name.conf" @(
                'ListenAddress 127.0.0.1'
                "Port $port"
                "HostKey $script:Keys/host"
                "AuthorizedKeysFile $script:Keys/key.pub"
                'PidFile none'
                'StrictModes no'
                'UsePAM no'
                'PermitRootLogin prohibit-password'
                'PasswordAuthentication no'
                "SetEnv PSModulePath=$(if ($name -ne 'web3') { $modules } else { '/nowhere' })"
                "Subsystem powershell $(if ($name -ne 'slow') { "$shell -sshs -NoLogo -NoProfile" } else { '/bin/sleep 60' })"
            )
            $arguments = '-m', 'sh', "$script:Keys/start.sh", "$script:Keys/$name.conf"
            $script:Servers += Start-Process unshare -ArgumentList $arguments -PassThru -RedirectStandardError "$script:Keys/$name.log"
            $config += "Host $name", '  HostName 127.0.0.1', "  Port $port"
            $script:Port = $port
            Wait-Until {
                try { [System.Net.Sockets.TcpClient]::new('127.0.0.1', $script:Port).Dispose(); $true } catch { $false }
            } "$name listened"
        }

        # Nothing listens on port 1 of this machine.
        $config += 'Host down*', '  HostName 127.0.0.1', '  Port 1'
        $config += 'Host *', "  IdentityFile $script:Keys/key", '  IdentitiesOnly yes', '  LogLevel QUIET',
        "  UserKnownHostsFile $script:Keys/known", '  StrictHostKeyChecking no', '  User root'
        Set-Content -LiteralPath "$script:Keys/config" $config

        # The ssh that PowerShell finds first knows these hosts, whatever the user's own configuration says.
        $null = New-Item -ItemType Directory "$script:Keys/bin"
        Set-Content -LiteralPath "$script:Keys/bin/ssh" @('#!/bin/sh', "exec $((Get-Command ssh -CommandType Application)[0].Source) -F '$script:Keys/config' `"`$@`"")
        & chmod 755 "$script:Keys/bin/ssh"
        $env:PATH = "$script:Keys/bin:$env:PATH"

        $null = Invoke-Command -HostName web1, web2 {
            Import-Module RoamShm
            New-RoamSegment /dev/shm/orders.seg -MaxGuests 2
        }
        $null = Invoke-Command -HostName web2 {
            New-RoamSegment /dev/shm/torn.seg -MaxGuests 2
            $file = [System.IO.File]::OpenWrite('/dev/shm/torn.seg')
            $file.Position = 32
            $file.WriteByte(0)
            $file.Dispose()
        }
    }

    AfterAll {
        foreach ($server in $script:Servers) {
            if (-not $server.HasExited) {
                $server.Kill($true)
            }

            $server.WaitForExit()
        }

        $env:PATH = $script:PathBefore
        if ($script:Keys) {
            Remove-Item -LiteralPath $script:Keys -Recurse -Force
        }
    }

    BeforeEach {
        Skip-Because $script:Doubt
    }

    It 'returns a row for each segment of each host' {
        $rows = @(& $script:Fleet web1, web2 -WarningVariable warned -WarningAction SilentlyContinue)
        @($rows | ForEach-Object { '{0} {1} {2}' -f $_.HostName, $_.Status, (Split-Path -Leaf $_.Path) } | Sort-Object) |
            Should -BeExactly @('web1 OK orders.seg', 'web2 Critical torn.seg', 'web2 OK orders.seg')
        ($rows | Where-Object Status -EQ 'Critical').Why | Should -Match 'max_guests'
        $warned | Should -HaveCount 0
    }

    It 'has a row for each host that is down or lacks the module, and counts them' {
        $rows = @(& $script:Fleet web1, web3, down1, down2 -Status Critical -WarningVariable warned -WarningAction SilentlyContinue)
        @($rows.HostName | Sort-Object) | Should -BeExactly @('down1', 'down2', 'web3')
        $rows | ForEach-Object { $_.Status | Should -BeExactly 'Unknown'; $_.Why | Should -Not -BeNullOrEmpty }
        ($rows | Where-Object HostName -EQ 'web3').Why | Should -Match 'RoamShm'
        "$warned" | Should -BeExactly '3 of 4 hosts could not be checked: down1, down2, web3.'
    }

    It 'gives up on a host that takes too long' {
        # A server that accepts connections and then stays silent.
        $rows = @(& $script:Fleet slow -Timeout 3 -WarningVariable warned -WarningAction SilentlyContinue)
        $rows | Should -HaveCount 1
        $rows[0].Status, $rows[0].Why | Should -BeExactly @('Unknown', 'it was not done after 3 s')
        "$warned" | Should -BeExactly '1 of 1 hosts could not be checked: slow.'
    }

    It 'checks many hosts a few at a time' {
        $names = 1..12 | ForEach-Object { "down$_" }
        $rows = @(& $script:Fleet $names -ThrottleLimit 4 -WarningVariable warned -WarningAction SilentlyContinue)
        $rows | Should -HaveCount 12
        "$warned" | Should -Match '^12 of 12 hosts could not be checked: '
    }

    It 'combines verdicts and metrics of several hosts, and refuses their objects as local files' {
        $health = @(Invoke-Command -HostName web1, web2 { Import-Module RoamShm; Test-RoamHealth /dev/shm })
        $health | Should -HaveCount 3
        @($health.Reasons.Id) | Should -BeExactly @('Invalid')
        $health | Test-RoamHealth -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed | ForEach-Object { $_.FullyQualifiedErrorId | Should -Match '^RemoteObject,' }
        $lines = @(Invoke-Command -HostName web1, web2 { Import-Module RoamShm; Export-RoamMetric /dev/shm })
        @($lines -eq 'roam_segments 1').Count, @($lines -eq 'roam_segments 2').Count | Should -Be @(1, 1)
    }
}
