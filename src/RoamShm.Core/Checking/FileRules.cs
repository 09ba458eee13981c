using System;
using static RoamShm.SegmentFinding;

namespace RoamShm;

/// <summary>The rules for the file as a whole.</summary>
internal static class FileRules
{
    private static readonly string[] VerdictIds =
    [
        SegmentFindingId.SegmentNotFound,
        SegmentFindingId.NotARegularFile,
        SegmentFindingId.SegmentTooShort,
        SegmentFindingId.SegmentNotReady,
        SegmentFindingId.SegmentTruncated,
    ];

    /// <summary>Errors that prevent the file from being opened as a segment, in the words of the error.</summary>
    internal static readonly FindingRule<SegmentException>[] Verdicts = Array.ConvertAll(VerdictIds, Verdict);

    /// <summary>The file was truncated while it was being read.</summary>
    internal static readonly FindingRule<(SegmentException Error, SegmentHeader Header)> Truncated =
        new(SegmentFindingId.SegmentTruncated, Error, "r[shm.file]", _ => $"file", _ => null,
            when: facts => facts.Error.ErrorId == SegmentErrorId.SegmentTruncated,
            expected: facts => $"{facts.Header.FileLength} bytes",
            found: _ => $"fewer",
            message: facts => $"{facts.Error.Message}");

    /// <summary>Overlapping structures: a write to one corrupts the other.</summary>
    internal static readonly FindingRule<(Region Before, Region Next)> Overlap =
        new(SegmentFindingId.RegionsOverlap, Error, "r[shm.segment]", facts => $"{facts.Next.Name}", facts => facts.Next.Offset,
            when: facts => facts.Next.Offset < facts.Before.End,
            expected: facts => $"{facts.Before.End} or more",
            found: facts => $"{facts.Next.Offset}",
            message: facts => $"{facts.Next.Name} at offset {facts.Next.Offset} overlaps {facts.Before.Name}, which ends at {facts.Before.End}.");

    /// <summary>Whether an error is a verdict on the file, rather than a failure to read it.</summary>
    internal static bool IsVerdict(string errorId) => Array.IndexOf(VerdictIds, errorId) >= 0;

    private static FindingRule<SegmentException> Verdict(string id) =>
        new(id, Error, "r[shm.file]", _ => $"file", _ => null,
            when: error => error.ErrorId == id,
            expected: _ => $"a complete segment",
            found: error => $"{error.ErrorId}",
            message: error => $"{error.Message}");
}
