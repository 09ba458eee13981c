using System;
using System.Collections.Generic;

namespace RoamShm;

/// <summary>Collects findings.</summary>
internal sealed class FindingList
{
    private readonly List<SegmentFinding> _findings = [];

    internal int ErrorCount { get; private set; }

    internal int WarningCount => _findings.Count - ErrorCount;

    internal SegmentFinding[] ToArray() => _findings.Count == 0 ? Array.Empty<SegmentFinding>() : _findings.ToArray();

    internal void Clear()
    {
        ErrorCount = 0;
        _findings.Clear();
    }

    internal void Add(SegmentFinding finding)
    {
        ErrorCount += finding.Severity == SegmentFinding.Error ? 1 : 0;
        _findings.Add(finding);
    }

    internal void AddRange(SegmentFinding[] findings)
    {
        foreach (SegmentFinding finding in findings)
        {
            Add(finding);
        }
    }
}
