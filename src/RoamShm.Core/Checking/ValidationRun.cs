using System.Threading;

namespace RoamShm;

/// <summary>Validates one file after another for one command, with shared buffers and one shared patience. Finds every fault, not just the first.</summary>
internal sealed class ValidationRun
{
    private readonly StructureChecks _structure = new();
    private readonly Patience _patience;

    internal ValidationRun(Patience patience) => _patience = patience;

    /// <summary>Validates a file by name.</summary>
    /// <returns>The report. For a missing file, or one that is not a segment at all, it holds that single finding.</returns>
    /// <exception cref="SegmentException">The file cannot be checked: access is denied, or the operating system cannot read it.</exception>
    internal SegmentReport Validate(string path, bool full, CancellationToken cancellationToken)
    {
        try
        {
            using SegmentFile file = SegmentFile.OpenRead(path, _patience.ForLeases, cancellationToken);
            return Validate(file, full, cancellationToken);
        }
        catch (SegmentException e) when (FileRules.IsVerdict(e.ErrorId))
        {
            return Report(path, header: null, Verdict(e));
        }
    }

    /// <summary>Validates an open file.</summary>
    /// <exception cref="SegmentException">The operating system cannot read the file.</exception>
    internal SegmentReport Validate(SegmentFile file, bool full, CancellationToken cancellationToken)
    {
        var findings = new FindingList();
        SegmentHeader? header = null;
        try
        {
            header = _patience.Look(
                file,
                (_structure, full, findings),
                static (opened, state, isLast) =>
                {
                    state.findings.Clear();
                    return state._structure.Check(opened, isLast, state.full, state.findings);
                },
                cancellationToken);
            if (full)
            {
                CheckContent(file, header, findings, cancellationToken);
            }
        }
        catch (SegmentException e) when (FileRules.IsVerdict(e.ErrorId))
        {
            findings.AddRange(Verdict(e).ToArray());
        }

        return Report(file.Path, header, findings, file.Status.Identity);
    }

    private void CheckContent(SegmentFile file, SegmentHeader header, FindingList findings, CancellationToken cancellationToken)
    {
        Segment segment;
        try
        {
            segment = findings.ErrorCount == 0 ? _structure.Reader.Attach(file, header) : Segment.Attach(file, _patience, cancellationToken);
            segment.LoadTables();
        }
        catch (SegmentException) when (findings.ErrorCount > 0)
        {
            // The structure is damaged and already reported; without it the content cannot be located.
            return;
        }

        findings.AddRange(ContentChecks.Find(segment, _structure.Reader.WasRingEmpty, _patience, cancellationToken));
    }

    private static FindingList Verdict(SegmentException error)
    {
        var findings = new FindingList();
        FileRules.Verdicts.Check(error, findings);
        return findings;
    }

    private static SegmentReport Report(string path, SegmentHeader? header, FindingList findings, FileIdentity? identity = null) => new()
    {
        Path = path,
        Identity = identity,
        Header = header,
        Findings = findings.ToArray(),
        ErrorCount = findings.ErrorCount,
        WarningCount = findings.WarningCount,
        IsValid = findings.ErrorCount == 0,
    };
}
