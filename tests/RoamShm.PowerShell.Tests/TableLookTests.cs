using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Internal;

namespace RoamShm.Tests;

/// <summary>Tables in consoles of usual widths, and their colours.</summary>
[Collection(Rendering.Collection)]
public sealed class TableLookTests : IDisposable
{
    private const string Reset = "\u001b[0m";

    // The engine's own colours, of labels, are bold too.
    private const string ColourOfState = "\u001b\\[[39][0-7]m";

    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();
    private readonly Agent _guest = new();
    private readonly string _path;

    public TableLookTests()
    {
        _path = _folder["a.seg"];
        _ = _prompt.Run("New-RoamSegment $path -MaxGuests 255 -BipbufCapacity 1000000 -MaxPayloadSize 1000000 -HeartbeatInterval 30s -Sparse -WarningAction SilentlyContinue", ("path", _path)).Single;
        _ = _guest.Do("attach", _path);
        _ = _guest.Do("beat", _path);
        Patch.UInt32(_path, 128 + 64, 2);
    }

    public void Dispose()
    {
        _guest.Dispose();
        _prompt.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string, string> Sources => new()
    {
        { "Get-RoamSegmentHeader $path", "Name Size Guests Ring Payload Heartbeat Goodbye" },
        { "Watch-RoamSegment $path -Count 1", "Time Name Change Peer Size Goodbye" },
        { "Test-RoamSegment $path -Detailed", "Name Valid Errors Warnings First finding" },
        { "(Test-RoamSegment $path -Detailed).Findings[0]", "Severity Id Message" },
        { "Find-RoamSegment $path", "Name Status Size Peers MappedBy Owner Mode" },
        { "Get-RoamPeer $path -PeerId 1", "Peer State Liveness Heartbeat To host Full To guest Full Slots" },
        { "Get-RoamSlotClass $path | Select-Object -First 1", "Class Slot Count Free Used Host Peers Orphaned Leaked" },
        { "Reset-RoamPeer $path 9 -Force -Confirm:$false", "Peer Was Is Dropped Referenced Owned Skipped" },
    };

    [Theory]
    [MemberData(nameof(Sources))]
    public void Tables_fit_80_100_and_120_columns_with_every_column(string source, string columns)
    {
        foreach (int width in new[] { 80, 100, 120 })
        {
            string[] lines = Lines(Prompt.Show($"{source} | Format-Table", width, ("path", _path)));
            Assert.True(lines.Length >= 4);
            Assert.All(lines, line => Assert.InRange(line.Length, 1, width));
            Assert.Equal(columns, string.Join(' ', lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        }
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Colours_change_no_column(string source, string columns)
    {
        Assert.NotEmpty(columns);
        Rendering.SkipWithoutColours();

        // What the time changes is shown in another column than the colours.
        source += " | ForEach-Object { if ($null -ne $_.HeartbeatAgeMilliseconds) { $_.HeartbeatAgeMilliseconds = 1 }; if ($_.ReadTime) { $_.ReadTime = [datetime] 0 }; $_ } | Format-Table";
        foreach (int width in new[] { 60, 80, 100, 120 })
        {
            string plain = Rendering.With(OutputRendering.PlainText, () => Prompt.ShowOnTerminal(source, width, ("path", _path)));
            Assert.DoesNotMatch(ColourOfState, plain);
            string coloured = OnTerminal(source, width);
            Assert.Equal(Lines(Plain(plain)), Lines(Plain(coloured)));
        }
    }

    [Fact]
    public void States_have_colours_where_there_is_a_terminal_and_nowhere_else()
    {
        Rendering.SkipWithoutColours();
        PSStyle style = PSStyle.Instance;
        string peers = OnTerminal("Get-RoamPeer $path");
        Assert.Contains(style.Foreground.Green + "Attached" + Reset, peers, StringComparison.Ordinal);
        Assert.Contains(style.Foreground.Green + "Alive" + Reset, peers, StringComparison.Ordinal);
        Assert.Contains(style.Foreground.Yellow + "Goodbye" + Reset, peers, StringComparison.Ordinal);
        Assert.Contains(style.Foreground.Yellow + "Warning" + Reset, OnTerminal("(Test-RoamSegment $path -Detailed).Findings"), StringComparison.Ordinal);
        Assert.Contains(style.Foreground.Green + "yes" + Reset, OnTerminal("Test-RoamSegment $path -Detailed | Format-Table"), StringComparison.Ordinal);
        Assert.Contains(style.Foreground.Yellow + "yes" + Reset, OnTerminal("Set-RoamGoodbye $path"), StringComparison.Ordinal);
        Patch.UInt32(_path, 32, 0);
        Assert.Contains(style.Foreground.Red + "no" + Reset, OnTerminal("Test-RoamSegment $path -Detailed | Format-Table"), StringComparison.Ordinal);
        Assert.Contains(style.Foreground.Red + "Invalid" + Reset, OnTerminal("Find-RoamSegment $path | Format-Table"), StringComparison.Ordinal);
        Assert.DoesNotContain(style.Foreground.Red, OnTerminal("[pscustomobject] @{ PSTypeName = 'RoamShm.SegmentPeer'; State = $null }"), StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_are_safe_in_strict_mode_and_with_another_PSStyle()
    {
        const string Strict = "Set-StrictMode -Version 3; Get-RoamPeer $path -PeerId 1; if ($Error) { $Error[0] }";
        foreach (object? style in new object?[] { null, "mine", new System.Collections.Hashtable { ["Foreground"] = 1, ["OutputRendering"] = "Ansi" } })
        {
            string shown = Prompt.ShowWithStyle(style, Strict, 100, ("path", _path));
            Assert.Contains("   1 Attached Alive ", shown, StringComparison.Ordinal);
            Assert.DoesNotMatch(ColourOfState, shown);
        }

        Assert.Contains(" Alive", Plain(OnTerminal(Strict)), StringComparison.Ordinal);
    }

    [Fact]
    public void Redirected_output_has_no_colours_of_states()
    {
        Assert.SkipUnless(Console.IsOutputRedirected, "the output of this run is a terminal");
        Assert.DoesNotMatch(ColourOfState, Prompt.ShowOnTerminal("Get-RoamPeer $path; Get-RoamSegmentHeader $path | Format-Table", 100, ("path", _path)));
    }

    private string OnTerminal(string script, int width = 100) =>
        Rendering.With(OutputRendering.Ansi, () => Prompt.ShowOnTerminal(script, width, ("path", _path)));

    private static string Plain(string text) => new StringDecorated(text).ToString(OutputRendering.PlainText);

    private static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
}
