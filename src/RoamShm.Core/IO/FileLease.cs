using System;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>
/// A lease on an open file (Linux, <c>F_SETLEASE</c>). A read lease is granted only where nobody has the file open for writing; a shared writable mapping
/// counts as that, also after its descriptor was closed, in whatever namespace its process lives. A write lease is granted only to who has
/// the file's one and only descriptor.
/// </summary>
/// <remarks>
/// Whoever opens the file in conflict with a lease waits until it is let go, or gets EAGAIN if opening without blocking. So while a lease is held there must be
/// no prompt, no output, no scan of processes, and no second open of the file for writing, which would wait for itself.
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

    /// <summary>Whether somebody has tried to open the file in conflict with the lease since it was taken, and waits or has been turned away.</summary>
    internal bool IsSomebodyWaiting => LibC.FCntl(_file.Descriptor, LibC.F_GETLEASE, 0) != _type;

    /// <summary>Asks for a read lease on a file that is open for reading alone.</summary>
    internal static LeaseAnswer TryTakeRead(SegmentFile file, out FileLease? lease) => TryTake(file, LibC.F_RDLCK, out lease);

    /// <summary>Asks for a write lease.</summary>
    internal static LeaseAnswer TryTakeWrite(SegmentFile file, out FileLease? lease) => TryTake(file, LibC.F_WRLCK, out lease);

    /// <summary>Whether the kernel's answer is true on the file system that has the file: on those where a test shows it.</summary>
    internal static bool IsTrustedOn(SegmentFile file) =>
        TypeOfFileSystem(file) is TmpfsMagic or RamfsMagic or ExtMagic or XfsMagic or BtrfsMagic;

    /// <summary>Why an answer other than granted and refused is none, as part of a sentence.</summary>
    internal static string WhyNoAnswer(SegmentFile file, LeaseAnswer answer) => answer switch
    {
        LeaseAnswer.NotPermitted => "the kernel answers only the file's owner and root",
        LeaseAnswer.NotTrusted => "the kernel's answer proves nothing on " + NameOf(TypeOfFileSystem(file)),
        _ => "the system has no leases on files, or they are switched off",
    };

    /// <summary>Lets go. Who waits for the file goes on.</summary>
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

        // Who opens the file meanwhile makes the kernel send a signal to this process: SIGIO, which would end it, unless another one is chosen before.
        // SIGURG is ignored by default.
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

    /// <summary>The type of the file system that has the file, 0 where it cannot be found out.</summary>
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
