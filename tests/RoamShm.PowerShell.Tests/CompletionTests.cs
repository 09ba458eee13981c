using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Tests;

/// <summary>Tab completion of paths, peers and states.</summary>
public sealed class CompletionTests : IDisposable
{
    private static readonly string[] OddNames =
    [
        "plain.seg", "a b.seg", "hub [1].seg", "o'brien.seg", "‘curly’.seg", "dollar$x.seg", "$(exit).seg", "semi;x.seg", "-dash.seg", "1kb", "#hash", "@at", "a,b.seg",
        "x{y}.seg", "(p).seg", "amp&.seg", "~t.seg", "漢字.seg", "..seg", "é.seg", "==.seg", "%x.seg",
        .. OperatingSystem.IsWindows() ? Array.Empty<string>() : ["star*.seg", "what?.seg", "tick`x.seg", "x[2]`y.seg", "\"quoted\".seg", "pipe|x.seg", "<x>.seg", "``.seg", "[`.seg"],
    ];

    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();
    private readonly string _path;

    public CompletionTests()
    {
        _path = _folder["hub [1].seg"];
        _ = _prompt.Run("New-RoamSegment $path -MaxGuests 12 -BipbufCapacity 4KB -SlotClass 1KB:4", ("path", _path)).Single;
        _prompt.Runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(_folder.Root));
    }

    public void Dispose()
    {
        _prompt.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Every_cmdlet_that_takes_segments_completes_their_paths()
    {
        File.WriteAllText(_folder["a.txt"], "no segment");
        CmdletInfo[] commands = [.. _prompt.Run("Get-Command -Module RoamShm").Objects.Select(item => (CmdletInfo)item.BaseObject).Where(command => command.Parameters.ContainsKey("LiteralPath"))];
        Assert.True(commands.Length >= 10);
        foreach (string parameter in commands.SelectMany(command => new[] { $"{command.Name} ", $"{command.Name} -Path ", $"{command.Name} -LiteralPath ", $"{command.Name} -PSPath " }))
        {
            CompletionResult[] offered = Complete(parameter);
            Assert.Equal(["hub [1].seg", "a.txt"], offered.Select(one => one.ListItemText));
            Assert.Equal("roam segment " + _path, offered[0].ToolTip);
            Assert.Equal(parameter.EndsWith("LiteralPath ", StringComparison.Ordinal) || parameter.EndsWith("PSPath ", StringComparison.Ordinal) ? "'./hub [1].seg'" : "'./hub `[1`].seg'", offered[0].CompletionText);
        }
    }

    [Fact]
    public void A_completed_path_denotes_the_file_whatever_its_name()
    {
        MakeOddNames();
        Assert.Equal([.. OddNames.Order(StringComparer.Ordinal)], Complete("Get-RoamSegmentHeader ").Select(one => one.ListItemText).Order(StringComparer.Ordinal));
        foreach (string parameter in new[] { "-Path", "-LiteralPath" })
        {
            foreach (string start in new[] { string.Empty, "./", _folder.Root + "/", "\"./", $"'{_folder.Root}/" })
            {
                CompletionResult[] offered = Complete($"Get-RoamSegmentHeader {parameter} {start}");
                Assert.Equal(OddNames.Length, offered.Length);
                foreach (CompletionResult one in offered)
                {
                    Assert.Equal("roam segment " + _folder[one.ListItemText], one.ToolTip);
                    Output output = _prompt.Run($"Get-RoamSegmentHeader {parameter} {one.CompletionText}");
                    Assert.Empty(output.Errors.Select(error => $"{one.CompletionText}: {error}"));
                    Assert.Equal([_folder[one.ListItemText]], output.Paths);
                }
            }
        }
    }

    [Fact]
    public void Typed_text_narrows_the_names_with_or_without_quotes()
    {
        File.Copy(_path, _folder["o'brien 2.seg"]);
        _ = Directory.CreateDirectory(_folder["sub folder"]);
        File.Copy(_path, _folder["sub folder/deep.seg"]);
        Assert.Equal(["'./o''brien 2.seg'"], Complete("Test-RoamSegment o").Select(one => one.CompletionText));
        Assert.Equal(["'./o''brien 2.seg'"], Complete("Test-RoamSegment './o").Select(one => one.CompletionText));
        Assert.Equal(["'./o''brien 2.seg'"], Complete("Test-RoamSegment './o''b").Select(one => one.CompletionText));
        Assert.Equal(["'./o''brien 2.seg'"], Complete("Test-RoamSegment \"./O").Select(one => one.CompletionText));
        Assert.Equal(["'./o''brien 2.seg'"], Complete("Test-RoamSegment './hub `[1`].seg', ./o").Select(one => one.CompletionText));
        Assert.Equal(["'./hub `[1`].seg'"], Complete("Test-RoamSegment './hub `[").Select(one => one.CompletionText));
        Assert.Equal(["'./hub [1].seg'"], Complete("Test-RoamSegment -LiteralPath './hub [").Select(one => one.CompletionText));
        Assert.Equal([$"'{_folder.Root}/sub folder/deep.seg'"], Complete($"Test-RoamSegment '{_folder.Root}/sub folder/d").Select(one => one.CompletionText));
        Assert.Equal(CompletionResultType.ProviderContainer, Assert.Single(Complete("Test-RoamSegment su")).ResultType);
        Assert.Empty(Complete("Test-RoamSegment ./none/x"));
    }

    [Fact]
    public void Everything_in_the_folder_is_offered_and_left_undisturbed()
    {
        File.WriteAllBytes(_folder["a-short"], [0x52, 0x4f]);
        File.WriteAllBytes(_folder["b-empty"], []);
        File.WriteAllBytes(_folder["c-magic"], File.ReadAllBytes(_path)[..8]);
        File.WriteAllText(_folder["d-text"], new string('x', 100));
        File.Copy(_path, _folder["e-unreadable"]);
        _ = Directory.CreateDirectory(_folder["f-folder"]);
        List<string> names = ["a-short", "b-empty", "c-magic", "d-text", "e-unreadable", "f-folder", "hub [1].seg"];
        Process? writer = null;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder["e-unreadable"], UnixFileMode.None);
            _ = File.CreateSymbolicLink(_folder["g-nowhere"], _folder["nowhere"]);
            _ = File.CreateSymbolicLink(_folder["h-link"], _path);
            using (Process fifo = Process.Start("mkfifo", [_folder["i-fifo"]]))
            {
                fifo.WaitForExit();
            }

            names.AddRange(["h-link", "i-fifo"]);

            // It waits for a reader, and would write to any process that opens the FIFO.
            writer = Process.Start("sh", ["-c", $"echo x > '{_folder["i-fifo"]}'"]);
        }

        string[] offered = [.. Complete("Get-RoamPeer ").Select(one => one.ListItemText)];
        Assert.Equal(names.Order(StringComparer.Ordinal), offered.Where(name => name != "g-nowhere").Order(StringComparer.Ordinal));
        string[] segments = [.. Complete("Get-RoamPeer ").Where(one => one.ToolTip.StartsWith("roam segment ", StringComparison.Ordinal)).Select(one => one.ListItemText)];
        Assert.Equal(offered.Take(segments.Length), segments);
        Assert.Equal(["c-magic", "h-link", "hub [1].seg"], segments.Where(name => name != "e-unreadable").Order(StringComparer.Ordinal));
        Assert.Empty(Complete($"Get-RoamPeer -LiteralPath {_folder.Root}/i-fifo -PeerId "));
        if (writer is not null)
        {
            Assert.False(writer.HasExited);
            _ = File.ReadAllText(_folder["i-fifo"]);
            writer.WaitForExit();
            writer.Dispose();
        }
    }

    [Fact]
    public void At_most_200_files_are_probed()
    {
        File.Move(_path, _folder["z.seg"]);
        for (int i = 0; i < 199; i++)
        {
            File.WriteAllText(_folder[$"a{i:000}"], string.Empty);
        }

        _ = Directory.CreateDirectory(_folder["b"]);
        Assert.Equal("z.seg", Complete("Get-RoamPeer ")[0].ListItemText);
        File.WriteAllText(_folder["y"], string.Empty);
        CompletionResult[] offered = Complete("Get-RoamPeer ");
        Assert.Equal("a000", offered[0].ListItemText);
        Assert.Equal("z.seg", offered[^1].ListItemText);
        Assert.Equal("z.seg", Complete("Get-RoamPeer ./z")[0].ListItemText);
    }

    [Fact]
    public void Peer_ids_come_from_the_segment_on_the_command_line()
    {
        SetStates();
        foreach (string command in new[] { "Get-RoamPeer './hub `[1`].seg' -PeerId ", "Get-RoamPeer -LiteralPath './hub [1].seg' -PeerId ", "Reset-RoamPeer -Path hub*.seg ", "Reset-RoamPeer -PSPath './hub [1].seg' -Force -PeerId 3, " })
        {
            Assert.Equal(["1 Attached, Unknown", "3 Goodbye, Unknown", "10 Reserved, Unknown", "12 Invalid, Unknown"], Complete(command).Select(one => $"{one.CompletionText} {one.ToolTip}"));
        }

        Assert.Equal(["1", "10", "12"], Complete("Get-RoamPeer hub*.seg -PeerId 1").Select(one => one.CompletionText));
        string second = _folder["b.seg"];
        File.Copy(_path, second);
        Patch.UInt32(second, 128, 2);
        Patch.UInt32(second, 128 + (11 * 64), 0);
        Assert.Equal(["1 Goodbye, Unknown; Attached, Unknown", "3 Goodbye, Unknown"], Complete("Get-RoamPeer b.seg, hub*.seg -PeerId ").Take(2).Select(one => $"{one.CompletionText} {one.ToolTip}"));
    }

    [Theory]
    [InlineData("Get-RoamPeer -PeerId ")]
    [InlineData("Get-RoamPeer none.seg -PeerId ")]
    [InlineData("Get-RoamPeer none*.seg -PeerId ")]
    [InlineData("Get-RoamPeer . -PeerId ")]
    [InlineData("Get-RoamPeer text -PeerId ")]
    [InlineData("Get-RoamPeer short -PeerId ")]
    [InlineData("Get-RoamPeer torn -PeerId ")]
    [InlineData("Get-RoamPeer Variable:x -PeerId ")]
    [InlineData("Get-RoamPeer 'nodrive:/x' -PeerId ")]
    [InlineData("Get-RoamPeer -LiteralPath '' -PeerId ")]
    [InlineData("Get-RoamPeer (throw 1) -PeerId ")]
    [InlineData("Get-RoamPeer '[' -PeerId ")]
    public void There_are_no_peer_ids_without_a_sound_segment(string command)
    {
        File.WriteAllText(_folder["text"], new string('x', 1000));
        File.WriteAllBytes(_folder["short"], File.ReadAllBytes(_path)[..100]);
        File.WriteAllBytes(_folder["torn"], File.ReadAllBytes(_path)[..1000]);
        Assert.DoesNotContain(Complete(command), one => one.ResultType == CompletionResultType.ParameterValue);
    }

    [Fact]
    public void States_that_occur_come_first()
    {
        string[] all = ["Attached", "Goodbye", "Reserved", "Empty", "Invalid"];
        Assert.Equal(all, Complete("Get-RoamPeer -State ").Select(one => one.CompletionText));
        Assert.Equal(all, Complete("Get-RoamPeer none.seg -State ").Select(one => one.CompletionText));
        Patch.UInt32(_path, 128 + (2 * 64), 2);
        Patch.UInt32(_path, 128 + (3 * 64), 2);
        CompletionResult[] offered = Complete("Get-RoamPeer hub*.seg -State ");
        Assert.Equal(["Goodbye", "Attached", "Reserved", "Empty", "Invalid"], offered.Select(one => one.CompletionText));
        Assert.EndsWith(": peer 3, 4", offered[0].ToolTip, StringComparison.Ordinal);
        Assert.Equal(["Goodbye"], Complete("Get-RoamPeer hub*.seg -State Attached, g").Select(one => one.CompletionText));
        Output wrong = _prompt.Run("try { Get-RoamPeer hub*.seg -State Gone } catch { $_.FullyQualifiedErrorId; \"$_\" }");
        Assert.Equal("ParameterArgumentValidationError,RoamShm.Commands.GetRoamPeerCommand", wrong.Text[0]);
        Assert.Contains("Empty, Attached, Goodbye, Reserved, Invalid", wrong.Text[1], StringComparison.Ordinal);
    }

    /// <summary>Sets peers to every state except Empty.</summary>
    private void SetStates()
    {
        Patch.UInt32(_path, 128, 1);
        Patch.UInt32(_path, 128 + (2 * 64), 2);
        Patch.UInt32(_path, 128 + (9 * 64), 3);
        Patch.UInt32(_path, 128 + (11 * 64), 9);
    }

    private void MakeOddNames()
    {
        foreach (string name in OddNames.Where(name => _folder[name] != _path))
        {
            File.Copy(_path, _folder[name]);
        }
    }

    private CompletionResult[] Complete(string input)
    {
        using var shell = PowerShell.Create(_prompt.Runspace);
        return [.. CommandCompletion.CompleteInput(input, input.Length, null, shell).CompletionMatches];
    }
}
