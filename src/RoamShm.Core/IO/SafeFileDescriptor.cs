using System;
using Microsoft.Win32.SafeHandles;

namespace RoamShm;

/// <summary>A file descriptor on Unix, closed exactly once, however its owner ends.</summary>
internal sealed class SafeFileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Wraps the int that the C library returned. If the runtime built a handle from it, only half of its bits would be defined.</summary>
    internal SafeFileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(new IntPtr(descriptor));

    /// <summary>The raw descriptor, for calls while this object is kept alive.</summary>
    internal int Number => handle.ToInt32();

    /// <summary>Opens a file by name.</summary>
    internal static SafeFileDescriptor Open(byte[] path, int flags) => new(LibC.Open(path, flags));

    protected override bool ReleaseHandle() => LibC.Close(handle.ToInt32()) == 0;
}
