using System;
using System.IO;

namespace RoamShm.Tests;

/// <summary>Changes bytes of a file in place.</summary>
public static class Patch
{
    public static void UInt32(string path, long offset, uint value) => Bytes(path, offset, BitConverter.GetBytes(value));

    public static void UInt64(string path, long offset, ulong value) => Bytes(path, offset, BitConverter.GetBytes(value));

    public static void Bytes(string path, long offset, byte[] value)
    {
        using FileStream file = Open(path);
        file.Position = offset;
        file.Write(value);
    }

    public static void Length(string path, long length)
    {
        using FileStream file = Open(path);
        file.SetLength(length);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
