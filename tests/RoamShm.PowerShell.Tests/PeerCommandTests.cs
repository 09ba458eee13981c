using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;

namespace RoamShm.Tests;

/// <summary>Who is on it, drain, removal and recovery, at the prompt.</summary>
public sealed class PeerCommandTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();
    private readonly Agent _guest = new();
    private readonly string _path;

    public PeerCommandTests()
    {
        _path = _folder["hub [1].seg"];
        _ = Run("New-RoamSegment $path -MaxGuests 3 -BipbufCapacity 4KB -SlotClass 1KB:4,8KB:2 -HeartbeatInterval 30s").Single;
    }

    public void Dispose()
    {
        _guest.Dispose();
        _prompt.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Peers_are_listed_filtered_and_piped()
    {
        _ = _guest.Do("attach", _path);
        _ = _guest.Do("beat", _path);
        Patch.UInt32(_path, 128 + 64, 2);
        Assert.Equal([1, 2], Run("Get-RoamPeer -LiteralPath $path").Objects.Select(peer => peer.Get("PeerId")));
        Assert.Equal([1, 2, 3], Run("Get-RoamPeer -LiteralPath $path -All").Objects.Select(peer => peer.Get("PeerId")));
        Assert.Equal([2], Run("Get-RoamPeer -LiteralPath $path -State Goodbye").Objects.Select(peer => peer.Get("PeerId")));
        Assert.Equal([3], Run("Get-RoamPeer -LiteralPath $path -State Empty").Objects.Select(peer => peer.Get("PeerId")));
        Assert.Equal([1], Run("Get-RoamPeer -LiteralPath $path -PeerId 1, 3").Objects.Select(peer => peer.Get("PeerId")));
        Assert.Equal(["PeerNotFound"], Run("Get-RoamPeer -LiteralPath $path -PeerId 4").ErrorIds);
        PSObject peer = Run("Get-RoamSegmentHeader -LiteralPath $path | Get-RoamPeer -State Attached").Single;
        Assert.Equal("Alive", peer.Get("Liveness"));
        Assert.Equal(_path, peer.Get("Path"));
        PSObject clixml = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(peer));
        Assert.Equal("Attached", clixml.Get("State"));
        Assert.Equal(1, Run("$back | Get-RoamPeer", ("back", clixml)).Single.Get("PeerId"));
        Assert.Equal("goodbye", Run("(Get-RoamPeer -LiteralPath $path -State goodbye).State").Single.ToString().ToLowerInvariant());
    }

    [Fact]
    public void Events_of_a_watch_feed_the_others()
    {
        Patch.UInt32(_path, 128, 2);
        PSObject initial = Run("Watch-RoamSegment -LiteralPath $path -Count 1").Single;
        foreach (object item in new object[] { initial, PSSerializer.Deserialize(PSSerializer.Serialize(initial)) })
        {
            foreach (string command in new[] { "Get-RoamPeer", "Get-RoamSegmentHeader", "Test-RoamSegment" })
            {
                _ = Run($"$item | {command}", ("item", item)).Single;
            }
        }
    }

    [Fact]
    public void Slot_classes_are_listed_and_piped()
    {
        _ = _guest.Do("attach", _path);
        _ = _guest.Do("allocate", _path, "0", "1");
        Output output = Run("Get-RoamSegmentHeader -LiteralPath $path | Get-RoamSlotClass");
        Assert.Equal([1L, 0L], output.Objects.Select(slotClass => slotClass.Get("OwnedByPeers")));
        PSObject back = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(output.Objects[0]));
        Assert.Equal(2, Run("$back | Get-RoamSlotClass", ("back", back)).Objects.Count);
    }

    [Fact]
    public void The_processes_that_map_a_segment_are_process_objects()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "who maps a segment is known on Linux only");
        _ = _guest.Do("map", _path);
        PSObject process = Run("Get-RoamSegmentHeader -LiteralPath $path | Get-RoamSegmentProcess").Single;
        Assert.Equal(_guest.Id, ((System.Diagnostics.Process)process.BaseObject).Id);
        Assert.Equal(_path, process.Get("SegmentPath"));
        Assert.Equal(["SegmentNotFound"], Run("Get-RoamSegmentProcess $folder/none.seg").ErrorIds);
    }

    [Fact]
    public void Find_looks_through_folders_and_its_output_feeds_the_others()
    {
        _ = Directory.CreateDirectory(_folder["sub/deeper"]);
        _ = Run("New-RoamSegment $folder/sub/deeper/b.seg").Single;
        Assert.Equal([_path], Run("Find-RoamSegment $folder").Paths);
        Assert.Equal(2, Run("Find-RoamSegment $folder -Recurse").Objects.Count);
        Assert.Equal([_path], Run("Find-RoamSegment $folder -Depth 1").Paths);
        Assert.Equal([_path], Run("Get-ChildItem -LiteralPath $folder -File | Find-RoamSegment").Paths);
        Assert.Equal([_path], Run("Find-RoamSegment $folder | Get-RoamSegmentHeader").Paths);
        Assert.Equal(["SegmentNotFound"], Run("Find-RoamSegment $folder/none").ErrorIds);
        Output all = Run("Find-RoamSegment | Where-Object Path -eq $path");
        if (_path.StartsWith("/dev/shm/", StringComparison.Ordinal))
        {
            Assert.Empty(all.Objects);
            Assert.Equal([_path], Run("Find-RoamSegment /dev/shm -Depth 1 | Where-Object Path -eq $path").Paths);
        }

        PSObject listing = Run("Find-RoamSegment $folder").Single;
        Assert.Equal("RoamShm.SegmentListing", listing.BaseObject.GetType().FullName);
        Assert.Contains((string)listing.Get("Status")!, new[] { "Idle", "Unknown" });
    }

    [Fact]
    public void What_a_killed_creation_left_is_told_and_removed_when_asked()
    {
        string leftover = _folder[".roamshm-a1b2c3"];
        File.WriteAllText(leftover, "half a segment");
        Assert.Contains(leftover, Assert.Single(Run("Find-RoamSegment $folder").Warnings), StringComparison.Ordinal);
        Assert.Contains(leftover, Assert.Single(Run("\"$folder/n1.seg\", \"$folder/n2.seg\" | New-RoamSegment -MaxGuests 1").Warnings), StringComparison.Ordinal);
        Assert.Empty(Run("Find-RoamSegment $folder -RemoveLeftover -WhatIf").Warnings);
        Assert.True(File.Exists(leftover));
        Assert.Equal(3, Run("Find-RoamSegment $folder -RemoveLeftover").Objects.Count);
        Assert.False(File.Exists(leftover));
        Assert.Empty(Run("Find-RoamSegment $folder").Warnings);
    }

    [Fact]
    public void Wait_returns_when_the_guests_have_left()
    {
        _ = _guest.Do("attach", _path);
        using var timer = new Timer(_ => _guest.Do("state", _path, "2"), null, 200, Timeout.Infinite);
        PSObject header = Run("Set-RoamGoodbye -LiteralPath $path -Wait -Timeout 60").Single;
        Assert.True((bool)header.Get("HostGoodbye")!);
        Assert.Equal(_path, header.Get("Path"));
    }

    [Fact]
    public void Wait_gives_up_with_the_names_of_the_peers_left_and_all_segments_are_told_first()
    {
        string second = _folder["b.seg"];
        _ = Run("New-RoamSegment $folder/b.seg -MaxGuests 1").Single;
        _ = _guest.Do("attach", _path);
        Output output = Run("Set-RoamGoodbye -LiteralPath $path, $second -Wait -Timeout 100ms", ("second", second));
        ErrorRecord error = Assert.Single(output.Errors);
        Assert.StartsWith("DrainTimeout,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("peer 1 is still attached", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(_path, error.TargetObject);
        Assert.Equal([second], output.Paths);
        Assert.True((bool)Run("Get-RoamSegmentHeader -LiteralPath $path").Single.Get("HostGoodbye")!);
        Assert.Empty(Run("Set-RoamGoodbye -LiteralPath $path -Wait -WhatIf").Objects);
        Assert.Equal(["TimeoutWithoutWait,RoamShm.Commands.SetRoamGoodbyeCommand"], Run("try { Set-RoamGoodbye -LiteralPath $path -Timeout 1 } catch { $_.FullyQualifiedErrorId }").Text);
    }

    [Fact]
    public void Wait_can_be_stopped()
    {
        _ = _guest.Do("attach", _path);
        using var shell = PowerShell.Create(_prompt.Runspace);
        _prompt.Runspace.SessionStateProxy.SetVariable("path", _path);
        IAsyncResult running = shell.AddScript("Set-RoamGoodbye -LiteralPath $path -Wait").BeginInvoke();
        SpinWait.SpinUntil(() => shell.Streams.Progress.Count > 0, TimeSpan.FromSeconds(60));
        Assert.Contains("1 peers left on 1 of 1 segments", shell.Streams.Progress[0].StatusDescription, StringComparison.Ordinal);
        shell.Stop();
        _ = Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
    }

    [Fact]
    public void A_used_segment_is_not_removed_unless_forced()
    {
        SkipWhereMappingsAreUnknown();
        _ = _guest.Do("map", _path);
        Output output = Run("Remove-RoamSegment -LiteralPath $path -Confirm:$false");
        Assert.Equal(["SegmentInUse"], output.ErrorIds);
        Assert.Contains(_guest.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), output.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Empty(Run("Remove-RoamSegment -LiteralPath $path -Force -WhatIf").ErrorIds);
        Assert.True(File.Exists(_path));
        Assert.Empty(Run("Remove-RoamSegment -LiteralPath $path -Force -Confirm:$false").ErrorIds);
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void An_unused_segment_is_removed_and_WhatIf_keeps_it()
    {
        SkipWhereMappingsAreUnknown();
        Assert.Empty(Run("Remove-RoamSegment -LiteralPath $path -WhatIf").ErrorIds);
        Assert.True(File.Exists(_path));
        Assert.Empty(Run("Get-RoamSegmentHeader -LiteralPath $path | Remove-RoamSegment -Confirm:$false").ErrorIds);
        Assert.False(File.Exists(_path));
        Assert.Equal(["SegmentNotFound"], Run("Remove-RoamSegment -LiteralPath $path -Confirm:$false").ErrorIds);
        Assert.Equal(["NotARegularFile"], Run("Remove-RoamSegment -LiteralPath $folder -Confirm:$false").ErrorIds);
    }

    [Fact]
    public void Goodbye_drains_first_and_then_removes()
    {
        SkipWhereMappingsAreUnknown();
        var guest = new Agent();
        _ = guest.Do("attach", _path);
        Assert.Equal(["DrainTimeout"], Run("Remove-RoamSegment -LiteralPath $path -Goodbye -Timeout 100ms -Confirm:$false").ErrorIds);
        _ = guest.Do("state", _path, "2");
        Assert.Equal(["SegmentInUse"], Run("Remove-RoamSegment -LiteralPath $path -Goodbye -Timeout 100ms -Confirm:$false").ErrorIds);
        Assert.True(File.Exists(_path));
        using var timer = new Timer(_ => guest.Dispose(), null, 200, Timeout.Infinite);
        Assert.Empty(Run("Remove-RoamSegment -LiteralPath $path -Goodbye -Timeout 60 -Confirm:$false").ErrorIds);
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void Stale_removes_only_what_is_stale()
    {
        SkipWhereMappingsAreUnknown();
        _ = Run("New-RoamSegment $folder/old.seg").Single;
        _ = Run("New-RoamSegment $folder/used.seg").Single;
        File.WriteAllText(_folder["notes.txt"], "not a segment");
        foreach (string name in new[] { "old.seg", "used.seg", "notes.txt" })
        {
            File.SetLastWriteTimeUtc(_folder[name], DateTime.UtcNow.AddHours(-1));
        }

        _ = _guest.Do("map", _folder["used.seg"]);
        Assert.Empty(Run("Remove-RoamSegment $folder -Stale -WhatIf").ErrorIds);
        Assert.True(File.Exists(_folder["old.seg"]));
        Assert.Empty(Run("Remove-RoamSegment $folder -Stale -MinimumAge 2h -Confirm:$false").ErrorIds);
        Assert.True(File.Exists(_folder["old.seg"]));
        Assert.Empty(Run("Remove-RoamSegment $folder -Stale -Confirm:$false").ErrorIds);
        Assert.Equal([_path, _folder["notes.txt"], _folder["used.seg"]], Directory.GetFiles(_folder.Root).Order());
    }

    [Fact]
    public void A_peer_is_recovered_through_the_pipeline()
    {
        Patch.UInt32(_path, 128, 2);
        Patch.UInt32(_path, 128 + 128, 3);
        Assert.Empty(Run("Get-RoamPeer -LiteralPath $path | Reset-RoamPeer -Force -WhatIf").Objects);
        Output output = Run("Get-RoamPeer -LiteralPath $path | Reset-RoamPeer -Force -Confirm:$false");
        Assert.Empty(output.ErrorIds);
        Assert.Equal(["Goodbye", "Reserved"], output.Objects.Select(result => result.Get("PreviousState")));
        Assert.Empty(Run("Get-RoamPeer -LiteralPath $path").Objects);
        Assert.Equal("Empty", Run("Reset-RoamPeer -LiteralPath $path -PeerId 1 -Confirm:$false").Single.Get("State"));
        Assert.Equal(["Empty", "Empty"], Run("Reset-RoamPeer $folder/hub*.seg 1, 2 -Confirm:$false").Objects.Select(result => result.Get("State")));
        Assert.Equal(["PeerIdMissing,RoamShm.Commands.ResetRoamPeerCommand"], Run("try { Reset-RoamPeer $folder/hub*.seg -Confirm:$false } catch { $_.FullyQualifiedErrorId }").Text);
        Assert.Equal(["PeerNotFound"], Run("Reset-RoamPeer -LiteralPath $path -PeerId 9 -Confirm:$false").ErrorIds);
    }

    [Fact]
    public void A_recovery_of_no_peer_is_the_same_error_however_the_segment_is_named()
    {
        Patch.UInt32(_path, 128, 2);
        foreach (string call in new[]
        {
            "Reset-RoamPeer $folder/hub*.seg -Force -Confirm:$false",
            "Reset-RoamPeer -LiteralPath $path -Force -Confirm:$false",
            "Get-ChildItem -LiteralPath $folder -File | Reset-RoamPeer -Force -Confirm:$false",
            "Get-RoamSegmentHeader -LiteralPath $path | Reset-RoamPeer -Force -Confirm:$false",
        })
        {
            PSObject error = Run($"try {{ {call} }} catch {{ $_ }}").Single;
            Assert.Equal("PeerIdMissing,RoamShm.Commands.ResetRoamPeerCommand", error.Get("FullyQualifiedErrorId"));
            Assert.Contains("-PeerId", ((ErrorRecord)error.BaseObject).ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.Equal("Goodbye", Run("Get-RoamPeer -LiteralPath $path").Single.Get("State"));
    }

    [Fact]
    public void A_living_peer_or_host_is_left_alone()
    {
        _ = _guest.Do("attach", _path);
        _ = _guest.Do("beat", _path);
        Assert.Equal(["PeerAlive"], Run("Reset-RoamPeer -LiteralPath $path -PeerId 1 -Confirm:$false").ErrorIds);
        _ = _guest.Do("state", _path, "2");
        Assert.Equal(["HostMayBeRunning"], Run("Reset-RoamPeer -LiteralPath $path -PeerId 1 -Confirm:$false").ErrorIds);
        Assert.Equal("Goodbye", Run("Get-RoamPeer -LiteralPath $path").Single.Get("State"));
    }

    [Fact]
    public void Damage_is_a_warning_of_the_recovery_and_a_finding_of_the_full_test()
    {
        Patch.UInt32(_path, 128, 2);
        Patch.UInt32(_path, (long)(128 + (3 * 64) + 4224), 9999);
        Assert.False((bool)Run("Test-RoamSegment -LiteralPath $path -Full").Single.BaseObject);
        Assert.True((bool)Run("Test-RoamSegment -LiteralPath $path").Single.BaseObject);
        Output output = Run("Reset-RoamPeer -LiteralPath $path -PeerId 1 -Force -Confirm:$false");
        Assert.Contains("write 9999", Assert.Single(output.Warnings), StringComparison.Ordinal);
        Assert.True((bool)Run("Test-RoamSegment -LiteralPath $path -Full").Single.BaseObject);
    }

    [Fact]
    public void A_watch_tells_of_peers()
    {
        using var timer = new Timer(_ => _guest.Do("attach", _path), null, 200, Timeout.Infinite);
        PSObject change = Run("Watch-RoamSegment -LiteralPath $path -Peer -SkipInitial -Count 1 -Interval 5ms").Single;
        Assert.Equal(("Attached", 1), (change.Get("Change"), change.Get("PeerId")));
    }

    [Fact]
    public void Peers_of_another_computer_are_not_touched_here()
    {
        Patch.UInt32(_path, 128, 2);
        var sent = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(Run("Get-RoamPeer -LiteralPath $path").Single));
        sent.Properties.Add(new PSNoteProperty("PSComputerName", "elsewhere.example"));
        foreach (string command in new[] { "Get-RoamPeer", "Get-RoamSlotClass", "Get-RoamSegmentProcess", "Reset-RoamPeer -Force -Confirm:$false", "Remove-RoamSegment -Force -Confirm:$false", "Find-RoamSegment" })
        {
            Assert.Equal(["RemoteObject"], Run($"$sent | {command}", ("sent", sent)).ErrorIds);
        }

        Assert.Equal("Goodbye", Run("Get-RoamPeer -LiteralPath $path").Single.Get("State"));
    }

    private static void SkipWhereMappingsAreUnknown()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "who maps a segment is known on Linux only");
        using var prompt = new Prompt();
        Assert.SkipWhen(prompt.Run("Get-RoamSegmentProcess /dev/shm/none.seg").Warnings.Count > 0, "other users' mappings cannot be read here");
    }

    private Output Run(string script, params (string Name, object? Value)[] variables) =>
        _prompt.Run(script, [("path", _path), ("folder", _folder.Root), .. variables]);
}
