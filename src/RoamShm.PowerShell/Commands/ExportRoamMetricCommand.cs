using System.Management.Automation;
using RoamShm.Abstractions;

namespace RoamShm.Commands;

/// <summary>Exports metrics of segments for Prometheus.</summary>
[Cmdlet(VerbsData.Export, "RoamMetric", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(string))]
public sealed class ExportRoamMetricCommand : SegmentSearchCommand
{
    private readonly SegmentMetrics _metrics = new();
    private SegmentSurveyor? _surveyor;
    private string? _destination;

    /// <summary>The file to write, replaced in a single step; without it, the lines are written to the pipeline.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _surveyor = new SegmentSurveyor(Levels, StopToken);
        if (Destination is null)
        {
            return;
        }

        try
        {
            _destination = Resolver.ResolveLiteral(Destination);
        }
        catch (SegmentException e)
        {
            ThrowTerminatingError(Errors.SegmentErrorRecord.Create(e, Destination));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_destination is null)
        {
            WriteObject(_metrics.Lines(), enumerateCollection: true);
        }
        else if (ShouldProcess(_destination, "Replace metrics file"))
        {
            ForOne(_destination, path => MetricFile.Replace(path, _metrics.Lines(), StopToken));
        }
    }

    private protected override void Process(string path)
    {
        foreach (SegmentSurvey survey in _surveyor!.Survey(path))
        {
            _metrics.Add(survey);
            if (survey.Listing is null && survey.Path == path && survey.FaultId is not null)
            {
                WriteError(new SegmentException(survey.FaultId, survey.Fault!, path), path);
            }
            else if (survey.Fault is not null)
            {
                WriteVerbose(survey.Fault);
            }
        }
    }
}
