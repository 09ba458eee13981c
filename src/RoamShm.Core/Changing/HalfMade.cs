using System;

namespace RoamShm;

/// <summary>
/// Files that a host began to make a segment of and died over (<c>r[shm.file.create]</c>): all zero, or with nothing but the magic, or complete but for it. They
/// hold nothing that anybody could miss; an empty file may be anything.
/// </summary>
internal static class HalfMade
{
    internal static bool Is(SegmentFile file)
    {
        if (file.Length < HeaderLayout.Size)
        {
            return false;
        }

        byte[] buffer = new byte[1 << 16];
        int read = file.Read(0, buffer, 0, buffer.Length);
        if (read < HeaderLayout.Size)
        {
            return false;
        }

        ulong magic = BitConverter.ToUInt64(buffer, HeaderLayout.Magic);
        if (magic == 0 && BitConverter.ToUInt32(buffer, HeaderLayout.Version) == SegmentFormat.Version
            && BitConverter.ToUInt32(buffer, HeaderLayout.HeaderSize) == HeaderLayout.Size
            && BitConverter.ToUInt64(buffer, HeaderLayout.TotalSize) == (ulong)file.Length)
        {
            return true;
        }

        if (magic is not (0 or SegmentFormat.Magic))
        {
            return false;
        }

        // Every byte: a file of another program may begin with zeros.
        Array.Clear(buffer, 0, sizeof(ulong));
        for (ulong offset = 0; read > 0; offset += (ulong)read, read = file.Read(offset, buffer, 0, buffer.Length))
        {
            if (Array.FindIndex(buffer, 0, read, value => value != 0) >= 0)
            {
                return false;
            }
        }

        return true;
    }
}
