using System;
using System.Globalization;
using System.IO;

namespace RoamShm.Bench;

/// <summary>The floor for finding out who maps a file: read the list of mappings of each process once. Linux only.</summary>
public static unsafe class ProcessFloor
{
    /// <summary>Reads the mappings of all processes and returns the number of bytes read.</summary>
    public static long ReadAll()
    {
        const int size = 1 << 16;
        byte[] buffer = new byte[size];
        long total = 0;
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                total += Read(folder + "/maps", buffer);
            }
        }

        return total;
    }

    private static long Read(string path, byte[] buffer)
    {
        int fd;
        try
        {
            fd = LibC.Open(path, LibC.O_RDONLY | LibC.O_CLOEXEC);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The process has ended or belongs to another user.
            return 0;
        }

        long at = 0;
        fixed (byte* start = buffer)
        {
            for (long read; (read = (long)LibC.PRead(fd, start, (IntPtr)buffer.Length, at)) > 0;)
            {
                at += read;
            }
        }

        _ = LibC.Close(fd);
        return at;
    }
}
