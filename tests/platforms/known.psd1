# What fails because of the emulation and not of this project, by its name, with the reason. Fails is run, and a test of it that
# passes is reported; NotRun would end the whole run.
@{
    WindowsCore   = @{
        Fails  = @{
            'WindowsTests.A_file_that_another_process_maps_is_not_removed_and_the_error_says_why'            = 'Wine deletes a file that is mapped; Windows does not.'
            'CreatorTests.A_segment_larger_than_the_file_system_fails_and_leaves_nothing_behind'       = 'Wine makes a file sparse where Windows reserves it, and reports one that is too large as out of memory.'
        }
        NotRun = @{}
    }
    WindowsPester = @{
        Fails  = @{
            'New-RoamSegment.Location.reports InsufficientSpace if the file system is too small, and leaves nothing behind'         = 'Wine makes a file sparse where Windows reserves it.'
            'Test-RoamSegment.Many names of every kind.are tested in order, with errors between the results'                  = 'Wine lists brackets before letters, and NTFS after them.'
        }
        NotRun = @{}
    }
    Arm64         = @{
        Fails  = @{}
        NotRun = @{
            'SystemFaultTests.An_unwritten_page_on_a_full_file_system_is_an_error_and_does_not_kill_the_process' = 'qemu-user answers madvise(MADV_POPULATE_WRITE) with success and does nothing.'
        }
    }
    Mono          = @{
        Fails  = @{
            'SystemFaultTests.An_unwritten_page_on_a_full_file_system_is_an_error_and_does_not_kill_the_process' = 'Mono throws from FileStream.Dispose what the test has already caught from Write.'
        }
        NotRun = @{}
    }
}
