using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace RoamShm.Tests;

/// <summary>
/// Counts how often a file is opened, using Linux file notifications. Also watches reads and closes, because the kernel merges consecutive identical events.
/// </summary>
internal sealed unsafe class OpenCounter : IDisposable
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const uint Access = 0x1;
    private const uint Close = 0x18;
    private const uint Open = 0x20;
    private const uint Overflow = 0x4000;
    private const int EventSize = 16;

    private readonly int _fd;

    internal OpenCounter(string path)
    {
        _fd = inotify_init1(NonBlocking | CloseOnExec);
        if (_fd < 0 || inotify_add_watch(_fd, Encoding.UTF8.GetBytes(path + '\0'), Access | Close | Open) < 0)
        {
            throw new IOException($"The file cannot be watched: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Returns the number of opens since the last call.</summary>
    internal int Count()
    {
        int opens = 0;
        byte[] buffer = new byte[64 * 1024];
        fixed (byte* events = buffer)
        {
            nint length;
            while ((length = read(_fd, events, buffer.Length)) > 0)
            {
                // Events of a file that is watched directly have no name.
                for (byte* at = events; at < events + length; at += EventSize)
                {
                    uint mask = *(uint*)(at + 4);
                    Assert.Equal(0U, mask & Overflow);
                    opens += (mask & Open) != 0 ? 1 : 0;
                }
            }
        }

        return opens;
    }

    public void Dispose() => _ = close(_fd);

    [DllImport("libc", SetLastError = true)]
    private static extern int inotify_init1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int inotify_add_watch(int fd, byte[] path, uint mask);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(int fd, byte* buffer, nint count);

    [DllImport("libc")]
    private static extern int close(int fd);
}
