using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Parameters;

/// <summary>A threshold for all segments, or one for each pattern of segment names.</summary>
public sealed class ThresholdByPattern
{
    private readonly List<(string Text, WildcardPattern Pattern, HealthThreshold Threshold)> _entries = [];

    /// <summary>Returns the threshold for a segment.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fallback">The threshold to use if no pattern matches.</param>
    internal HealthThreshold? For(string path, HealthThreshold? fallback)
    {
        string name = path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
        foreach ((_, WildcardPattern pattern, HealthThreshold threshold) in _entries)
        {
            if (pattern.IsMatch(path) || pattern.IsMatch(name))
            {
                return threshold;
            }
        }

        return fallback;
    }

    /// <summary>Adds a threshold. If several patterns match, the longest applies, as it is the most specific.</summary>
    internal void Add(string pattern, HealthThreshold threshold)
    {
        int at = _entries.FindIndex(entry => entry.Text.Length < pattern.Length);
        _entries.Insert(at < 0 ? _entries.Count : at, (pattern, new WildcardPattern(pattern, WildcardOptions.IgnoreCase), threshold));
    }

    /// <summary>Returns the thresholds as they would be typed.</summary>
    /// <returns>Each pattern with its two numbers.</returns>
    public override string ToString() =>
        string.Join("; ", _entries.Select(entry => FormattableString.Invariant($"{entry.Text}={entry.Threshold.Warning},{entry.Threshold.Critical}")));
}
