# Export-RoamMetric: metrics that Prometheus' own tools accept, and a file that is never incomplete.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Common.ps1')
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Import-RoamShm
    $script:Root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
    $script:Prometheus = [System.IO.Path]::Combine($script:Root, 'examples', 'prometheus')

    function Get-Program {
        param([Parameter(Mandatory)] [string] $Name)

        Get-Command $Name -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    }

    # The samples of a metric as text, without its help and type lines.
    function Get-Sample {
        param(
            [Parameter(Mandatory)] [string] $Name,
            [Parameter(ValueFromPipeline)] [string] $Line)

        process {
            if ($_ -match "^$Name[{ ]") {
                $_
            }
        }
    }
}

Describe 'Export-RoamMetric' {
    BeforeEach {
        $script:Folder = Initialize-Folder
        $script:Path = Join-Path $script:Folder 'one.seg'
        $null = Add-Segment $script:Path -HeartbeatInterval 1500ms
    }

    AfterEach {
        Clear-Folder $script:Folder
    }

    Context 'The metrics' {
        It 'follow what a guest does' {
            Skip-Because (Get-AgentDoubt)
            $guest = Open-Agent
            try {
                $null = Invoke-Agent $guest attach, $script:Path
                $null = Invoke-Agent $guest beat, $script:Path
                $null = Invoke-Agent $guest queue, $script:Path, g2h, 100
                $null = Invoke-Agent $guest allocate, $script:Path, 1, 1
                $lines = @(Export-RoamMetric $script:Path)
            } finally {
                Close-Agent $guest
            }

            $one = 'segment="{0}"' -f $script:Path.Replace('\', '\\')
            $expected = @(
                'roam_segments 1'
                'roam_unreadable_files 0'
                "roam_segment_valid{$one} 1"
                "roam_segment_goodbye{$one} 0"
                "roam_segment_size_bytes{$one} $script:SmallSize"
                "roam_segment_max_guests{$one} 2"
                "roam_segment_heartbeat_interval_seconds{$one} 1.5"
                "roam_segment_peers{$one,state=`"Attached`"} 1"
                "roam_segment_peers{$one,state=`"Empty`"} 1"
                "roam_peer_epochs_total{$one,peer=`"1`"} 1"
                "roam_peer_slots{$one,peer=`"1`"} 1"
                "roam_ring_capacity_bytes{$one} 4096"
                "roam_ring_queued_bytes{$one,peer=`"1`",direction=`"guest_to_host`"} 108"
                "roam_ring_queued_bytes{$one,peer=`"1`",direction=`"host_to_guest`"} 0"
                "roam_ring_queued_messages{$one,peer=`"1`",direction=`"guest_to_host`"} 1"
                "roam_slot_class_slots{$one,class=`"0`"} 4"
                "roam_slot_class_free_slots{$one,class=`"1`"} 1"
                "roam_slot_class_allocated_slots{$one,class=`"1`"} 1"
            )
            foreach ($line in $expected) {
                $lines | Should -Contain $line
            }

            @($lines | Get-Sample roam_peer_heartbeat_age_seconds) | Should -HaveCount 1
            @($lines | Get-Sample roam_filesystem_size_bytes) | Should -HaveCount 1
        }

        It 'are lines of text, always in the same order' {
            $lines = @(Export-RoamMetric $script:Folder)
            $lines | ForEach-Object { $_ | Should -BeOfType ([string]) }
            @($lines -match '^#') | Should -BeExactly @(@(Export-RoamMetric $script:Folder) -match '^#')
            @($lines -notmatch '^(#|roam_)') | Should -HaveCount 0
        }

        It 'count files that cannot be read, and report an error for those that were named' {
            $lines = @(Export-RoamMetric (Join-Path $script:Folder 'none.seg') -ErrorAction SilentlyContinue -ErrorVariable failed)
            $lines | Should -Contain 'roam_unreadable_files 1'
            $failed[0].FullyQualifiedErrorId | Should -BeExactly 'SegmentNotFound,RoamShm.Commands.ExportRoamMetricCommand'
        }

        It 'have no duplicate series for a segment that is named twice' {
            @(Export-RoamMetric $script:Path, $script:Folder | Get-Sample roam_segment_valid) | Should -HaveCount 1
        }

        It 'pass promtool check metrics, whatever the names of the segments' {
            $promtool = Get-Program promtool
            Skip-Unless $promtool 'promtool is missing; it comes with Prometheus'
            if ($script:OnUnix) {
                foreach ($name in "odd`"name`\with`nall {of}=it.seg", (Get-ForeignName)) {
                    [System.IO.File]::Copy($script:Path, "$script:Folder/$name")
                }
            }

            Edit-Peer $script:Path 1 -State 2 -LastHeartbeat 1
            $file = Join-Path $script:Folder 'roam.prom'
            Export-RoamMetric $script:Folder -Destination $file
            $said = Get-Content -LiteralPath $file -Raw | & $promtool check metrics 2>&1
            "$said" | Should -BeNullOrEmpty
            $LASTEXITCODE | Should -Be 0
        }
    }

    Context '-Destination' {
        BeforeEach {
            $script:File = Join-Path $script:Folder 'roam.prom'
        }

        It 'writes the lines of the pipeline to a file that everybody can read, and leaves no other file' {
            $null = Export-RoamMetric $script:Path -Destination $script:File | Should -BeNullOrEmpty
            $lines = @(Export-RoamMetric $script:Path)
            @(Get-Content -LiteralPath $script:File) -replace ' [\d.]+$' | Should -BeExactly ($lines -replace ' [\d.]+$')
            [System.IO.File]::ReadAllText($script:File).Contains("`r") | Should -BeFalse
            if ($script:OnUnix) {
                (& ls -l $script:File).Substring(0, 10) | Should -BeExactly '-rw-r--r--'
            }

            @(Get-ChildItem -LiteralPath $script:Folder -Force).Name | Should -Be @('one.seg', 'roam.prom')
        }

        It 'replaces the file in one step, and a reader that has the old one open keeps it' {
            Skip-Unless $script:OnUnix 'what others have open keeps its name on Windows'
            Export-RoamMetric $script:Path -Destination $script:File
            $old = [System.IO.File]::OpenText($script:File)
            try {
                $before = $old.BaseStream.Length
                $null = Add-Segment (Join-Path $script:Folder 'two.seg')
                Export-RoamMetric $script:Folder -Destination $script:File
                $old.BaseStream.Length | Should -Be $before
                $old.ReadToEnd() | Should -Match 'roam_segments 1'
            } finally {
                $old.Dispose()
            }

            Get-Content -LiteralPath $script:File | Should -Contain 'roam_segments 2'
        }

        It 'accepts a path relative to the current location, and does not expand wildcards' {
            Push-Location -LiteralPath $script:Folder
            try {
                Export-RoamMetric $script:Path -Destination 'roam[1].prom'
            } finally {
                Pop-Location
            }

            Test-Path -LiteralPath (Join-Path $script:Folder 'roam[1].prom') | Should -BeTrue
        }

        It 'changes nothing with -WhatIf' {
            Export-RoamMetric $script:Path -Destination $script:File -WhatIf
            Test-Path -LiteralPath $script:File | Should -BeFalse
        }

        It 'keeps the old file if the new one cannot be written' {
            Export-RoamMetric $script:Path -Destination (Join-Path $script:Folder 'none/roam.prom') -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed[0].FullyQualifiedErrorId | Should -BeExactly 'SegmentNotFound,RoamShm.Commands.ExportRoamMetricCommand'
            Export-RoamMetric $script:Path -Destination $script:Folder -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed[0].FullyQualifiedErrorId | Should -BeExactly 'NotARegularFile,RoamShm.Commands.ExportRoamMetricCommand'
        }

        It 'writes a file that a real node_exporter serves' {
            $exporter = Get-Program prometheus-node-exporter
            Skip-Unless $exporter 'prometheus-node-exporter is missing'
            Export-RoamMetric $script:Path -Destination $script:File

            # Any free port of the loopback address; try another one if somebody takes it in between.
            $served = $null
            for ($try = 0; $try -lt 5 -and -not $served; $try++) {
                $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
                $listener.Start()
                $port = $listener.LocalEndpoint.Port
                $listener.Stop()
                $log = Join-Path $script:Folder 'exporter.log'
                $arguments = "--web.listen-address=127.0.0.1:$port", '--collector.disable-defaults', '--collector.textfile',
                "--collector.textfile.directory=$script:Folder"
                $process = Start-Process $exporter.Source -ArgumentList $arguments -PassThru -RedirectStandardError $log
                try {
                    Wait-Until {
                        $script:Answer = try { (Invoke-WebRequest "http://127.0.0.1:$port/metrics" -UseBasicParsing).Content } catch { '' }
                        $script:Answer -or $process.HasExited
                    } 'node_exporter answered'
                    $served = $script:Answer
                } finally {
                    if (-not $process.HasExited) {
                        $process.Kill()
                    }

                    $process.WaitForExit()
                }
            }

            $served | Should -Match 'node_textfile_scrape_error 0'
            $served | Should -Match ([regex]::Escape('roam_segment_valid{segment="' + $script:Path + '"} 1'))
            $served | Should -Match '# HELP roam_segments Number of roam segments that were read\.'
            $served | Should -Match '# TYPE roam_segments gauge'
        }
    }
}

Describe 'The examples for Prometheus' {
    BeforeAll {
        $script:Folder = Initialize-Folder
        $null = Add-Segment (Join-Path $script:Folder 'one.seg') -HeartbeatInterval 1s
        Edit-Peer (Join-Path $script:Folder 'one.seg') 1 -LastHeartbeat 1
        $script:Known = @(Export-RoamMetric $script:Folder | Where-Object { $_ -match '^# TYPE (\S+)' } | ForEach-Object { $Matches[1] })
        $script:Dashboard = Get-Content -LiteralPath (Join-Path $script:Prometheus 'roam-dashboard.json') -Raw | ConvertFrom-Json
        $script:Queries = @($script:Dashboard.panels | ForEach-Object { $_.targets } | ForEach-Object { $_.expr })
        $script:Rules = Get-Content -LiteralPath (Join-Path $script:Prometheus 'roam.rules.yml') -Raw
    }

    AfterAll {
        Clear-Folder $script:Folder
    }

    It 'have rules that pass promtool check rules and fire when they should' {
        $promtool = Get-Program promtool
        Skip-Unless $promtool 'promtool is missing; it comes with Prometheus'
        $said = & $promtool check rules (Join-Path $script:Prometheus 'roam.rules.yml') 2>&1
        "$said" | Should -Match 'SUCCESS: 3 rules found'
        $said = & $promtool test rules (Join-Path $PSScriptRoot 'roam.rules.test.yml') 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$said"
    }

    It 'have queries that Prometheus can read' {
        $promtool = Get-Program promtool
        Skip-Unless $promtool 'promtool is missing; it comes with Prometheus'
        $script:Queries.Count | Should -BeGreaterThan 10
        $lines = @('groups:', '- name: dashboard', '  rules:') + @(for ($i = 0; $i -lt $script:Queries.Count; $i++) {
                "  - record: roam:query$i"
                "    expr: '$($script:Queries[$i].Replace('$instance', '.*').Replace('$segment', '.*').Replace("'", "''"))'"
            })
        $file = Join-Path $script:Folder 'queries.yml'
        Set-Content -LiteralPath $file $lines
        $said = & $promtool check rules $file 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$said"
    }

    It 'use only metrics that exist' {
        # Only Unix reports the storage that a file takes, and has inodes.
        if (-not $script:OnUnix) { $script:Known += 'roam_segment_allocated_bytes', 'roam_filesystem_inodes', 'roam_filesystem_free_inodes' }
        foreach ($text in $script:Queries + $script:Rules) {
            foreach ($name in [regex]::Matches($text, '\broam_[a-z_]+').Value) {
                $script:Known | Should -Contain $name
            }
        }
    }

    It 'have a service that writes the file that the alerts and the collector expect' {
        $service = Get-Content -LiteralPath (Join-Path $script:Prometheus 'roam-metrics.service') -Raw
        $file = [regex]::Match($service, 'Export-RoamMetric /dev/shm -Destination (/\S+/roam\.prom)').Groups[1].Value
        $service | Should -Match "ReadWritePaths=$([regex]::Escape(($file -replace '/[^/]+$')))\r?\n"
        $command = [regex]::Match($service, '-Command "([^"]+)"').Groups[1].Value
        $failures = $null
        $null = [System.Management.Automation.Language.Parser]::ParseInput($command, [ref]$null, [ref]$failures)
        $failures | Should -HaveCount 0
        $command | Should -Not -Match '[$%]' -Because 'systemd would expand it'
        Get-Content -LiteralPath (Join-Path $script:Prometheus 'roam-metrics.timer') -Raw | Should -Match 'OnUnitActiveSec=30s'
    }
}
