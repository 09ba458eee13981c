using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Judges the health of segments: whether somebody should take a look, and why.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RoamHealth", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(SegmentHealth), typeof(bool))]
public sealed class TestRoamHealthCommand : SegmentSearchCommand
{
    private static readonly HealthThresholds Defaults = new();

    private SegmentSurveyor? _surveyor;
    private bool _isAny;
    private bool _isAllWell = true;

    /// <summary>Return a single Boolean, whether all segments are OK, instead of a verdict on each.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>
    /// The age of an attached peer's last heartbeat: warning, critical. The default is twice and ten times the segment's heartbeat interval.
    /// </summary>
    [Parameter]
    [Threshold(IsDuration = true)]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public ThresholdByPattern? HeartbeatAge { get; set; }

    /// <summary>The fill level of a ring as a percentage: warning, critical. The default is 80,95.</summary>
    [Parameter]
    [Threshold]
    [ArgumentCompleter(typeof(PercentThresholdCompleter))]
    public ThresholdByPattern? RingPercent { get; set; }

    /// <summary>The percentage of a slot class in use: warning, critical. The default is 80,95.</summary>
    [Parameter]
    [Threshold]
    [ArgumentCompleter(typeof(PercentThresholdCompleter))]
    public ThresholdByPattern? SlotPercent { get; set; }

    /// <summary>The number of allocated slots whose owners are gone: warning, critical. The default is 1 and never.</summary>
    [Parameter]
    [Threshold]
    public ThresholdByPattern? OrphanedSlot { get; set; }

    /// <summary>The number of leaked slots: warning, critical. The default is 1 and never.</summary>
    [Parameter]
    [Threshold]
    public ThresholdByPattern? LeakedSlot { get; set; }

    /// <summary>The number of peers in Goodbye or Reserved: warning, critical. The default is 1 and never.</summary>
    [Parameter]
    [Threshold]
    public ThresholdByPattern? WaitingPeer { get; set; }

    /// <summary>The number of free peer entries, at or below which the threshold is reached: warning, critical. The default is 0 and never.</summary>
    [Parameter]
    [Threshold(IsLowWorse = true)]
    public ThresholdByPattern? FreePeer { get; set; }

    /// <summary>The percentage of the file system's space in use: warning, critical. The default is 80,95.</summary>
    [Parameter]
    [Threshold]
    [ArgumentCompleter(typeof(PercentThresholdCompleter))]
    public ThresholdByPattern? FileSystemPercent { get; set; }

    /// <summary>The percentage of the file system's inodes in use: warning, critical. The default is 80,95.</summary>
    [Parameter]
    [Threshold]
    [ArgumentCompleter(typeof(PercentThresholdCompleter))]
    public ThresholdByPattern? InodePercent { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _surveyor = new SegmentSurveyor(Levels, StopToken);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet)
        {
            WriteObject(_isAny && _isAllWell);
        }
    }

    private protected override void Process(string path)
    {
        foreach (SegmentSurvey survey in _surveyor!.Survey(path))
        {
            SegmentHealth health = HealthJudge.Judge(survey, ThresholdsFor(survey.Path));
            health.PSPath = PathResolver.ToPSPath(survey.Path);
            _isAny = true;
            _isAllWell &= health.Status == HealthStatus.OK;
            if (!Quiet)
            {
                WriteObject(health);
                continue;
            }

            foreach (HealthReason reason in health.Reasons)
            {
                WriteVerbose($"{reason.Severity}: {survey.Path}: {reason.Message}");
            }
        }
    }

    private HealthThresholds ThresholdsFor(string path) => new()
    {
        HeartbeatAge = HeartbeatAge?.For(path, Defaults.HeartbeatAge),
        RingPercent = For(RingPercent, path, Defaults.RingPercent),
        SlotPercent = For(SlotPercent, path, Defaults.SlotPercent),
        OrphanedSlot = For(OrphanedSlot, path, Defaults.OrphanedSlot),
        LeakedSlot = For(LeakedSlot, path, Defaults.LeakedSlot),
        WaitingPeer = For(WaitingPeer, path, Defaults.WaitingPeer),
        FreePeer = For(FreePeer, path, Defaults.FreePeer),
        FileSystemPercent = For(FileSystemPercent, path, Defaults.FileSystemPercent),
        InodePercent = For(InodePercent, path, Defaults.InodePercent),
    };

    private static HealthThreshold For(ThresholdByPattern? thresholds, string path, HealthThreshold fallback) => thresholds?.For(path, fallback) ?? fallback;
}
