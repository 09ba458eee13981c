namespace RoamShm;

/// <summary>The stable ids of the errors. They never change their meaning; runbooks match on them.</summary>
public static class SegmentErrorId
{
    /// <summary>No file has that name.</summary>
    public const string SegmentNotFound = nameof(SegmentNotFound);

    /// <summary>The path belongs to another provider than the file system, or cannot name a file.</summary>
    public const string NotAFileSystemPath = nameof(NotAFileSystemPath);

    /// <summary>The operating system does not allow this user to do that with the file.</summary>
    public const string SegmentAccessDenied = nameof(SegmentAccessDenied);

    /// <summary>A directory, FIFO, socket or device.</summary>
    public const string NotARegularFile = nameof(NotARegularFile);

    /// <summary>Shorter than the 128 bytes of a header.</summary>
    public const string SegmentTooShort = nameof(SegmentTooShort);

    /// <summary>Does not begin with the magic of a roam segment (<c>r[shm.segment.magic.v7]</c>).</summary>
    public const string BadMagic = nameof(BadMagic);

    /// <summary>A segment of the predecessor format, magic <c>RAPAHUB\x01</c>.</summary>
    public const string PredecessorFormat = nameof(PredecessorFormat);

    /// <summary>A segment of the successor format, magic <c>TELXHUB\x07</c>.</summary>
    public const string SuccessorFormat = nameof(SuccessorFormat);

    /// <summary>A version other than 7.</summary>
    public const string UnsupportedVersion = nameof(UnsupportedVersion);

    /// <summary>A header_size other than 128.</summary>
    public const string UnexpectedHeaderSize = nameof(UnexpectedHeaderSize);

    /// <summary>num_var_slot_classes is 0.</summary>
    public const string NoSlotClasses = nameof(NoSlotClasses);

    /// <summary>The table of class headers ends past the file.</summary>
    public const string SlotClassTableOutOfBounds = nameof(SlotClassTableOutOfBounds);

    /// <summary>A class with slot_size or slot_count 0.</summary>
    public const string InvalidSlotClass = nameof(InvalidSlotClass);

    /// <summary>A host is just making the segment: it is empty, all zero, or has nothing but its magic.</summary>
    public const string SegmentNotReady = nameof(SegmentNotReady);

    /// <summary>Something already has the name of the segment that is to be made.</summary>
    public const string SegmentExists = nameof(SegmentExists);

    /// <summary>The file system has no room for the segment.</summary>
    public const string InsufficientSpace = nameof(InsufficientSpace);

    /// <summary>No guest could attach to a segment with this configuration.</summary>
    public const string InvalidConfiguration = nameof(InvalidConfiguration);

    /// <summary>The file is shorter than its total_size or current_size.</summary>
    public const string SegmentTruncated = nameof(SegmentTruncated);

    /// <summary>The object describes a file of another computer.</summary>
    public const string RemoteObject = nameof(RemoteObject);

    /// <summary>This operating system or process architecture has no way to do it.</summary>
    public const string NotSupportedOnPlatform = nameof(NotSupportedOnPlatform);

    /// <summary>The operating system failed to read or write; the message has its words.</summary>
    public const string SegmentIOError = nameof(SegmentIOError);

    /// <summary>The peer table, or the rings of a peer, do not lie within the file.</summary>
    public const string PeerTableOutOfBounds = nameof(PeerTableOutOfBounds);

    /// <summary>The slot pool does not lie within the file.</summary>
    public const string VarPoolOutOfBounds = nameof(VarPoolOutOfBounds);

    /// <summary>max_guests, or the number of slot classes, is not within what the format allows.</summary>
    public const string InvalidLimits = nameof(InvalidLimits);

    /// <summary>More slots in a class than this library keeps in memory at once, 67108864.</summary>
    public const string TooManySlots = nameof(TooManySlots);

    /// <summary>No peer of the segment has that id.</summary>
    public const string PeerNotFound = nameof(PeerNotFound);

    /// <summary>The peer may be alive.</summary>
    public const string PeerAlive = nameof(PeerAlive);

    /// <summary>Another process maps the segment, or that cannot be told, so its host may be running.</summary>
    public const string HostMayBeRunning = nameof(HostMayBeRunning);

    /// <summary>The segment is in use, or that cannot be told.</summary>
    public const string SegmentInUse = nameof(SegmentInUse);

    /// <summary>Peers were still attached when the time was over.</summary>
    public const string DrainTimeout = nameof(DrainTimeout);

    /// <summary>The host had not said goodbye when the time was up.</summary>
    public const string GoodbyeTimeout = nameof(GoodbyeTimeout);

    /// <summary>The file under an object's path is another one than the object was read from.</summary>
    public const string DifferentFile = nameof(DifferentFile);

    /// <summary>Another file took the name meanwhile.</summary>
    public const string SegmentReplaced = nameof(SegmentReplaced);
}
