using System.Threading;

namespace RoamShm.Drawing;

/// <summary>Looks at segments for one command. Each look opens the file once, and all that is seen is of that file.</summary>
internal sealed class SegmentViewer
{
    private readonly Patience _patience = new();
    private readonly ValidationRun _validation;

    internal SegmentViewer() => _validation = new ValidationRun(_patience);

    /// <summary>Looks at a file.</summary>
    /// <exception cref="SegmentException">There is no such file, or it is not one that could be a segment, or it cannot be read.</exception>
    /// <exception cref="System.OperationCanceledException">The look was cancelled.</exception>
    internal SegmentView Look(string path, CancellationToken cancellationToken)
    {
        using SegmentFile file = SegmentFile.OpenRead(path, _patience.ForLeases, cancellationToken);
        SegmentReport report = _validation.Validate(file, full: true, cancellationToken);
        var view = new SegmentView(path, report, new SegmentUsers(cancellationToken).AskWhether(file));
        try
        {
            Segment segment = Segment.Attach(file, _patience, cancellationToken);
            ReadInto(view, segment, cancellationToken);
        }
        catch (SegmentException e)
        {
            view.Fault = report.ErrorCount > 0 ? null : e.Message;
        }

        return view;
    }

    private static void ReadInto(SegmentView view, Segment segment, CancellationToken cancellationToken)
    {
        try
        {
            view.Peers = segment.ReadPeers(PeerDetail.Slots, cancellationToken);
            view.SlotClasses = segment.ReadSlotClasses(cancellationToken);
        }
        catch (SegmentException e) when (e.ErrorId == SegmentErrorId.TooManySlots)
        {
            // A finding says so.
            view.Peers = segment.ReadPeers(PeerDetail.Rings, cancellationToken);
        }
    }
}
