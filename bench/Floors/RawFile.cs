using System;
using System.IO;

namespace RoamShm.Bench;

/// <summary>An open segment without any overhead: a file descriptor on 64-bit Linux, elsewhere an unbuffered FileStream.</summary>
internal readonly unsafe struct RawFile : IDisposable
{
    private readonly int _fd;
    private readonly FileStream? _stream;

    private RawFile(int fd, FileStream? stream)
    {
        _fd = fd;
        _stream = stream;
    }

    internal int Descriptor => _fd;

    /// <summary>Returns the length of the file after checking that it is a regular file. A FileStream checks that itself.</summary>
    internal long RegularLength => _stream is null ? LibC.RegularLength(_fd) : _stream.Length;

    internal static RawFile Open(string path, bool write = false) => LibC.IsUsed
        ? new RawFile(LibC.Open(path, (write ? LibC.O_RDWR : LibC.O_RDONLY) | LibC.O_NONBLOCK | LibC.O_CLOEXEC), stream: null)
        : new RawFile(-1, OpenStream(path, write));

    internal static FileStream OpenStream(string path, bool write) =>
        new(path, FileMode.Open, write ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);

    internal void ReadExactly(ulong offset, byte* target, int count)
    {
        if (_stream is null)
        {
            LibC.ReadExactly(_fd, target, count, offset);
            return;
        }

        byte[] buffer = ReadExactly(_stream, offset, count);
        for (int i = 0; i < count; i++)
        {
            target[i] = buffer[i];
        }
    }

    internal static byte[] ReadExactly(FileStream stream, ulong offset, int count)
    {
        byte[] bytes = new byte[count];
        stream.Position = (long)offset;
        int done = 0;
        for (int read; done < count && (read = stream.Read(bytes, done, count - done)) > 0;)
        {
            done += read;
        }

        return done == count ? bytes : throw new EndOfStreamException();
    }

    public void Dispose()
    {
        if (_stream is null)
        {
            _ = LibC.Close(_fd);
        }
        else
        {
            _stream.Dispose();
        }
    }
}
