using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

// What the tests use of newer run-times and .NET Framework lacks, as far as they use it. The library itself uses none of it.
namespace RoamShm.Tests
{
    [Flags]
    internal enum UnixFileMode
    {
        None = 0,
        OtherExecute = 1,
        OtherWrite = 2,
        OtherRead = 4,
        GroupExecute = 8,
        GroupWrite = 16,
        GroupRead = 32,
        UserExecute = 64,
        UserWrite = 128,
        UserRead = 256,
        StickyBit = 512,
        SetGroup = 1024,
        SetUser = 2048,
    }

    /// <summary>One that takes its arguments one by one.</summary>
    internal sealed class ProcessStartInfo(string program, IEnumerable<string> arguments)
    {
        public bool RedirectStandardInput { get; set; }

        public bool RedirectStandardOutput { get; set; }

        public bool RedirectStandardError { get; set; }

        public bool UseShellExecute { get; set; }

        public string WorkingDirectory { get; set; } = string.Empty;

        public static implicit operator System.Diagnostics.ProcessStartInfo(ProcessStartInfo start) => start.Complete();

        // Some programs, such as cmd.exe, do not recognise an option in quotation marks.
        private static string Quote(string argument) =>
            argument.Length > 0 && argument.All(one => char.IsLetterOrDigit(one) || one is '/' or '-' or '.') ? argument
            : "\"" + argument.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";

        private System.Diagnostics.ProcessStartInfo Complete() => new(program, string.Join(" ", arguments.Select(Quote)))
        {
            RedirectStandardInput = RedirectStandardInput,
            RedirectStandardOutput = RedirectStandardOutput,
            RedirectStandardError = RedirectStandardError,
            UseShellExecute = UseShellExecute,
            WorkingDirectory = WorkingDirectory,
        };
    }

    internal static class NewerFolderApi
    {
        extension(Directory)
        {
            public static FileInfo CreateSymbolicLink(string path, string target) => File.CreateSymbolicLink(path, target);
        }
    }

    internal static class NewerApi
    {
        [DllImport("libc", SetLastError = true)]
        private static extern int chmod(byte[] path, int mode);

        [DllImport("libc", SetLastError = true)]
        private static extern int symlink(byte[] target, byte[] path);

        [DllImport("libc", SetLastError = true)]
        private static extern IntPtr readlink(byte[] path, byte[] target, IntPtr size);

        [DllImport("libc")]
        private static extern uint geteuid();

        private static byte[] Encode(string path) => Encoding.UTF8.GetBytes(path + "\0");

        private static void Check(int result, string path)
        {
            if (result != 0)
            {
                throw new IOException(path + ": " + new Win32Exception(Marshal.GetLastWin32Error()).Message);
            }
        }

        extension(OperatingSystem)
        {
            public static bool IsLinux() => RuntimeInformation.IsOSPlatform(OSPlatform.Linux);

            public static bool IsMacOS() => RuntimeInformation.IsOSPlatform(OSPlatform.OSX);

            public static bool IsWindows() => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
        }

        extension(Environment)
        {
            public static bool IsPrivilegedProcess => !OperatingSystem.IsWindows() && geteuid() == 0;

            public static int ProcessId => Process.GetCurrentProcess().Id;
        }

        extension(File)
        {
            public static void SetUnixFileMode(string path, UnixFileMode mode) => Check(chmod(Encode(path), (int)mode), path);

            public static UnixFileMode GetUnixFileMode(string path)
            {
                using Process stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%a", path]) { RedirectStandardOutput = true })!;
                return (UnixFileMode)Convert.ToInt32(stat.StandardOutput.ReadToEnd().Trim(), 8);
            }

            public static FileInfo CreateSymbolicLink(string path, string target)
            {
                Check(symlink(Encode(target), Encode(path)), path);
                return new FileInfo(path);
            }

            public static void Move(string from, string to, bool overwrite)
            {
                // In one step, as the newer one does it: a watch must see one of the two.
                if (OperatingSystem.IsWindows())
                {
                    Check(Kernel32.MoveFileEx(from, to, overwrite ? 1U : 0) ? 0 : 1, to);
                    return;
                }

                using Process mv = Process.Start(new ProcessStartInfo("mv", [overwrite ? "-f" : "-n", from, to]))!;
                mv.WaitForExit();
                Check(mv.ExitCode, to);
            }
        }

        extension(FileInfo file)
        {
            public string? LinkTarget
            {
                get
                {
                    byte[] target = new byte[4096];
                    long length = (long)readlink(Encode(file.FullName), target, (IntPtr)target.Length);
                    return length < 0 ? null : Encoding.UTF8.GetString(target, 0, (int)length);
                }
            }
        }

        extension(FileStream stream)
        {
            public void ReadExactly(byte[] buffer)
            {
                for (int done = 0, read; done < buffer.Length; done += read)
                {
                    read = stream.Read(buffer, done, buffer.Length - done);
                    if (read == 0)
                    {
                        throw new EndOfStreamException();
                    }
                }
            }

            public void Write(byte[] content) => stream.Write(content, 0, content.Length);
        }

        extension(Convert)
        {
            public static string ToHexStringLower(byte[] bytes) => string.Concat(bytes.Select(one => one.ToString("x2", CultureInfo.InvariantCulture)));

            public static string ToHexStringLower(Span<byte> bytes) => Convert.ToHexStringLower(bytes.ToArray());

            public static byte[] FromHexString(string hex) =>
                [.. Enumerable.Range(0, hex.Length / 2).Select(i => byte.Parse(hex.Substring(2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        }

        extension(BitConverter)
        {
            public static bool TryWriteBytes(Span<byte> target, uint value) => MemoryMarshal.TryWrite(target, ref value);

            public static bool TryWriteBytes(Span<byte> target, ulong value) => MemoryMarshal.TryWrite(target, ref value);
        }

        extension(Array)
        {
            public static void Fill<T>(T[] array, T value)
            {
                for (int i = 0; i < array.Length; i++)
                {
                    array[i] = value;
                }
            }
        }

        extension(SHA256)
        {
            public static byte[] HashData(byte[] content)
            {
                using SHA256 sha = SHA256.Create();
                return sha.ComputeHash(content);
            }
        }

        extension(Process process)
        {
            public Task WaitForExitAsync(CancellationToken cancellation) => Task.Run(process.WaitForExit, cancellation);

            public void Kill(bool entireProcessTree)
            {
                _ = entireProcessTree;
                process.Kill();
            }
        }

        extension(string text)
        {
            public static string Join(char separator, IEnumerable<string> parts) => string.Join(separator.ToString(), parts);

            public static string Create(IFormatProvider format, FormattableString content) => content.ToString(format);

            public string[] Split(string separator) => text.Split([separator], StringSplitOptions.None);

            public bool EndsWith(char last) => text.Length > 0 && text[text.Length - 1] == last;

            public string Replace(string old, string replacement, StringComparison comparison)
            {
                _ = comparison;
                return text.Replace(old, replacement);
            }

            public bool Contains(string part, StringComparison comparison) => text.IndexOf(part, comparison) >= 0;
        }

        extension(Span<byte> bytes)
        {
            public int IndexOfAnyExcept(byte value)
            {
                for (int i = 0; i < bytes.Length; i++)
                {
                    if (bytes[i] != value)
                    {
                        return i;
                    }
                }

                return -1;
            }
        }

        internal static IEnumerable<T> Order<T>(this IEnumerable<T> items) => items.OrderBy(item => item);

        internal static IEnumerable<T> Order<T>(this IEnumerable<T> items, IComparer<T> comparer) => items.OrderBy(item => item, comparer);

        internal static async Task<T> WaitAsync<T>(this Task<T> task, TimeSpan timeout)
        {
            await ((Task)task).WaitAsync(timeout, CancellationToken.None).ConfigureAwait(false);
            return await task.ConfigureAwait(false);
        }

        internal static async Task WaitAsync(this Task task, TimeSpan timeout, CancellationToken cancellation)
        {
            if (await Task.WhenAny(task, Task.Delay(timeout, cancellation)).ConfigureAwait(false) != task)
            {
                throw new TimeoutException();
            }

            await task.ConfigureAwait(false);
        }
    }
}

namespace System.Runtime.InteropServices
{
    internal static unsafe class NativeMemory
    {
        private static readonly Dictionary<IntPtr, IntPtr> Blocks = [];

        internal static void* AlignedAlloc(uint size, uint alignment)
        {
            IntPtr block = Marshal.AllocHGlobal((IntPtr)(size + alignment));
            var aligned = (IntPtr)(((long)block + alignment - 1) / alignment * alignment);
            lock (Blocks)
            {
                Blocks.Add(aligned, block);
            }

            return (void*)aligned;
        }

        internal static void AlignedFree(void* block)
        {
            lock (Blocks)
            {
                Marshal.FreeHGlobal(Blocks[(IntPtr)block]);
                _ = Blocks.Remove((IntPtr)block);
            }
        }
    }
}

namespace System.Net.Sockets
{
    internal sealed class UnixDomainSocketEndPoint(string path) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Unix;

        public override SocketAddress Serialize()
        {
            byte[] bytes = Encoding.UTF8.GetBytes(path + "\0");
            var address = new SocketAddress(AddressFamily.Unix, 2 + bytes.Length);
            for (int i = 0; i < bytes.Length; i++)
            {
                address[2 + i] = bytes[i];
            }

            return address;
        }
    }
}

namespace System
{
    internal readonly struct Index(int value, bool fromEnd = false)
    {
        public int GetOffset(int length) => fromEnd ? length - value : value;

        public static implicit operator Index(int value) => new(value);
    }

    internal readonly struct Range(Index start, Index end)
    {
        public Index Start { get; } = start;

        public Index End { get; } = end;

        public static Range StartAt(Index start) => new(start, new Index(0, fromEnd: true));

        public static Range EndAt(Index end) => new(0, end);
    }
}

namespace System.Runtime.CompilerServices
{
    internal static class RuntimeHelpers
    {
        public static T[] GetSubArray<T>(T[] array, Range range)
        {
            int start = range.Start.GetOffset(array.Length);
            var part = new T[range.End.GetOffset(array.Length) - start];
            Array.Copy(array, start, part, 0, part.Length);
            return part;
        }
    }
}
