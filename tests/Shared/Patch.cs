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

    /// <summary>What the file has, even while others have it open for writing, which Windows lets only those see who allow it.</summary>
    public static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    public static void Length(string path, long length)
    {
        using FileStream file = Open(path);
        file.SetLength(length);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
