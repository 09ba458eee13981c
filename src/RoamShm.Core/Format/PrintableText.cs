using System;
using System.Globalization;
using System.Text;

namespace RoamShm;

/// <summary>Makes text safe to print: in a world-writable folder, a file name can contain anything, including terminal control sequences.</summary>
public static class PrintableText
{
    /// <summary>Escapes characters that would move the cursor, end the line, change colours or reverse the text direction.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text with escapes such as <c>\x1b</c> or <c>\u202e</c> in place of those characters.</returns>
    public static string Escape(string text)
    {
        if (text is null)
        {
            throw new ArgumentNullException(nameof(text));
        }

        StringBuilder? escaped = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool isPair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            bool isUnsafe = !isPair && (char.IsControl(c) || char.IsSurrogate(c)
                || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            if (isUnsafe)
            {
                escaped ??= new StringBuilder(text, 0, i, text.Length + 16);
                _ = c < 0x100
                    ? escaped.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture))
                    : escaped.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                continue;
            }

            _ = escaped?.Append(c);
            if (isPair)
            {
                _ = escaped?.Append(text[++i]);
                i += escaped is null ? 1 : 0;
            }
        }

        return escaped?.ToString() ?? text;
    }
}
