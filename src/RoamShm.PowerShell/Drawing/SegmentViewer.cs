using System.Threading;

namespace RoamShm.Drawing;

/// <summary>Takes snapshots of segments for one command. Each opens the file once, so everything in it is about the same file.</summary>
internal sealed class SegmentViewer
{
    private readonly Patience _patience = new();
    private readonly ValidationRun _validation;

    internal SegmentViewer() => _validation = new ValidationRun(_patience);

    /// <summary>Takes a snapshot of a file.</summary>
    /// <exception cref="SegmentException">The file does not exist, cannot be a segment, or cannot be read.</exception>
    /// <exception cref="System.OperationCanceledException">The token was cancelled.</exception>
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
            // A finding reports it.
            view.Peers = segment.ReadPeers(PeerDetail.Rings, cancellationToken);
        }
    }
}
