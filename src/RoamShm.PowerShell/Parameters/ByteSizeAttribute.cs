using System;
using System.Globalization;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>Parses a size in bytes: a number, or text such as <c>64KB</c>. Empty text, as from an empty CSV cell, means the default.</summary>
public sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] Units = ["", "K", "M", "G", "T", "P"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is null || (value is string text && string.IsNullOrWhiteSpace(text)))
        {
            return null!;
        }

        return TryRead(value, out long size)
            ? size
            : throw new ArgumentTransformationMetadataException($"'{value}' is not a valid size. Give a number of bytes, or text such as 64KB, 1MB or 65536.");
    }

    /// <summary>Parses a size.</summary>
    /// <param name="value">A number or text.</param>
    /// <param name="size">The size in bytes.</param>
    /// <returns>Whether the value is a size.</returns>
    internal static bool TryRead(object value, out long size)
    {
        size = 0;
        switch (value)
        {
            case string text:
                return TryParse(text, out size);
            case bool or char or Enum:
                return false;
            case IConvertible number:
                try
                {
                    decimal exact = number.ToDecimal(CultureInfo.InvariantCulture);
                    size = decimal.Truncate(exact) == exact ? (long)exact : throw new OverflowException();
                    return true;
                }
                catch (Exception e) when (e is OverflowException or FormatException or InvalidCastException)
                {
                    return false;
                }

            default:
                return false;
        }
    }

    private static bool TryParse(string text, out long size)
    {
        size = 0;
        string rest = text.Trim();
        if (rest.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return long.TryParse(rest.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out size);
        }

        // 64KB, 64K and 64KiB are the same, as everywhere in PowerShell.
        long factor = 1;
        for (int i = Units.Length - 1; i >= 0; i--)
        {
            string unit = Units[i];
            string? suffix = unit.Length > 0 && rest.EndsWith(unit + "iB", StringComparison.OrdinalIgnoreCase) ? unit + "iB"
                : rest.EndsWith(unit + "B", StringComparison.OrdinalIgnoreCase) ? unit + "B"
                : unit.Length > 0 && rest.EndsWith(unit, StringComparison.OrdinalIgnoreCase) ? unit
                : null;
            if (suffix is not null)
            {
                factor = 1L << (10 * i);
                rest = rest.Substring(0, rest.Length - suffix.Length).TrimEnd();
                break;
            }
        }

        if (!decimal.TryParse(rest, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal number))
        {
            return false;
        }

        try
        {
            decimal bytes = number * factor;
            size = (long)bytes;
            return decimal.Truncate(bytes) == bytes;
        }
        catch (OverflowException)
        {
            return false;
        }
    }
}
