using System;

namespace RoamShm;

/// <summary>
/// Recognises files left by a host that died while creating a segment (<c>r[shm.file.create]</c>): all zero, only the magic, or complete except for the magic.
/// They hold nothing that anybody could miss. An empty file does not count: it could be anything.
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

        // Check every byte: another program's file may begin with zeros.
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
