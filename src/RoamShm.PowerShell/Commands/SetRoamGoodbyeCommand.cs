using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Management.Automation;
using RoamShm.Abstractions;
using RoamShm.Completers;
using RoamShm.Parameters;

namespace RoamShm.Commands;

/// <summary>Raises the host's goodbye: asks every guest to detach.</summary>
[Cmdlet(VerbsCommon.Set, "RoamGoodbye", DefaultParameterSetName = nameof(Path), SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SegmentHeader))]
public sealed class SetRoamGoodbyeCommand : SegmentPathCommand
{
    private const string Activity = "Waiting for guests to detach";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly List<(SegmentDrain Drain, Stopwatch Since)> _drains = [];
    private SegmentGoodbye? _goodbye;

    /// <summary>The value to store, 1 to 4294967295. The reference stores 1.</summary>
    [Parameter]
    [ValidateRange(1U, uint.MaxValue)]
    public uint Value { get; set; } = 1;

    /// <summary>Wait until no peer is attached. All segments are told first and then waited for together.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>With -Wait: how long to wait for each segment; a bare number is seconds. Without it the wait goes on.</summary>
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
        if (!ShouldProcess(path, "Raise host goodbye"))
        {
            return;
        }

        _goodbye ??= new SegmentGoodbye(StopToken);
        uint previous = _goodbye.Raise(path, Value, out SegmentHeader header);
        WriteVerbose(previous == 0 ? $"{path}: host_goodbye is now {Value}." : $"{path}: host_goodbye was {previous} already and stays so.");
        if (Wait)
        {
            _drains.Add((new SegmentDrain(path, header, StopToken), Stopwatch.StartNew()));
        }
        else
        {
            Write(header);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        int all = _drains.Count;
        while (_drains.Count > 0)
        {
            int peersLeft = 0;
            for (int i = _drains.Count - 1; i >= 0; i--)
            {
                (SegmentDrain drain, Stopwatch since) = _drains[i];
                if (IsOver(drain, since))
                {
                    _drains.RemoveAt(i);
                }

                peersLeft += drain.Left.Count;
            }

            if (_drains.Count > 0)
            {
                WriteProgress(new ProgressRecord(0, Activity, $"{peersLeft} peers left on {_drains.Count} of {all} segments") { PercentComplete = 100 * (all - _drains.Count) / all });
                if (StopToken.WaitHandle.WaitOne(PollInterval))
                {
                    throw new PipelineStoppedException();
                }
            }
        }

        if (all > 0)
        {
            WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    /// <summary>Looks once more; writes the header of a drained segment, or the error.</summary>
    private bool IsOver(SegmentDrain drain, Stopwatch since)
    {
        bool isOver = true;
        ForOne(drain, _ =>
        {
            if (drain.IsDrained())
            {
                Write(drain.Header);
            }
            else if (since.Elapsed >= Timeout)
            {
                throw drain.TimedOut();
            }
            else
            {
                isOver = false;
            }
        });
        return isOver;
    }

    private void Write(SegmentHeader header)
    {
        header.PSPath = PathResolver.ToPSPath(header.Path!);
        WriteObject(header);
    }
}
