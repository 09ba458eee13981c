using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;

namespace RoamShm;

/// <summary>A new file on Windows. When the length of a file that is not sparse is set, NTFS reserves its storage.</summary>
internal sealed class WindowsNewFile : NewFile
{
    private const uint MoveFileReplaceExisting = 1;
    private const int ErrorAccessDenied = 5;
    private const int MostAttempts = 25;
    private const int PauseMilliseconds = 20;

    private readonly string _temporary;
    private readonly FileStream _stream;
    private bool _named = true;

    private WindowsNewFile(string path, ulong size, string temporary, FileStream stream)
        : base(path, size)
    {
        _temporary = temporary;
        _stream = stream;
    }

    internal static new WindowsNewFile Create(string path, ulong size)
    {
        try
        {
            if (WindowsPath.IsReserved(path))
            {
                throw Reserved(path);
            }

            string folder = System.IO.Path.GetDirectoryName(path) ?? string.Empty;
            if (folder.Length > 0 && !Directory.Exists(folder))
            {
                throw SegmentErrors.FolderNotFound(path);
            }

            string temporary = System.IO.Path.Combine(folder, TemporaryPrefix + Guid.NewGuid().ToString("N"));
            var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1);
            return new WindowsNewFile(path, size, temporary, stream);
        }
        catch (Exception e) when (WindowsSegmentFile.IsSystemError(e))
        {
            throw WindowsSegmentFile.Error(path, FileOperation.Create, e);
        }
    }

    internal override void Reserve(bool sparse, CancellationToken cancellation)
    {
        if (sparse && !Kernel32.DeviceIoControl(_stream.SafeFileHandle, Kernel32.FSCTL_SET_SPARSE, IntPtr.Zero, 0, IntPtr.Zero, 0, out _, IntPtr.Zero))
        {
            throw SegmentErrors.IOError(Path, "make sparse", new Win32Exception(Marshal.GetLastWin32Error()).Message.TrimEnd('.'));
        }

        try
        {
            _stream.SetLength((long)Size);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw SegmentErrors.InsufficientSpace(Path, Size, "the file system does not hold files of that size");
        }
        catch (Exception e) when (WindowsSegmentFile.IsSystemError(e))
        {
            throw WindowsSegmentFile.Error(Path, FileOperation.Reserve, e);
        }
    }

    internal override void Write(ulong offset, byte[] buffer, int index, int count)
    {
        try
        {
            _stream.Position = (long)offset;
            _stream.Write(buffer, index, count);
        }
        catch (Exception e) when (WindowsSegmentFile.IsSystemError(e))
        {
            throw WindowsSegmentFile.Error(Path, FileOperation.Write, e);
        }
    }

    internal override void SetMode(int mode)
    {
        // The folder's access control list is inherited.
    }

    /// <summary>The identity of the file. An id that is never reused stays with the file when it is renamed; on FAT, the id depends on the name.</summary>
    internal override FileIdentity? Identity =>
        Kernel32.GetFileInformationByHandle(_stream.SafeFileHandle, out Kernel32.ByHandleFileInformation information)
        && WindowsFileId.Of(_stream.SafeFileHandle, information) is { IsLasting: true } identity ? identity : null;

    /// <summary>Gets or sets what happens between two attempts to replace a file. Tests close the file here, instead of relying on time.</summary>
    internal Action Pause { get; set; } = () => _ = CancellationToken.None.WaitHandle.WaitOne(PauseMilliseconds);

    internal override void Publish(bool replace)
    {
        _stream.Dispose();
        int error = Move(replace);

        // Whoever is just reading the old file, such as a watch, a collector of metrics or a virus scanner, will be done in a moment.
        for (int i = 0; i < MostAttempts && replace && error is ErrorAccessDenied or WindowsFault.SharingViolation && !Directory.Exists(Path); i++)
        {
            Pause();
            error = Move(replace);
        }

        if (error != 0)
        {
            string reason = new Win32Exception(error).Message.TrimEnd('.');
            if (Directory.Exists(Path))
            {
                throw SegmentErrors.NotARegularFile(Path, "a directory");
            }

            // Whoever took the name first may still have the file open, which results in a different error.
            if (!replace && File.Exists(Path))
            {
                throw SegmentErrors.Exists(Path);
            }

            throw (replace && error is ErrorAccessDenied or WindowsFault.SharingViolation ? WindowsSegmentFile.WhyNotReplaced(Path) : null)
                ?? WindowsFault.Of(Path, FileOperation.Name, error, reason) ?? SegmentErrors.IOError(Path, FileOperation.Name, reason);
        }

        _named = false;
    }

    private static SegmentException Reserved(string path)
    {
        SegmentException error = SegmentErrors.NotAPath(path, "Windows keeps that name for a device");
        error.Remedy = "Choose a name other than CON, PRN, AUX, NUL, COM1 to COM9 and LPT1 to LPT9, with any extension.";
        return error;
    }

    private int Move(bool replace) =>
        Kernel32.MoveFileEx(WindowsPath.Extend(_temporary), WindowsPath.Extend(Path), replace ? MoveFileReplaceExisting : 0) ? 0 : Marshal.GetLastWin32Error();

    public override void Dispose()
    {
        _stream.Dispose();
        for (int i = 0; i < MostAttempts && _named; i++)
        {
            try
            {
                File.Delete(_temporary);
                _named = false;
            }
            catch (Exception e) when (WindowsSegmentFile.IsSystemError(e))
            {
                // Another creation may be checking whether anybody is at work on this file. If that is not the cause, it keeps its temporary name, which
                // identifies it.
                _ = CancellationToken.None.WaitHandle.WaitOne(PauseMilliseconds);
            }
        }

        _named = false;
    }
}
