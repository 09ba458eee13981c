using System;
using System.Collections.Generic;
using System.Threading;

namespace RoamShm.Drawing;

/// <summary>What is seen of one segment at one moment. What cannot be read is left out, and the findings say why.</summary>
internal sealed class SegmentView
{
    private SegmentView(string path, SegmentReport report)
    {
        Path = path;
        Report = report;
    }

    internal string Path { get; }

    internal SegmentReport Report { get; }

    internal IReadOnlyList<SegmentPeer>? Peers { get; private set; }

    internal IReadOnlyList<SegmentSlotClass>? SlotClasses { get; private set; }

    /// <summary>Why peers or slots could not be read, where no finding says it.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Looks at a file.</summary>
    /// <exception cref="SegmentException">There is no such file, or it is not one that could be a segment, or it cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The look was cancelled.</exception>
    internal static SegmentView Look(string path, SegmentValidator validator, CancellationToken cancellation)
    {
        SegmentReport report = validator.Validate(path, full: true);
        foreach (SegmentFinding finding in report.Findings)
        {
            if (finding.Id is SegmentErrorId.SegmentNotFound or SegmentErrorId.NotARegularFile)
            {
                throw new SegmentException(finding.Id, finding.Message!, path);
            }
        }

        var inspector = new SegmentInspector(cancellation);
        var view = new SegmentView(path, report);
        try
        {
            try
            {
                view.Peers = inspector.ReadPeers(path);
                view.SlotClasses = inspector.ReadSlotClasses(path);
            }
            catch (SegmentException e) when (e.ErrorId == SegmentErrorId.TooManySlots)
            {
                // A finding says so.
                view.Peers = inspector.ReadPeers(path, countSlots: false);
            }
        }
        catch (SegmentException e)
        {
            view.Fault = report.ErrorCount > 0 ? null : e.Message;
        }

        return view;
    }
}
