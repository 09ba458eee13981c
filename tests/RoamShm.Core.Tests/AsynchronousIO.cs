using System.IO;
using System.Runtime.InteropServices;

namespace RoamShm.Tests;

/// <summary>Writes with the kernel's asynchronous calls (<c>io_submit</c>), which raise no inotify event.</summary>
internal static unsafe class AsynchronousIO
{
    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly nint Setup = IsX64 ? 206 : 0;
    private static readonly nint Destroy = IsX64 ? 207 : 1;
    private static readonly nint Submit = IsX64 ? 209 : 2;
    private static readonly nint GetEvents = IsX64 ? 208 : 4;

    internal static void Write(string path, long offset, byte[] bytes)
    {
        using FileStream file = File.OpenWrite(path);
        nint context = 0;
        Require(SystemCall(Setup, 1, (nint)(&context), 0, 0, 0), 0);
        fixed (byte* start = bytes)
        {
            var request = new Request { Code = 1, Descriptor = (uint)file.SafeFileHandle.DangerousGetHandle(), Buffer = (ulong)start, Count = (ulong)bytes.Length, Offset = offset };
            Request* requests = &request;
            long* result = stackalloc long[4];
            Require(SystemCall(Submit, context, 1, (nint)(&requests), 0, 0), 1);
            Require(SystemCall(GetEvents, context, 1, 1, (nint)result, 0), 1);
            Require((nint)result[2], bytes.Length);
        }

        Require(SystemCall(Destroy, context, 0, 0, 0, 0), 0);
    }

    private static void Require(nint result, nint expected) =>
        Assert.True(result == expected, $"The system call returned {result}, error {Marshal.GetLastWin32Error()}.");

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern nint SystemCall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [StructLayout(LayoutKind.Sequential)]
    private struct Request
    {
        internal ulong Data;
        internal uint Key;
        internal uint Flags;
        internal ushort Code;
        internal short Priority;
        internal uint Descriptor;
        internal ulong Buffer;
        internal ulong Count;
        internal long Offset;
        internal ulong Reserved;
        internal uint MoreFlags;
        internal uint EventDescriptor;
    }
}
