using System;
using Microsoft.Win32.SafeHandles;

namespace RoamShm;

/// <summary>A file descriptor on Unix: closed once, however its owner ends.</summary>
internal sealed class SafeFileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes what the C library returned, an int: of the pointer that the runtime would make of it, only half would be defined.</summary>
    internal SafeFileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(new IntPtr(descriptor));

    /// <summary>The descriptor itself, for calls while this object is kept alive.</summary>
    internal int Number => handle.ToInt32();

    /// <summary>Opens a file by name.</summary>
    internal static SafeFileDescriptor Open(byte[] path, int flags) => new(LibC.Open(path, flags));

    protected override bool ReleaseHandle() => LibC.Close(handle.ToInt32()) == 0;
}
