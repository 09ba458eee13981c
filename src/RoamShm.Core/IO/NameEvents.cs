using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace RoamShm;

/// <summary>
/// Events from the kernel (inotify) about the names in folders: a name was created, moved or deleted, or its attributes changed; and about files: a call wrote
/// to one, or changed its length. An event is available as soon as the call that caused it has returned.
/// </summary>
internal sealed unsafe class NameEvents : IDisposable
{
    private const uint Mask = LibC.IN_CREATE | LibC.IN_MOVED_FROM | LibC.IN_MOVED_TO | LibC.IN_DELETE | LibC.IN_ATTRIB
        | LibC.IN_DELETE_SELF | LibC.IN_MOVE_SELF | LibC.IN_ONLYDIR;

    private const int EventSize = 16;

    private readonly int _events;
    private readonly int _stop;
    private readonly int _mounts;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private volatile bool _isMountChanged;

    private NameEvents(int events, int stop, int mounts)
    {
        _events = events;
        _stop = stop;
        _mounts = mounts;
    }

    /// <summary>Starts receiving events; null if the system does not support them or has reached a limit.</summary>
    internal static NameEvents? TryOpen()
    {
        int events = LibC.InotifyInit(LibC.FD_CLOEXEC_NONBLOCK);
        int stop = events < 0 ? -1 : LibC.EventFd(0, LibC.FD_CLOEXEC_NONBLOCK);

        // A mount over a folder or a file makes its name lead to another file, but raises no event in the folder.
        int mounts = stop < 0 ? -1 : LibC.Open(UnixSegmentFile.Encode("/proc/self/mountinfo"), LibC.O_RDONLY | LibC.O_CLOEXEC);
        var opened = new NameEvents(events, stop, mounts);
        if (mounts >= 0)
        {
            return opened;
        }

        opened.Dispose();
        return null;
    }

    /// <summary>Watches the names in a folder.</summary>
    /// <returns>The id that its events carry, the same for every path to the folder; negative if the folder cannot be watched.</returns>
    internal int Add(byte[] folder) => LibC.InotifyAddWatch(_events, folder, Mask);

    /// <summary>Watches the length of an open file, whatever name or descriptor it is changed through.</summary>
    /// <returns>The id that its events carry, the same for every descriptor of the file; negative if the file cannot be watched.</returns>
    internal int Add(UnixSegmentFile file) => LibC.InotifyAddWatch(
        _events, UnixSegmentFile.Encode("/proc/self/fd/" + file.Descriptor.ToString(CultureInfo.InvariantCulture)), LibC.IN_MODIFY);

    internal void Remove(int id) => _ = LibC.InotifyRemoveWatch(_events, id);

    /// <summary>Waits until there are events.</summary>
    /// <returns><see langword="false"/> after <see cref="Stop"/>.</returns>
    internal bool Wait()
    {
        LibC.PollFd* files = stackalloc LibC.PollFd[3];
        Fill(files);
        files[2] = new LibC.PollFd { Descriptor = _stop, Wanted = LibC.POLLIN };

        // A call interrupted by a signal has seen nothing, and the caller tries again.
        _ = LibC.Poll(files, (UIntPtr)3, -1);

        // The kernel reports a mount only once.
        _isMountChanged |= files[1].Seen != 0;
        return files[2].Seen == 0;
    }

    /// <summary>Ends <see cref="Wait"/> for good.</summary>
    internal void Stop()
    {
        ulong one = 1;
        _ = LibC.Write(_stop, (byte*)&one, (IntPtr)sizeof(ulong));
    }

    /// <summary>Takes the pending events without waiting.</summary>
    /// <param name="named">Called with the folder, the name, and what happened.</param>
    /// <param name="written">Called with a file that was written to or whose length changed.</param>
    /// <returns><see langword="false"/> if something may have changed without an event.</returns>
    internal bool Take(Action<int, string, uint> named, Action<int> written)
    {
        LibC.PollFd* files = stackalloc LibC.PollFd[2];
        Fill(files);
        bool isAny = LibC.Poll(files, (UIntPtr)2, 0) > 0;
        bool isAllTold = !_isMountChanged && files[1].Seen == 0;
        _isMountChanged = false;
        if (!isAny)
        {
            return isAllTold;
        }

        fixed (byte* start = _buffer)
        {
            long count;
            while ((count = (long)LibC.Read(_events, start, (IntPtr)_buffer.Length)) > 0)
            {
                for (byte* at = start; at + EventSize <= start + count; at += EventSize + *(int*)(at + 12))
                {
                    uint what = *(uint*)(at + 4);
                    isAllTold &= (what & (LibC.IN_Q_OVERFLOW | LibC.IN_UNMOUNT | LibC.IN_DELETE_SELF | LibC.IN_MOVE_SELF)) == 0;
                    if (*(int*)(at + 12) > 0)
                    {
                        named(*(int*)at, NameOf(at + EventSize), what);
                    }
                    else if ((what & LibC.IN_MODIFY) != 0)
                    {
                        written(*(int*)at);
                    }
                }
            }
        }

        return isAllTold;
    }

    public void Dispose()
    {
        foreach (int fd in new List<int> { _events, _stop, _mounts })
        {
            if (fd >= 0)
            {
                _ = LibC.Close(fd);
            }
        }
    }

    private static string NameOf(byte* name)
    {
        int length = 0;
        while (name[length] != 0)
        {
            length++;
        }

        return Encoding.UTF8.GetString(name, length);
    }

    private void Fill(LibC.PollFd* files)
    {
        files[0] = new LibC.PollFd { Descriptor = _events, Wanted = LibC.POLLIN };
        files[1] = new LibC.PollFd { Descriptor = _mounts, Wanted = LibC.POLLPRI };
    }
}
