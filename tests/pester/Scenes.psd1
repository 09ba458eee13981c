# What happens between two statements of an example in docs/cmdlets, as its text describes: other processes, by name, map
# the segments and act as hosts and guests. They are agents (tests/RoamShm.TestAgent), and the words are their commands.
#
#   Before     the number, from 1, of the statement of the example before which this happens
#   Do         'NAME: WORDS' waits for the answer; 'NAME~ WORDS' continues, so that it happens while the statement runs;
#              'NAME: end' ends the process, 'NAME~ end' ends it after it has finished its commands
#   AnyOrder   the output lines may be in any order, since the file system decides the order of the files
#   Loose      the numbers in the output are not compared
@{
    'Export-RoamMetric'       = @(
        @{ Example = 1; Loose = $true; Before = 3; Do = @(
                'web: attach orders.seg'
                'hub: map orders.seg'
                'web: queue orders.seg h2g 100'
                'web: beat orders.seg'
            )
        }
    )
    'Find-RoamSegment'        = @(
        @{ Example = 1; AnyOrder = $true; Before = 6; Do = @(
                'hub: map orders.seg'
                'web: attach orders.seg'
                'web: beat orders.seg'
            )
        }
    )
    'Get-RoamMessage'         = @(
        @{ Example = 1; Before = 3; Do = @(
                'web: attach orders.seg'
                'web: say orders.seg g2h 6f7264657220323031372c2070616964'
                'web: say-slot orders.seg g2h 0 7b226f72646572223a323031382c226974656d73223a5b2270656e222c22696e6b222c227061706572225d2c2273686970223a22746f207468652077617265686f75736520696e20746865206e6f7274682d77657374227d'
            )
        }
        @{ Example = 4; Before = 1; Do = @(
                'web: free orders.seg 0 0'
            )
        }
    )
    'Get-RoamPeer'            = @(
        @{ Example = 1; Before = 3; Do = @(
                'web: attach orders.seg'
                'web: queue orders.seg h2g 56'
                'web: queue orders.seg h2g 56'
                'batch: attach orders.seg'
                'batch: allocate orders.seg 0 2'
                'batch: allocate orders.seg 0 2'
                'batch: queue orders.seg g2h 3000'
                'batch: beat orders.seg 60000'
                'web: beat orders.seg'
            )
        }
        @{ Example = 6; Before = 1; Do = @(
                'web: beat orders.seg'
                'web: state orders.seg 2'
            )
        }
    )
    'Get-RoamSegmentProcess'  = @(
        @{ Example = 1; Loose = $true; Before = 3; Do = @(
                'orders-hub: name'
                'orders-hub: map orders.seg'
                'orders-web: name'
                'orders-web: map orders.seg'
                'orders-batch: name'
                'orders-batch: map orders.seg'
            )
        }
        @{ Example = 2; Before = 1; Do = @(
                'billing-hub: name'
                'billing-hub: create billing.seg'
                'billing-hub: map billing.seg'
                'orders-web: map billing.seg'
            )
        }
    )
    'Get-RoamSlotClass'       = @(
        @{ Example = 1; Before = 4; Do = @(
                'web: attach orders.seg'
                'web: allocate orders.seg 0 1'
                'web: allocate orders.seg 1 1'
                'web: allocate orders.seg 1 1'
                'hub: allocate orders.seg 1 0'
            )
        }
        @{ Example = 4; Before = 1; Do = @(
                'web: state orders.seg 0'
                'web: end'
            )
        }
    )
    'Remove-RoamSegment'      = @(
        @{ Example = 2; Before = 2; Do = @(
                'hub: map orders.seg'
                'web: attach orders.seg'
                'web: beat orders.seg'
            )
        }
        @{ Example = 3; Before = 1; Do = @(
                'web~ leave-on-goodbye orders.seg'
                'web~ end'
                'hub~ when-goodbye orders.seg'
                'hub~ when-left orders.seg 1'
                'hub~ when-read orders.seg'
                'hub~ when-read orders.seg'
                'hub~ end'
            )
        }
        @{ Example = 4; AnyOrder = $true }
    )
    'Reset-RoamPeer'          = @(
        @{ Example = 1; Before = 3; Do = @(
                'hub: map orders.seg'
                'web: attach orders.seg'
                'batch: attach orders.seg'
                'batch: allocate orders.seg 0 2'
                'batch: allocate orders.seg 0 2'
                'batch: queue orders.seg h2g 100'
                'batch: queue-slot orders.seg h2g 0 0'
                'batch: beat orders.seg 60000'
                'web: beat orders.seg'
                'batch: end'
                'web: end'
                'hub: end'
            )
        }
        @{ Example = 2; Before = 1; Do = @('hub: map orders.seg') }
        @{ Example = 3; Before = 1; Do = @(
                'hub: end'
                'second: attach orders.seg 2'
                'third: attach orders.seg 3'
                'second: state orders.seg 2'
                'third: state orders.seg 2'
                'second: end'
                'third: end'
            )
        }
        @{ Example = 4; Before = 1; Do = @(
                'hub: map orders.seg'
                'web: attach orders.seg 2'
                'web: state orders.seg 2'
                'web: end'
            )
        }
    )
    'Set-RoamGoodbye'         = @(
        @{ Example = 6; Before = 2; Do = @(
                'web: attach hub.seg'
                'batch: attach hub.seg'
            )
        }
        @{ Example = 6; Before = 3; Do = @(
                'web~ leave-on-goodbye hub.seg'
                'batch~ leave-on-goodbye hub.seg'
            )
        }
        @{ Example = 7; Before = 1; Do = @(
                'late: attach hub.seg 3'
            )
        }
    )
    'Show-RoamSegment'        = @(
        @{ Example = 1; Before = 3; Do = @(
                'hub: map orders.seg'
                'web: attach orders.seg'
                'mail: attach orders.seg'
                'batch: attach orders.seg'
                'hub: reserve orders.seg'
                'old: attach orders.seg'
                'old: state orders.seg 2'
                'hub: allocate orders.seg 2 0'
                'hub: allocate orders.seg 2 0'
                'web: allocate orders.seg 2 1'
                'web: allocate orders.seg 2 1'
                'web: allocate orders.seg 2 1'
                'web: allocate orders.seg 2 1'
                'web: allocate orders.seg 2 1'
                'web: queue orders.seg g2h 500'
                'batch: allocate orders.seg 0 3'
                'batch: allocate orders.seg 1 3'
                'batch: queue orders.seg g2h 23000'
                'mail: queue orders.seg h2g 20000'
                'mail: queue orders.seg h2g 20000'
                'mail: queue orders.seg h2g 16000'
                'batch: beat orders.seg 60000'
                'old: beat orders.seg 60000'
                'web: beat orders.seg'
                'mail: beat orders.seg'
            )
        }
        @{ Example = 2; Before = 1; Do = @(
                'web: beat orders.seg'
                'mail: beat orders.seg'
            )
        }
        @{ Example = 5; Before = 1; Do = @(
                'web: beat orders.seg'
                'mail: beat orders.seg'
            )
        }
    )
    'Test-RoamHealth'         = @(
        @{ Example = 1; Before = 5; Do = @(
                'web: attach billing.seg'
                'web: queue billing.seg g2h 3500'
                'web: attach orders.seg'
                'web: beat orders.seg 60000'
                'batch: attach orders.seg'
                'batch: beat orders.seg'
            )
        }
        @{ Example = 2; Loose = $true }
    )
    'Test-RoamSegment'        = @(
        @{ Example = 6; AnyOrder = $true }
        @{ Example = 7; Before = 2; Do = @(
                'web: allocate used.seg 0 3'
                'web: end'
            )
        }
    )
    'Watch-RoamSegment'       = @(
        @{ Example = 7; Before = 2; Do = @(
                'web~ when-read hub.seg'
                'web~ attach hub.seg'
                'web~ beat hub.seg'
                'web~ when-read hub.seg'
                'web~ state hub.seg 2'
                'web~ when-read hub.seg'
                'web~ state hub.seg 0'
            )
        }
        @{ Example = 8; Before = 1; Do = @(
                'web: attach hub.seg'
                'web: beat hub.seg'
                'web~ when-read hub.seg'
                'web~ beat hub.seg 60000'
            )
        }
    )
}
