using System.Collections.Generic;
using System.Management.Automation;
using RoamShm.Abstractions;

namespace RoamShm.Commands;

/// <summary>Tests whether guests of either reference implementation can attach to a segment.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RoamSegment", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(bool), typeof(SegmentReport), typeof(SegmentHeader))]
public sealed class TestRoamSegmentCommand : SegmentPathCommand
{
    // With fewer files, validation is done before another thread has started.
    private const int FewestTogether = 16;

    private readonly ValidationBatch _validation = new();

    /// <summary>Return the report with every finding instead of true or false.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>Return the headers of the valid segments instead of true or false.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Also check what changes in use: ring entries, slots and free lists.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Detailed && PassThru)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("-Detailed and -PassThru exclude each other: give -Detailed for reports, or -PassThru for the headers of the valid segments."),
                "DetailedAndPassThru",
                ErrorCategory.InvalidArgument,
                targetObject: null));
        }
    }

    private protected override void ProcessSegment(string path)
    {
        Write(path, _validation.Validate(path, Full, StopToken));
    }

    private protected override void ProcessSegments(IReadOnlyList<string> paths)
    {
        if (paths.Count < FewestTogether)
        {
            base.ProcessSegments(paths);
            return;
        }

        ForOne(paths, ProcessTogether);
    }

    private void ProcessTogether(IReadOnlyList<string> paths)
    {
        int i = 0;
        foreach ((SegmentReport? report, SegmentException? error) in _validation.ValidateAll(paths, Full, StopToken))
        {
            string path = paths[i++];
            if (report is not null)
            {
                Write(path, report);
            }
            else
            {
                WriteError(error!, path);
            }
        }
    }

    private protected override void ProcessUnresolved(SegmentException error)
    {
        if (error.ErrorId != SegmentErrorId.SegmentNotFound)
        {
            base.ProcessUnresolved(error);
            return;
        }

        // A drive that does not exist has no segment either.
        var finding = new SegmentFinding { Id = error.ErrorId, Severity = SegmentFinding.Error, Field = "file", Expected = "a complete segment", Actual = error.ErrorId, Message = error.Message, Rule = "r[shm.file]" };
        Write(error.Path!, new SegmentReport { Path = error.Path, ErrorCount = 1, Findings = [finding] });
    }

    private void Write(string path, SegmentReport report)
    {
        string psPath = PathResolver.ToPSPath(path);
        report.PSPath = psPath;
        if (report.Header is not null)
        {
            report.Header.PSPath = psPath;
        }

        foreach (SegmentFinding finding in report.Findings)
        {
            finding.Path = path;
            finding.PSPath = psPath;
        }

        if (Detailed)
        {
            WriteObject(report);
            return;
        }

        foreach (SegmentFinding finding in report.Findings)
        {
            WriteVerbose($"{path}: {finding}");
        }

        if (!PassThru)
        {
            WriteObject(report.IsValid);
        }
        else if (report.IsValid)
        {
            WriteObject(report.Header);
        }
    }
}
