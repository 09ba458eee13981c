using System;
using System.Globalization;
using System.Linq;
using System.Text;

namespace RoamShm.Tests;

public sealed class MessageTests : IDisposable
{
    private const long GuestToHostData = (long)Make.RingBase + 128;

    private readonly TestFolder _folder = new();
    private readonly Agent _guest = new();
    private readonly string _path;

    public MessageTests()
    {
        _path = Make.Segment(_folder);
        Assert.Equal("1", _guest.Do("attach", _path));
    }

    public void Dispose()
    {
        _guest.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Empty_rings_have_no_messages() => Assert.Empty(Read());

    [Fact]
    public void An_inline_message_has_the_bytes_that_were_queued()
    {
        byte[] hello = Encoding.UTF8.GetBytes("hello");
        Say("g2h", hello);
        Say("g2h", []);
        SegmentMessage[] messages = Read();
        Assert.Equal(2, messages.Length);
        SegmentMessage first = messages[0];
        Assert.Equal((1, "GuestToHost", 0), (first.PeerId, first.Direction, first.Index));
        Assert.Equal((SegmentMessage.Queued, SegmentMessage.Inline), (first.State, first.Kind));
        Assert.Equal((0U, 16U, 5L), (first.Position, first.EntryLength, first.PayloadLength));
        Assert.Equal(hello, first.Payload);
        Assert.Equal(_path, first.Path);
        Assert.Null(first.SlotClass);
        Assert.Null(first.Generation);
        Assert.Null(first.SlotState);
        Assert.Null(first.Fault);
        Assert.Equal((1, 16U, 0L), (messages[1].Index, messages[1].Position, messages[1].PayloadLength));
        Assert.Empty(messages[1].Payload!);
    }

    [Fact]
    public void A_payload_without_a_stored_length_from_an_older_writer_includes_its_padding()
    {
        Say("g2h", [1, 2, 3, 4, 5]);
        Patch.Bytes(_path, GuestToHostData + 6, [0, 0]);
        SegmentMessage message = Assert.Single(Read());
        Assert.Equal(8, message.PayloadLength);
        Assert.Equal([1, 2, 3, 4, 5, 0, 0, 0], message.Payload);
    }

    [Fact]
    public void A_message_in_a_slot_has_the_payload_from_the_slot()
    {
        byte[] payload = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        Assert.Equal("0:1", _guest.Do("say-slot", _path, "h2g", "0", Hex(payload)));
        SegmentMessage message = Assert.Single(Read(payloadBytes: 2000));
        Assert.Equal(("HostToGuest", SegmentMessage.Slot, SegmentMessage.SlotCurrent), (message.Direction, message.Kind, message.SlotState));
        Assert.Equal((0, 0U, 1U), (message.SlotClass, message.SlotIndex, message.Generation));
        Assert.Equal((20U, 1000L), (message.EntryLength, message.PayloadLength));
        Assert.Equal(payload, message.Payload);
    }

    [Fact]
    public void A_reference_to_a_mapping_gives_its_id_and_offset()
    {
        _ = _guest.Do("say-mmap", _path, "g2h", "7", "3", "4096", "123456");
        SegmentMessage message = Assert.Single(Read());
        Assert.Equal((SegmentMessage.Mmap, 32U, 123456L), (message.Kind, message.EntryLength, message.PayloadLength));
        Assert.Equal((7U, 3U, 4096UL), (message.MapId, message.Generation, message.MapOffset));
        Assert.Null(message.Payload);
        Assert.Null(message.SlotState);
    }

    [Fact]
    public void The_payload_is_no_longer_than_requested()
    {
        Say("g2h", [1, 2, 3, 4, 5]);
        _ = _guest.Do("say-slot", _path, "g2h", "0", "0102030405");
        Assert.All(Read(payloadBytes: 3), message =>
        {
            Assert.Equal([1, 2, 3], message.Payload);
            Assert.Equal(5, message.PayloadLength);
        });
        Assert.All(Read(payloadBytes: 0), message =>
        {
            Assert.Null(message.Payload);
            Assert.Equal(5, message.PayloadLength);
        });
    }

    [Fact]
    public void Messages_after_a_wrap_follow_those_before_it()
    {
        // Rings of 4096 bytes: 40 messages of 100 bytes end at 4000, the first 30 are consumed, and the next one wraps around.
        for (int i = 0; i < 40; i++)
        {
            Say("g2h", Number(i, 92));
        }

        Assert.Equal("30", _guest.Do("take", _path, "g2h", "30"));
        for (int i = 40; i < 50; i++)
        {
            Say("g2h", Number(i, 92));
        }

        SegmentMessage[] messages = Read();
        Assert.Equal(Enumerable.Range(30, 20), messages.Select(message => BitConverter.ToInt32(message.Payload!, 0)));
        Assert.Equal(Enumerable.Range(0, 20), messages.Select(message => message.Index));
        Assert.Equal((3900U, 0U), (messages[9].Position, messages[10].Position));

        // Consumed up to the watermark, which the consumer has not cleared yet.
        Patch.UInt32(_path, (long)Make.RingBase + 64, 4000);
        Assert.Equal(Enumerable.Range(40, 10), Read().Select(message => BitConverter.ToInt32(message.Payload!, 0)));
    }

    [Fact]
    public void A_full_ring_returns_all_of_its_messages()
    {
        for (int i = 0; i < 512; i++)
        {
            Say("h2g", []);
        }

        Assert.Equal(512, Read().Length);
    }

    [Fact]
    public void Each_ring_of_each_peer_is_read_separately()
    {
        using var second = new Agent();
        Assert.Equal("2", second.Do("attach", _path));
        Say("g2h", [1]);
        Say("h2g", [2]);
        _ = second.Do("say", _path, "g2h", "03");
        Assert.Equal([1, 2, 3], Read().Select(message => (int)message.Payload![0]));
        Assert.Equal([(1, "GuestToHost"), (1, "HostToGuest"), (2, "GuestToHost")], Read().Select(message => (message.PeerId, message.Direction!)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_peer_that_the_segment_does_not_have_is_an_error(int peerId)
    {
        using Segment segment = Segment.Open(_path);
        Assert.Equal(SegmentErrorId.PeerNotFound, Assert.Throws<SegmentException>(() => segment.ReadMessages(peerId, RingDirection.GuestToHost)).ErrorId);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Segment.MostPayloadBytes + 1)]
    public void A_negative_payload_limit_or_one_above_a_gibibyte_is_refused(int bytes)
    {
        using Segment segment = Segment.Open(_path);
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.ReadMessages(1, RingDirection.GuestToHost, bytes));
    }

    [Fact]
    public void A_slot_that_was_freed_or_reused_no_longer_holds_the_payload()
    {
        _ = _guest.Do("say-slot", _path, "g2h", "0", "aabb");
        _ = _guest.Do("free", _path, "0", "0");
        SegmentMessage message = Assert.Single(Read());
        Assert.Equal((SegmentMessage.Queued, SegmentMessage.SlotFreed), (message.State, message.SlotState));
        Assert.Null(message.Payload);
        Assert.Contains("freed although the message is still queued", message.Fault, StringComparison.Ordinal);

        Assert.Equal("0:2", _guest.Do("allocate", _path, "0", "1"));
        message = Assert.Single(Read());
        Assert.Equal((SegmentMessage.Queued, SegmentMessage.SlotReused, 1U), (message.State, message.SlotState, message.Generation));
        Assert.Null(message.Payload);
    }

    [Theory]
    [InlineData(8, 9, "slot class 9 of 2")]
    [InlineData(9, 1, "extent 1")]
    [InlineData(12, 4, "slot 4 of 4")]
    public void A_reference_to_a_missing_slot_is_invalid(int field, byte value, string fault)
    {
        _ = _guest.Do("say-slot", _path, "g2h", "0", "aabb");
        Patch.Bytes(_path, GuestToHostData + field, [value]);
        Say("g2h", [1]);
        SegmentMessage[] messages = Read();
        Assert.Equal((SegmentMessage.Queued, SegmentMessage.SlotInvalid), (messages[0].State, messages[0].SlotState));
        Assert.Contains(fault, messages[0].Fault, StringComparison.Ordinal);
        Assert.Equal([1], messages[1].Payload);
    }

    [Fact]
    public void A_payload_length_that_exceeds_its_slot_is_a_fault()
    {
        _ = _guest.Do("say-slot", _path, "g2h", "0", "aabb");
        Patch.UInt32(_path, 17152 + 128 + 64, 1021);
        SegmentMessage message = Assert.Single(Read(payloadBytes: 5000));
        Assert.Equal(1021, message.PayloadLength);
        Assert.Equal(1020, message.Payload!.Length);
        Assert.Contains("1021 bytes, and has room for 1020", message.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_after_a_damaged_entry_is_read()
    {
        Say("g2h", [1]);
        Say("g2h", [2]);
        Say("g2h", [3]);
        Say("h2g", [4]);
        Patch.UInt32(_path, GuestToHostData + 12, 3);
        SegmentMessage[] messages = Read();
        Assert.Equal([SegmentMessage.Queued, SegmentMessage.Damaged, SegmentMessage.Queued], messages.Select(message => message.State));
        Assert.Equal("its length is 3, with 24 bytes left", messages[1].Fault);
        Assert.Equal([4], messages[2].Payload);
    }

    [Theory]
    [InlineData(40, 40, 8, new[] { 8, 16, 24, 32 })] // The producer has set the watermark but has not yet moved to the start.
    [InlineData(16, 40, 0, new[] { 0, 8 })] // The consumer is at the start and has not cleared the watermark.
    [InlineData(0, 40, 0, new int[0])] // The same, with nothing at the start.
    [InlineData(40, 40, 40, new[] { 0, 8, 16, 24, 32 })] // Full, from the start to the watermark, where the consumer still is.
    public void A_ring_whose_producer_or_consumer_stopped_in_the_middle_of_a_wrap_can_still_be_read(int write, int watermark, int read, int[] positions)
    {
        for (int i = 0; i < 5; i++)
        {
            Say("g2h", []);
        }

        Patch.UInt32(_path, (long)Make.RingBase, (uint)write);
        Patch.UInt32(_path, (long)Make.RingBase + 4, (uint)watermark);
        Patch.UInt32(_path, (long)Make.RingBase + 64, (uint)read);
        SegmentMessage[] messages = Read();
        Assert.All(messages, message => Assert.Equal(SegmentMessage.Queued, message.State));
        Assert.Equal(positions, messages.Select(message => (int)message.Position));
    }

    [Fact]
    public void Impossible_positions_are_damage()
    {
        Patch.UInt32(_path, (long)Make.RingBase, 5000);
        SegmentMessage message = Assert.Single(Read());
        Assert.Equal((SegmentMessage.Damaged, "write 5000 is past the capacity of 4096"), (message.State, message.Fault));
    }

    [Fact]
    public void Rings_past_the_end_of_the_file_are_an_error_for_that_peer_only()
    {
        using var second = new Agent();
        _ = second.Do("attach", _path);
        _ = second.Do("say", _path, "g2h", "03");
        Patch.UInt64(_path, 128 + 16, 1 << 30);
        using Segment segment = Segment.Open(_path);
        Assert.Equal(SegmentErrorId.PeerTableOutOfBounds, Assert.Throws<SegmentException>(() => segment.ReadMessages(1, RingDirection.GuestToHost)).ErrorId);
        Assert.Equal([3], Assert.Single(segment.ReadMessages(2, RingDirection.GuestToHost)).Payload!);
    }

    [Fact]
    public void A_message_overwritten_between_two_copies_is_overtaken_and_so_is_the_rest()
    {
        Say("g2h", [1]);
        Say("g2h", [2]);
        Say("g2h", [3]);
        using var file = new MeddledFile(SegmentFile.OpenRead(_path));
        bool isCopied = false;
        file.OnRead = (offset, count) =>
        {
            // The copy of all three messages, 12 bytes each; the payload of the second follows its 8-byte header.
            if (offset == GuestToHostData && count == 36 && !isCopied)
            {
                isCopied = true;
                Patch.Bytes(_path, GuestToHostData + 12 + 8, [9]);
            }
        };
        using Segment segment = Segment.Attach(file, new Patience(), TestContext.Current.CancellationToken);
        SegmentMessage[] messages = [.. segment.ReadMessages(1, RingDirection.GuestToHost)];
        Assert.True(isCopied);
        Assert.Equal([SegmentMessage.Queued, SegmentMessage.Overtaken], messages.Select(message => message.State));
        Assert.Equal([1], messages[0].Payload!);
    }

    [Fact]
    public void Queued_messages_of_a_busy_ring_are_whole_and_in_order()
    {
        using var busy = new Agent();
        Assert.Equal("2", busy.Do("attach", _path));
        busy.Send("chat", _path, "g2h", "200000");
        int queued = 0;
        using Segment segment = Segment.Open(_path);
        for (int look = 0; look < 5_000; look++)
        {
            uint? last = null;
            foreach (SegmentMessage message in segment.ReadMessages(2, RingDirection.GuestToHost))
            {
                Assert.True(message.State != SegmentMessage.Damaged, $"{message.Position} {message.EntryLength} {message.Fault}");
                if (message.State == SegmentMessage.Overtaken)
                {
                    Assert.Null(message.Payload);
                    last = null;
                    continue;
                }

                uint number = BitConverter.ToUInt32(message.Payload!, 0);
                Assert.Equal(message.PayloadLength, message.Payload!.Length);
                for (int at = 4; at < message.Payload.Length; at += 4)
                {
                    Assert.Equal(number, BitConverter.ToUInt32(message.Payload, at));
                }

                Assert.True(last is null || number == last + 1, $"{number} follows {last}");
                last = number;
                queued++;
            }
        }

        Assert.Equal("chatted", busy.Answer());
        Assert.True(queued > 0);
    }

    [Fact]
    public void A_ring_that_wraps_while_its_messages_are_returned_is_overtaken_and_not_damaged()
    {
        // More than one copy holds: after the first 16 MB the ring is read again.
        const uint capacity = 18 << 20;
        string path = _folder["large.seg"];
        SegmentConfiguration large = Make.Configuration;
        large.MaxGuests = 1;
        large.BipbufCapacity = capacity;
        _ = Segment.Create(path, large, new SegmentCreateOptions { Sparse = true });
        const long ring = 128 + 64;
        void Write(uint every, uint length)
        {
            for (uint at = 0; at + every <= capacity; at += every)
            {
                Patch.UInt32(path, ring + 128 + at, length);
            }
        }

        Write(every: 60_000, length: 60_000);
        Patch.UInt32(path, ring, 60_000 * (capacity / 60_000));
        using Segment segment = Segment.Open(path);
        Assert.All(segment.ReadMessages(1, RingDirection.GuestToHost), message => Assert.Equal(SegmentMessage.Queued, message.State));
        int read = 0;
        SegmentMessage? last = null;
        foreach (SegmentMessage message in segment.ReadMessages(1, RingDirection.GuestToHost, payloadBytes: 0))
        {
            if (read++ == 0)
            {
                Write(every: 60_000, length: 0);
                Write(every: 50_000, length: 50_000);
            }

            last = message;
        }

        Assert.Equal((281, SegmentMessage.Overtaken), (read, last!.State));
        Assert.Equal(60_000 * 280U, last.Position);
    }

    private SegmentMessage[] Read(int payloadBytes = 4096)
    {
        using Segment segment = Segment.Open(_path);
        return
        [
            .. from id in new[] { 1, 2 }
               from direction in new[] { RingDirection.GuestToHost, RingDirection.HostToGuest }
               from message in segment.ReadMessages(id, direction, payloadBytes)
               select message,
        ];
    }

    private static string Hex(byte[] bytes) => string.Concat(bytes.Select(one => one.ToString("X2", CultureInfo.InvariantCulture)));

    private void Say(string direction, byte[] payload) => Assert.Equal("said", _guest.Do("say", _path, direction, Hex(payload)));

    private static byte[] Number(int number, int length)
    {
        byte[] payload = new byte[length];
        BitConverter.GetBytes(number).CopyTo(payload, 0);
        return payload;
    }
}
