using System;
using System.Collections;
using System.Globalization;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>
/// Converts an argument to a threshold: one number for the warning, or two for warning and critical, as an array or as text; null for never; or a hashtable
/// that maps patterns of segment names to such thresholds.
/// </summary>
public sealed class ThresholdAttribute : ArgumentTransformationAttribute
{
    /// <summary>Gets or sets a value indicating whether the numbers are durations; bare ones are in seconds.</summary>
    public bool IsDuration { get; set; }

    /// <summary>Gets or sets a value indicating whether lower is worse.</summary>
    public bool IsLowWorse { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = Unwrap(inputData);
        if (value is ThresholdByPattern)
        {
            return value;
        }

        var thresholds = new ThresholdByPattern();
        if (value is IDictionary table)
        {
            foreach (DictionaryEntry entry in table)
            {
                thresholds.Add(entry.Key.ToString() ?? string.Empty, Read(entry.Value));
            }
        }
        else
        {
            thresholds.Add("*", Read(inputData));
        }

        return thresholds;
    }

    private static object? Unwrap(object? input) => input is PSObject wrapped ? wrapped.BaseObject : input;

    private HealthThreshold Read(object? input)
    {
        object? value = Unwrap(input);
        object?[] parts = value switch
        {
            string text => [.. text.Split(',').Select(part => (object?)part.Trim())],
            IList several => [.. several.Cast<object?>()],
            _ => [input],
        };
        if (parts.Length > 2)
        {
            throw Refuse(input);
        }

        double? warning = ReadOne(parts[0]);
        double? critical = parts.Length > 1 ? ReadOne(parts[1]) : null;
        if (IsLowWorse ? critical > warning : critical < warning)
        {
            throw new ArgumentTransformationMetadataException(FormattableString.Invariant(
                $"The warning of '{warning},{critical}' comes after the critical threshold. Give the warning first, then the critical one, which is {(IsLowWorse ? "lower" : "higher")}."));
        }

        return new HealthThreshold(warning, critical);
    }

    private double? ReadOne(object? input)
    {
        object? value = Unwrap(input);
        if (value is null || (value is string empty && empty.Length == 0))
        {
            return null;
        }

        if (IsDuration)
        {
            return (double?)(Duration.Read(input, Duration.NanosecondsPerSecond) / Duration.NanosecondsPerSecond);
        }

        try
        {
            double number = value is string text ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : Convert.ToDouble(value, CultureInfo.InvariantCulture);
            return double.IsNaN(number) || value is bool or char or DateTime ? throw Refuse(input) : number;
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
        {
            throw Refuse(input);
        }
    }

    private ArgumentTransformationMetadataException Refuse(object? input) =>
        new(IsDuration
            ? $"'{input}' is not a threshold. Give one duration for the warning, or two for warning and critical, such as 5s,1m; or a hashtable of them by pattern."
            : $"'{input}' is not a threshold. Give one number for the warning, or two for warning and critical, such as 80,95; or a hashtable of them by pattern.");
}
