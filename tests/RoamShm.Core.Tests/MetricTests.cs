using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;

namespace RoamShm.Tests;

public sealed class MetricTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_metric_has_one_help_and_one_type_line_followed_by_its_samples()
    {
        using var guest = new Agent();
        string first = Make.Segment(_folder, "first.seg");
        _ = Make.Segment(_folder, "second.seg");
        _ = guest.Do("attach", first);
        var metrics = new SegmentMetrics();
        foreach (SegmentSurvey survey in new SegmentSurveyor().Survey(_folder.Root))
        {
            metrics.Add(survey);
        }

        string? name = null;
        var seen = new HashSet<string>();
        string[] lines = [.. metrics.Lines()];
        for (int i = 0; i < lines.Length; i++)
        {
            Match help = Regex.Match(lines[i], @"^# HELP (roam_[a-z_]+) [A-Z].+\.$");
            if (help.Success)
            {
                name = help.Groups[1].Value;
                Assert.True(seen.Add(name), $"{name} comes twice");
                Assert.Matches($"^# TYPE {name} (gauge|counter)$", lines[++i]);
                Assert.Equal(name.EndsWith("_total", StringComparison.Ordinal), lines[i].EndsWith("counter", StringComparison.Ordinal));
                Assert.StartsWith(name, lines[i + 1], StringComparison.Ordinal);
                continue;
            }

            Assert.Matches($"^{name}({{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*}})? [0-9.E+-]+$", lines[i]);
        }

        Assert.Contains("roam_segments 2", lines);
        Assert.Contains($"roam_segment_max_guests{{segment=\"{string.Join(@"\\", first.Split('\\'))}\"}} 2", lines);
        Assert.Equal(2, lines.Count(line => line.StartsWith("roam_ring_queued_bytes{", StringComparison.Ordinal)));
    }

    [Fact]
    public void Names_are_escaped_and_never_break_a_line()
    {
        var metrics = new SegmentMetrics();
        metrics.Add(new SegmentSurvey("/dev/shm/a\\b\"c\nd\ud800.seg") { Listing = new SegmentListing { Status = SegmentStatus.Idle } });
        Assert.Contains("roam_segment_goodbye{segment=\"/dev/shm/a\\\\b\\\"c\\nd\ufffd.seg\"} 0", metrics.Lines());
    }

    [Fact]
    public void Numbers_keep_their_digits_and_use_a_decimal_point_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        // A culture of its own, because a program without ICU has no others.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = culture;
        try
        {
            var metrics = new SegmentMetrics();
            metrics.Add(new SegmentSurvey("a") { Listing = new SegmentListing { CurrentSize = 9007199254740991, HeartbeatInterval = 1_500_000_001 } });
            Assert.Contains("roam_segment_size_bytes{segment=\"a\"} 9007199254740991", metrics.Lines());
            Assert.Contains("roam_segment_heartbeat_interval_seconds{segment=\"a\"} 1.500000001", metrics.Lines());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_segment_added_twice_gives_one_series()
    {
        var metrics = new SegmentMetrics();
        metrics.Add(new SegmentSurvey("a") { Listing = new SegmentListing() });
        metrics.Add(new SegmentSurvey("a") { Listing = new SegmentListing() });
        Assert.Contains("roam_segments 1", metrics.Lines());
        Assert.Single(metrics.Lines(), line => line.StartsWith("roam_segment_valid{", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unreadable_file_is_counted_and_has_no_other_metrics()
    {
        var metrics = new SegmentMetrics();
        metrics.Add(new SegmentSurvey("a") { Fault = "not to be read" });
        Assert.Equal(["roam_segments 0", "roam_unreadable_files 1"], metrics.Lines().Where(line => line[0] != '#'));
    }

    [Fact]
    public void Empty_peer_entries_have_no_series()
    {
        var configuration = Make.Configuration;
        configuration.MaxGuests = 255;
        configuration.BipbufCapacity = 512;
        configuration.MaxPayloadSize = 256;
        _ = Segment.Create(_folder["wide.seg"], configuration);
        var metrics = new SegmentMetrics();
        metrics.Add(new SegmentSurveyor().Survey(_folder["wide.seg"]).Single());
        Assert.DoesNotContain(metrics.Lines(), line => line.Contains("peer=", StringComparison.Ordinal));
        Assert.InRange(metrics.Lines().Count(), 20, 100);
    }

    [Fact]
    public void Everybody_can_read_the_file_and_its_lines_end_with_line_feeds_only()
    {
        string path = _folder["roam.prom"];
        MetricFile.Replace(path, ["one 1", "ümlaut 2"]);
        Assert.Equal("one 1\nümlaut 2\n", File.ReadAllText(path));
        Assert.Equal((byte)'o', File.ReadAllBytes(path)[0]);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(path));
        }

        MetricFile.Replace(path, ["two 2"]);
        Assert.Equal("two 2\n", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void A_reader_never_sees_an_incomplete_file()
    {
        Assert.SkipWhen(SegmentFile.IsWindows, "Windows does not replace a file that a reader has open");
        string path = _folder["roam.prom"];
        string[] lines = [.. Enumerable.Range(0, 2000).Select(i => $"metric {i}")];
        MetricFile.Replace(path, lines);
        using var stop = new CancellationTokenSource();
        var halves = new List<int>();
        var reader = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                int count = File.ReadAllLines(path).Length;
                if (count != lines.Length)
                {
                    halves.Add(count);
                }
            }
        });
        reader.Start();
        for (int i = 0; i < 300; i++)
        {
            MetricFile.Replace(path, lines);
        }

        stop.Cancel();
        reader.Join();
        Assert.Empty(halves);
    }

    [Fact]
    public void A_folder_at_the_destination_or_a_missing_parent_folder_is_an_error()
    {
        string folder = _folder["folder"];
        _ = Directory.CreateDirectory(folder);
        Assert.Equal(SegmentErrorId.NotARegularFile, Assert.Throws<SegmentException>(() => MetricFile.Replace(folder, ["x 1"])).ErrorId);
        Assert.Equal(SegmentErrorId.SegmentNotFound, Assert.Throws<SegmentException>(() => MetricFile.Replace(_folder["none/x.prom"], ["x 1"])).ErrorId);
    }
}
