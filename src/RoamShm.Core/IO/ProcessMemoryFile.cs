using System;
using System.Runtime.InteropServices;

namespace RoamShm;

/// <summary>
/// A deleted file that may not be opened, read through the memory of a process that maps it. Positioned reads as for any other file: a read ends early at
/// memory that is gone.
/// </summary>
internal sealed unsafe class ProcessMemoryFile : SegmentFile
{
    private readonly ulong _address;
    private readonly SafeFileDescriptor _fd;

    private ProcessMemoryFile(string path, FileStatus status, SafeFileDescriptor fd, ulong address)
        : base(path, status, isWritable: false)
    {
        _fd = fd;
        _address = address;
    }

    /// <summary>Opens the part of a file that a process maps from its first byte on; returns <see langword="null"/> if the memory may not be read.</summary>
    internal static ProcessMemoryFile? TryOpen(string path, DeletedMapping mapping)
    {
        SafeFileDescriptor fd = SafeFileDescriptor.Open(UnixSegmentFile.Encode(FormattableString.Invariant($"/proc/{mapping.ProcessId}/mem")), LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd.IsInvalid)
        {
            return null;
        }

        var identity = new FileIdentity(mapping.File.Device, mapping.File.Inode, 0);
        return new ProcessMemoryFile(path, new FileStatus(FileKind.Regular, (long)mapping.FirstLength, identity, default), fd, mapping.FirstAddress);
    }

    internal override int Read(ulong offset, byte[] buffer, int index, int count)
    {
        if (offset >= (ulong)Length)
        {
            return 0;
        }

        count = (int)Math.Min((ulong)count, (ulong)Length - offset);
        int done = 0;
        fixed (byte* start = buffer)
        {
            while (done < count)
            {
                long read = (long)LibC.PRead(_fd, start + index + done, (IntPtr)(count - done), (long)(_address + offset) + done);
                if (read > 0)
                {
                    done += (int)read;
                }
                else if (read == 0 || Marshal.GetLastWin32Error() != LibC.EINTR)
                {
                    break;
                }
            }
        }

        return done;
    }

    internal override void Refresh()
    {
        // The length of the mapping and the identity of its file never change.
    }

    internal override MappedPart Map(ulong offset, ulong length) =>
        throw SegmentErrors.NotSupported("The memory of another process is not mapped.");

    public override void Dispose() => _fd.Dispose();
}
