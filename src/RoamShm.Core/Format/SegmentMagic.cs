using System.Globalization;
using System.Text;

namespace RoamShm;

/// <summary>Text form of the magic (<c>r[shm.segment.magic.v7]</c>).</summary>
internal static class SegmentMagic
{
    /// <summary>The v7 magic as text.</summary>
    internal const string Escaped = "ROAMHUB\\x07";

    /// <summary>Returns the bytes of a magic as text, with unprintable bytes escaped.</summary>
    internal static string Escape(ulong magic)
    {
        if (magic == SegmentFormat.Magic)
        {
            return Escaped;
        }

        var text = new StringBuilder(32);
        for (int i = 0; i < sizeof(ulong); i++)
        {
            byte value = (byte)(magic >> (8 * i));
            if (value is < 0x20 or > 0x7e or (byte)'\\')
            {
                _ = text.Append("\\x").Append(value.ToString("x2", CultureInfo.InvariantCulture));
            }
            else
            {
                _ = text.Append((char)value);
            }
        }

        return text.ToString();
    }
}
