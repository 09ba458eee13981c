using System;

namespace RoamShm.Tests;

public sealed class LayoutTests
{
    [Fact]
    public void The_layout_follows_the_arithmetic_of_the_format()
    {
        SegmentLayout layout = SegmentLayout.Compute(Make.Configuration);
        Assert.Equal(128UL, layout.PeerTableOffset);
        Assert.Equal(Make.RingBase, layout.RingBase);
        Assert.Equal(Make.RingStride, layout.RingStride);
        Assert.Equal(256UL + (2 * 4224), layout.RingOffset(1));
        Assert.Equal(Make.PoolOffset, layout.VarPoolOffset);
        Assert.Equal(Make.PoolOffset + 64, layout.Pool.HeaderOffset(1));
        Assert.Equal(Make.PoolOffset + 128, layout.Pool.MetaOffset(0));
        Assert.Equal(Make.PoolOffset + 192, layout.Pool.DataOffset(0));
        Assert.Equal((ulong)Make.Length, layout.TotalSize);
    }

    [Fact]
    public void Alignment_rounds_up_and_detects_overflow()
    {
        Assert.Equal(0UL, SegmentFormat.Align(0));
        Assert.Equal(64UL, SegmentFormat.Align(1));
        Assert.Equal(64UL, SegmentFormat.Align(64));
        _ = Assert.Throws<OverflowException>(() => SegmentFormat.Align(ulong.MaxValue));
    }

    [Fact]
    public void A_pool_beyond_64_bits_is_reported_and_does_not_wrap()
    {
        SlotClass[] huge = [new SlotClass(uint.MaxValue, uint.MaxValue), new SlotClass(uint.MaxValue, uint.MaxValue)];
        Assert.False(PoolLayout.TryCompute(0, huge, out _));
        Assert.False(PoolLayout.TryCompute(ulong.MaxValue - 10, [new SlotClass(64, 1)], out _));
    }

    public static TheoryData<string, Action<SegmentConfiguration>> Bad => new()
    {
        { "MaxGuests", c => c.MaxGuests = 0 },
        { "MaxGuests", c => c.MaxGuests = 256 },
        { "MaxGuests", c => c.MaxGuests = -1 },
        { "BipbufCapacity", c => c.BipbufCapacity = 0 },
        { "BipbufCapacity", c => c.BipbufCapacity = 1L << 32 },
        { "MaxPayloadSize", c => c.MaxPayloadSize = -1 },
        { "MaxPayloadSize", c => c.MaxPayloadSize = 1L << 32 },
        { "InlineThreshold", c => c.InlineThreshold = 1L << 32 },
        { "number of slot classes", c => c.SlotClasses = [] },
        { "number of slot classes", c => c.SlotClasses = new SlotClass[257] },
        { "SlotSize", c => c.SlotClasses = [new SlotClass(4, 1)] },
        { "SlotSize", c => c.SlotClasses = [new SlotClass(1L << 32, 1)] },
        { "SlotCount of slot class 1", c => c.SlotClasses = [new SlotClass(64, 1), new SlotClass(64, 0)] },
        { "larger than a file", c => c.SlotClasses = [new SlotClass(uint.MaxValue, uint.MaxValue)] },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_configuration_that_no_guest_could_attach_to_is_refused(string named, Action<SegmentConfiguration> spoil)
    {
        SegmentConfiguration configuration = Make.Configuration;
        spoil(configuration);
        SegmentException error = Assert.Throws<SegmentException>(() => SegmentLayout.Compute(configuration));
        Assert.Equal(SegmentErrorId.InvalidConfiguration, error.ErrorId);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_at_the_limits_are_accepted()
    {
        var classes = new SlotClass[256];
        Array.Fill(classes, new SlotClass(5, 1));
        var configuration = new SegmentConfiguration
        {
            MaxGuests = 255,
            BipbufCapacity = uint.MaxValue,
            MaxPayloadSize = uint.MaxValue,
            InlineThreshold = uint.MaxValue,
            HeartbeatInterval = ulong.MaxValue,
            SlotClasses = classes,
        };
        Assert.True(SegmentLayout.Compute(configuration).TotalSize > 255UL * 2 * uint.MaxValue);
    }

    public static TheoryData<string, Action<SegmentConfiguration>> Hazards => new()
    {
        { "RingCapacityNotAligned", c => c.BipbufCapacity = 4100 },
        { "InlineDoesNotFitRing", c => c.BipbufCapacity = 256 },
        { "InlineLengthOverflow", c => (c.InlineThreshold, c.MaxPayloadSize, c.BipbufCapacity) = (65536, 65536, 1 << 20) },
        { "HeartbeatIntervalTooShort", c => c.HeartbeatInterval = 999_999 },
        { "HeartbeatIntervalTooLarge", c => c.HeartbeatInterval = 1UL << 63 },
        { "SlotClassesNotAscending", c => c.SlotClasses = [new SlotClass(8192, 2), new SlotClass(1024, 4)] },
    };

    [Theory]
    [MemberData(nameof(Hazards))]
    public void Each_configuration_hazard_is_one_warning(string id, Action<SegmentConfiguration> spoil)
    {
        SegmentConfiguration configuration = Make.Configuration;
        Assert.Empty(SegmentValidator.FindHazards(configuration));
        spoil(configuration);
        SegmentFinding finding = Assert.Single(SegmentValidator.FindHazards(configuration));
        Assert.Equal(id, finding.Id);
        Assert.Equal(SegmentFinding.Warning, finding.Severity);
        Assert.StartsWith("r[shm.", finding.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(264, 256, 1000, false)]
    [InlineData(260, 256, 1000, true)]
    [InlineData(72, 0, 64, false)]
    [InlineData(68, 0, 64, true)]
    public void An_inline_payload_fits_with_its_header_and_padding(long capacity, long threshold, long payload, bool isHazard)
    {
        SegmentConfiguration configuration = Make.Configuration;
        (configuration.BipbufCapacity, configuration.InlineThreshold, configuration.MaxPayloadSize) = (capacity, threshold, payload);
        Assert.Equal(isHazard, Array.Exists(SegmentValidator.FindHazards(configuration), finding => finding.Id == "InlineDoesNotFitRing"));
    }
}
