using System.Collections.Generic;

namespace RoamShm.Drawing;

/// <summary>A snapshot of what is known about a segment. Whatever cannot be read is missing, and the findings say why.</summary>
internal sealed class SegmentView
{
    internal SegmentView(string path, SegmentReport report, SegmentUse use)
    {
        Path = path;
        Report = report;
        Use = use;
    }

    /// <summary>Whether anybody uses the segment.</summary>
    internal SegmentUse Use { get; }

    internal string Path { get; }

    internal SegmentReport Report { get; }

    internal IReadOnlyList<SegmentPeer>? Peers { get; set; }

    internal IReadOnlyList<SegmentSlotClass>? SlotClasses { get; set; }

    /// <summary>Why peers or slots could not be read, if no finding says so.</summary>
    internal string? Fault { get; set; }
}
