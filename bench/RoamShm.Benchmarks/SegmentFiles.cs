using System;
using System.IO;

namespace RoamShm.Bench;

/// <summary>A folder of segments, on tmpfs if there is one.</summary>
internal sealed class SegmentFiles
{
    private readonly string _folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "roamshm-bench-" + Guid.NewGuid().ToString("n"));

    internal SegmentFiles() => _ = Directory.CreateDirectory(_folder);

    internal void Delete() => Directory.Delete(_folder, recursive: true);

    internal string NewPath(string name) => Path.Combine(_folder, name);

    /// <summary>Creates segments of 8 guests with rings of 64 KB and 3 slot classes.</summary>
    internal string[] Make(int count)
    {
        string[] paths = new string[count];
        var configuration = new SegmentConfiguration { SlotClasses = [new SlotClass(1024, 64), new SlotClass(16384, 16), new SlotClass(65536, 4)] };
        for (int i = 0; i < count; i++)
        {
            paths[i] = NewPath($"segment{i:00000}.seg");
            _ = Segment.Create(paths[i], configuration, new SegmentCreateOptions { Sparse = true });
        }

        return paths;
    }

    /// <summary>Creates a segment with one slot class.</summary>
    internal string Make(string name, SlotClass slotClass)
    {
        string path = NewPath(name);
        _ = Segment.Create(path, new SegmentConfiguration { SlotClasses = [slotClass] }, new SegmentCreateOptions { Sparse = true });
        return path;
    }
}
