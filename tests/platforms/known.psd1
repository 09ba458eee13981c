# Tests that fail because of the emulation and not because of this project, by name and with the reason. Tests in Fails are run,
# and reported if they pass. Tests in NotRun are left out, because they would end the whole run.
@{
    WindowsCore   = @{
        Fails  = @{
            'WindowsTests.A_file_that_another_process_maps_is_not_removed_and_the_error_says_why'            = 'Wine deletes a file even while it is mapped; Windows does not.'
            'WindowsTests.The_error_for_a_part_of_a_file_that_is_locked_says_so'                       = 'In Wine a lock on a part of a file keeps out other locks, but no reader.'
            'WindowsTests.A_read_only_file_can_be_read_but_not_changed'                                = 'Wine, run by root, opens a read-only file for writing.'
            'WindowsTests.The_error_for_a_read_only_file_that_cannot_be_replaced_says_that_it_is_read_only' = 'Wine replaces a read-only file.'
            'CreatorTests.A_segment_larger_than_the_file_system_fails_and_leaves_nothing_behind'       = 'Wine makes a file sparse where Windows reserves its storage, and reports a file that is too large as out of memory.'
        }
        NotRun = @{}
    }
    WindowsPester = @{
        Fails  = @{
            'New-RoamSegment.Location.reports InsufficientSpace if the file system is too small, and leaves nothing behind'         = 'Wine makes a file sparse where Windows reserves its storage.'
            'Test-RoamSegment.Many names of every kind.are tested in order, with errors between the results'                  = 'Wine lists brackets before letters, and NTFS lists them after.'
        }
        NotRun = @{}
    }
    Arm64         = @{
        Fails  = @{
            'SystemFaultTests.A_part_beyond_the_end_of_a_truncated_file_is_an_error_and_does_not_kill_the_process' = 'qemu-user reports success for madvise(MADV_POPULATE_WRITE) and does nothing.'
            'HeldWatchTests.A_length_is_asked_for_after_an_event_and_once_a_second' = 'qemu-user does not implement io_setup, with which the test writes without an event.'
        }
        NotRun = @{
            'SystemFaultTests.An_unwritten_page_on_a_full_file_system_is_an_error_and_does_not_kill_the_process' = 'qemu-user reports success for madvise(MADV_POPULATE_WRITE) and does nothing.'
        }
    }
    Mono          = @{
        Fails  = @{
            'SystemFaultTests.An_unwritten_page_on_a_full_file_system_is_an_error_and_does_not_kill_the_process' = 'In Mono, FileStream.Dispose throws the error again that the test has already caught from Write.'
        }
        NotRun = @{}
    }
}
