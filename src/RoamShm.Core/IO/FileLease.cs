using System;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>
/// A lease on an open file (Linux, <c>F_SETLEASE</c>). The kernel grants a read lease only if nobody has the file open for writing, in any namespace; a shared
/// writable mapping counts as open for writing even after its descriptor is closed. It grants a write lease only to the holder of the file's only descriptor.
/// </summary>
/// <remarks>
/// An open that conflicts with a lease waits until the lease is released, or fails with EAGAIN if it is non-blocking. So while a lease is held there must be
/// no prompt, no output, no process scan, and no second open of the file for writing, which would wait for itself.
/// </remarks>
internal sealed unsafe class FileLease : IDisposable
{
    private const uint TmpfsMagic = 0x01021994;
    private const uint RamfsMagic = 0x858458F6;
    private const uint ExtMagic = 0xEF53;
    private const uint XfsMagic = 0x58465342;
    private const uint BtrfsMagic = 0x9123683E;
    private const uint OverlayMagic = 0x794C7630;

    private readonly UnixSegmentFile _file;
    private readonly int _type;
    private bool _isHeld = true;

    private FileLease(UnixSegmentFile file, int type)
    {
        _file = file;
        _type = type;
    }

    /// <summary>Whether somebody has tried to open the file in conflict with the lease since it was taken, and is waiting or has been turned away.</summary>
    internal bool IsSomebodyWaiting => LibC.FCntl(_file.Descriptor, LibC.F_GETLEASE, 0) != _type;

    /// <summary>Requests a read lease on a file that is open for reading only.</summary>
    internal static LeaseAnswer TryTakeRead(SegmentFile file, out FileLease? lease) => TryTake(file, LibC.F_RDLCK, out lease);

    /// <summary>Requests a write lease.</summary>
    internal static LeaseAnswer TryTakeWrite(SegmentFile file, out FileLease? lease) => TryTake(file, LibC.F_WRLCK, out lease);

    /// <summary>Whether the kernel's answer can be trusted on the file system of the file: only on those for which a test shows it.</summary>
    internal static bool IsTrustedOn(SegmentFile file) =>
        TypeOfFileSystem(file) is TmpfsMagic or RamfsMagic or ExtMagic or XfsMagic or BtrfsMagic;

    /// <summary>Explains an answer other than granted or refused, as part of a sentence.</summary>
    internal static string WhyNoAnswer(SegmentFile file, LeaseAnswer answer) => answer switch
    {
        LeaseAnswer.NotPermitted => "the kernel answers only the file's owner and root",
        LeaseAnswer.NotTrusted => "the kernel's answer proves nothing on " + NameOf(TypeOfFileSystem(file)),
        _ => "the system has no leases on files, or they are switched off",
    };

    /// <summary>Releases the lease. Opens that wait for it proceed.</summary>
    public void Dispose()
    {
        if (_isHeld)
        {
            _isHeld = false;
            _ = LibC.FCntl(_file.Descriptor, LibC.F_SETLEASE, LibC.F_UNLCK);
        }
    }

    private static LeaseAnswer TryTake(SegmentFile file, int type, out FileLease? lease)
    {
        lease = null;
        if (!LibC.IsLinux || file is not UnixSegmentFile unix)
        {
            return LeaseAnswer.NotSupported;
        }

        if (!IsTrustedOn(file))
        {
            return LeaseAnswer.NotTrusted;
        }

        // A conflicting open makes the kernel send this process a signal. The default, SIGIO, would kill the process, so choose SIGURG, which is ignored by
        // default.
        if (LibC.FCntl(unix.Descriptor, LibC.F_SETSIG, LibC.SIGURG) != 0)
        {
            return LeaseAnswer.NotSupported;
        }

        if (LibC.FCntl(unix.Descriptor, LibC.F_SETLEASE, type) == 0)
        {
            lease = new FileLease(unix, type);
            return LeaseAnswer.Granted;
        }

        return Marshal.GetLastWin32Error() switch
        {
            int error when error == LibC.EAGAIN => LeaseAnswer.Refused,
            LibC.EACCES or LibC.EPERM => LeaseAnswer.NotPermitted,
            _ => LeaseAnswer.NotSupported,
        };
    }

    /// <summary>Returns the file system type of the file; 0 if unknown.</summary>
    private static uint TypeOfFileSystem(SegmentFile file)
    {
        byte* status = stackalloc byte[256];
        bool isKnown = LibC.IsLinux && file is UnixSegmentFile unix && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64
            && LibC.FStatFs(((UnixSegmentFile)file).Descriptor, status) == 0;
        return isKnown ? *(uint*)status : 0;
    }

    private static string NameOf(uint type) => type switch
    {
        OverlayMagic => "overlayfs",
        0 => "this file system, whose type is unknown",
        _ => FormattableString.Invariant($"this file system (type 0x{type:x})"),
    };
}
