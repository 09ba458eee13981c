using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using CsCheck;

namespace RoamShm.Tests;

/// <summary>
/// No file content can crash, hang or mislead: runs every operation on valid segments with changed fields, bytes and lengths. CsCheck shrinks a failing case
/// and prints it with its seed.
/// </summary>
public sealed class MutationTests : IDisposable
{
    private static readonly TimeSpan LongestCase = TimeSpan.FromSeconds(30);
    private const long MostMemory = 256L << 20;

    // One for each thread: each reads the mappings of all processes once.
    [ThreadStatic]
    private static SegmentSearch? _search;

    // One for many cases: it waits a second or two in total to see whether a lost slot stays lost.
    [ThreadStatic]
    private static ValidationBatch? _validation;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A sample, the changes to make, and the length to truncate or extend it to.</summary>
    private static readonly Gen<(int Sample, List<(int Where, int How, ulong Value)> Changes, int Length)> Case =
        Gen.Select(
            Gen.Int[0, Samples.Segments.Count - 1],
            Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 13], Gen.ULong).List[0, 4],
            Gen.Int[0, 20]);

    [Fact]
    public void No_content_crashes_hangs_or_misleads()
    {
        string[] paths = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(i => _folder[$"{i}"])];
        var free = new System.Collections.Concurrent.ConcurrentBag<string>(paths);
        Case.Sample(
            mutation =>
            {
                Assert.True(free.TryTake(out string? path));
                byte[] content = Mutate(mutation);
                try
                {
                    Check(path, content);
                }
                finally
                {
                    free.Add(path);
                }
            },
            iter: Scale.Of(4_000, 1_000_000),
            threads: paths.Length);
    }

    [Fact]
    public void Every_field_at_its_extremes_neither_crashes_nor_misleads()
    {
        string path = _folder["field"];
        int cases = 0;
        foreach (byte[] sample in Samples.Segments)
        {
            foreach ((int offset, int width) in Samples.FieldsOf(sample))
            {
                if (!Scale.IsFull && cases++ % 7 != 0)
                {
                    continue;
                }

                for (int how = 0; how < 11; how++)
                {
                    byte[] content = (byte[])sample.Clone();
                    Change(content, offset, width, how, 0);
                    Check(path, content);
                }
            }

            foreach (int length in new[] { 0, 1, 7, 8, 127, 128, 129, sample.Length - 64, sample.Length - 1, sample.Length + 1 })
            {
                byte[] content = new byte[length];
                Array.Copy(sample, content, Math.Min(length, sample.Length));
                Check(path, content);
            }
        }
    }

    private static byte[] Mutate((int Sample, List<(int Where, int How, ulong Value)> Changes, int Length) mutation)
    {
        byte[] sample = Samples.Segments[mutation.Sample];
        byte[] content = (byte[])sample.Clone();
        IReadOnlyList<(int Offset, int Width)> fields = Samples.FieldsOf(sample);
        foreach ((int where, int how, ulong value) in mutation.Changes)
        {
            if (how > 11)
            {
                content[where % content.Length] = (byte)value;
                continue;
            }

            (int offset, int width) = fields[where % fields.Count];
            Change(content, offset, width, how, value);
        }

        int length = mutation.Length switch
        {
            0 => 0,
            1 => 127,
            2 => 128,
            3 => 129,
            4 => content.Length - 1,
            5 => content.Length / 2,
            6 => content.Length + 64,
            _ => content.Length,
        };
        Array.Resize(ref content, length);
        return content;
    }

    private static void Change(byte[] content, int offset, int width, int how, ulong random)
    {
        ulong old = 0;
        for (int i = 0; i < width; i++)
        {
            old |= (ulong)content[offset + i] << (8 * i);
        }

        ulong value = how switch
        {
            0 => 0,
            1 => 1,
            2 => ulong.MaxValue,
            3 => old + 1,
            4 => old - 1,
            5 => old + 4,
            6 => old + 64,
            7 => old - 64,
            8 => ulong.MaxValue >> 1,
            9 => (ulong)content.Length,
            10 => ulong.MaxValue - 63,
            _ => random,
        };
        for (int i = 0; i < width; i++)
        {
            content[offset + i] = (byte)(value >> (8 * i));
        }
    }

    /// <summary>Runs every operation on one content: only documented exceptions, bounded time and memory, and no wrong verdict.</summary>
    private static void Check(string path, byte[] content)
    {
        var clock = Stopwatch.StartNew();
        long memory = GC.GetAllocatedBytesForCurrentThread();

        // Old, so that nothing waits for a host to finish it.
        Write(path, content);
        bool isRead = Try(() => SegmentHeader.Read(path));
        _ = Try(() => SegmentHeader.ReadUnchecked(path));
        SegmentReport report = SegmentValidator.Validate(path);
        SegmentReport full = (_validation ??= new ValidationBatch()).Validate(path, full: true, default);
        bool hasPeers = Try(() => OneShot.ReadPeers(path));
        _ = Try(() => OneShot.ReadSlotClasses(path));
        _ = (_search ??= new SegmentSearch(new SegmentFindOptions())).Find(path, default).ToArray();
        _ = SegmentWatcher.Watch([path], new SegmentWatchOptions { Peers = true, Timeout = TimeSpan.Zero }).ToArray();
        Assert.Equal(content, File.ReadAllBytes(path));

        // The verdicts must agree with each other and with the reference.
        string? harm = ReferenceModel.FindHarm(content);
        Assert.False(report.IsValid && harm is not null, $"valid, but a guest {harm}");
        Assert.False(full.IsValid && !report.IsValid);
        Assert.False(report.IsValid && !isRead, "valid, but its header is refused");
        Assert.False(report.IsValid && !hasPeers, "valid, but its peers are refused");
        Assert.Equal(report.ErrorCount == 0, report.IsValid);

        CheckGoodbye(path, content, isRead);
        CheckRecovery(path, content, report.IsValid);
        Assert.True(clock.Elapsed < LongestCase, "it took " + clock.Elapsed);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - memory, 0, MostMemory);
    }

    private static void CheckGoodbye(string path, byte[] content, bool isRead)
    {
        Assert.Equal(isRead, Try(() => OneShot.RaiseGoodbye(path, 0x01020304)));
        byte[] after = File.ReadAllBytes(path);
        for (int i = 0; i < content.Length; i++)
        {
            Assert.True(content[i] == after[i] || i is >= 64 and < 68, $"byte {i} changed");
        }
    }

    private static void CheckRecovery(string path, byte[] content, bool isValid)
    {
        Write(path, content);
        bool isRecovered = Try(() =>
        {
            PeerRecoveryResult result = OneShot.RecoverPeer(path, 1, force: true);
            Assert.Equal("Empty", result.State);
        });
        byte[] after = File.ReadAllBytes(path);
        Assert.Equal(content.Length, after.Length);
        if (content.Length >= 128)
        {
            Assert.Equal(content.AsSpan(0, 128), after.AsSpan(0, 128));
        }

        if (!isRecovered)
        {
            return;
        }

        Assert.False(isValid && ReferenceModel.FindHarm(after) is not null, "the recovery damaged it");
    }

    private static void Write(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
    }

    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (SegmentException e)
        {
            Assert.NotEmpty(e.ErrorId);
            return false;
        }
    }

    private static bool Try<T>(Func<T> action) => Try(() => { _ = action(); });
}
