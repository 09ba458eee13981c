# What fails because of the emulation and not of this project, by its name, with the reason. Fails is run, and a test of it that
# passes is reported; NotRun would end the whole run.
@{
    WindowsCore   = @{
        Fails  = @{
            'WindowsTests.A_file_that_another_process_maps_is_not_removed_and_the_error_says_why'            = 'Wine deletes a file that is mapped; Windows does not.'
            'CreatorTests.What_does_not_fit_on_the_file_system_is_an_error_that_leaves_nothing_behind'       = 'Wine makes a file sparse where Windows reserves it, and reports one that is too large as out of memory.'
        }
        NotRun = @{}
    }
    WindowsPester = @{
        Fails  = @{
            'New-RoamSegment.Where to make it.says InsufficientSpace of more than the file system has, and leaves nothing behind'         = 'Wine makes a file sparse where Windows reserves it.'
            'Test-RoamSegment.Many names of every kind.are answered in their order, and errors come between the answers'                  = 'Wine lists brackets before letters, and NTFS after them.'
        }
        NotRun = @{}
    }
    Arm64         = @{
        Fails  = @{}
        NotRun = @{
            'SystemFaultTests.A_page_that_was_never_stored_on_a_full_file_system_is_an_error_and_not_the_end_of_the_process' = 'qemu-user answers madvise(MADV_POPULATE_WRITE) with success and does nothing.'
        }
    }
    Mono          = @{
        Fails  = @{
            'SystemFaultTests.A_page_that_was_never_stored_on_a_full_file_system_is_an_error_and_not_the_end_of_the_process' = 'Mono throws from FileStream.Dispose what the test has already caught from Write.'
        }
        NotRun = @{}
    }
}
