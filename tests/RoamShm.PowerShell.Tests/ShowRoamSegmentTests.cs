using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Text.RegularExpressions;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>The map of segments.</summary>
[Collection(Rendering.Collection)]
public sealed class ShowRoamSegmentTests : IDisposable
{
    private const uint RingStride = 128 + 4096;
    private const long FirstRing = 128 + (8 * 64);

    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();
    private readonly Agent _guest = new();
    private readonly string _path;

    public ShowRoamSegmentTests()
    {
        _path = _folder["hub [1].seg"];
        _ = Run("New-RoamSegment $path -MaxGuests 8 -BipbufCapacity 4KB -SlotClass '1KB:100;8KB:20' -HeartbeatInterval 30s").Single;
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "SegmentTooShort", "length 100" },
        { "SegmentNotReady", "length 0" },
        { "SegmentTruncated", "length 8000" },
        { "BadMagic", "u32 0 1" },
        { "UnsupportedVersion", "u32 8 6" },
        { "UnexpectedHeaderSize", "u32 12 64" },
        { "NoSlotClasses", "u32 68 0" },
        { "InvalidMaxGuests", "u32 32 0" },
        { "InvalidMaxGuests", "u32 32 4294967295" },
        { "PeerTable", "u64 40 18446744073709551615" },
        { "SlotClassTableOutOfBounds", "u64 48 18446744073709551615" },
        { "RegionsOverlap", "u64 48 64" },
        { "RingOutOfBounds", "u32 36 4294967295" },
        { "InvalidSlotClass", "class 0 0" },
        { "InvalidPeerState", "u32 128 77" },
        { "RingPositionsInvalid", "ring 0 9999" },
        { "FreeList", "class 8 123456" },
        { "RingMisaligned", "u64 144 3" },
    };

    public void Dispose()
    {
        _guest.Dispose();
        _prompt.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(1000)]
    public void No_line_is_wider_than_the_width(int width)
    {
        MakeBusy();
        string other = _folder[new string('長', 30) + "名.seg"];
        File.Copy(_path, other);
        Patch.UInt64(other, 40, 1);
        foreach (string options in new[] { string.Empty, "-Ascii" })
        {
            string[] lines = Show($"-LiteralPath $path, $other -Width {width} {options}", ("other", other));
            Assert.All(lines, line => Assert.InRange(Cells(line), 0, width));
            Assert.Contains(lines, line => Cells(line) > width - 10 || width > 200);
            foreach (string part in new[] { "Layout", "slot pool", "Peer", "Attached", "Alive", "Goodbye", "Class", "Orphaned", "PeerTable" })
            {
                // At 40 columns tables are cut off.
                Assert.True(width == 40 || lines.Any(line => line.Contains(part, StringComparison.Ordinal)), part);
            }
        }
    }

    [Fact]
    public void It_is_drawn_to_the_width_of_the_console()
    {
        MakeBusy();
        foreach (int width in new[] { 60, 80, 100, 120 })
        {
            string shown = Prompt.Show("Show-RoamSegment -LiteralPath $path", width, ("path", _path));
            Assert.Equal(WithoutTime(Show($"-LiteralPath $path -Width {width}")), WithoutTime(shown.TrimEnd('\n').Split('\n')));
        }

        Assert.All(Show("-LiteralPath $path"), line => Assert.InRange(line.Length, 0, 100));
    }

    [Fact]
    public void The_header_the_layout_and_the_verdict_are_told()
    {
        string text = string.Join('\n', Show("-LiteralPath $path"));
        Assert.StartsWith(_path + "\nroam v7 ", text, StringComparison.Ordinal);
        foreach (string fact in new[] { "8 guests", "rings of 4 KB", "payloads up to 1 MB", "inline up to 256 B", "heartbeat 30 s", "no goodbye", "valid" })
        {
            Assert.Contains(fact, text, StringComparison.Ordinal);
        }

        Assert.Matches(@"(?m)^header +0 +128 B ", text);
        Assert.Matches(@"(?m)^peer table +128 +512 B ", text);
        Assert.Matches(@"(?m)^rings +640 +66 KB ", text);
        Assert.Matches(@"(?m)^slot pool +68224 ", text);
        _ = Run("Set-RoamGoodbye -LiteralPath $path");
        Assert.Contains("goodbye raised", string.Join('\n', Show("-LiteralPath $path")), StringComparison.Ordinal);
    }

    [Fact]
    public void Peers_rings_and_slots_are_told_with_bars()
    {
        MakeBusy();
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal($"{i}:1", _guest.Do("allocate", _path, "0", "0"));
        }

        _ = _guest.Do("allocate", _path, "1", "7");
        Patch.UInt64(_path, (long)Pool() + 8, 11);
        string[] lines = Show("-LiteralPath $path -Width 120 -Ascii");
        Assert.Matches(@"^   1 Attached Alive +\d+ ms ago #\.+ +2\.6 % +108 B ##+\.+ +48\.5 % +1\.9 KB +0$", lines.Single(line => line.StartsWith("   1 ", StringComparison.Ordinal)));
        Assert.Matches(@"^   2 Goodbye  NeverBeat +- ", lines.Single(line => line.StartsWith("   2 ", StringComparison.Ordinal)));
        Assert.Matches(@"^   3 Invalid  NeverBeat ", lines.Single(line => line.StartsWith("   3 ", StringComparison.Ordinal)));
        Assert.Matches(@"^ 4-6 Empty$", lines.Single(line => line.Contains("4-6", StringComparison.Ordinal)));
        Assert.Matches(@"^   7 Empty .* 1$", lines.Single(line => line.StartsWith("   7 ", StringComparison.Ordinal)));
        Assert.Matches(@"^   8 Empty$", lines.Single(line => line.StartsWith("   8 ", StringComparison.Ordinal)));
        Assert.Matches(@"^    0 +1 KB +100 #{4}\?\.{35} +11 % +89 +10 +0 +0 +1$", lines.Single(line => line.StartsWith("    0 ", StringComparison.Ordinal)));
        Assert.Matches(@"^    1 +8 KB +20 !!\.{38} +5 % +19 +0 +0 +1 +0$", lines.Single(line => line.StartsWith("    1 ", StringComparison.Ordinal)));
        Assert.Equal("# host  = peers  ! orphaned  ? leaked  . free", lines[^1]);
        Assert.Contains(lines, line => line.StartsWith("Warning PeerLeftInGoodbye: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("Error InvalidPeerState: ", StringComparison.Ordinal));
        Assert.True(Array.FindIndex(lines, line => line.StartsWith("Error ", StringComparison.Ordinal)) < Array.FindIndex(lines, line => line.StartsWith("Warning ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_bar_is_empty_only_where_there_is_nothing_and_full_only_where_all_is()
    {
        _ = _guest.Do("attach", _path);
        _ = _guest.Do("queue", _path, "g2h", "4");
        _ = _guest.Do("queue", _path, "h2g", "4080");
        for (int i = 0; i < 99; i++)
        {
            _ = _guest.Do("allocate", _path, "0", "1");
        }

        string[] lines = Show("-LiteralPath $path -Width 60 -Ascii");
        Assert.Matches(@"^   1 Attached NeverBeat #\.{6} +0\.3 % #{7}\.  *99\.8 % ", lines.Single(line => line.StartsWith("   1 ", StringComparison.Ordinal)));
        Assert.Matches(@"^    0 1 KB +100 =+\. +1 ", lines.Single(line => line.StartsWith("    0 ", StringComparison.Ordinal)));
        _ = _guest.Do("allocate", _path, "0", "1");
        Assert.Matches(@"^    0 1 KB +100 =+ +0 ", Show("-LiteralPath $path -Width 60 -Ascii").Single(line => line.StartsWith("    0 ", StringComparison.Ordinal)));
        string unicode = Show("-LiteralPath $path -Width 60").Single(line => line.StartsWith("   1 ", StringComparison.Ordinal));
        Assert.SkipUnless(Console.OutputEncoding.CodePage == 65001, "the console of this run is not Unicode");
        Assert.Contains(" ▏······ ", unicode, StringComparison.Ordinal);
        Assert.Contains(" ███████▉ ", unicode, StringComparison.Ordinal);
    }

    [Fact]
    public void Ascii_is_ASCII()
    {
        MakeBusy();
        Assert.All(Show("-LiteralPath $path -Ascii"), line => Assert.All(line, c => Assert.InRange(c, ' ', '~')));
        Assert.SkipUnless(Console.OutputEncoding.CodePage == 65001, "the console of this run is not Unicode");
        Assert.Contains('█', string.Concat(Show("-LiteralPath $path")));
        System.Text.Encoding before = Console.OutputEncoding;
        try
        {
            Console.OutputEncoding = System.Text.Encoding.Latin1;
            Assert.All(Show("-LiteralPath $path"), line => Assert.All(line, c => Assert.InRange(c, ' ', '~')));
        }
        finally
        {
            Console.OutputEncoding = before;
        }
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void What_is_wrong_is_shown_and_nothing_is_thrown(string finding, string damage)
    {
        MakeBusy();
        Damage(damage.Split(' '));
        string sound = _folder["sound.seg"];
        _ = Run("New-RoamSegment $sound", ("sound", sound)).Single;
        Output output = Run("Show-RoamSegment -LiteralPath $path, $sound", ("sound", sound));
        Assert.Empty(output.Errors.Select(error => error.ToString()));
        Assert.Contains(output.Text, line => Regex.IsMatch(line, $"^Error \\w*{finding}\\w*: "));
        Assert.Contains(output.Text, line => line == sound);
        Assert.Contains(output.Text, line => line.Contains("valid", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_is_told_in_full_however_narrow_it_is()
    {
        Patch.UInt32(_path, 128, 77);
        string message = Run("(Test-RoamSegment -LiteralPath $path -Detailed).Findings[0].Message").Text[0];
        foreach (string width in new[] { "40", "60", "100", "1000" })
        {
            string text = Regex.Replace(string.Join('\n', Show($"-LiteralPath $path -Width {width}")), "\n  ", " ");
            Assert.Contains("\nError InvalidPeerState: " + message + "\n", text, StringComparison.Ordinal);
        }

        // A window that is drawn over has few lines.
        Assert.Single(Show("-LiteralPath $path -Width 60 -Ascii -Refresh -Count 1"), line => line.StartsWith("Error InvalidPeerState: ", StringComparison.Ordinal) && line.EndsWith("...", StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_at_random_are_drawn_too()
    {
        byte[] sound = File.ReadAllBytes(_path);
        var random = new Random(7);
        for (int round = 0; round < 60; round++)
        {
            byte[] bytes = (byte[])sound.Clone();
            for (int i = 0; i < 12; i++)
            {
                // The magic, the version and the header's size stay, so that the rest is looked at.
                bytes[random.Next(16, round % 2 == 0 ? 128 : 80_000)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_path, bytes);
            Output output = Run("Show-RoamSegment -LiteralPath $path -Width 80");
            Assert.Empty(output.Errors.Select(error => $"round {round}: {error}"));
            Assert.All(output.Text, line => Assert.InRange(line.Length, 0, 80));
        }
    }

    [Fact]
    public void What_is_no_file_is_an_error_and_the_others_are_drawn()
    {
        Output output = Run("Show-RoamSegment -LiteralPath $none, $folder, $path", ("none", _folder["none.seg"]));
        Assert.Equal(["SegmentNotFound", "NotARegularFile"], output.ErrorIds);
        Assert.Equal(_path, output.Text[0]);
        Assert.Equal(["SegmentNotFound"], Run("Show-RoamSegment $folder/none.seg -Refresh").ErrorIds);
    }

    [Fact]
    public void Names_bind_as_everywhere()
    {
        string second = _folder["b.seg"];
        _ = Run("New-RoamSegment $second", ("second", second)).Single;
        foreach (string command in new[]
        {
            "Show-RoamSegment $folder/*.seg", "Show-RoamSegment -LiteralPath $second, $path", "Get-ChildItem -LiteralPath $folder -Filter *.seg | Show-RoamSegment",
            "Get-RoamSegmentHeader $folder/*.seg | Show-RoamSegment", "\"$folder/*.seg\" | Show-RoamSegment", "Find-RoamSegment $folder | Show-RoamSegment -Count 1",
        })
        {
            Output output = Run(command, ("second", second));
            Assert.Empty(output.ErrorIds);
            Assert.Equal([second, _path], output.Text.Where(line => line.StartsWith(_folder.Root, StringComparison.Ordinal)).Order());
            Assert.Contains(string.Empty, output.Text);
        }

        var sent = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(Run("Get-RoamSegmentHeader -LiteralPath $path").Single));
        Assert.Equal(_path, Run("$sent | Show-RoamSegment", ("sent", sent)).Text[0]);
        sent.Properties.Add(new PSNoteProperty("PSComputerName", "elsewhere.example"));
        Output remote = Run("$sent | Show-RoamSegment", ("sent", sent));
        Assert.Equal(["RemoteObject"], remote.ErrorIds);
        Assert.Empty(remote.Objects);
    }

    [Fact]
    public void A_name_cannot_play_with_the_terminal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no such names there");
        string evil = _folder["a\u001b[2J\nb\u202ec\u0085.seg"];
        File.Copy(_path, evil);
        string[] lines = Show("-LiteralPath $evil", ("evil", evil));
        Assert.Equal(_folder["a\\x1b[2J\\x0ab\\u202ec\\x85.seg"], lines[0]);
        Patch.UInt32(evil, 0, 0);
        Assert.All(Show("-LiteralPath $evil", ("evil", evil)), line => Assert.DoesNotContain(line, char.IsControl));
    }

    [Fact]
    public void The_lines_are_plain_strings_that_a_terminal_shows_in_colours()
    {
        Rendering.SkipWithoutColours();
        MakeBusy();
        Output output = Run("Show-RoamSegment -LiteralPath $path");
        Assert.All(output.Objects, line => Assert.DoesNotContain("\u001b", Assert.IsType<string>(line.BaseObject), StringComparison.Ordinal));
        Assert.Equal(["String"], Run("Show-RoamSegment -LiteralPath $path | ForEach-Object { $_.GetType().Name } | Select-Object -First 1").Text);
        PSStyle style = PSStyle.Instance;
        string terminal = OnTerminal("Show-RoamSegment -LiteralPath $path");
        Assert.Contains(style.Foreground.Green + "Attached" + style.Reset, terminal, StringComparison.Ordinal);
        Assert.Contains(style.Foreground.Yellow + "Goodbye" + style.Reset, terminal, StringComparison.Ordinal);
        Assert.Contains(style.Foreground.Red + "Invalid" + style.Reset, terminal, StringComparison.Ordinal);
        Assert.Contains(style.Formatting.TableHeader + "Layout" + style.Reset, terminal, StringComparison.Ordinal);
        Assert.Equal(WithoutTime(output.Text), WithoutTime(new StringDecorated(terminal).ToString(OutputRendering.PlainText).TrimEnd('\n').Split('\n')));
        Assert.Contains("\u001b", OnTerminal("$lines = Show-RoamSegment -LiteralPath $path; $lines"), StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_no_colours_where_none_are_wanted()
    {
        MakeBusy();
        Assert.DoesNotContain("\u001b", OnTerminal("Show-RoamSegment -LiteralPath $path -NoColor"), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", OnTerminal("Show-RoamSegment -LiteralPath $path", OutputRendering.PlainText), StringComparison.Ordinal);
        string? before = Environment.GetEnvironmentVariable("NO_COLOR");
        try
        {
            Environment.SetEnvironmentVariable("NO_COLOR", "1");
            Assert.DoesNotContain("\u001b", OnTerminal("Show-RoamSegment -LiteralPath $path"), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("NO_COLOR", before);
        }

        // As in Windows PowerShell, which has no $PSStyle, and with one that is something else.
        foreach (object? style in new object?[] { null, "mine", new System.Collections.Hashtable { ["OutputRendering"] = "Ansi" } })
        {
            string shown = Prompt.ShowWithStyle(style, "Show-RoamSegment -LiteralPath $path", 100, ("path", _path));
            Assert.DoesNotContain("\u001b", shown, StringComparison.Ordinal);
            Assert.Equal(WithoutTime(Show("-LiteralPath $path")), WithoutTime(shown.TrimEnd('\n').Split('\n')));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Redirected_output_has_no_colours(bool isPwsh)
    {
        const string Command = "Show-RoamSegment '*.seg'; Show-RoamSegment *.seg -Count 2 -Interval 1ms";
        using Process? process = isPwsh ? TryStartPwsh($"Import-Module '{Prompt.ModulePath}'; {Command}") : StartShell(Command);
        Assert.SkipWhen(process is null, "pwsh is not on this machine");
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000));
        Assert.Equal(0, process.ExitCode);
        Assert.DoesNotContain("\u001b", output, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(output, "(?m)^slot pool"));
    }

    [Fact]
    public void Refreshing_prints_picture_after_picture_where_nothing_can_be_drawn_over()
    {
        string[] lines = Show("-LiteralPath $path -Refresh -Interval 10ms -Count 3 -Width 100");
        Assert.Equal(3, lines.Count(line => Regex.IsMatch(line, @"^\d\d:\d\d:\d\d, every 10 ms$")));
        Assert.Equal(3, lines.Count(line => line == _path));
        Assert.Equal(1, Show("-LiteralPath $path -Count 1").Count(line => line == _path));
        Assert.Equal(2, Show("-LiteralPath $path -Refresh 10ms -Count 2").Count(line => line == _path));
        Assert.Contains(", every 0.5 s", string.Join(' ', Run("Show-RoamSegment $folder/hub*.seg -Refresh 0.5 -Count 1").Text).Replace("500 ms", "0.5 s", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_that_comes_and_goes_is_shown_as_it_is()
    {
        string away = _folder["away.seg"];
        Output output = Run(
            """
            Show-RoamSegment -LiteralPath $path -Interval 1ms -Count 3 | ForEach-Object {
                if ($_ -match ', every ') { $n++ }
                if ($n -eq 1 -and $_ -eq $path) { [IO.File]::Move($path, $away) }
                if ($n -eq 2 -and $_ -eq $path) { [IO.File]::Move($away, $path) }
                "$n $_"
            }
            """,
            ("away", away),
            ("n", 0));
        Assert.Empty(output.ErrorIds);
        Assert.Single(output.Text, line => line.StartsWith("2 SegmentNotFound: There is no file", StringComparison.Ordinal));
        Assert.DoesNotContain(output.Text, line => line.StartsWith("2 slot pool", StringComparison.Ordinal));
        Assert.Contains(output.Text, line => line.StartsWith("3 slot pool", StringComparison.Ordinal));
    }

    [Fact]
    public void First_ends_it_at_once()
    {
        var clock = Stopwatch.StartNew();
        Output output = Run("Show-RoamSegment -LiteralPath $path -Refresh -Interval 1d | Select-Object -First 3");
        Assert.Equal(3, output.Objects.Count);
        _ = Assert.Single(Run("Show-RoamSegment -LiteralPath $path, $path | Select-Object -First 1").Objects);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Stopping_ends_it_at_once()
    {
        foreach (string interval in new[] { "1d", "1ms", "100d" })
        {
            using var shell = PowerShell.Create(_prompt.Runspace);
            _prompt.Runspace.SessionStateProxy.SetVariable("path", _path);
            var lines = new PSDataCollection<PSObject>();
            IAsyncResult running = shell.AddScript($"Show-RoamSegment -LiteralPath $path -Refresh -Interval {interval}").BeginInvoke<PSObject, PSObject>(null, lines);
            Assert.True(SpinWait.SpinUntil(() => lines.Count > 5, TimeSpan.FromSeconds(60)));
            shell.Stop();
            _ = Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
            Assert.Empty(shell.Streams.Error);
        }
    }

    [Fact]
    public void An_interval_of_nothing_and_a_width_of_nothing_are_refused()
    {
        Assert.Equal(["IntervalTooShort,RoamShm.Commands.ShowRoamSegmentCommand"], Run("try { Show-RoamSegment $path -Refresh 0 } catch { $_.FullyQualifiedErrorId }").Text);
        foreach (string wrong in new[] { "-Width 39", "-Width 1001", "-Count 0", "-Interval -1s" })
        {
            Assert.NotEmpty(Run($"try {{ Show-RoamSegment $path {wrong} }} catch {{ 'refused' }}").Text);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Width 50")]
    [InlineData("-Width 200")]
    public void On_a_terminal_it_is_drawn_over(string width)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "makes a terminal with script(1) of util-linux");
        Rendering.SkipWithoutColours();
        using Process process = Start(
            "/usr/bin/script",
            "-qec",
            $"stty cols 90 rows 15; exec dotnet '{typeof(Shell.Engine).Assembly.Location}' -Command 'Show-RoamSegment *.seg -Refresh -Count 3 -Interval 1ms {width}; Show-RoamSegment *.seg -NoColor'",
            "/dev/null");
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000));
        string[] pictures = output.Split("\u001b[?6h\u001b[?6l");
        Assert.Equal(4, pictures.Length);

        // All of the window but its last line the first time, and then what there is to overwrite.
        string[] second = Pad(pictures[2]);
        Assert.Equal(14, Pad(pictures[1]).Length);
        Assert.Equal(14, second.Length);
        Assert.All(second, line => Assert.Equal(90, line.Length));
        Assert.Matches(@"^\d+ lines more +$", second[^1]);
        Assert.Contains("\u001b[", pictures[2], StringComparison.Ordinal);
        string without = pictures[3][pictures[3].IndexOf("\n" + _path, StringComparison.Ordinal)..];
        Assert.Contains("slot pool", without, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[3", without, StringComparison.Ordinal);

        static string[] Pad(string picture) => [.. new StringDecorated(picture).ToString(OutputRendering.PlainText).Replace("\r", string.Empty, StringComparison.Ordinal).TrimEnd('\n').Split('\n')];
    }

    [Theory]
    [InlineData("$kept = Show-RoamSegment *.seg -Count 2 -Interval 1ms")]
    [InlineData("$kept = @(1..1 | ForEach-Object { Show-RoamSegment *.seg -Count 2 -Interval 1ms })")]
    [InlineData("$kept = & { Show-RoamSegment *.seg -Count 2 -Interval 1ms }")]
    [InlineData("& { Show-RoamSegment *.seg -Count 2 -Interval 1ms } | ForEach-Object { $kept = @() } { $kept += $_ }")]
    [InlineData("function f { Show-RoamSegment *.seg -Count 2 -Interval 1ms }; $kept = f")]
    public void Without_Refresh_picture_follows_picture_on_a_terminal_too(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "makes a terminal with script(1) of util-linux");
        using Process process = Start(
            "/usr/bin/script",
            "-qec",
            $"stty cols 90 rows 15; exec dotnet '{typeof(Shell.Engine).Assembly.Location}' -Command '{script}; [IO.File]::WriteAllLines(\"kept\", [string[]] $kept); $kept'",
            "/dev/null");
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000));
        string kept = File.ReadAllText(_folder["kept"]);
        foreach (string text in new[] { kept, output })
        {
            Assert.Equal(2, Regex.Count(text, "(?m)^.*slot pool"));
            Assert.DoesNotContain("lines more", text, StringComparison.Ordinal);
            Assert.DoesNotContain("\u001b[?6", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("\u001b", kept, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?m) $", kept);
    }

    [Fact]
    public void Interrupting_it_ends_it()
    {
        Interrupt.SkipUnlessPossible();
        using Process process = StartShell("Show-RoamSegment *.seg -Refresh -Interval 1d | ForEach-Object { $_ }; 'not reached'");
        Assert.Matches(", every ", process.StandardOutput.ReadLine());
        Interrupt.Send(process);

        Assert.True(process.WaitForExit(60_000));
        Assert.Equal(130, process.ExitCode);
        Assert.DoesNotContain("not reached", process.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
    }

    private static string[] WithoutTime(string[] lines) => [.. lines.Select(line => Regex.Replace(line, @" +\d+ ms ago", " age"))];

    /// <summary>The cells that a line takes: ideographs take two.</summary>
    private static int Cells(string line) => line.Sum(c => c is >= '一' and <= '鿿' ? 2 : 1);

    /// <summary>Peers in several states, with something in a ring in each direction.</summary>
    private void MakeBusy()
    {
        _ = _guest.Do("attach", _path);
        _ = _guest.Do("beat", _path);
        _ = _guest.Do("queue", _path, "g2h", "100");
        _ = _guest.Do("queue", _path, "h2g", "1980");
        Patch.UInt32(_path, 128 + 64, 2);
        Patch.UInt32(_path, 128 + 128, 9);
    }

    private void Damage(string[] words)
    {
        long offset = long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
        switch (words[0])
        {
            case "length":
                Patch.Length(_path, offset);
                break;
            case "u32":
                Patch.UInt32(_path, offset, uint.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
                break;
            case "u64":
                Patch.UInt64(_path, offset, ulong.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
                break;
            case "class":
                Patch.UInt32(_path, (long)Pool() + offset, uint.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                Patch.UInt32(_path, FirstRing + offset, uint.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    private static ulong Pool() => (ulong)(FirstRing + (8 * 2 * RingStride));

    private Process StartShell(string command) => Start("dotnet", typeof(Shell.Engine).Assembly.Location, "-Command", command);

    private Process? TryStartPwsh(string command)
    {
        try
        {
            return Start("pwsh", "-NoProfile", "-NonInteractive", "-Command", command);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = _folder.Root,
        Environment = { ["SHELL"] = "/bin/sh" }, // What script(1) runs the line with.
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;

    private string OnTerminal(string script, OutputRendering rendering = OutputRendering.Ansi) =>
        Rendering.With(rendering, () => Prompt.ShowOnTerminal(script, 100, ("path", _path)));

    private string[] Show(string arguments, params (string Name, object? Value)[] variables)
    {
        Output output = Run("Show-RoamSegment " + arguments, variables);
        Assert.Empty(output.Errors.Select(error => error.ToString()));
        return output.Text;
    }

    private Output Run(string script, params (string Name, object? Value)[] variables) =>
        _prompt.Run(script, [("path", _path), ("folder", _folder.Root), .. variables]);
}
