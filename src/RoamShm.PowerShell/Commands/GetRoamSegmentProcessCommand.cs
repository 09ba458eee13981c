using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Management.Automation;
using RoamShm.Abstractions;

namespace RoamShm.Commands;

/// <summary>Lists the processes that map a segment.</summary>
[Cmdlet(VerbsCommon.Get, "RoamSegmentProcess", DefaultParameterSetName = nameof(Path))]
[OutputType(typeof(Process))]
public sealed class GetRoamSegmentProcessCommand : SegmentPathCommand
{
    /// <summary>A type name whose table shows the segment, user and command of a process, which the table of Get-Process does not.</summary>
    private const string TypeName = "RoamShm.SegmentProcess";

    private SegmentUsers? _users;
    private bool _hasWarned;

    private protected override void ProcessSegment(string path)
    {
        if (_users is null)
        {
            DescribeVantage();
            _users = new SegmentUsers(StopToken);
        }

        IReadOnlyList<int> processes = _users.ProcessesOf(path, out bool isDeleted);
        WarnOfMissing(path, processes, isDeleted);
        foreach (int id in processes)
        {
            if (TryGetProcess(id) is Process process)
            {
                var item = new PSObject(process);
                item.TypeNames.Insert(0, TypeName);
                item.Properties.Add(new PSNoteProperty("SegmentPath", path));
                item.Properties.Add(new PSNoteProperty("UserName", OwnerNames.OfProcess(id)));
                WriteObject(item);
            }
        }
    }

    /// <summary>
    /// Warns, once for all segments, that processes may be missing; for each segment that the kernel reports as in use by an invisible process; and if
    /// processes map an older file.
    /// </summary>
    private void WarnOfMissing(string path, IReadOnlyList<int> processes, bool isDeleted)
    {
        if (isDeleted)
        {
            WriteWarning($"'{path}' was deleted; these processes still map it.");
            return;
        }

        SegmentUse use = _users!.Ask(path);
        if (use.IsUsed && processes.Count == 0)
        {
            WriteWarning($"'{path}' is in use: {use.Reason}.");
        }
        else if (!use.IsFree && !_hasWarned && _users.WhyIncomplete is string why)
        {
            _hasWarned = true;
            WriteWarning($"The answer is incomplete: {why}.");
        }

        if (_users.OlderProcessesOf(path) is { Count: > 0 } older)
        {
            WriteWarning($"An older file with the name '{path}' is still mapped, by process{(older.Count == 1 ? string.Empty : "es")} {string.Join(", ", older)}.");
        }
    }

    private static Process? TryGetProcess(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            // The process has ended and no longer maps anything.
            return null;
        }
    }
}
