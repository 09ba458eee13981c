using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace RoamShm;

/// <summary>
/// One metric in the Prometheus text format 0.0.4: its help, type and samples. The format demands that all samples of a metric be contiguous.
/// </summary>
internal sealed class MetricFamily
{
    internal const string Gauge = "gauge";
    internal const string Counter = "counter";

    private readonly string _help;
    private readonly string _type;
    private readonly string[] _labels;
    private readonly List<(double Value, string[] Labels)> _samples = [];

    internal MetricFamily(string name, string type, string help, params string[] labels)
    {
        Name = name;
        _type = type;
        _help = help;
        _labels = labels;
    }

    internal string Name { get; }

    internal void Add(double value, params string[] labels)
    {
        if (labels.Length != _labels.Length)
        {
            throw new ArgumentException(FormattableString.Invariant($"{Name} has {_labels.Length} labels, not {labels.Length}."), nameof(labels));
        }

        _samples.Add((value, labels));
    }

    /// <summary>Returns the lines of the metric; none if it has no samples.</summary>
    internal IEnumerable<string> Lines()
    {
        if (_samples.Count == 0)
        {
            yield break;
        }

        var help = new StringBuilder("# HELP ").Append(Name).Append(' ');
        Escape(help, _help, isLabel: false);
        yield return help.ToString();
        yield return "# TYPE " + Name + " " + _type;

        // One line at a time: for thousands of segments, the text is tens of megabytes.
        foreach ((double value, string[] labels) in _samples)
        {
            yield return Line(value, labels);
        }
    }

    private string Line(double value, string[] labels)
    {
        var text = new StringBuilder(Name);
        for (int i = 0; i < labels.Length; i++)
        {
            _ = text.Append(i == 0 ? '{' : ',').Append(_labels[i]).Append("=\"");
            Escape(text, labels[i], isLabel: true);
            _ = text.Append('"');
        }

        return text.Append(labels.Length > 0 ? "} " : " ").Append(Format(value)).ToString();
    }

    /// <summary>Formats a number as Go parses it, without losing a digit.</summary>
    private static string Format(double value) => double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static void Escape(StringBuilder text, string value, bool isLabel)
    {
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            bool isPair = char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '"' when isLabel => text.Append("\\\""),
                // A lone surrogate would make the whole text unreadable.
                _ when char.IsSurrogate(c) && !isPair => text.Append('\uFFFD'),
                _ => text.Append(c),
            };
            if (isPair)
            {
                _ = text.Append(value[++i]);
            }
        }
    }
}
