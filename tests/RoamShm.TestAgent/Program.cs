using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Threading;

using RoamShm.Tests;

namespace RoamShm.TestAgent;

/// <summary>
/// The other process in tests. Reads commands line by line from standard input and answers each with one line, so that a test decides the order of events.
/// </summary>
internal static class Program
{
    private static int Main()
    {
        using var held = new HeldFiles();
        Console.WriteLine("ready");
        while (Console.ReadLine() is string line)
        {
            string[] words = line.Split('\t');
            try
            {
                Console.WriteLine(Do(words, held));
            }
            catch (SegmentException e)
            {
                Console.WriteLine(e.ErrorId);
            }
            catch (InvalidOperationException e)
            {
                Console.WriteLine(e.Message);
            }
            catch (IOException e)
            {
                Console.WriteLine("IOException " + e.Message);
            }
        }

        return 0;
    }

    private static string Do(string[] words, HeldFiles held)
    {
        string path = words[1];
        switch (words[0])
        {
            case "create":
                return Segment.Create(path, Small()).TotalSize.ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "replace":
                return Segment.Create(path, Small(), new SegmentCreateOptions { Force = true }).TotalSize.ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "read":
                return SegmentHeader.Read(path).MaxGuests.ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "validate":
                return SegmentValidator.Validate(path).IsValid.ToString();
            case "goodbye":
                uint previous = OneShot.RaiseGoodbye(path, uint.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
                return previous.ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "map":
                held.Map(path);
                return "mapped";
            case "unmap":
                held.Unmap(path);
                return "unmapped";
            case "mapped-goodbye":
                return held.ReadUInt32(path, 64).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "attach":
                return held.Guest(path).Attach(words.Length > 2 ? Number(words[2]) : 0).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "reserve":
                return held.Guest(path).Reserve().ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "beat":
                held.Guest(path).Beat(words.Length > 2 ? 1_000_000L * Number(words[2]) : 0);
                return "beat";
            case "state":
                held.Guest(path).SetState(Number(words[2]));
                return "set";
            case "queue":
                held.Guest(path).QueueInline(words[2] == "h2g", Number(words[3]));
                return "queued";
            case "queue-slot":
                (uint slot, uint generation) = held.Guest(path).Allocate(Number(words[3]), Number(words[4]));
                held.Guest(path).QueueSlot(words[2] == "h2g", Number(words[3]), slot, generation);
                return Invariant($"{slot}:{generation}");
            case "say":
                held.Guest(path).Say(words[2] == "h2g", Convert.FromHexString(words[3]));
                return "said";
            case "say-slot":
                (slot, generation) = held.Guest(path).SaySlot(words[2] == "h2g", Number(words[3]), Convert.FromHexString(words[4]));
                return Invariant($"{slot}:{generation}");
            case "say-mmap":
                held.Guest(path).SayMmap(words[2] == "h2g", (uint)Number(words[3]), (uint)Number(words[4]), (ulong)Number(words[5]), (uint)Number(words[6]));
                return "said";
            case "take":
                return held.Guest(path).Take(words[2] == "h2g", Number(words[3])).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "free":
                held.Guest(path).Free(Number(words[2]), (uint)Number(words[3]));
                return "freed";
            case "chat":
                held.Guest(path).Chat(words[2] == "h2g", Number(words[3]));
                return "chatted";
            case "allocate":
                (slot, generation) = held.Guest(path).Allocate(Number(words[2]), Number(words[3]));
                return Invariant($"{slot}:{generation}");
            case "toggle":
                for (int i = Number(words[2]); i > 0; i--)
                {
                    held.Guest(path).Free(0, held.Guest(path).Allocate(0, 1).Slot);
                }

                return "toggled";
            case "grow":
                held.Guest(path).Grow(path, Number(words[2]));
                return "grown";
            case "flip-size":
                held.Guest(path).FlipSize(Convert.ToUInt64(words[2], 16), Convert.ToUInt64(words[3], 16), Convert.ToUInt64(words[4], 16), Number(words[5]));
                return "flipped";
            case "name":
                // The name shown in process lists.
                File.WriteAllText("/proc/self/comm", path);
                return "named";
            case "when-goodbye":
                WaitUntil(() => held.Guest(path).HostGoodbye != 0);
                return "goodbye";
            case "leave-on-goodbye":
                WaitUntil(() => held.Guest(path).HostGoodbye != 0);
                held.Guest(path).SetState(2);
                return "left";
            case "when-left":
                WaitUntil(() => held.Guest(path).StateOf(Number(words[2])) != 1);
                return "left";
            case "when-read":
                WaitUntilRead(path);
                return "read";
            case "find":
                return string.Join(",", System.Linq.Enumerable.Select(SegmentFinder.Find(path), listing => listing.Status));
            case "use":
                SegmentUse use = new SegmentUsers().Ask(path);
                return use.State + ": " + use.Reason;
            case "vantage":
                return SegmentUsers.DescribeVantage();
            case "liveness":
                return OneShot.ReadPeers(path)[0].Liveness!;
            case "remove":
                Segment.Remove(path);
                return "removed";
            case "recover":
                return new RecoveryRun(new SegmentUsers()).Recover(path, Number(words[2]), force: false, preview: null, CancellationToken.None).State!;
            case "lock":
                held.Lock(path);
                return "locked";
            case "create-forever":
                return CreateForever(path);
            case "replace-churn":
                return ReplaceChurn(path, int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
            case "churn":
                return Churn(path, int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
            default:
                return "what?";
        }
    }

    private static void WaitUntil(Func<bool> condition)
    {
        while (!condition())
        {
            Thread.Sleep(5);
        }
    }

    /// <summary>
    /// Waits until another process has read the file twice, so that everything from before the first read has been seen; at most a few seconds, if the file
    /// system does not record access times.
    /// </summary>
    private static void WaitUntilRead(string path)
    {
        for (int i = 0; i < 2; i++)
        {
            File.SetLastAccessTimeUtc(path, DateTime.UnixEpoch);
            DateTime end = DateTime.UtcNow.AddSeconds(3);
            WaitUntil(() => File.GetLastAccessTimeUtc(path) != DateTime.UnixEpoch || DateTime.UtcNow > end);
            Thread.Sleep(20);
        }
    }

    private static int Number(string word) => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static SegmentConfiguration Small() => new()
    {
        MaxGuests = 1,
        BipbufCapacity = 4096,
        SlotClasses = [new SlotClass(1024, 4)],
    };

    /// <summary>Truncates the file to nothing and rewrites it, in a loop.</summary>
    private static string Churn(string path, int rounds)
    {
        byte[] content = File.ReadAllBytes(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (int i = 0; i < rounds; i++)
        {
            file.SetLength(0);
            Thread.Yield();
            file.Position = 0;
            file.Write(content);
            file.Flush();
        }

        return "churned";
    }

    /// <summary>Creates segments in a folder one after another until it is killed; prints the name of each before it starts.</summary>
    private static string CreateForever(string folder)
    {
        var configuration = new SegmentConfiguration { MaxGuests = 4, BipbufCapacity = 4096, SlotClasses = [new SlotClass(64, 20_000)] };
        for (int i = 0; ; i++)
        {
            string path = Path.Combine(folder, Invariant($"{Environment.ProcessId}-{i}.seg"));
            Console.WriteLine(path);
            _ = Segment.Create(path, configuration);
        }
    }

    /// <summary>Truncates, grows, removes, and replaces the file by one of two complete segments, in a loop.</summary>
    private static string ReplaceChurn(string path, int rounds)
    {
        byte[][] contents = [File.ReadAllBytes(path + ".1"), File.ReadAllBytes(path + ".2")];
        var random = new Random(rounds);
        for (int i = 0; i < rounds; i++)
        {
            byte[] content = contents[i % 2];
            switch (random.Next(4))
            {
                case 0:
                    File.Delete(path);
                    break;
                case 1 when File.Exists(path):
                    using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
                    {
                        file.SetLength(random.Next(content.Length));
                        Thread.Yield();
                        file.SetLength(content.Length + 4096);
                    }

                    break;
                default:
                    File.WriteAllBytes(path + ".new", content);
                    File.Move(path + ".new", path, overwrite: true);
                    break;
            }
        }

        File.WriteAllBytes(path + ".new", contents[0]);
        File.Move(path + ".new", path, overwrite: true);
        return "churned";
    }

    private sealed class HeldFiles : IDisposable
    {
        private readonly System.Collections.Generic.List<IDisposable> _held = [];
        private readonly System.Collections.Generic.Dictionary<string, MemoryMappedViewAccessor> _maps = [];
        private readonly System.Collections.Generic.Dictionary<string, MemoryMappedFile> _mapped = [];
        private readonly System.Collections.Generic.Dictionary<string, FakeGuest> _guests = [];

        internal void Map(string path)
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            MemoryMappedFile map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            _held.Add(map);
            _held.Add(_maps[path] = map.CreateViewAccessor());
            _mapped[path] = map;
        }

        internal void Unmap(string path)
        {
            _maps[path].Dispose();
            _mapped[path].Dispose();
        }

        /// <summary>The guest on a segment, created on first use.</summary>
        internal FakeGuest Guest(string path)
        {
            if (!_guests.TryGetValue(path, out FakeGuest? guest))
            {
                _guests.Add(path, guest = new FakeGuest(path));
                _held.Add(guest);
            }

            return guest;
        }

        internal uint ReadUInt32(string path, long offset) => _maps[path].ReadUInt32(offset);

        /// <summary>An exclusive lock, as a FileStream without sharing takes it on Unix.</summary>
        internal void Lock(string path) => _held.Add(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));

        public void Dispose()
        {
            foreach (IDisposable one in _held)
            {
                one.Dispose();
            }
        }
    }
}
