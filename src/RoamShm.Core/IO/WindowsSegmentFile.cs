using System;
using System.ComponentModel;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security;
using Microsoft.Win32.SafeHandles;

namespace RoamShm;

/// <summary>A file on Windows, shared with readers, writers and deleters.</summary>
internal sealed class WindowsSegmentFile : SegmentFile
{
    private readonly FileStream _stream;

    private WindowsSegmentFile(string path, FileStatus status, FileStream stream, bool isWritable)
        : base(path, status, isWritable) => _stream = stream;

    internal static WindowsSegmentFile Open(string path, bool write)
    {
        FileStream? stream = null;
        try
        {
            FileAccess access = write ? FileAccess.ReadWrite : FileAccess.Read;
            stream = new FileStream(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            FileStatus status = StatusOf(path, stream);
            status.RequireRegular(path);
            var file = new WindowsSegmentFile(path, status, stream, write);
            stream = null;
            return file;
        }
        catch (Exception e) when (IsSystemError(e))
        {
            throw Error(path, write ? FileOperation.OpenForWriting : FileOperation.Open, e);
        }
        finally
        {
            stream?.Dispose();
        }
    }

    internal static new FileStatus? Peek(string path)
    {
        try
        {
            FileAttributes attributes = File.GetAttributes(path);
            FileKind kind = WindowsPath.IsDevice(path) ? FileKind.CharacterDevice
                : (attributes & FileAttributes.ReparsePoint) != 0 && IsLink(path) ? FileKind.SymbolicLink
                : (attributes & FileAttributes.Directory) != 0 ? FileKind.Directory
                : FileKind.Regular;
            return new FileStatus(kind, kind == FileKind.Regular ? new FileInfo(path).Length : 0, default, File.GetLastWriteTimeUtc(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (IsSystemError(e))
        {
            throw Error(path, FileOperation.LookAt, e);
        }
    }

    internal static new bool IsRegular(string path)
    {
        // Querying the attributes of a pipe or device opens it.
        if (WindowsPath.IsDevice(path))
        {
            return false;
        }

        try
        {
            return (File.GetAttributes(path) & (FileAttributes.Directory | FileAttributes.Device)) == 0;
        }
        catch (Exception e) when (IsSystemError(e))
        {
            return false;
        }
    }

    internal static new void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IsSystemError(e))
        {
            throw WhyNotDeleted(path) ?? Error(path, FileOperation.Remove, e);
        }
    }

    /// <summary>Returns the error for a file that a new one cannot replace, or null if the cause is not known.</summary>
    internal static SegmentException? WhyNotReplaced(string path) => WhyHeld(path, FileOperation.Replace, () =>
    {
        SegmentException error = SegmentErrors.AccessDenied(path, FileOperation.Replace, "a process maps it or has it open");
        error.Remedy = "Close it there, and run the command again. " + WindowsFault.WhoHasItOpen;
        return error;
    });

    private static SegmentException? WhyNotDeleted(string path) => WhyHeld(path, FileOperation.Remove, () =>
    {
        SegmentException error = SegmentErrors.InUse(path, "a process maps it, and Windows does not delete a mapped file");
        error.Remedy = "End the processes that map it, and run the command again.";
        return error;
    });

    /// <summary>
    /// Windows reports the same error, access denied, for a file that is read-only, for one that a process maps or has open, and for a user without
    /// permission. If a file is not read-only and can be opened for deletion, but still cannot be deleted or replaced, a process holds it.
    /// </summary>
    private static SegmentException? WhyHeld(string path, string operation, Func<SegmentException> held)
    {
        try
        {
            if ((File.GetAttributes(path) & FileAttributes.ReadOnly) != 0)
            {
                SegmentException error = SegmentErrors.AccessDenied(path, operation, "it is read-only");
                error.Remedy = "Clear its read-only attribute, and run the command again.";
                return error;
            }
        }
        catch (Exception e) when (IsSystemError(e))
        {
            return null;
        }

        using SafeFileHandle file = Kernel32.CreateFileW(
            WindowsPath.Extend(path), Kernel32.DELETE, Kernel32.FILE_SHARE_ALL, IntPtr.Zero, Kernel32.OPEN_EXISTING, Kernel32.FILE_FLAG_OPEN_REPARSE_POINT, IntPtr.Zero);
        if (!file.IsInvalid)
        {
            return held();
        }

        int code = Marshal.GetLastWin32Error();
        return code == WindowsFault.SharingViolation ? WindowsFault.Of(path, operation, code, new Win32Exception(code).Message.TrimEnd('.')) : null;
    }

    /// <summary>
    /// Whether a reparse point stands for another name, as symbolic links and junctions do. A file stored elsewhere by cloud storage or deduplication is a
    /// file. One without a tag may be a link.
    /// </summary>
    private static bool IsLink(string path)
    {
        IntPtr search = Kernel32.FindFirstFileW(WindowsPath.Extend(path.TrimEnd('\\', '/')), out Kernel32.FindData found);
        if (search == new IntPtr(-1))
        {
            return true;
        }

        _ = Kernel32.FindClose(search);
        return found.ReparseTag == 0 || (found.ReparseTag & Kernel32.IO_REPARSE_TAG_NAME_SURROGATE) != 0;
    }

    internal static bool IsSystemError(Exception e) =>
        e is IOException or UnauthorizedAccessException or SecurityException or ArgumentException or NotSupportedException;

    /// <summary>Returns this library's error for an exception of the file API.</summary>
    internal static SegmentException Error(string path, string operation, Exception e) => e switch
    {
        UnauthorizedAccessException when Directory.Exists(path) => SegmentErrors.NotARegularFile(path, "a directory"),
        _ when WindowsFault.Of(path, operation, WindowsFault.CodeOf(e), e.Message.TrimEnd('.')) is SegmentException fault => fault,
        FileNotFoundException or DirectoryNotFoundException => SegmentErrors.NotFound(path),
        PathTooLongException => SegmentErrors.NotAPath(path, e.Message.TrimEnd('.')),
        UnauthorizedAccessException or SecurityException => SegmentErrors.AccessDenied(path, operation, e.Message.TrimEnd('.')),
        ArgumentException or NotSupportedException => SegmentErrors.NotAPath(path, e.Message.TrimEnd('.')),
        _ => SegmentErrors.IOError(path, operation, e.Message.TrimEnd('.'), e),
    };

    internal override int Read(ulong offset, byte[] buffer, int index, int count)
    {
        if (offset > long.MaxValue - (ulong)count)
        {
            return 0;
        }

        try
        {
            _stream.Position = (long)offset;
            int done = 0;
            int read;
            while (done < count && (read = _stream.Read(buffer, index + done, count - done)) > 0)
            {
                done += read;
            }

            return done;
        }
        catch (Exception e) when (IsSystemError(e))
        {
            throw Error(Path, FileOperation.Read, e);
        }
    }

    internal override void Refresh() => Status = StatusOf(Path, _stream);

    internal override MappedPart Map(ulong offset, ulong length)
    {
        try
        {
            return WindowsMappedPart.Map(_stream, (long)offset, (long)length, IsWritable ? MemoryMappedFileAccess.ReadWrite : MemoryMappedFileAccess.Read);
        }
        catch (Exception e) when (IsSystemError(e))
        {
            // Access is also denied to anything past the end of the file.
            RequireLength(offset + length);
            throw Error(Path, FileOperation.Map, e);
        }
    }

    public override void Dispose() => _stream.Dispose();

    private static FileStatus StatusOf(string path, FileStream stream)
    {
        uint type = Kernel32.GetFileType(stream.SafeFileHandle);
        if (type != Kernel32.FILE_TYPE_DISK)
        {
            FileKind kind = type == Kernel32.FILE_TYPE_PIPE ? FileKind.Fifo : type == Kernel32.FILE_TYPE_CHAR ? FileKind.CharacterDevice : FileKind.Other;
            return new FileStatus(kind, 0, default, default);
        }

        if (!Kernel32.GetFileInformationByHandle(stream.SafeFileHandle, out Kernel32.ByHandleFileInformation raw))
        {
            throw SegmentErrors.IOError(path, "look at", "the file system does not report its identity");
        }

        FileIdentity identity = WindowsFileId.Of(stream.SafeFileHandle, raw);
        long length = ((long)raw.FileSizeHigh << 32) | raw.FileSizeLow;
        long written = ((long)raw.LastWriteTimeHigh << 32) | raw.LastWriteTimeLow;
        return new FileStatus(FileKind.Regular, length, identity, DateTime.FromFileTimeUtc(written));
    }

    private sealed unsafe class WindowsMappedPart : MappedPart
    {
        private readonly MemoryMappedFile _mapping;
        private readonly MemoryMappedViewAccessor _view;
        private bool _isDisposed;

        private WindowsMappedPart(MemoryMappedFile mapping, MemoryMappedViewAccessor view, byte* address)
            : base(address)
        {
            _mapping = mapping;
            _view = view;
        }

        internal static WindowsMappedPart Map(FileStream stream, long offset, long length, MemoryMappedFileAccess access)
        {
            MemoryMappedFile? mapping = null;
            MemoryMappedViewAccessor? view = null;
            try
            {
                mapping = MemoryMappedFile.CreateFromFile(stream, null, 0, access, HandleInheritability.None, leaveOpen: true);
                view = mapping.CreateViewAccessor(offset, length, access);
                byte* address = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
                var page = new WindowsMappedPart(mapping, view, address + view.PointerOffset);
                mapping = null;
                view = null;
                return page;
            }
            finally
            {
                view?.Dispose();
                mapping?.Dispose();
            }
        }

        public override void Dispose()
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _mapping.Dispose();
        }
    }
}
