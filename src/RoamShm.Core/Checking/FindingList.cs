using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>Collects findings.</summary>
internal sealed class FindingList
{
    private readonly List<SegmentFinding> _findings = [];

    internal int ErrorCount { get; private set; }

    internal int WarningCount => _findings.Count - ErrorCount;

    internal SegmentFinding Last => _findings[_findings.Count - 1];

    internal SegmentFinding[] ToArray() => _findings.Count == 0 ? Array.Empty<SegmentFinding>() : _findings.ToArray();

    internal void Clear()
    {
        ErrorCount = 0;
        _findings.Clear();
    }

    internal void Error(string id, string field, ulong? offset, FormattableString expected, FormattableString actual, string rule, FormattableString message)
    {
        ErrorCount++;
        Add(SegmentFinding.Error, id, field, offset, FormattableString.Invariant(expected), FormattableString.Invariant(actual), rule, FormattableString.Invariant(message));
    }

    internal void Warning(string id, string field, ulong? offset, FormattableString expected, FormattableString actual, string rule, FormattableString message) =>
        Add(SegmentFinding.Warning, id, field, offset, FormattableString.Invariant(expected), FormattableString.Invariant(actual), rule, FormattableString.Invariant(message));

    /// <summary>Adds an error in the words with which it would be thrown.</summary>
    internal void Error(SegmentException error, string field, ulong? offset, FormattableString expected, FormattableString actual, string rule)
    {
        ErrorCount++;
        Add(SegmentFinding.Error, error.ErrorId, field, offset, FormattableString.Invariant(expected), FormattableString.Invariant(actual), rule, error.Message);
    }

    internal void AddRange(SegmentFinding[] findings)
    {
        foreach (SegmentFinding finding in findings)
        {
            ErrorCount += finding.Severity == SegmentFinding.Error ? 1 : 0;
            _findings.Add(finding);
        }
    }

    private void Add(string severity, string id, string field, ulong? offset, string expected, string actual, string rule, string message) =>
        _findings.Add(new SegmentFinding
        {
            Id = id,
            Severity = severity,
            Field = field,
            Offset = offset,
            Expected = expected,
            Actual = actual,
            Rule = rule,
            Message = message,
        });
}
