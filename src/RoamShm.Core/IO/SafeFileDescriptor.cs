using System;
using Microsoft.Win32.SafeHandles;

namespace RoamShm;

/// <summary>A file descriptor on Unix: closed once, however its owner ends.</summary>
internal sealed class SafeFileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes what the C library returned, an int: of the pointer that the runtime would make of it, only half would be defined.</summary>
    internal SafeFileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(new IntPtr(descriptor));

    protected override bool ReleaseHandle() => LibC.Close(handle.ToInt32()) == 0;
}
