using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Raises the host goodbye, which asks every guest to detach.</summary>
[Cmdlet(VerbsCommon.Set, "RoamGoodbye", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SegmentHeader))]
public sealed class SetRoamGoodbyeCommand : SegmentPathCommand
{
    private const string Activity = "Waiting for guests to detach";

    private readonly List<SegmentDrain> _drains = [];
    private readonly Patience _patience = new();

    /// <summary>The value to store, 1 to 4294967295. The reference stores 1.</summary>
    [Parameter]
    [ValidateRange(1U, uint.MaxValue)]
    public uint Value { get; set; } = 1;

    /// <summary>Wait until no peer is attached. Raises the goodbye of all segments first, then waits for them together.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>With -Wait, the maximum time to wait for each segment; a bare number is seconds. Without it, waits indefinitely.</summary>
    [Parameter]
    [TimeSpanDuration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Timeout is not null && !Wait)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("-Timeout says how long to wait; give -Wait with it."),
                "TimeoutWithoutWait",
                ErrorCategory.InvalidArgument,
                Timeout));
        }
    }

    private protected override void ProcessSegment(string path)
    {
        // Check first, so that -WhatIf shows what would be refused.
        if (!SegmentFile.IsWindows && IsFileMeant(path))
        {
            RequireMeant(path, SegmentFile.PeekTarget(path)?.Identity);
        }

        if (!ShouldProcess(path, "Raise host goodbye"))
        {
            return;
        }

        using Segment segment = Segment.Open(path, write: true, _patience, StopToken);
        RequireMeant(path, segment.Identity);
        uint previous = segment.RaiseGoodbye(Value);
        WriteVerbose(previous == 0 ? $"{path}: host_goodbye is now {Value}." : $"{path}: host_goodbye was already {previous} and stays unchanged.");
        if (Wait)
        {
            _drains.Add(new SegmentDrain(segment));
        }
        else
        {
            Write(segment.Header);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_drains.Count > 0)
        {
            ForOne(_drains, WaitForAll);
            WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private void WaitForAll(List<SegmentDrain> drains)
    {
        foreach ((SegmentDrain drain, SegmentException? error) in SegmentDrain.WaitForAll(drains, Timeout, WriteProgress, StopToken))
        {
            if (error is null)
            {
                Write(drain.Header);
            }
            else
            {
                WriteError(error);
            }
        }
    }

    private void WriteProgress(IReadOnlyList<SegmentDrain> left)
    {
        int all = _drains.Count;
        int peers = left.Sum(drain => drain.PeersLeft.Count);
        WriteProgress(new ProgressRecord(0, Activity, $"{peers} peers left on {left.Count} of {all} segments") { PercentComplete = 100 * (all - left.Count) / all });
    }

    private void Write(SegmentHeader header)
    {
        header.PSPath = PathResolver.ToPSPath(header.Path!);
        WriteObject(header);
    }
}
