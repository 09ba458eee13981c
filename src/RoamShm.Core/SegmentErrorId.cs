namespace RoamShm;

/// <summary>The stable ids of errors. Their meaning never changes, because runbooks match on them.</summary>
public static class SegmentErrorId
{
    /// <summary>The file does not exist.</summary>
    public const string SegmentNotFound = nameof(SegmentNotFound);

    /// <summary>The path belongs to a provider other than the file system, or cannot name a file.</summary>
    public const string NotAFileSystemPath = nameof(NotAFileSystemPath);

    /// <summary>The operating system does not allow this user to do that with the file.</summary>
    public const string SegmentAccessDenied = nameof(SegmentAccessDenied);

    /// <summary>The path is a directory, FIFO, socket or device.</summary>
    public const string NotARegularFile = nameof(NotARegularFile);

    /// <summary>The file is shorter than the 128-byte header.</summary>
    public const string SegmentTooShort = nameof(SegmentTooShort);

    /// <summary>The file does not begin with the magic of a roam segment (<c>r[shm.segment.magic.v7]</c>).</summary>
    public const string BadMagic = nameof(BadMagic);

    /// <summary>The file is a segment of the predecessor format, magic <c>RAPAHUB\x01</c>.</summary>
    public const string PredecessorFormat = nameof(PredecessorFormat);

    /// <summary>The file is a segment of the successor format, magic <c>TELXHUB\x07</c>.</summary>
    public const string SuccessorFormat = nameof(SuccessorFormat);

    /// <summary>The version is not 7.</summary>
    public const string UnsupportedVersion = nameof(UnsupportedVersion);

    /// <summary>The header_size is not 128.</summary>
    public const string UnexpectedHeaderSize = nameof(UnexpectedHeaderSize);

    /// <summary>The num_var_slot_classes field is 0.</summary>
    public const string NoSlotClasses = nameof(NoSlotClasses);

    /// <summary>The table of class headers extends past the end of the file.</summary>
    public const string SlotClassTableOutOfBounds = nameof(SlotClassTableOutOfBounds);

    /// <summary>A class has a slot_size or slot_count of 0.</summary>
    public const string InvalidSlotClass = nameof(InvalidSlotClass);

    /// <summary>A host is still creating the segment: the file is empty, all zero, or has only its magic.</summary>
    public const string SegmentNotReady = nameof(SegmentNotReady);

    /// <summary>The name of the segment to create is taken.</summary>
    public const string SegmentExists = nameof(SegmentExists);

    /// <summary>The file system has no room for the segment.</summary>
    public const string InsufficientSpace = nameof(InsufficientSpace);

    /// <summary>No guest could attach to a segment with this configuration.</summary>
    public const string InvalidConfiguration = nameof(InvalidConfiguration);

    /// <summary>The file is shorter than its total_size or current_size.</summary>
    public const string SegmentTruncated = nameof(SegmentTruncated);

    /// <summary>The object describes a file on another computer.</summary>
    public const string RemoteObject = nameof(RemoteObject);

    /// <summary>This operating system or process architecture does not support the operation.</summary>
    public const string NotSupportedOnPlatform = nameof(NotSupportedOnPlatform);

    /// <summary>The operating system could not read or write; the message has its wording.</summary>
    public const string SegmentIOError = nameof(SegmentIOError);

    /// <summary>The peer table, or the rings of a peer, are not within the file.</summary>
    public const string PeerTableOutOfBounds = nameof(PeerTableOutOfBounds);

    /// <summary>The slot pool is not within the file.</summary>
    public const string VarPoolOutOfBounds = nameof(VarPoolOutOfBounds);

    /// <summary>The value of max_guests, or the number of slot classes, is not what the format allows.</summary>
    public const string InvalidLimits = nameof(InvalidLimits);

    /// <summary>A class has more slots than this library keeps in memory at once, 67108864.</summary>
    public const string TooManySlots = nameof(TooManySlots);

    /// <summary>The segment has no peer with that id.</summary>
    public const string PeerNotFound = nameof(PeerNotFound);

    /// <summary>The peer may be alive.</summary>
    public const string PeerAlive = nameof(PeerAlive);

    /// <summary>Another process maps the segment, or may map it, so its host may be running.</summary>
    public const string HostMayBeRunning = nameof(HostMayBeRunning);

    /// <summary>The segment is in use, or may be.</summary>
    public const string SegmentInUse = nameof(SegmentInUse);

    /// <summary>Peers were still attached when the timeout expired.</summary>
    public const string DrainTimeout = nameof(DrainTimeout);

    /// <summary>The host had not raised its goodbye when the timeout expired.</summary>
    public const string GoodbyeTimeout = nameof(GoodbyeTimeout);

    /// <summary>The path of the object now names another file than the one that the object was read from.</summary>
    public const string DifferentFile = nameof(DifferentFile);

    /// <summary>Another file has taken the name in the meantime.</summary>
    public const string SegmentReplaced = nameof(SegmentReplaced);
}
