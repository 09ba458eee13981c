namespace RoamShm.Parameters;

/// <summary>Parses permission bits, always as octal digits: 0600, 600 and '0600' are the same.</summary>
internal static class OctalMode
{
    /// <summary>Parses a mode.</summary>
    /// <param name="text">Octal digits; null or empty means the default.</param>
    /// <returns>The bits; <see langword="null"/> for the default.</returns>
    /// <exception cref="SegmentException"><see cref="SegmentErrorId.InvalidConfiguration"/>.</exception>
    internal static int? Read(string? text)
    {
        string digits = (text ?? string.Empty).Trim();
        if (digits.Length == 0)
        {
            return null;
        }

        int mode = 0;
        foreach (char digit in digits)
        {
            mode = digit is >= '0' and <= '7' && mode <= 0x1FF ? (mode * 8) + (digit - '0') : int.MaxValue;
        }

        return mode <= 0x1FF
            ? mode
            : throw new SegmentException(SegmentErrorId.InvalidConfiguration, $"'{text}' is not a valid mode; give octal digits from 0 to 0777, such as 0600 or 0660.", path: null);
    }
}
