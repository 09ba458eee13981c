using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace RoamShm;

/// <summary>Reads files in /proc, which report no length and must be read to their end.</summary>
internal sealed unsafe class ProcFile
{
    private const int LargestFile = 1 << 28;

    private byte[] _buffer = new byte[1 << 16];

    /// <summary>The bytes of the last read.</summary>
    internal byte[] Bytes => _buffer;

    /// <summary>The number of bytes of the last read.</summary>
    internal int Count { get; private set; }

    /// <summary>Reads a whole file.</summary>
    /// <returns>0, or the operating system's error number.</returns>
    internal int Read(string path)
    {
        Count = 0;
        SafeFileDescriptor fd;
        while ((fd = SafeFileDescriptor.Open(UnixSegmentFile.Encode(path), LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NOCTTY)).IsInvalid)
        {
            int error = Marshal.GetLastWin32Error();
            if (error != LibC.EINTR)
            {
                return error;
            }
        }

        using (fd)
        {
            return ReadAll(fd);
        }
    }

    /// <summary>Reads a text file; returns <see langword="null"/> if it cannot be read.</summary>
    internal string? ReadText(string path) => Read(path) == 0 ? Encoding.UTF8.GetString(_buffer, 0, Count) : null;

    /// <summary>Returns the value of a <c>Name: value</c> line, as in /proc/self/status; <see langword="null"/> if there is no such line.</summary>
    internal static string? FindField(string? text, string name)
    {
        foreach (string line in (text ?? string.Empty).Split('\n'))
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.Ordinal))
            {
                return line.Substring(name.Length + 1).Trim();
            }
        }

        return null;
    }

    /// <summary>Parses a hexadecimal number; returns <see langword="null"/> if the text is not one.</summary>
    internal static ulong? ParseHex(string? text) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : null;

    private int ReadAll(SafeFileDescriptor fd)
    {
        while (true)
        {
            if (Count == _buffer.Length)
            {
                if (_buffer.Length >= LargestFile)
                {
                    return LibC.EFBIG;
                }

                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            long read;
            fixed (byte* start = _buffer)
            {
                read = (long)LibC.PRead(fd, start + Count, (IntPtr)(_buffer.Length - Count), Count);
            }

            if (read == 0)
            {
                return 0;
            }

            if (read > 0)
            {
                Count += (int)read;
            }
            else if (Marshal.GetLastWin32Error() is var error && error != LibC.EINTR)
            {
                return error;
            }
        }
    }
}
