using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace RoamShm.Tests;

/// <summary>Valid segments in several states, and the location of their fields.</summary>
internal static class Samples
{
    internal static IReadOnlyList<byte[]> Segments { get; } = MakeSegments();

    /// <summary>The offset and width of every field of a segment.</summary>
    internal static IReadOnlyList<(int Offset, int Width)> FieldsOf(byte[] segment)
    {
        var fields = new List<(int, int)>
        {
            (0, 8), (8, 4), (12, 4), (16, 8), (24, 4), (28, 4), (32, 4), (36, 4), (40, 8), (48, 8), (56, 8), (64, 4), (68, 4), (72, 8), (80, 8), (120, 8),
        };
        int guests = (int)U32(segment, 32);
        int stride = ((int)U32(segment, 36) + 128 + 63) / 64 * 64;
        for (int i = 0; i < guests; i++)
        {
            int peer = 128 + (64 * i);
            fields.AddRange([(peer, 4), (peer + 4, 4), (peer + 8, 8), (peer + 16, 8), (peer + 24, 8), (peer + 56, 8)]);
            int pair = 128 + (64 * guests) + (2 * stride * i);
            foreach (int ring in new[] { pair, pair + stride })
            {
                // The positions and the capacity, and the header and reference of the first entries.
                fields.AddRange([(ring, 4), (ring + 4, 4), (ring + 8, 4), (ring + 64, 4), (ring + 128, 4), (ring + 132, 1), (ring + 134, 2), (ring + 136, 1), (ring + 137, 1), (ring + 140, 4), (ring + 144, 4), (ring + 148, 4), (ring + 152, 1)]);
            }
        }

        int pool = (int)BinaryPrimitives.ReadUInt64LittleEndian(segment.AsSpan(48));
        int classes = (int)U32(segment, 68);
        int at = pool + (64 * classes);
        for (int i = 0; i < classes; i++)
        {
            int header = pool + (64 * i);
            fields.AddRange([(header, 4), (header + 4, 4), (header + 8, 4), (header + 12, 4), (header + 16, 8)]);
            int count = (int)U32(segment, header + 4);
            for (int slot = 0; slot < count; slot++)
            {
                fields.AddRange([(at + (16 * slot), 4), (at + (16 * slot) + 4, 4), (at + (16 * slot) + 8, 4), (at + (16 * slot) + 12, 4)]);
            }

            at += (((16 * count) + 63) / 64 * 64) + ((((int)U32(segment, header) * count) + 63) / 64 * 64);
        }

        return fields.Where(field => field.Item1 + field.Item2 <= segment.Length).ToArray();
    }

    private static List<byte[]> MakeSegments()
    {
        using var folder = new TestFolder();
        using var guest = new Agent();
        var segments = new List<byte[]>();
        foreach (SegmentConfiguration configuration in Configurations())
        {
            string path = folder["sample"];
            _ = Segment.Create(path, configuration, new SegmentCreateOptions { Force = true });
            segments.Add(File.ReadAllBytes(path));

            // In use: an attached peer with queued payloads and references, allocated slots, a goodbye.
            string used = folder["used" + segments.Count];
            File.Copy(path, used);
            Require(guest.Do("attach", used), "1");
            Require(guest.Do("queue-slot", used, "h2g", "0", "0"), "0:1");
            Require(guest.Do("queue", used, "g2h", "13"), "queued");
            Require(guest.Do("allocate", used, "0", "1"), "1:1");
            Require(guest.Do("beat", used), "beat");
            if (segments.Count % 4 == 1)
            {
                _ = OneShot.RaiseGoodbye(used, 1);
            }

            segments.Add(File.ReadAllBytes(used));
        }

        foreach (byte[] segment in segments)
        {
            if (ReferenceModel.FindHarm(segment) is string harm)
            {
                throw new InvalidOperationException("A sample is unsound: " + harm);
            }
        }

        return segments;
    }

    private static void Require(string answer, string expected)
    {
        if (answer != expected)
        {
            throw new InvalidOperationException($"The guest answered '{answer}', not '{expected}'.");
        }
    }

    private static SegmentConfiguration[] Configurations() =>
    [
        new() { MaxGuests = 1, BipbufCapacity = 64, MaxPayloadSize = 40, SlotClasses = [new SlotClass(64, 3)] },
        new() { MaxGuests = 2, BipbufCapacity = 128, MaxPayloadSize = 64, HeartbeatInterval = 1_000_000_000, SlotClasses = [new SlotClass(64, 4), new SlotClass(100, 3)] },
        new() { MaxGuests = 3, BipbufCapacity = 100, MaxPayloadSize = 33, InlineThreshold = 33, SlotClasses = [new SlotClass(8, 5), new SlotClass(64, 2), new SlotClass(256, 1)] },
    ];

    private static uint U32(byte[] segment, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(segment.AsSpan(offset));
}
