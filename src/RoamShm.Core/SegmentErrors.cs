using System;

namespace RoamShm;

/// <summary>Creates every error of this library, so that the same fault always has the same wording.</summary>
internal static class SegmentErrors
{
    internal static SegmentException NotFound(string path) =>
        New(SegmentErrorId.SegmentNotFound, $"There is no file '{path}'.", path);

    internal static SegmentException FolderNotFound(string path) =>
        New(SegmentErrorId.SegmentNotFound, $"The folder of '{path}' does not exist.", path);

    internal static SegmentException NotAPath(string path, string why) =>
        New(SegmentErrorId.NotAFileSystemPath, $"'{path}' cannot name a file: {why}.", path);

    internal static SegmentException AccessDenied(string path, string operation, string reason) =>
        New(SegmentErrorId.SegmentAccessDenied, $"Access denied: cannot {operation} '{path}': {reason}.", path);

    internal static SegmentException NotARegularFile(string path, string kind) =>
        New(SegmentErrorId.NotARegularFile, $"'{path}' is {kind}, not a regular file.", path);

    internal static SegmentException TooShort(string path, long length) =>
        New(SegmentErrorId.SegmentTooShort, $"'{path}' has {length} bytes; the header of a roam segment alone has {HeaderLayout.Size}.", path);

    internal static SegmentException NotReady(string path, string state)
    {
        SegmentException error = New(SegmentErrorId.SegmentNotReady, $"'{path}' is not a complete segment yet: {state}.", path);
        error.IsPerhapsBeingMade = true;
        return error;
    }

    /// <summary>Returns the error for the first header check that fails.</summary>
    internal static SegmentException InvalidHeader(string? path, string id, MappedHeader header) => id switch
    {
        SegmentErrorId.UnsupportedVersion => UnsupportedVersion(path, header.Version),
        SegmentErrorId.UnexpectedHeaderSize => UnexpectedHeaderSize(path, header.HeaderSize),
        SegmentErrorId.NoSlotClasses => NoSlotClasses(path),
        _ => WrongMagic(path, header.Magic, header.Version),
    };

    internal static SegmentException WrongMagic(string? path, ulong magic, uint version) => MappedHeader.FaultOfMagic(magic) switch
    {
        SegmentErrorId.PredecessorFormat => Predecessor(path, version),
        SegmentErrorId.SuccessorFormat => Successor(path, version),
        _ => BadMagic(path, magic),
    };

    private static SegmentException BadMagic(string? path, ulong magic)
    {
        SegmentException error = New(SegmentErrorId.BadMagic, $"{Subject(path)} is not a roam v7 segment: its magic is '{SegmentMagic.Escape(magic)}', expected '{SegmentMagic.Escaped}'.", path);

        // A host that follows the rule and writes the magic last has a header complete but for the magic for a while.
        error.IsPerhapsBeingMade = magic == 0;
        return error;
    }

    private static SegmentException Predecessor(string? path, uint version) =>
        New(SegmentErrorId.PredecessorFormat, $"{Subject(path)} is a segment of the predecessor format (magic 'RAPAHUB\\x01', version {version}), which has another layout; expected '{SegmentMagic.Escaped}'.", path);

    private static SegmentException Successor(string? path, uint version) =>
        New(SegmentErrorId.SuccessorFormat, $"{Subject(path)} is a segment of the renamed successor, telex/vox (magic 'TELXHUB\\x07', version {version}); expected '{SegmentMagic.Escaped}'.", path);

    internal static SegmentException UnsupportedVersion(string? path, uint version) =>
        New(SegmentErrorId.UnsupportedVersion, $"{Subject(path)}: unsupported segment version {version}; expected {SegmentFormat.Version}.", path);

    internal static SegmentException UnexpectedHeaderSize(string? path, uint size) =>
        New(SegmentErrorId.UnexpectedHeaderSize, $"{Subject(path)}: unexpected header_size {size}; expected {HeaderLayout.Size}.", path);

    internal static SegmentException NoSlotClasses(string? path) =>
        New(SegmentErrorId.NoSlotClasses, $"{Subject(path)}: the segment has no slot classes: num_var_slot_classes is 0, expected at least 1.", path);

    internal static SegmentException SlotClassTableOutOfBounds(string? path, ulong offset, uint count, long fileLength) =>
        New(SegmentErrorId.SlotClassTableOutOfBounds, $"{Subject(path)}: the table of {count} slot class headers at offset {offset} does not lie within the {(path is null ? "mapping" : "file")}'s {fileLength} bytes.", path);

    internal static SegmentException InvalidSlotClass(string? path, long index, uint slotSize, uint slotCount)
    {
        SegmentException error = New(SegmentErrorId.InvalidSlotClass, $"{Subject(path)}: slot class {index} is invalid: slot_size {slotSize}, slot_count {slotCount}; both must be at least 1.", path);

        // A host that writes the magic first has a complete header for a while before the slot classes follow.
        error.IsPerhapsBeingMade = slotSize == 0 && slotCount == 0;
        return error;
    }

    internal static SegmentException Truncated(string path, string field, ulong size, long fileLength) =>
        New(SegmentErrorId.SegmentTruncated, $"'{path}' is truncated: it has {fileLength} bytes, but its {field} is {size}.", path);

    internal static SegmentException Exists(string path) =>
        New(SegmentErrorId.SegmentExists, $"'{path}' already exists.", path);

    internal static SegmentException InsufficientSpace(string path, ulong size, string reason) =>
        New(SegmentErrorId.InsufficientSpace, $"No room for the {size} bytes of '{path}': {reason}.", path);

    internal static SegmentException InvalidConfiguration(string what) =>
        new(SegmentErrorId.InvalidConfiguration, what, path: null);

    internal static SegmentException NotSupported(string what) =>
        new(SegmentErrorId.NotSupportedOnPlatform, what, path: null);

    internal static SegmentException IOError(string path, string operation, string reason, Exception? inner = null) =>
        new(SegmentErrorId.SegmentIOError, FormattableString.Invariant($"Cannot {operation} '{path}': {reason}."), path, inner);

    /// <summary>Returns the error for a failed operating system call.</summary>
    /// <param name="id">The error id.</param>
    /// <param name="path">The file.</param>
    /// <param name="operation">The operation, a verb.</param>
    /// <param name="reason">The operating system's own message.</param>
    /// <param name="remedy">The remedy for this cause; <see langword="null"/> to use that of the error id.</param>
    internal static SegmentException System(string id, string path, string operation, string reason, string? remedy)
    {
        bool isNew = operation is FileOperation.Create or FileOperation.Name;
        SegmentException error = id switch
        {
            SegmentErrorId.SegmentNotFound => isNew ? FolderNotFound(path) : NotFound(path),
            SegmentErrorId.NotAFileSystemPath => NotAPath(path, reason),
            SegmentErrorId.SegmentAccessDenied => AccessDenied(path, operation, reason),
            SegmentErrorId.InsufficientSpace => New(id, $"No room: cannot {operation} '{path}': {reason}.", path),
            _ => IOError(path, operation, reason),
        };
        error.Remedy = remedy;
        return error;
    }

    internal static SegmentException FileSizeLimit(string path, ulong size, ulong limit)
    {
        SegmentException error = New(SegmentErrorId.InsufficientSpace, $"No room for the {size} bytes of '{path}': this process may write files of {limit} bytes at most.", path);
        error.Remedy = UnixFault.LargerFiles;
        return error;
    }

    internal static SegmentException PeerTableOutOfBounds(string path, FormattableString what) =>
        new(SegmentErrorId.PeerTableOutOfBounds, FormattableString.Invariant($"'{path}': {FormattableString.Invariant(what)}"), path);

    internal static SegmentException VarPoolOutOfBounds(string path, ulong offset, long fileLength) =>
        New(SegmentErrorId.VarPoolOutOfBounds, $"'{path}': the slot pool at offset {offset} does not lie within the file's {fileLength} bytes.", path);

    internal static SegmentException InvalidLimits(string path, string field, uint value, int most) =>
        New(SegmentErrorId.InvalidLimits, $"'{path}': {field} is {value}; it must be from 1 to {most}.", path);

    internal static SegmentException TooManySlots(string path, int classIndex, long count, long limit) =>
        New(SegmentErrorId.TooManySlots, $"'{path}': slot class {classIndex} has {count} slots; the limit is {limit}.", path);

    internal static SegmentException PeerNotFound(string path, int peerId, uint maxGuests) =>
        New(SegmentErrorId.PeerNotFound, $"'{path}' has no peer {peerId}; its peers are 1 to {maxGuests}.", path);

    internal static SegmentException PeerAlive(string path, int peerId, string liveness) =>
        New(SegmentErrorId.PeerAlive, $"Peer {peerId} of '{path}' is attached and may be alive (liveness {liveness}).", path);

    internal static SegmentException HostMayBeRunning(string path, string who) =>
        New(SegmentErrorId.HostMayBeRunning, $"The host of '{path}' may be running: {who}.", path);

    internal static SegmentException InUse(string path, string who) =>
        New(SegmentErrorId.SegmentInUse, $"'{path}' is in use: {who}.", path);

    internal static SegmentException MayBeInUse(string path, string why) =>
        New(SegmentErrorId.SegmentInUse, $"'{path}' may be in use: {why}.", path);

    internal static SegmentException DrainTimeout(string path, string who) =>
        New(SegmentErrorId.DrainTimeout, $"Timed out waiting for '{path}' to drain: {who}.", path);

    internal static SegmentException GoodbyeTimeout(string path) =>
        New(SegmentErrorId.GoodbyeTimeout, $"Timed out waiting for the goodbye of '{path}': host_goodbye is still 0.", path);

    internal static SegmentException Replaced(string path) =>
        New(SegmentErrorId.SegmentReplaced, $"'{path}' is now another file; it was not touched.", path);

    internal static SegmentException DifferentFile(string path) =>
        New(SegmentErrorId.DifferentFile, $"'{path}' is not the file that the object was read from; it was not touched.", path);

    internal static SegmentException ReplacedWhileRemoved(string path, string aside) =>
        New(SegmentErrorId.SegmentReplaced, $"'{path}' was not removed: a process is just opening it, and another file has taken its name meanwhile. The old one is now '{aside}'; the other was not touched.", path);

    /// <summary>The subject of an error message: a file, or a header in a program's memory.</summary>
    private static string Subject(string? path) => path is null ? "The header in memory" : $"'{path}'";

    private static SegmentException New(string id, FormattableString message, string? path) =>
        new(id, FormattableString.Invariant(message), path);
}
