using System.Collections.Generic;

namespace RoamShm.Drawing;

/// <summary>What is seen of one segment at one moment. What cannot be read is left out, and the findings say why.</summary>
internal sealed class SegmentView
{
    internal SegmentView(string path, SegmentReport report, SegmentUse use)
    {
        Path = path;
        Report = report;
        Use = use;
    }

    /// <summary>Whether anybody uses it.</summary>
    internal SegmentUse Use { get; }

    internal string Path { get; }

    internal SegmentReport Report { get; }

    internal IReadOnlyList<SegmentPeer>? Peers { get; set; }

    internal IReadOnlyList<SegmentSlotClass>? SlotClasses { get; set; }

    /// <summary>Why peers or slots could not be read, where no finding says it.</summary>
    internal string? Fault { get; set; }
}
