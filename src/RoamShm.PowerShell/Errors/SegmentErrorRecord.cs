using System.Management.Automation;

namespace RoamShm.Errors;

/// <summary>Converts the library's errors to PowerShell error records: the same id, a category, and the recommended action.</summary>
internal static class SegmentErrorRecord
{
    private static string WhoElseKnows => SegmentFile.IsWindows ? "Resource Monitor, or handle.exe of Sysinternals, shows who has the file open" : "lsof shows who has the file open";

    internal static ErrorRecord Create(SegmentException error, object? target)
    {
        (ErrorCategory category, string action) = Describe(error.ErrorId);
        // A cmdlet with a -Path is expected to throw the same exception types as PowerShell's own cmdlets.
        SegmentNotFoundException? notFound = error.ErrorId == SegmentErrorId.SegmentNotFound ? new SegmentNotFoundException(error) : null;
        var record = new ErrorRecord((System.Exception?)notFound ?? error, error.ErrorId, category, target ?? error.Path)
        {
            ErrorDetails = new ErrorDetails(error.Message) { RecommendedAction = error.Remedy ?? action },
        };

        // The target object stays as it is for scripts that use it; only its displayed text is escaped.
        record.CategoryInfo.TargetName = PrintableText.Escape(record.CategoryInfo.TargetName);
        notFound?.CarryIn(record);
        return record;
    }

    private static (ErrorCategory Category, string Action) Describe(string errorId) => errorId switch
    {
        // There Get-RoamSegmentProcess has no answer to send anybody to.
        SegmentErrorId.HostMayBeRunning when !SegmentUsers.CanListProcesses =>
            (ErrorCategory.ResourceBusy, "Let the host recover its peers, or make sure that it has ended: " + WhoElseKnows + ". Then use -Force, which recovers even beside a host that may do the same."),
        SegmentErrorId.SegmentInUse when !SegmentUsers.CanListProcesses =>
            (ErrorCategory.ResourceBusy, "Drain it with Set-RoamGoodbye -Wait and end its host; " + WhoElseKnows + ". Then use -Force"
                + (SegmentFile.IsWindows ? ": Windows does not delete a file that a process maps, not even then." : ", which removes the name even from a segment in use.")),
        SegmentErrorId.SegmentNotFound =>
            (ErrorCategory.ObjectNotFound, "Check the name and the folder. A host deletes its segment when it shuts down."),
        SegmentErrorId.NotAFileSystemPath =>
            (ErrorCategory.InvalidArgument, "Give the path of a file, such as /dev/shm/hub.seg."),
        SegmentErrorId.SegmentAccessDenied =>
            (ErrorCategory.PermissionDenied, "Run as the user who owns the segment, or have its mode changed."),
        SegmentErrorId.NotARegularFile =>
            (ErrorCategory.InvalidType, "Give the path of a regular file; a segment is never a directory, FIFO, socket or device."),
        SegmentErrorId.SegmentTooShort =>
            (ErrorCategory.InvalidData, "The file is not a segment, or was truncated. Have the host make it again."),
        SegmentErrorId.BadMagic =>
            (ErrorCategory.InvalidData, "The file is not a roam segment, or its start was overwritten. Get-RoamSegmentHeader -Force shows its first 128 bytes decoded."),
        SegmentErrorId.PredecessorFormat =>
            (ErrorCategory.InvalidData, "Use the tools of the version that made the segment; this module reads roam v7."),
        SegmentErrorId.SuccessorFormat =>
            (ErrorCategory.InvalidData, "Use the tools of telex/vox; this module reads roam v7."),
        SegmentErrorId.UnsupportedVersion or SegmentErrorId.UnexpectedHeaderSize =>
            (ErrorCategory.InvalidData, "The segment was made by another version, or damaged. Get-RoamSegmentHeader -Force shows its header decoded as v7."),
        SegmentErrorId.NoSlotClasses or SegmentErrorId.SlotClassTableOutOfBounds or SegmentErrorId.InvalidSlotClass =>
            (ErrorCategory.InvalidData, "No guest can attach to the segment. Test-RoamSegment -Detailed shows everything that is wrong with it; have the host make it again."),
        SegmentErrorId.SegmentNotReady =>
            (ErrorCategory.ResourceUnavailable, "Try again in a moment. If that does not change, its host died while creating it: Remove-RoamSegment removes it, and an empty file is left to Remove-Item."),
        SegmentErrorId.SegmentExists =>
            (ErrorCategory.ResourceExists, "Choose another name, or replace the file with -Force: processes that map the old file keep it."),
        SegmentErrorId.InsufficientSpace =>
            (ErrorCategory.QuotaExceeded, "Free space on the file system, or make a smaller segment. -Sparse reserves nothing, and kills its user when the space runs out."),
        SegmentErrorId.InvalidConfiguration =>
            (ErrorCategory.InvalidArgument, "Change the value; the help of New-RoamSegment lists the ranges."),
        SegmentErrorId.SegmentTruncated =>
            (ErrorCategory.InvalidData, "The file was truncated, and processes that map it may have died. Have the host make it again."),
        SegmentErrorId.RemoteObject =>
            (ErrorCategory.InvalidOperation, "Run the command on that computer, with Invoke-Command. If a local file is meant, give its path as -LiteralPath."),
        SegmentErrorId.NotSupportedOnPlatform =>
            (ErrorCategory.NotImplemented, "Run it on a system that can do it; the help of the command says which."),
        SegmentErrorId.PeerTableOutOfBounds or SegmentErrorId.VarPoolOutOfBounds or SegmentErrorId.InvalidLimits =>
            (ErrorCategory.InvalidData, "The segment is damaged. Test-RoamSegment -Detailed shows everything that is wrong with it; have the host make it again."),
        SegmentErrorId.TooManySlots =>
            (ErrorCategory.LimitsExceeded, "The header is probably damaged; Test-RoamSegment -Detailed shows what it says."),
        SegmentErrorId.PeerNotFound =>
            (ErrorCategory.ObjectNotFound, "Get-RoamPeer -All lists the peers of a segment."),
        SegmentErrorId.PeerAlive =>
            (ErrorCategory.ResourceBusy, "Ask the guest to detach with Set-RoamGoodbye, or end its process. -Force recovers the peer anyway, which breaks a guest that is alive."),
        SegmentErrorId.HostMayBeRunning =>
            (ErrorCategory.ResourceBusy, "Let the host recover its peers, or end the processes that Get-RoamSegmentProcess lists. -Force recovers anyway, even beside a host that may do the same."),
        SegmentErrorId.SegmentInUse =>
            (ErrorCategory.ResourceBusy, "Drain it with Set-RoamGoodbye -Wait and end its host, or see Get-RoamSegmentProcess and Get-RoamPeer for who uses it. -Force removes its name anyway."),
        SegmentErrorId.DrainTimeout =>
            (ErrorCategory.OperationTimeout, "Get-RoamPeer shows whether the remaining peers are alive, and Get-RoamSegmentProcess which processes map the segment. Reset-RoamPeer frees the peer entries of dead ones."),
        SegmentErrorId.GoodbyeTimeout =>
            (ErrorCategory.OperationTimeout, "Wait longer, or raise the goodbye with Set-RoamGoodbye. Get-RoamSegmentProcess shows whether its host still runs."),
        SegmentErrorId.DifferentFile =>
            (ErrorCategory.InvalidOperation, "Read the file that has the path now, and run the command again with that if it is meant. A path given as text means whatever file has it."),
        SegmentErrorId.SegmentReplaced =>
            (ErrorCategory.InvalidOperation, "Look at the new file, and run the command again if it is meant."),
        _ => (ErrorCategory.ReadError, "The message quotes the operating system's error; the file system or its device is at fault."),
    };
}
