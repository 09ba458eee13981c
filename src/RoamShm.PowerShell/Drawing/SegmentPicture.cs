using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace RoamShm.Drawing;

/// <summary>Draws a segment: its header, layout, peers, slots and findings.</summary>
internal sealed class SegmentPicture
{
    private const int MostFindings = 8;
    private const int LeastOfBar = 6;
    private const double NearlyFull = 80;

    private readonly SegmentView _view;
    private readonly Glyphs _glyphs;
    private readonly int _width;
    private readonly bool _wraps;
    private List<StyledLine> _lines = [];

    private SegmentPicture(SegmentView view, int width, Glyphs glyphs, bool wraps)
    {
        _view = view;
        _width = width;
        _wraps = wraps;
        _glyphs = glyphs;
    }

    /// <summary>Draws a segment.</summary>
    /// <param name="view">The state of the segment.</param>
    /// <param name="width">The maximum line width.</param>
    /// <param name="glyphs">The characters to draw with.</param>
    /// <param name="wraps">Whether to show findings in full over several lines; otherwise each takes one line, for a window with few.</param>
    /// <param name="height">The number of lines available. Parts that never change give way to parts that do. The result may still be longer.</param>
    /// <returns>The lines.</returns>
    internal static IReadOnlyList<StyledLine> Draw(SegmentView view, int width, Glyphs glyphs, bool wraps, int height = int.MaxValue)
    {
        var picture = new SegmentPicture(view, width, glyphs, wraps);
        SegmentReport report = view.Report;
        if (report.Header is not SegmentHeader header || report.Findings.Any(IsOfAnotherFormat))
        {
            return [Title(view.Path, width, glyphs), .. picture.Part(picture.DrawFindings)];
        }

        List<StyledLine> facts = picture.Part(() => picture.DrawFacts(header));
        List<StyledLine> findings = picture.Part(picture.DrawFindings);
        List<StyledLine> layout = picture.Part(() => picture.DrawLayout(header));
        List<StyledLine> peers = picture.Part(picture.DrawPeers);
        List<StyledLine> slots = picture.Part(picture.DrawSlots);

        // A window with few lines is for what changes: omit the layout, which never does, and show slots only as the peers' counts.
        int room = height - 1 - findings.Count - peers.Count;
        foreach (List<StyledLine> part in new[] { facts, slots, layout })
        {
            room -= part.Count;
            if (room < 0 && part != facts)
            {
                part.Clear();
            }
        }

        return [Title(view.Path, width, glyphs), .. facts, .. findings, .. layout, .. peers, .. slots];
    }

    /// <summary>Draws the error that prevents a segment from being drawn.</summary>
    internal static IReadOnlyList<StyledLine> DrawError(string path, SegmentException error, int width, Glyphs glyphs) =>
        [Title(path, width, glyphs), new StyledLine(error.ErrorId, TextStyle.Bad).Add(": " + PrintableText.Escape(error.Message)).Fit(width, glyphs.Ellipsis)];

    /// <summary>Returns the style for a peer's state or liveness, or for the verdict on a segment.</summary>
    internal static TextStyle StyleOf(string? state) => state switch
    {
        "Attached" or PeerLiveness.Alive => TextStyle.Good,
        "Goodbye" or PeerLiveness.NeverBeat => TextStyle.Warning,
        "Reserved" => TextStyle.Info,
        "Invalid" or PeerLiveness.Stale => TextStyle.Bad,
        _ => TextStyle.Dim,
    };

    private static StyledLine Title(string path, int width, Glyphs glyphs) =>
        new(DisplayText.KeepEnd(PrintableText.Escape(path), width, glyphs.Ellipsis), TextStyle.Title);

    /// <summary>Whether the header is of an unknown format, so that its numbers mean nothing.</summary>
    private static bool IsOfAnotherFormat(SegmentFinding finding) => finding.Id is SegmentErrorId.BadMagic or SegmentErrorId.PredecessorFormat
        or SegmentErrorId.SuccessorFormat or SegmentErrorId.UnsupportedVersion or SegmentErrorId.UnexpectedHeaderSize;

    private List<StyledLine> Part(Action draw)
    {
        _lines = [];
        draw();
        return _lines;
    }

    private void Add(StyledLine line) => _lines.Add(line.Fit(_width, _glyphs.Ellipsis));

    private void DrawFacts(SegmentHeader header)
    {
        SegmentReport report = _view.Report;
        List<StyledLine> facts =
        [
            new("roam v" + header.Version.ToString(CultureInfo.InvariantCulture)),
            new(Quantity.Bytes(header.CurrentSize)),
            new(Quantity.Of(header.MaxGuests, "guest", "guests")),
            new("rings of " + Quantity.Bytes(header.BipbufCapacity)),
            new("payloads up to " + Quantity.Bytes(header.MaxPayloadSize)),
            new("inline up to " + Quantity.Bytes(header.EffectiveInlineThreshold)),
            new(header.HeartbeatInterval == 0 ? "heartbeats off" : "heartbeat " + Quantity.Nanoseconds(header.HeartbeatInterval)),
            header.HostGoodbye ? new("goodbye raised", TextStyle.Warning) : new("no goodbye"),
            _view.Use.IsUsed ? new("in use", TextStyle.Good) : _view.Use.IsFree ? new("used by nobody", TextStyle.Dim) : new("use unknown", TextStyle.Dim),
            report.ErrorCount > 0 ? new(Quantity.Of(report.ErrorCount, "error", "errors"), TextStyle.Bad) : new("valid", TextStyle.Good),
        ];
        if (report.WarningCount > 0)
        {
            facts.Add(new StyledLine(Quantity.Of(report.WarningCount, "warning", "warnings"), TextStyle.Warning));
        }

        var line = new StyledLine();
        foreach (StyledLine fact in facts)
        {
            if (line.Width > 0 && line.Width + _glyphs.Separator.Length + fact.Width > _width)
            {
                Add(line);
                line = new StyledLine();
            }

            if (line.Width > 0)
            {
                _ = line.Add(_glyphs.Separator, TextStyle.Dim);
            }

            _ = line.Add(fact);
        }

        Add(line);
    }

    private void DrawFindings()
    {
        // List what prevents guests from attaching before hazards.
        SegmentFinding[] findings = [.. _view.Report.Findings.OrderBy(finding => finding.Severity == SegmentFinding.Error ? 0 : 1)];
        foreach (SegmentFinding finding in findings.Take(MostFindings))
        {
            TextStyle style = finding.Severity == SegmentFinding.Error ? TextStyle.Bad : TextStyle.Warning;
            AddText(new StyledLine($"{finding.Severity} {finding.Id}", style).Add(":"), MessageOf(finding.Message));
        }

        if (findings.Length > MostFindings)
        {
            Add(new StyledLine($"{findings.Length - MostFindings} more: Test-RoamSegment -Full -Detailed lists them all.", TextStyle.Dim));
        }

        if (_view.Fault is not null)
        {
            AddText(new StyledLine("Error", TextStyle.Bad).Add(":"), MessageOf(_view.Fault));
        }
    }

    private void AddText(StyledLine line, string text)
    {
        foreach (string word in text.Split(' '))
        {
            if (_wraps && line.Width + 1 + DisplayText.Width(word) > _width)
            {
                Add(line);
                line = new StyledLine(" ");
            }

            _ = line.Add(" " + word);
        }

        Add(line);
    }

    /// <summary>Removes the path from a message, since it is shown above.</summary>
    private string MessageOf(string? message)
    {
        string text = message ?? string.Empty;
        string path = $"'{PrintableText.Escape(_view.Path)}'";
        text = text.StartsWith(path + ": ", StringComparison.Ordinal) ? text.Substring(path.Length + 2)
            : text.StartsWith(path + " ", StringComparison.Ordinal) ? "the file" + text.Substring(path.Length)
            : text;
        return PrintableText.Escape(text);
    }

    private void DrawLayout(SegmentHeader header)
    {
        var table = new TextTable(
            new TextColumn("Layout"),
            new TextColumn("Offset", isRight: true),
            new TextColumn("Size", isRight: true),
            new TextColumn("Share", least: LeastOfBar, isBar: true),
            new TextColumn(string.Empty, isRight: true, spare: 1));
        foreach (SegmentPart part in SegmentPart.Of(header))
        {
            double percent = header.CurrentSize == 0 ? 0 : Math.Min(100, 100.0 * part.Size / header.CurrentSize);
            table.Add(
                new TextCell(part.Name),
                new TextCell(part.Offset.ToString(CultureInfo.InvariantCulture), TextStyle.Dim),
                new TextCell(Quantity.Bytes(part.Size)),
                new TextCell(width => Bar.Fill(percent, 100, width, TextStyle.Info, _glyphs)),
                new TextCell(Quantity.Percent(percent)));
        }

        _lines.Add(new StyledLine());
        _lines.AddRange(table.Draw(_width, _glyphs));
    }

    private void DrawPeers()
    {
        if (_view.Peers is not IReadOnlyList<SegmentPeer> peers)
        {
            return;
        }

        var table = new TextTable(
            new TextColumn("Peer", isRight: true),
            new TextColumn("State"),
            new TextColumn("Liveness"),
            new TextColumn("Heartbeat", isRight: true, spare: 3, least: 11),
            new TextColumn("To host", least: LeastOfBar, isBar: true),
            new TextColumn("Full", isRight: true, least: 6),
            new TextColumn("Queued", isRight: true, spare: 4, least: 7),
            new TextColumn("To guest", least: LeastOfBar, isBar: true),
            new TextColumn("Full", isRight: true, least: 6),
            new TextColumn("Queued", isRight: true, spare: 4, least: 7),
            new TextColumn("Slots", isRight: true, spare: 2));
        for (int i = 0; i < peers.Count; i++)
        {
            SegmentPeer peer = peers[i];
            int last = i;
            while (IsBlank(peers[last]) && last + 1 < peers.Count && IsBlank(peers[last + 1]))
            {
                last++;
            }

            if (last > i)
            {
                AddBlanks(table, peer.PeerId, peers[last].PeerId);
                i = last;
                continue;
            }

            bool isBlank = IsBlank(peer);
            table.Add(
                new TextCell(peer.PeerId.ToString(CultureInfo.InvariantCulture)),
                new TextCell(peer.State ?? string.Empty, StyleOf(peer.State)),
                new TextCell(peer.Liveness == PeerLiveness.None ? string.Empty : peer.Liveness ?? string.Empty, StyleOf(peer.Liveness)),
                new TextCell(isBlank ? string.Empty : Quantity.Age(peer.HeartbeatAgeMilliseconds)),
                isBlank ? TextCell.Empty : RingBar(peer.GuestToHostPercent, peer.GuestToHostEntries),
                isBlank ? TextCell.Empty : RingPercent(peer.GuestToHostPercent, peer.GuestToHostEntries),
                new TextCell(isBlank ? string.Empty : Quantity.Bytes(peer.GuestToHostQueued)),
                isBlank ? TextCell.Empty : RingBar(peer.HostToGuestPercent, peer.HostToGuestEntries),
                isBlank ? TextCell.Empty : RingPercent(peer.HostToGuestPercent, peer.HostToGuestEntries),
                new TextCell(isBlank ? string.Empty : Quantity.Bytes(peer.HostToGuestQueued)),
                new TextCell(isBlank ? string.Empty : _view.SlotClasses is null ? "?" : Quantity.Count(peer.SlotsOwned)));
        }

        _lines.Add(new StyledLine());
        _lines.AddRange(table.Draw(_width, _glyphs));
    }

    /// <summary>Whether an empty entry has nothing to report.</summary>
    private static bool IsBlank(SegmentPeer peer) => peer.StateCode == (uint)PeerState.Empty && peer.SlotsOwned == 0
        && peer is { GuestToHostEntries: 0, HostToGuestEntries: 0 };

    private static void AddBlanks(TextTable table, int first, int last)
    {
        TextCell[] cells = [.. Enumerable.Repeat(TextCell.Empty, 11)];
        cells[0] = new TextCell($"{first}-{last}");
        cells[1] = new TextCell(nameof(PeerState.Empty), StyleOf(nameof(PeerState.Empty)));
        table.Add(cells);
    }

    private TextCell RingBar(double percent, long? entries) =>
        new(width => Bar.Fill(percent, 100, width, StyleOfRing(percent, entries), _glyphs));

    private static TextCell RingPercent(double percent, long? entries) =>
        entries is null ? new TextCell("damaged", TextStyle.Bad) : new TextCell(Quantity.Percent(percent), percent >= NearlyFull ? StyleOfRing(percent, entries) : TextStyle.None);

    private static TextStyle StyleOfRing(double percent, long? entries) =>
        entries is null ? TextStyle.Bad : percent >= NearlyFull ? TextStyle.Warning : TextStyle.Good;

    private void DrawSlots()
    {
        if (_view.SlotClasses is not IReadOnlyList<SegmentSlotClass> classes)
        {
            return;
        }

        var table = new TextTable(
            new TextColumn("Class", isRight: true),
            new TextColumn("Slot", isRight: true),
            new TextColumn("Count", isRight: true, spare: 1),
            new TextColumn("Use", least: LeastOfBar + 4, isBar: true),
            new TextColumn("Used", isRight: true, spare: 2, least: 6),
            new TextColumn("Free", isRight: true),
            new TextColumn("Host", isRight: true),
            new TextColumn("Peers", isRight: true),
            new TextColumn("Orphaned", isRight: true),
            new TextColumn("Leaked", isRight: true));
        foreach (SegmentSlotClass slotClass in classes)
        {
            (long Part, string Glyph, TextStyle Style)[] parts =
            [
                (slotClass.OwnedByHost, _glyphs.Full, TextStyle.Info),
                (slotClass.OwnedByPeers - slotClass.Orphaned, _glyphs.Dark, TextStyle.Good),
                (slotClass.Orphaned, _glyphs.Medium, TextStyle.Warning),
                (slotClass.Leaked, _glyphs.Light, TextStyle.Bad),
            ];
            table.Add(
                new TextCell(slotClass.Index.ToString(CultureInfo.InvariantCulture)),
                new TextCell(Quantity.Bytes(slotClass.SlotSize)),
                new TextCell(Quantity.Count(slotClass.SlotCount)),
                new TextCell(width => Bar.Stack(parts, slotClass.SlotCount, width, _glyphs)),
                new TextCell(Quantity.Percent(slotClass.UsedPercent)),
                new TextCell(Quantity.Count(slotClass.Free)),
                Number(parts[0]),
                Number(parts[1]),
                Number(parts[2]),
                Number(parts[3]));
        }

        _lines.Add(new StyledLine());
        _lines.AddRange(table.Draw(_width, _glyphs));
        AddLegend(
            (_glyphs.Full, "host", TextStyle.Info),
            (_glyphs.Dark, "peers", TextStyle.Good),
            (_glyphs.Medium, "orphaned", TextStyle.Warning),
            (_glyphs.Light, "leaked", TextStyle.Bad),
            (_glyphs.Empty, "free", TextStyle.Dim));
    }

    private void AddLegend(params (string Glyph, string Name, TextStyle Style)[] signs)
    {
        var legend = new StyledLine();
        foreach ((string glyph, string name, TextStyle style) in signs)
        {
            _ = legend.Add(legend.Width == 0 ? string.Empty : "  ").Add(glyph, style).Add(" " + name, TextStyle.Dim);
        }

        Add(legend);
    }

    private static TextCell Number((long Part, string Glyph, TextStyle Style) part) =>
        new(Quantity.Count(part.Part), part.Part > 0 ? part.Style : TextStyle.Dim);
}
