using System;
using System.Collections.Generic;

namespace RoamShm.Tests;

/// <summary>Compares the slot table of a class with a model that stores every slot and walks the list one step at a time.</summary>
public sealed class SlotTableTests : IDisposable
{
    // Three chunks, the last one short.
    private const int Count = 10_000;
    private const uint End = uint.MaxValue;

    private static readonly SegmentConfiguration Configuration = new() { MaxGuests = 1, BipbufCapacity = 4096, SlotClasses = [new SlotClass(64, Count)] };
    private static readonly SegmentLayout Layout = SegmentLayout.Compute(Configuration);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, uint, (uint Slot, uint? Link, uint State, uint Owner)[]> Cases => new()
    {
        { "untouched", 0, [] },
        { "no list", End, [] },
        { "a list that begins in the middle of a chunk", 5000, [] },
        { "a list that begins with the last slot", Count - 1, [] },
        { "a head out of range", Count, [] },
        { "a head far out of range", (1u << 27) - 1, [] },
        { "a first step into the middle of a later chunk", 0, [(0, 6000, 0, 0)] },
        { "two ways into one chunk, the second behind the first", 4096, [(8191, 8192, 0, 0), (Count - 1, 5000, 0, 0)] },
        { "two ways into one chunk, the second before the first", 6000, [(Count - 1, 4100, 0, 0)] },
        { "a chunk that links to itself", 4096, [(8191, 4096, 0, 0)] },
        { "a slot that links to itself", 0, [(9000, 9000, 0, 0)] },
        { "a link out of range between sound chunks", 0, [(4500, Count, 0, 0)] },
        { "a link that no word can hold", 0, [(4500, 0x0FFF_FFFF, 0, 0)] },
        { "a link that looks like the end in a word", 0, [(4500, (1u << 27) - 1, 0, 0)] },
        { "a link that looks like a flag", 0, [(4500, 0x8000_0001, 0, 0)] },
        { "the last slot linked as all before it", 0, [(Count - 1, Count, 0, 0)] },
        { "an end in the middle", 0, [(4500, End, 0, 0)] },
        { "an allocated slot that is on the list", 0, [(4500, null, 1, 0)] },
        { "an allocated slot off the list", 0, [(4500, 1, 1, 1), (4499, 4501, 0, 0)] },
        { "slots of unknown owners", 0, [(1, null, 1, 255), (5000, null, 1, 256), (9000, null, 1, End)] },
        { "undefined states", 0, [(4500, null, 2, 0), (4499, null, End, 0)] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_table_matches_a_slot_by_slot_walk(string name, uint head, (uint Slot, uint? Link, uint State, uint Owner)[] changes)
    {
        Assert.NotEmpty(name);
        Compare(new Slots(head, changes));
    }

    [Fact]
    public void The_table_matches_a_slot_by_slot_walk_of_random_classes()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var changes = new List<(uint Slot, uint? Link, uint State, uint Owner)>();
            for (int i = random.Next(12); i > 0; i--)
            {
                // Nearby links meet more often than arbitrary ones.
                uint near = (uint)random.Next(Count);
                uint? link = random.Next(6) switch { 0 => null, 1 => End, 2 => Count + (uint)random.Next(3), 3 => near / 4096 * 4096, _ => near };
                changes.Add(((uint)random.Next(Count), link, (uint)random.Next(5) / 3, (uint)random.Next(3)));
            }

            try
            {
                Compare(new Slots(random.Next(3) == 0 ? (uint)random.Next(Count + 1) : 0, changes));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"With seed {seed}: {e.Message}", e);
            }
        }
    }

    [Fact]
    public void A_class_whose_list_changes_while_all_classes_are_read_is_read_again()
    {
        string path = Make.Segment(_folder);
        using var file = new MeddledFile(SegmentFile.OpenRead(path));
        using Segment segment = Segment.Attach(file, new Patience(), TestContext.Current.CancellationToken);
        segment.LoadTables();
        ulong slots = segment.Pool.MetaOffset(0);
        bool isChanged = false;
        file.OnRead = (offset, _) =>
        {
            // A guest allocates the first slot just after the slots of its class were read.
            if (offset == slots && !isChanged)
            {
                isChanged = true;
                Patch.UInt32(path, (long)slots + SlotMetaLayout.State, 1);
                Patch.UInt32(path, (long)slots + SlotMetaLayout.OwnerPeer, 1);
                Patch.UInt64(path, (long)segment.Pool.HeaderOffset(0) + SizeClassLayout.FreeHead, (1UL << 32) + 1);
            }
        };
        IReadOnlyList<SegmentSlotClass> classes = segment.ReadSlotClasses(TestContext.Current.CancellationToken);
        Assert.True(isChanged);
        Assert.Equal((1L, 3L, 0L), ((long)classes[0].Allocated, (long)classes[0].Free, (long)classes[0].Leaked));
    }

    private void Compare(Slots slots)
    {
        string path = _folder["a.seg"];
        _ = Segment.Create(path, Configuration, new SegmentCreateOptions { Force = true });
        slots.Write(path);
        using Segment segment = Segment.Open(path);
        segment.LoadTables();
        SlotTable table = SlotTable.Read(segment, 0, default);
        slots.Walk();
        Assert.Equal((slots.AllocatedCount, slots.FreeCount, slots.BadLink, slots.LoopAt), (table.AllocatedCount, table.FreeCount, table.BadLink, table.LoopAt));
        Assert.Equal((slots.Leaked, slots.FirstLeaked), (table.Leaked, table.FirstLeaked()));
        Assert.Equal((slots.AllocatedAndFree, slots.FirstAllocatedAndFree), (table.AllocatedAndFree, table.FirstAllocatedAndFree));
        Assert.Equal((slots.InvalidStates, slots.FirstInvalidState), (table.InvalidStates, table.FirstInvalidState));
        Assert.Equal(slots.ByOwner, table.AllocatedByOwner);
        if (table.BadLink is not null)
        {
            Assert.Equal(slots.BadLinkTo, table.BadLinkTo);
        }

        for (uint slot = 0; slot < Count; slot++)
        {
            Assert.Equal(slots.State[slot] == 1, table.IsAllocated(slot));
        }
    }

    /// <summary>All slots in plain arrays.</summary>
    private sealed class Slots
    {
        private readonly uint _head;
        private readonly uint[] _link = new uint[Count];
        private readonly uint[] _owner = new uint[Count];
        private readonly bool[] _isListed = new bool[Count];

        internal Slots(uint head, IEnumerable<(uint Slot, uint? Link, uint State, uint Owner)> changes)
        {
            _head = head;
            for (uint i = 0; i < Count; i++)
            {
                _link[i] = i == Count - 1 ? End : i + 1;
            }

            foreach ((uint slot, uint? link, uint state, uint owner) in changes)
            {
                _link[slot] = link ?? _link[slot];
                State[slot] = state;
                _owner[slot] = owner;
            }
        }

        internal uint[] State { get; } = new uint[Count];

        internal long[] ByOwner { get; } = new long[257];

        internal long AllocatedCount { get; private set; }

        internal long FreeCount { get; private set; }

        internal long Leaked { get; private set; }

        internal int FirstLeaked { get; private set; } = -1;

        internal long AllocatedAndFree { get; private set; }

        internal int FirstAllocatedAndFree { get; private set; } = -1;

        internal long InvalidStates { get; private set; }

        internal int FirstInvalidState { get; private set; } = -1;

        internal int? BadLink { get; private set; }

        internal uint BadLinkTo { get; private set; }

        internal int? LoopAt { get; private set; }

        internal void Write(string path)
        {
            byte[] bytes = new byte[Count * SlotMetaLayout.Size];
            for (int i = 0; i < Count; i++)
            {
                Span<byte> slot = bytes.AsSpan(i * SlotMetaLayout.Size, SlotMetaLayout.Size);
                Assert.True(BitConverter.TryWriteBytes(slot[SlotMetaLayout.State..], State[i]));
                Assert.True(BitConverter.TryWriteBytes(slot[SlotMetaLayout.OwnerPeer..], _owner[i]));
                Assert.True(BitConverter.TryWriteBytes(slot[SlotMetaLayout.NextFree..], _link[i]));
            }

            Patch.Bytes(path, (long)Layout.Pool.MetaOffset(0), bytes);
            Patch.UInt64(path, (long)Layout.Pool.HeaderOffset(0) + SizeClassLayout.FreeHead, _head);
        }

        internal void Walk()
        {
            int from = -1;
            uint at = _head;
            for (; at < Count; at = _link[at])
            {
                if (_isListed[at])
                {
                    LoopAt = (int)at;
                    break;
                }

                if (State[at] == 1 && AllocatedAndFree++ == 0)
                {
                    FirstAllocatedAndFree = (int)at;
                }

                _isListed[at] = true;
                FreeCount++;
                from = (int)at;
            }

            if (LoopAt is null && at != End)
            {
                (BadLink, BadLinkTo) = (from, at);
            }

            for (int i = 0; i < Count; i++)
            {
                if (State[i] == 1)
                {
                    AllocatedCount++;
                    ByOwner[Math.Min(_owner[i], 256)]++;
                }
                else if (State[i] != 0 && InvalidStates++ == 0)
                {
                    FirstInvalidState = i;
                }

                if (State[i] != 1 && !_isListed[i] && Leaked++ == 0)
                {
                    FirstLeaked = i;
                }
            }
        }
    }
}
