using System;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace RoamShm.Tests;

public sealed class NewRoamSegmentTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Prompt _prompt = new();

    public void Dispose()
    {
        _prompt.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_defaults_are_as_documented()
    {
        PSObject header = Run("New-RoamSegment $folder/a.seg").Single;
        Assert.Equal(8U, header.Get("MaxGuests"));
        Assert.Equal(65536U, header.Get("BipbufCapacity"));
        Assert.Equal(1048576U, header.Get("MaxPayloadSize"));
        Assert.Equal(0U, header.Get("InlineThreshold"));
        Assert.Equal(0UL, header.Get("HeartbeatInterval"));
        Assert.Equal(3U, header.Get("NumVarSlotClasses"));
        Assert.Equal(14703936UL, header.Get("TotalSize"));
        Assert.Equal(_folder["a.seg"], header.Get("Path"));
        Assert.Equal("Microsoft.PowerShell.Core\\FileSystem::" + _folder["a.seg"], header.Get("PSPath"));
        Assert.True((bool)Run("Test-RoamSegment $folder/a.seg").Single.BaseObject);
    }

    [Theory]
    [InlineData("-SlotClass '1KB:8','16KB:4'", "1024:8,16384:4")]
    [InlineData("-SlotClass '1KB:8,16KB:4'", "1024:8,16384:4")]
    [InlineData("-SlotClass '1KB:8; 16KB:4'", "1024:8,16384:4")]
    [InlineData("-SlotClass @{SlotSize=1KB;SlotCount=8}", "1024:8")]
    [InlineData("-SlotClass @{slotsize='1KB';slotcount='8'},'16384:4'", "1024:8,16384:4")]
    [InlineData("-SlotClass ([pscustomobject]@{SlotSize=1024;SlotCount=8})", "1024:8")]
    [InlineData("-SlotClass ''", "1024:1024,16384:256,262144:32")]
    [InlineData("-SlotClass $null", "1024:1024,16384:256,262144:32")]
    public void Slot_classes_come_in_every_form(string arguments, string expected)
    {
        string state = Assert.Single(_prompt.Run($"New-RoamSegment $folder/a.seg -WhatIf {arguments}; New-RoamSegment $folder/a.seg {arguments}", ("folder", _folder.Root)).Objects).Get("NumVarSlotClasses")!.ToString()!;
        Assert.Equal(expected.Split(',').Length.ToString(System.Globalization.CultureInfo.InvariantCulture), state);
        using FileStream file = File.OpenRead(_folder["a.seg"]);
        using var reader = new BinaryReader(file);
        file.Position = 48;
        file.Position = (long)reader.ReadUInt64();
        foreach (string slotClass in expected.Split(','))
        {
            Assert.Equal(slotClass, $"{reader.ReadUInt32()}:{reader.ReadUInt32()}");
            file.Position += 56;
        }
    }

    [Theory]
    [InlineData("-HeartbeatInterval 500ms", 500_000_000)]
    [InlineData("-HeartbeatInterval 1s", 1_000_000_000)]
    [InlineData("-HeartbeatInterval 1.5s", 1_500_000_000)]
    [InlineData("-HeartbeatInterval 250us", 250_000)]
    [InlineData("-HeartbeatInterval 2m", 120_000_000_000)]
    [InlineData("-HeartbeatInterval 00:00:05", 5_000_000_000)]
    [InlineData("-HeartbeatInterval 12345", 12345)]
    [InlineData("-HeartbeatInterval '12345'", 12345)]
    [InlineData("-HeartbeatInterval ([timespan]::FromMilliseconds(3))", 3_000_000)]
    [InlineData("-HeartbeatInterval ''", 0)]
    public void Heartbeats_come_in_every_form(string arguments, long expected) =>
        Assert.Equal((ulong)expected, Run($"New-RoamSegment $folder/a.seg -Sparse {arguments}").Single.Get("HeartbeatInterval"));

    [Theory]
    [InlineData("-BipbufCapacity 4096")]
    [InlineData("-BipbufCapacity 4KB")]
    [InlineData("-BipbufCapacity '4KB'")]
    [InlineData("-BipbufCapacity '4 kb'")]
    [InlineData("-BipbufCapacity '0x1000'")]
    [InlineData("-BipbufCapacity 4096.0")]
    public void Sizes_come_in_every_form(string arguments) =>
        Assert.Equal(4096U, Run($"New-RoamSegment $folder/a.seg {arguments}").Single.Get("BipbufCapacity"));

    [Fact]
    public void A_plan_of_rows_makes_a_segment_a_row_and_empty_cells_mean_defaults()
    {
        Output output = Run("""
            [pscustomobject]@{ Path = "$folder/a.seg"; MaxGuests = '4'; BipbufCapacity = '64KB'; MaxPayloadSize = ''; InlineThreshold = ''; HeartbeatInterval = '1s'; SlotClass = '1KB:8,4KB:2'; Mode = '0640' },
            [pscustomobject]@{ Path = "$folder/b.seg"; MaxGuests = ''; BipbufCapacity = ''; MaxPayloadSize = '2MB'; InlineThreshold = '128'; HeartbeatInterval = ''; SlotClass = ''; Mode = '' } |
                New-RoamSegment
            """);
        Assert.Empty(output.ErrorIds);
        Assert.Equal([4U, 8U], output.Objects.Select(header => header.Get("MaxGuests")));
        Assert.Equal([1048576U, 2097152U], output.Objects.Select(header => header.Get("MaxPayloadSize")));
        Assert.Equal([2U, 3U], output.Objects.Select(header => header.Get("NumVarSlotClasses")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((UnixFileMode)0x1A0, File.GetUnixFileMode(_folder["a.seg"]));
            Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(_folder["b.seg"]));
        }
    }

    [Fact]
    public void Names_from_the_pipeline_and_names_that_look_like_patterns()
    {
        Output output = Run("\"$folder/a.seg\", \"$folder/b[1]*.seg\" | New-RoamSegment -MaxGuests 1");
        Assert.Equal([_folder["a.seg"], _folder["b[1]*.seg"]], output.Paths);
    }

    [Fact]
    public void A_header_is_no_configuration()
    {
        _ = Run("New-RoamSegment $folder/a.seg").Single;
        Output output = Run("$h = Get-RoamSegmentHeader $folder/a.seg; [System.IO.File]::Delete($h.Path); $h | New-RoamSegment");
        Assert.Equal(["InvalidConfiguration"], output.ErrorIds);
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Theory]
    [InlineData("-MaxGuests 0")]
    [InlineData("-MaxGuests 256")]
    [InlineData("-MaxGuests -1")]
    [InlineData("-BipbufCapacity 0")]
    [InlineData("-BipbufCapacity 4GB")]
    [InlineData("-MaxPayloadSize 4GB")]
    [InlineData("-InlineThreshold 4GB")]
    [InlineData("-SlotClass 4:10")]
    [InlineData("-SlotClass 1KB:0")]
    [InlineData("-SlotClass 1KB")]
    [InlineData("-SlotClass a:b")]
    [InlineData("-SlotClass 1KB:1:1")]
    [InlineData("-SlotClass @{SlotSize=1KB}")]
    [InlineData("-SlotClass @{SlotSize=1KB;SlotCount=1;Slots=3}")]
    [InlineData("-SlotClass (1..257 | ForEach-Object { '64:1' })")]
    [InlineData("-SlotClass 4GB:1")]
    [InlineData("-SlotClass 4294967295:4294967295")]
    [InlineData("-Mode 0888")]
    [InlineData("-Mode 1000")]
    [InlineData("-Mode rw")]
    public void A_configuration_without_sense_is_refused_and_makes_nothing(string arguments)
    {
        Output output = Run($"New-RoamSegment $folder/a.seg {arguments}");
        Assert.Equal(["InvalidConfiguration"], output.ErrorIds);
        Assert.Equal(ErrorCategory.InvalidArgument, output.Errors[0].CategoryInfo.Category);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("-BipbufCapacity 64XB")]
    [InlineData("-BipbufCapacity 1.5")]
    [InlineData("-MaxGuests many")]
    [InlineData("-HeartbeatInterval soon")]
    [InlineData("-HeartbeatInterval -5")]
    [InlineData("-HeartbeatInterval 0.5")]
    public void Text_that_is_no_value_does_not_bind(string arguments)
    {
        Assert.Equal(["ParameterArgumentTransformationError"], Run($"New-RoamSegment $folder/a.seg {arguments}").ErrorIds);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Hazards_are_warnings()
    {
        Output output = Run("New-RoamSegment $folder/a.seg -BipbufCapacity 100 -SlotClass 4KB:1,1KB:1 -HeartbeatInterval 9223372036854775808");
        Assert.Equal(4, output.Warnings.Count);
        _ = output.Single;
    }

    [Fact]
    public void WhatIf_makes_nothing()
    {
        Output output = Run("New-RoamSegment $folder/a.seg -WhatIf; New-RoamSegment $folder/a.seg -WhatIf -Force");
        Assert.Empty(output.Objects);
        Assert.Empty(output.ErrorIds);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void An_existing_file_is_an_error_and_Force_replaces_it()
    {
        _ = Run("New-RoamSegment $folder/a.seg -MaxGuests 3").Single;
        Output output = Run("New-RoamSegment $folder/a.seg -MaxGuests 4");
        Assert.Equal(["SegmentExists"], output.ErrorIds);
        Assert.Equal(ErrorCategory.ResourceExists, output.Errors[0].CategoryInfo.Category);
        Assert.Equal(_folder["a.seg"], output.Errors[0].TargetObject);
        Assert.Empty(Run("New-RoamSegment $folder/a.seg -MaxGuests 4 -Force -WhatIf").Objects);
        Assert.Equal(3U, Run("Get-RoamSegmentHeader $folder/a.seg").Single.Get("MaxGuests"));
        Assert.Equal(4U, Run("New-RoamSegment $folder/a.seg -MaxGuests 4 -Force").Single.Get("MaxGuests"));
        Assert.Equal(["SegmentNotFound"], Run("New-RoamSegment $folder/none/a.seg").ErrorIds);
        Assert.Equal(["InsufficientSpace"], Run("New-RoamSegment $folder/b.seg -SlotClass 4294967295:65536").ErrorIds);
        Assert.Equal(["NotARegularFile"], Run("New-RoamSegment $folder -Force").ErrorIds);
    }

    [Theory]
    [InlineData("0600", 0x180)]
    [InlineData("'0660'", 0x1B0)]
    [InlineData("666", 0x1B6)]
    public void The_mode_is_read_as_octal_digits(string mode, int expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "permission bits are Unix's");
        _ = Run($"New-RoamSegment $folder/a.seg -Mode {mode}").Single;
        Assert.Equal((UnixFileMode)expected, File.GetUnixFileMode(_folder["a.seg"]));
    }

    private Output Run(string script) => _prompt.Run(script, ("folder", _folder.Root));
}
