using System;
using System.IO;

namespace RoamShm.Tests;

/// <summary>A folder for one test, on shared memory if there is some.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        string root = !OperatingSystem.IsWindows() && Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        Root = Directory.CreateDirectory(Path.Combine(root, "roamshm-test-" + Guid.NewGuid().ToString("N")[..8])).FullName;
    }

    public string Root { get; }

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
