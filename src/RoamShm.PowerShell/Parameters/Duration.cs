using System;
using System.Globalization;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>Parses durations: a TimeSpan, text with a unit (<c>250us</c>, <c>500ms</c>, <c>1s</c>, <c>2m</c>, <c>00:00:05</c>), or a bare number.</summary>
internal static class Duration
{
    internal const decimal NanosecondsPerSecond = 1_000_000_000m;

    private static readonly (string Suffix, decimal Nanoseconds)[] Units =
    [
        ("ns", 1m), ("us", 1_000m), ("µs", 1_000m), ("μs", 1_000m), ("ms", 1_000_000m), ("min", 60 * NanosecondsPerSecond),
        ("s", NanosecondsPerSecond), ("m", 60 * NanosecondsPerSecond), ("h", 3600 * NanosecondsPerSecond), ("d", 86400 * NanosecondsPerSecond),
    ];

    /// <summary>Parses a duration.</summary>
    /// <param name="input">The user's input.</param>
    /// <param name="bareUnit">The unit of a bare number, in nanoseconds.</param>
    /// <returns>Nanoseconds; <see langword="null"/> for null or empty text.</returns>
    internal static decimal? Read(object? input, decimal bareUnit)
    {
        object? value = input is PSObject wrapped ? AsWritten(wrapped) : input;
        decimal? nanoseconds = value switch
        {
            null => null,
            string text when string.IsNullOrWhiteSpace(text) => null,
            TimeSpan span => span.Ticks * 100m,
            string text => Parse(text.Trim(), bareUnit),
            bool or char or Enum or DateTime => throw Refuse(value),
            IConvertible number => Multiply(number, bareUnit),
            _ => throw Refuse(value),
        };
        return nanoseconds < 0 ? throw new ArgumentTransformationMetadataException($"The duration '{value}' is negative.") : nanoseconds;
    }

    /// <summary>
    /// Returns a number with a suffix as it was typed. On the command line, PowerShell 7 parses 1s as a 16-bit 1 and 250us as an unsigned 250, but keeps the
    /// original text.
    /// </summary>
    private static object AsWritten(PSObject argument)
    {
        object value = argument.BaseObject;
        if (value is string or not IConvertible)
        {
            return value;
        }

        string written = argument.ToString();
        bool hasSuffix = written.Length > 1 && char.IsLetter(written[written.Length - 1]) && !written.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return hasSuffix ? written : value;
    }

    private static decimal Parse(string text, decimal bareUnit)
    {
        if (text.IndexOf(':') >= 0)
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span) ? span.Ticks * 100m : throw Refuse(text);
        }

        string number = text;
        decimal unit = bareUnit;
        foreach ((string suffix, decimal nanoseconds) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                number = text.Substring(0, text.Length - suffix.Length).TrimEnd();
                unit = nanoseconds;
                break;
            }
        }

        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal count)
            ? Multiply(count, unit)
            : throw Refuse(text);
    }

    private static decimal Multiply(IConvertible number, decimal unit)
    {
        try
        {
            return number.ToDecimal(CultureInfo.InvariantCulture) * unit;
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException or FormatException)
        {
            throw Refuse(number);
        }
    }

    private static ArgumentTransformationMetadataException Refuse(object value) =>
        new($"'{value}' is not a valid duration. Give a TimeSpan, or text such as 250us, 500ms, 1s, 2m or 00:00:05.");
}
